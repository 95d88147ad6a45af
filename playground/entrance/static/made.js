/** What a page finds in its window in place of the browser's: the same, through the holder. */

import { within } from "./within.js";
import { request } from "./xhr.js";

const CLOSED = 3;

/** The port to the holder, and who waits for what comes from there. */
export class Line {
  /** @param {string} base @param {MessagePort} port */
  constructor(base, port) {
    this.base = base;
    this.port = port;
    this.last = 0;
    /** @type {Map<number, (message: any) => void>} */
    this.waiting = new Map();
    port.onmessage = ({ data }) => this.waiting.get(data.id)?.(data);
    this.native = window.fetch.bind(window);
  }

  say(/** @type {object} */ message, /** @type {Transferable[]} */ transfer = []) {
    this.port.postMessage(message, transfer);
  }

  /** Lead the frame elsewhere. @param {object} wanted */
  go(wanted) {
    this.say({ kind: "go", wanted });
  }

  on(/** @type {number} */ id, /** @type {(message: any) => void} */ heard) {
    this.waiting.set(id, heard);
  }

  begin(/** @type {object} */ message, /** @type {(message: any) => void} */ heard) {
    this.last += 1;
    this.on(this.last, heard);
    this.say({ ...message, id: this.last });
    return this.last;
  }

  /**
   * Do as `fetch` does.
   * @param {RequestInfo | URL} input @param {RequestInit} [init] @returns {Promise<Response>}
   */
  async fetch(input, init) {
    const asked = new Request(input, init);
    if (!within(this.base, asked.url)) return this.native(input, init);
    const { url, method, signal } = asked;
    const headers = [...asked.headers];
    const body = ["GET", "HEAD"].includes(method) ? undefined : await asked.arrayBuffer();
    return new Promise((done, fail) => {
      signal.throwIfAborted();
      signal.addEventListener("abort", () => fail(signal.reason));
      const id = this.begin({ kind: "fetch", asked: { url, method, headers, body } }, (message) => {
        this.waiting.delete(id);
        if (message.event === "answer") done(response(message.answer));
        else fail(new TypeError(message.said));
      });
    });
  }
}

function response(/** @type {import("./relay.js").Answered} */ { url, status, body, ...more }) {
  const empty = [204, 205, 304].includes(status);
  const made = new Response(empty ? null : body, { status, ...more });
  return Object.defineProperty(made, "url", { value: url });
}

/** What is told to those who listen, by method or by property. */
class Told extends EventTarget {
  tell(/** @type {Event} */ event) {
    this.dispatchEvent(event);
    /** @type {any} */ (this)[`on${event.type}`]?.(event);
  }
}

/** @param {Line} line */
function sockets(line) {
  const Native = window.WebSocket;
  class Socket extends Told {
    readyState = 0;
    binaryType = "blob";
    bufferedAmount = 0;
    extensions = "";
    protocol = "";
    /** @param {string} url @param {string | string[]} [protocols] */
    constructor(url, protocols = []) {
      super();
      this.url = url;
      this.id = line.begin({ kind: "socket", url, protocols }, (message) => this.heard(message));
    }

    heard(/** @type {any} */ { event, data, ...more }) {
      if (event === "open") {
        this.readyState = 1;
        this.protocol = more.protocol;
        this.tell(new Event("open"));
      } else if (event === "message") {
        const blob = this.binaryType === "blob" && data instanceof ArrayBuffer;
        this.tell(new MessageEvent("message", { data: blob ? new Blob([data]) : data }));
      } else if (event === "close") {
        this.readyState = CLOSED;
        line.waiting.delete(this.id);
        if (!more.wasClean) this.tell(new Event("error"));
        this.tell(new CloseEvent("close", more));
      }
    }

    send(/** @type {any} */ data) {
      if (this.readyState === 0) throw new DOMException("Still connecting", "InvalidStateError");
      const plain = data instanceof Blob || typeof data === "string" || ArrayBuffer.isView(data);
      line.say({
        kind: "send",
        id: this.id,
        data: plain || data instanceof ArrayBuffer ? data : `${data}`,
      });
    }

    /** @param {number} [code] @param {string} [reason] */
    close(code, reason) {
      if (code !== undefined && code !== 1000 && (code < 3000 || code > 4999))
        throw new DOMException(`${code} is no close code of a page's`, "InvalidAccessError");
      if (this.readyState < 2) this.readyState = 2;
      line.say({ kind: "close", id: this.id, code, reason });
    }
  }
  return standing(Socket, Native, (url) => within(line.base, url));
}

/** @param {Line} line */
function sources(line) {
  class Source extends Told {
    readyState = 0;
    withCredentials = false;
    /** @param {string} url */
    constructor(url) {
      super();
      this.url = url;
      this.names = new Set(["message", "open", "error"]);
      this.id = line.begin({ kind: "source", url }, (message) => this.heard(message));
    }

    heard(/** @type {any} */ { event, name, state, ...more }) {
      this.readyState = state ?? this.readyState;
      this.tell(event === "event" ? new MessageEvent(name, more) : new Event(event));
    }

    /** @param {string} name @param {any} listener @param {any} [options] */
    addEventListener(name, listener, options) {
      super.addEventListener(name, listener, options);
      if (!this.names.has(name)) line.say({ kind: "listen", id: this.id, name });
      this.names.add(name);
    }

    close() {
      this.readyState = 2;
      line.say({ kind: "close", id: this.id });
    }
  }
  return standing(Source, window.EventSource, (url) => within(line.base, url));
}

/**
 * A class that is ours for the app's addresses, and the browser's for all others.
 * @param {any} Ours @param {any} Native @param {(url: string) => string} isOurs
 */
function standing(Ours, Native, isOurs) {
  const states = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].filter((each) => each in Native);
  for (const each of states) Ours[each] = Ours.prototype[each] = Native[each];
  return new Proxy(Ours, {
    construct(_, [url, ...more], target) {
      const whole = new URL(url, document.baseURI).href;
      if (!isOurs(whole)) return new Native(url, ...more);
      return Reflect.construct(
        Ours,
        [whole.replace(/^http/, Native === WebSocketOfBrowser ? "ws" : "http"), ...more],
        target,
      );
    },
  });
}

const WebSocketOfBrowser = window.WebSocket;

/** A store that lasts as long as the page: without an origin there is none that lasts longer. */
function store() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  const methods = {
    getItem: (/** @type {any} */ name) => kept.get(`${name}`) ?? null,
    setItem: (/** @type {any} */ name, /** @type {any} */ value) =>
      void kept.set(`${name}`, `${value}`),
    removeItem: (/** @type {any} */ name) => void kept.delete(`${name}`),
    clear: () => kept.clear(),
    key: (/** @type {number} */ at) => [...kept.keys()][at] ?? null,
  };
  return new Proxy(/** @type {any} */ (methods), {
    get: (_, name) =>
      (name === "length" ? kept.size : methods[/** @type {"key"} */ (name)]) ??
      kept.get(String(name)),
    set: (_, name, value) => !!kept.set(String(name), `${value}`),
    deleteProperty: (_, name) => kept.delete(String(name)) || true,
    ownKeys: () => [...kept.keys()],
  });
}

/** @param {Line} line @returns {PropertyDescriptorMap} */
export function made(line) {
  const values = /** @type {Record<string, any>} */ ({
    fetch: line.fetch.bind(line),
    WebSocket: sockets(line),
    EventSource: sources(line),
    XMLHttpRequest: request(line),
    localStorage: store(),
    sessionStorage: store(),
  });
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      { value, configurable: true, writable: true },
    ]),
  );
}
