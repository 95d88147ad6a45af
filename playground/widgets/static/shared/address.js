/**
 * What the status line says: where a lab is, as a browser uses it and as a person reads it, and how
 * busy. No DOM.
 */

import { counted, grouped } from "./format.js";

/**
 * The absolute URL of an address; "" if there is none that is safe to open.
 * @param {string} url absolute, or a path on the notebook's own site
 * @param {string} page the notebook's own address
 */
export function absolute(url, page) {
  if (!url) return "";
  try {
    const made = new URL(url, page);
    return /^https?:$/.test(made.protocol) ? made.href : "";
  } catch {
    return "";
  }
}

/**
 * What stands in the line: the lab's own address where a browser uses that too, else what it uses.
 * @param {string} address such as "127.0.0.1:43121"
 * @param {string} href the absolute URL, or ""
 */
export function shownAddress(address, href) {
  const plain = href.replace(/^https?:\/\//, "").replace(/\/$/, "");
  return plain || address;
}

/** What goes through a lab, in words. @param {any} state */
export function busyWords(state) {
  const messages = counted(state.messages, "message", "messages");
  return [
    counted(state.sockets, "socket", "sockets"),
    state.missed ? `over ${messages}` : messages,
    state.rate ? `${grouped(state.rate)}/s` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
