/** XMLHttpRequest over the holder, as far as libraries use it. */

/** @param {import("./made.js").Line} line */
export function request(line) {
  return class XMLHttpRequest extends EventTarget {
    static DONE = 4;
    DONE = 4;
    readyState = 0;
    status = 0;
    statusText = "";
    responseType = "";
    responseURL = "";
    responseText = "";
    timeout = 0;
    withCredentials = false;
    upload = new EventTarget();
    /** @type {any} */
    response = "";
    /** @type {Headers | null} */
    answered = null;
    asked = new Headers();
    stop = new AbortController();

    open(/** @type {string} */ method, /** @type {string | URL} */ url) {
      this.method = method;
      this.url = new URL(url, document.baseURI).href;
      this.step(1);
    }

    setRequestHeader(/** @type {string} */ name, /** @type {string} */ value) {
      this.asked.append(name, value);
    }

    overrideMimeType() {}

    getResponseHeader(/** @type {string} */ name) {
      return this.answered?.get(name) ?? null;
    }

    getAllResponseHeaders() {
      return [...(this.answered ?? [])].map(([name, value]) => `${name}: ${value}\r\n`).join("");
    }

    /** @param {any} [body] */
    async send(body) {
      const { method, asked: headers, stop } = this;
      const late = this.timeout ? setTimeout(() => stop.abort("timeout"), this.timeout) : undefined;
      const bodiless = /^(get|head)$/i.test(this.method ?? "");
      try {
        const init = { method, headers, body: bodiless ? undefined : body, signal: stop.signal };
        await this.take(await line.fetch(this.url ?? "", init));
        this.tell("load");
      } catch {
        this.status = 0;
        this.step(4);
        const why = { timeout: "timeout", abort: "abort" };
        this.tell(why[/** @type {"abort"} */ (stop.signal.reason)] ?? "error");
      }
      clearTimeout(late);
      this.tell("loadend");
    }

    async take(/** @type {Response} */ answer) {
      this.answered = answer.headers;
      [this.status, this.statusText] = [answer.status, answer.statusText];
      this.responseURL = answer.url;
      this.step(2);
      if (this.responseType === "arraybuffer") this.response = await answer.arrayBuffer();
      else if (this.responseType === "blob") this.response = await answer.blob();
      else this.texted(await answer.text());
      this.step(4);
    }

    texted(/** @type {string} */ text) {
      this.responseText = this.response = text;
      if (this.responseType === "json") {
        try {
          this.response = JSON.parse(text);
        } catch {
          this.response = null;
        }
      } else if (this.responseType === "document")
        this.response = new DOMParser().parseFromString(text, "text/html");
    }

    abort() {
      this.stop.abort("abort");
    }

    step(/** @type {number} */ state) {
      this.readyState = state;
      this.tell("readystatechange");
    }

    tell(/** @type {string} */ name) {
      const event = new ProgressEvent(name);
      this.dispatchEvent(event);
      /** @type {any} */ (this)[`on${name}`]?.(event);
    }
  };
}
