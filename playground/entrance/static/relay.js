/**
 * Does for an isolated page what it cannot do by itself: it has no origin, so no cookie of the
 * user's goes with what it sends. Here, on the other side, they do. So nothing is asked for but the
 * app's own addresses, and nobody is followed out of it.
 */

import { ledTo, within } from "./within.js";

// Tells the lab who asks: it then says where it leads on, instead of leading there.
const MARK = "x-playground-relay";
const LED_TO = "x-playground-location";
const MOST_STEPS = 10;
const SEES_OTHER = [301, 302, 303];
const NO_BODY = ["GET", "HEAD"];

/**
 * @typedef {{url: string, method?: string, headers?: [string, string][], body?: any}} Asked
 * @typedef {{url: string, status: number, statusText: string, headers: [string, string][],
 *   body: any}} Answered
 */

/**
 * Ask the app, and go where it leads as long as that is the app.
 * @param {string} base
 * @param {Asked} asked
 * @returns {Promise<{answer: Answered} | {out: string}>} `out`: an address that is not the app's
 */
export async function ask(base, { url, method = "GET", headers = [], body }) {
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const own = within(base, url);
    if (!own) return { out: url };
    const answer = await fetch(own, {
      method,
      headers: [...headers, [MARK, "1"]],
      body: NO_BODY.includes(method) ? undefined : body,
      redirect: "manual",
      credentials: "same-origin",
    });
    if (answer.type === "opaqueredirect") throw new Error("Jupyter asks for a login");
    const location = answer.headers.get(LED_TO);
    if (!location) return { answer: await plain(own, answer) };
    url = ledTo(base, own, location);
    const status = Number(answer.headers.get("x-playground-status"));
    if (SEES_OTHER.includes(status) && method !== "HEAD") [method, body] = ["GET", undefined];
  }
  throw new Error("the app leads on and on");
}

/** @returns {Promise<Answered>} */
async function plain(/** @type {string} */ url, /** @type {Response} */ answer) {
  const { status, statusText } = answer;
  const headers = /** @type {[string, string][]} */ ([...answer.headers]);
  return { url, status, statusText, headers, body: await answer.arrayBuffer() };
}

/** One page's sockets and event streams, and what it asks. */
export class Relay {
  /** @param {string} base @param {MessagePort} port the page's */
  constructor(base, port) {
    this.base = base;
    this.port = port;
    /** @type {Map<number, WebSocket | EventSource>} */
    this.open = new Map();
  }

  /** @param {any} message what the page wants; false if it is nothing of this */
  heard(message) {
    const { kind, id } = message;
    const opened = this.open.get(id);
    if (kind === "fetch") this.fetch(id, message.asked);
    else if (kind === "socket") this.socket(id, message);
    else if (kind === "source") this.source(id, message);
    else if (kind === "send") /** @type {WebSocket} */ (opened)?.send(message.data);
    else if (kind === "listen") this.listen(id, String(message.name));
    else if (kind === "close") this.shut(id, message);
    else return false;
    return true;
  }

  async fetch(/** @type {number} */ id, /** @type {Asked} */ asked) {
    try {
      const { answer, out } = /** @type {any} */ (await ask(this.base, asked));
      if (!answer) throw new Error(`${out} is not the app's`);
      this.port.postMessage({ id, event: "answer", answer }, [answer.body]);
    } catch (error) {
      this.port.postMessage({ id, event: "failed", said: String(error) });
    }
  }

  socket(/** @type {number} */ id, /** @type {any} */ { url, protocols }) {
    const own = within(this.base, url).replace(/^http/, "ws");
    if (!own) return this.tell(id, "close", { code: 1006, reason: "", wasClean: false });
    const socket = new WebSocket(own, protocols);
    socket.binaryType = "arraybuffer";
    this.open.set(id, socket);
    socket.onopen = () => this.tell(id, "open", { protocol: socket.protocol });
    socket.onmessage = ({ data }) => this.tell(id, "message", { data });
    socket.onclose = ({ code, reason, wasClean }) => {
      this.open.delete(id);
      this.tell(id, "close", { code, reason, wasClean });
    };
  }

  source(/** @type {number} */ id, /** @type {any} */ { url }) {
    const own = within(this.base, url);
    if (!own) return this.tell(id, "error", { state: EventSource.CLOSED });
    const source = new EventSource(own);
    this.open.set(id, source);
    source.onopen = () => this.tell(id, "open", { state: source.readyState });
    source.onerror = () => this.tell(id, "error", { state: source.readyState });
    this.listen(id, "message");
  }

  listen(/** @type {number} */ id, /** @type {string} */ name) {
    this.open.get(id)?.addEventListener(name, (/** @type {any} */ event) => {
      this.tell(id, "event", { name, data: event.data, lastEventId: event.lastEventId });
    });
  }

  shut(/** @type {number} */ id, /** @type {any} */ { code, reason }) {
    const opened = this.open.get(id);
    if (opened instanceof EventSource) opened.close();
    else if (code === undefined) opened?.close();
    else opened?.close(code, reason);
  }

  /** The page is gone, and what it had open with it. */
  end() {
    for (const each of this.open.values()) each.close();
    this.port.close();
  }

  tell(/** @type {number} */ id, /** @type {string} */ event, /** @type {object} */ more) {
    this.port.postMessage({ id, event, ...more });
  }
}
