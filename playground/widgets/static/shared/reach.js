/**
 * Which addresses may reach a lab from this page, why none does, and what a proxy between does not
 * pass on. No DOM.
 */

import { absolute, shownAddress } from "./address.js";

export const BEACON = ".well-known/playground";
export const PATIENCE = 2000;
export const NO_SOCKETS = "lets no WebSocket through";

/**
 * @typedef {{url: string, proxied: boolean}} Candidate
 * @typedef {Candidate & {ok: boolean, said: string}} Answered
 */

/**
 * Where the lab may be, best first: what it says itself, what the notebook's host tells its page,
 * the notebook's own site, this machine.
 * @param {string} url what the lab says: absolute, or a path on the notebook's site
 * @param {number | null} port its TCP port
 * @param {string} page the notebook's own address
 * @param {string} base the Jupyter server's base URL, "" if there is none to be known
 * @param {string} [told] what the notebook's host calls the port, "" if it says nothing
 * @returns {Candidate[]}
 */
export function candidates(url, port, page, base, told = "") {
  const proxy = port && base ? absolute(`${base.replace(/\/*$/, "/")}proxy/${port}/`, page) : "";
  const direct = port ? `http://127.0.0.1:${port}/` : "";
  const hosted = absolute(told && `${told.replace(/\/*$/, "")}/`, page);
  const found = [...new Set([absolute(url, page), hosted, proxy, direct])].filter(Boolean);
  return found.map((each) => ({ url: each, proxied: each.includes("/proxy/") }));
}

/**
 * What an answer to the beacon's path proves.
 * @param {{status: number, redirected: boolean, told: any}} answer `told` is its JSON, null if it
 *   is none
 * @param {string} lab the lab's own id
 * @returns {string} "" if it is the lab's, else what is wrong, after "the address …"
 */
export function objection(answer, lab) {
  if (answer.told?.lab === lab) return "";
  if (answer.told?.lab) return "is another lab's";
  if (answer.redirected || answer.status === 401 || answer.status === 403)
    return "asks for a login";
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
    return {
      ...candidate,
      ok: false,
      said: late ? `has not answered for ${patience / 1000} s` : "did not answer",
    };
  }
}

/** The WebSocket form of an http address. @param {string} url */
export function socketAddress(url) {
  return url.replace(/^http/, "ws");
}

/**
 * Ask one address by a WebSocket whether the lab is there; "" if it is, else what is wrong.
 * @param {Candidate} candidate
 * @param {string} lab
 * @param {number} [patience] milliseconds
 * @param {(url: string) => WebSocket} [open]
 * @returns {Promise<string>}
 */
export function heardFrom(candidate, lab, patience = PATIENCE, open = (url) => new WebSocket(url)) {
  return new Promise((done) => {
    const socket = open(socketAddress(candidate.url) + BEACON);
    const end = (/** @type {string} */ said) => {
      clearTimeout(timer);
      done(said);
      socket.close();
    };
    const timer = setTimeout(() => end(`has not answered for ${patience / 1000} s`), patience);
    socket.onmessage = (event) =>
      end(objection({ status: 101, redirected: false, told: toldBy(event.data) }, lab));
    socket.onclose = () => end(NO_SOCKETS);
  });
}

function toldBy(/** @type {any} */ data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

/**
 * Ask one address for both, a response and a WebSocket: a proxy may pass on the first alone.
 * @param {Candidate} candidate
 * @param {string} lab
 * @returns {Promise<Answered>}
 */
export async function triedSocket(candidate, lab) {
  try {
    const [answer, said] = await Promise.all([tried(candidate, lab), heardFrom(candidate, lab)]);
    return { ...answer, ok: !said, said: said && !answer.ok ? answer.said : said };
  } catch {
    // A page served over https may not even begin to open a ws: address.
    return { ...candidate, ok: false, said: "may not be opened from this page" };
  }
}

/**
 * Try every address at once, and take the best that the lab has answered at.
 * @param {Candidate[]} found
 * @param {(candidate: Candidate) => Promise<Answered>} prove
 * @returns {Promise<Answered>} if none works, `said` says why
 */
export async function best(found, prove) {
  const trials = found.map(prove);
  for (const trial of trials) {
    const answer = await trial;
    if (answer.ok) return answer;
  }
  return { url: "", proxied: false, ok: false, said: whyNone(await Promise.all(trials)) };
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

function remedy(/** @type {Answered[]} */ answers, origin = globalThis.location?.origin) {
  if (origin === "null")
    return "This page is in a sandbox, or a file: it has no origin that a lab could let in.";
  if (answers.some((each) => each.said.startsWith("has not"))) {
    return (
      "If a handler blocks the server, it goes on when that has ended; " +
      "lab.doctor() says which."
    );
  }
  if (answers.some((each) => each.proxied && each.said === "answered 404")) {
    return "Install jupyter-server-proxy beside JupyterLab, and start JupyterLab anew.";
  }
  if (answers.some((each) => each.said === NO_SOCKETS))
    return "The kernel's own clients need no address: await lab.connect(…).";
  if (answers.some((each) => each.said === "asks for a login"))
    return "Log in to Jupyter again, and load this page anew.";
  return 'If you know an address that does, tell it: serve(…, url="…/{port}/").';
}

export const EATEN =
  "This address goes through jupyter-server-proxy. Messages pass it unchanged. " +
  "A close code does not: the other side is told 1005. " +
  "A refusal does not: the page sees a socket that opens, then 1006. " +
  "A streamed response is held back to its end, unless the page asks for it with EventSource. " +
  "The traffic table shows what the app really said.";

/**
 * @typedef {{code: number, reason: string, mine: boolean}} Close what the page was told; `mine` if
 *   it closed
 * @typedef {{kind: string, sender: string, code: number | null, text: string, phrase: string}}
 *   Truth what the log says
 */

/**
 * How a socket ended, in words: what this page was told, and what the app did if that is something
 * else.
 * @param {Close} close
 * @param {Truth | null} truth null if it is not known
 * @returns {{said: string, bad: boolean}}
 */
export function endWords(close, truth) {
  const bad = !close.mine && close.code !== 1000;
  if (truth?.kind === "refuse") {
    const body = truth.text ? ` ${withStop(truth.text)}` : "";
    return {
      said: `The app refused this socket with ${truth.code}.${body}${unlike(close, "refusal")}`,
      bad: true,
    };
  }
  if (close.mine) return { said: `This page closed with ${coded(close)}.`, bad };
  if (truth?.kind !== "close" || truth.code === close.code)
    return { said: `Closed with ${coded(close, truth?.phrase)}.`, bad };
  if (truth.sender === "client")
    return { said: `The connection broke, and this page was told ${close.code}.`, bad };
  const app = coded({ code: truth.code ?? 1005, reason: truth.text }, truth.phrase);
  return { said: `The app closed with ${app}.${unlike(close, "close")}`, bad: truth.code !== 1000 };
}

function coded(/** @type {{code: number, reason: string}} */ close, phrase = "") {
  const named = phrase ? `${close.code} ${phrase}` : String(close.code);
  return close.reason ? `${named}: “${close.reason}”` : named;
}

function unlike(/** @type {Close} */ close, /** @type {string} */ what) {
  if (what === "close") return ` The proxy passes no code on, so this page was told ${close.code}.`;
  return (
    " A page is never told why: it sees 1006, " +
    "and through a proxy even a socket that opens first."
  );
}

function withStop(/** @type {string} */ text) {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}
