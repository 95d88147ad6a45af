/** A response in words, and as much of its body as one can read. No DOM. */

import { counted, duration, escaped, sizedWithUnit } from "./format.js";

const MOST = 4000;

/** The first line of a response, in words. @param {any} result */
export function answerWords(result) {
  const kind = result.headers.find((/** @type {string[]} */ [name]) => name.toLowerCase() === "content-type")?.[1];
  const size = new TextEncoder().encode(result.body).length;
  return [String(result.status), duration(result.seconds), kind ?? "", size ? sizedWithUnit(size) : "no body"]
    .filter(Boolean).join(" · ");
}

/** A body cut to what can be read, and how much is left out. @param {string} body */
export function shownBody(body) {
  const left = body.length - MOST;
  const more = left > 0 ? `… ${counted(left, "more character", "more characters")}` : "";
  return { text: escaped(body.slice(0, MOST), "\n\t"), more };
}
