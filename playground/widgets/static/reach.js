/** Which addresses may reach a lab from this page, what was answered there, and why none does. No DOM. */

import { absolute, shownAddress } from "./address.js";

export const BEACON = ".well-known/playground";
export const PATIENCE = 2000;

/**
 * @typedef {{url: string, proxied: boolean}} Candidate
 * @typedef {Candidate & {ok: boolean, said: string}} Answered
 */

/**
 * Where the lab may be, best first: what it says itself, the notebook's own site, this machine.
 * @param {string} url what the lab says: absolute, or a path on the notebook's site
 * @param {number | null} port its TCP port
 * @param {string} page the notebook's own address
 * @param {string} base the Jupyter server's base URL, "" if there is none to be known
 * @returns {Candidate[]}
 */
export function candidates(url, port, page, base) {
  const proxy = port && base ? absolute(`${base.replace(/\/*$/, "/")}proxy/${port}/`, page) : "";
  const direct = port ? `http://127.0.0.1:${port}/` : "";
  const found = [...new Set([absolute(url, page), proxy, direct])].filter(Boolean);
  return found.map((each) => ({ url: each, proxied: each.includes("/proxy/") }));
}

/**
 * What an answer to the beacon's path proves.
 * @param {{status: number, redirected: boolean, told: any}} answer `told` is its JSON, null if it is none
 * @param {string} lab the lab's own id
 * @returns {string} "" if it is the lab's, else what is wrong, after "the address …"
 */
export function objection(answer, lab) {
  if (answer.told?.lab === lab) return "";
  if (answer.told?.lab) return "is another lab's";
  if (answer.redirected || answer.status === 401 || answer.status === 403) return "asks for a login";
  if (answer.status >= 400) return `answered ${answer.status}`;
  return "is not the lab's";
}

/**
 * Ask one address whether the lab is there.
 * @param {Candidate} candidate
 * @param {string} lab
 * @param {number} [patience] milliseconds
 * @param {typeof fetch} [ask]
 * @returns {Promise<Answered>}
 */
export async function tried(candidate, lab, patience = PATIENCE, ask = fetch) {
  try {
    const signal = AbortSignal.timeout(patience);
    const response = await ask(candidate.url + BEACON, { cache: "no-store", signal });
    const told = await response.json().catch(() => null);
    const said = objection({ status: response.status, redirected: response.redirected, told }, lab);
    return { ...candidate, ok: !said, said };
  } catch (error) {
    const late = /** @type {any} */ (error)?.name === "TimeoutError";
    return { ...candidate, ok: false, said: late ? `has not answered for ${patience / 1000} s` : "did not answer" };
  }
}

/**
 * Why no address works, in a sentence, and what to do, in another.
 * @param {Answered[]} answers
 * @returns {string}
 */
export function whyNone(answers) {
  const told = answers.map((each) => `${shownAddress("", each.url)} ${each.said}`);
  const last = told.pop();
  const list = told.length ? `${told.join(", ")} and ${last}` : last;
  return `This page cannot reach the app: ${list}. ${remedy(answers)}`;
}

function remedy(/** @type {Answered[]} */ answers) {
  if (answers.some((each) => each.said.startsWith("has not"))) {
    return "If a handler blocks the server, it goes on when that has ended; lab.doctor() says which.";
  }
  if (answers.some((each) => each.proxied && each.said === "answered 404")) {
    return "Install jupyter-server-proxy beside JupyterLab, and start JupyterLab anew.";
  }
  if (answers.some((each) => each.said === "asks for a login")) return "Log in to Jupyter again, and load this page anew.";
  return "If you know an address that does, tell it: serve(…, url=\"…/{port}/\").";
}
