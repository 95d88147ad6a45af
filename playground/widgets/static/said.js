/** The last messages of one socket, oldest first; the traffic table has all. */

import { element } from "./dom.js";
import { counted, escaped, sizedWithUnit } from "./format.js";

const MOST = 100;
const MOST_SHOWN = 300;

export class Said {
  constructor() {
    /** @type {{sender: string, data: any}[]} */
    this.lines = [];
    this.gone = 0;
    this.el = element("div", "mpp-browser-said");
    this.el.setAttribute("role", "log");
    this.el.setAttribute("aria-label", "Messages of this browser");
    this.el.tabIndex = 0;
    this.el.hidden = true;
  }

  /** @param {"client" | "server"} sender @param {any} data a text, an ArrayBuffer or bytes */
  add(sender, data) {
    this.lines.push({ sender, data });
    this.gone += Math.max(0, this.lines.length - MOST);
    this.lines = this.lines.slice(-MOST);
    // Drawn once a frame, however many come.
    this.due ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.due = undefined;
    const atEnd = this.el.scrollHeight - this.el.scrollTop - this.el.clientHeight < 24;
    const earlier = `${counted(this.gone, "earlier message", "earlier messages")}: the traffic table has all`;
    this.el.replaceChildren(
      ...(this.gone ? [element("div", "mpp-dim", earlier)] : []),
      ...this.lines.map(({ sender, data }) => lineOf(sender, data)),
    );
    this.el.hidden = false;
    if (atEnd) this.el.scrollTop = this.el.scrollHeight;
  }
}

function lineOf(/** @type {string} */ sender, /** @type {any} */ data) {
  const line = element("div", `mpp-browser-line mpp-from-${sender}`);
  const arrow = element("span", "mpp-dim", sender === "client" ? "→" : "←");
  arrow.setAttribute("aria-label", sender === "client" ? "sent" : "received");
  line.append(arrow, element("span", "mpp-mono", shown(data)));
  return line;
}

function shown(/** @type {any} */ data) {
  if (typeof data !== "string") return sizedWithUnit(data.byteLength);
  return data.length > MOST_SHOWN ? `${escaped(data.slice(0, MOST_SHOWN))}…` : escaped(data);
}
