/** What a proxy between a page and the app does not pass on, and how a socket really ended. No DOM. */

export const EATEN =
  "This address goes through jupyter-server-proxy. Messages pass it unchanged. A close code does not: the other side is " +
  "told 1005. A refusal does not: the page sees a socket that opens, then 1006. A streamed response is held back " +
  "to its end, unless the page asks for it with EventSource. The traffic table shows what the app really said.";

/**
 * @typedef {{code: number, reason: string, mine: boolean}} Close what the page was told; `mine` if it closed
 * @typedef {{kind: string, sender: string, code: number | null, text: string, phrase: string}} Truth what the log says
 */

/**
 * How a socket ended, in words: what this page was told, and what the app did if that is something else.
 * @param {Close} close
 * @param {Truth | null} truth null if it is not known
 * @returns {{said: string, bad: boolean}}
 */
export function endWords(close, truth) {
  const bad = !close.mine && close.code !== 1000;
  if (truth?.kind === "refuse") {
    const body = truth.text ? ` ${sentence(truth.text)}` : "";
    return { said: `The app refused this socket with ${truth.code}.${body}${unlike(close, "refusal")}`, bad: true };
  }
  if (close.mine) return { said: `This page closed with ${coded(close)}.`, bad };
  if (truth?.kind !== "close" || truth.code === close.code) return { said: `Closed with ${coded(close, truth?.phrase)}.`, bad };
  if (truth.sender === "client") return { said: `The connection broke, and this page was told ${close.code}.`, bad };
  const app = coded({ code: truth.code ?? 1005, reason: truth.text }, truth.phrase);
  return { said: `The app closed with ${app}.${unlike(close, "close")}`, bad: truth.code !== 1000 };
}

function coded(/** @type {{code: number, reason: string}} */ close, phrase = "") {
  const named = phrase ? `${close.code} ${phrase}` : String(close.code);
  return close.reason ? `${named}: “${close.reason}”` : named;
}

function unlike(/** @type {Close} */ close, /** @type {string} */ what) {
  if (what === "close") return ` The proxy passes no code on, so this page was told ${close.code}.`;
  return " A page is never told why: it sees 1006, and through a proxy even a socket that opens first.";
}

function sentence(/** @type {string} */ text) {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}
