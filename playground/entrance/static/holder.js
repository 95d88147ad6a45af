/**
 * Holds a page of an app apart from the site that the app shares: Jupyter's, where each page could
 * do whatever its user can. The page is in a frame without an origin; for what it wants, `Relay`
 * asks.
 */

import { ask, Relay } from "./relay.js";
import { prefixOf, within } from "./within.js";

// The lab writes these in: whom it lets in, what a page may, where the proxy says that the app is.
const TRUSTED = /** @type {string[]} */ ([]);
const MAY = "";
const PREFIX = "";
const PORT = 0;
const APART = "";

// Milliseconds in which a page says that it is there.
const PATIENCE = 2000;
const LOST =
  "A script has led the page elsewhere, which it cannot do while it is kept apart from Jupyter. " +
  "Load this page again to go back.";
const OUT =
  "That leads out of the app. Behind a proxy a link that begins with “/” does: " +
  'write href="other" in place of href="/other".';

const BASE = location.origin + prefixOf(location.pathname, PREFIX, PORT);
const HELD = location.href.startsWith(`${BASE}.well-known/playground/`);

class Holder {
  constructor() {
    this.frame = document.createElement("iframe");
    /** @type {Relay | null} */
    this.relay = null;
    /** @type {any} */
    this.wanted = null;
    this.place = { x: 0, y: 0 };
    this.url = BASE;
    this.asking = false;
    this.missing = /** @type {number | undefined} */ (undefined);
    this.holders = TRUSTED.includes("*") ? ["*"] : TRUSTED;
    this.note = /** @type {HTMLElement} */ (document.querySelector("p"));
    const shut = /** @type {HTMLElement} */ (document.querySelector("button"));
    shut.onclick = () => this.say("");
  }

  open() {
    addEventListener("message", (event) => this.heard(event));
    if (HELD) {
      const above = location.ancestorOrigins?.[0];
      if (above) this.holders = this.holders.filter((each) => each === above || each === "*");
      if (parent !== window) this.tell({ kind: "ready" });
      return;
    }
    this.say(APART);
    addEventListener("popstate", () => this.here());
    this.here();
  }

  /** A message for an origin is heard by no page of another one. */
  tell(/** @type {object} */ message) {
    if (!HELD) return;
    for (const origin of this.holders) parent.postMessage({ playground: true, ...message }, origin);
  }

  say(/** @type {string} */ text) {
    this.note.textContent = text;
    /** @type {HTMLElement} */ (this.note.parentElement).hidden = !text;
  }

  heard(/** @type {MessageEvent} */ event) {
    if (event.source === this.frame.contentWindow && event.data?.playground === "inside")
      this.begin();
    else if (event.source === parent && parent !== window) this.ordered(event);
  }

  ordered(/** @type {MessageEvent} */ { origin, data }) {
    const known = TRUSTED.includes(origin) || TRUSTED.includes("*");
    if (!known || typeof data?.path !== "string") return;
    this.holders = [origin === "null" ? "*" : origin];
    if (data.kind === "go") this.show({ url: BASE + data.path.replace(/^\/+/, "") });
    else if (data.kind === "reload") this.show({ url: this.url }, this.place);
  }

  /** Show the page that the tab is at, with what it has noted there. */
  here() {
    this.show({ url: location.href, state: history.state?.inside });
  }

  /** Show a page: the frame is led to its address, and gets it there. */
  show(/** @type {any} */ wanted, place = { x: 0, y: 0 }) {
    const own = within(BASE, wanted.url);
    if (!own) return this.out();
    this.relay?.end();
    this.relay = null;
    this.wanted = { ...wanted, place };
    this.url = wanted.url;
    const next = document.createElement("iframe");
    next.setAttribute("sandbox", MAY);
    next.title = "A page of the app";
    next.addEventListener("load", () => this.loaded(next));
    const { pathname, search } = new URL(own);
    next.src = `${pathname}?playground-frame&${search.slice(1)}`;
    this.frame.remove();
    document.body.append(next);
    this.frame = next;
  }

  /** The frame is at the page's address: ask for the page, and hand it over. */
  async begin() {
    clearTimeout(this.missing);
    const wanted = this.wanted;
    if (!wanted) return;
    this.wanted = null;
    this.asking = true;
    const frame = this.frame;
    const { port1, port2 } = new MessageChannel();
    const relay = new Relay(BASE, port1);
    this.relay = relay;
    port1.onmessage = ({ data }) => {
      clearTimeout(this.missing);
      if (!relay.heard(data)) this.asked(data);
    };
    try {
      const { answer, out } = wanted.answer ? wanted : await ask(BASE, wanted);
      if (this.frame !== frame) return;
      if (out !== undefined) return this.out();
      const hash = new URL(wanted.url).hash;
      if (answer.url !== within(BASE, wanted.url)) {
        // It was led on: the frame is to be there.
        return this.show({ url: answer.url + hash, answer });
      }
      const page = {
        kind: "page",
        base: BASE,
        url: answer.url + hash,
        state: wanted.state ?? "null",
        place: wanted.place,
        answer,
      };
      frame.contentWindow?.postMessage(page, "*", [port2]);
    } catch (error) {
      this.say(`This page cannot be shown: ${/** @type {Error} */ (error).message}.`);
    } finally {
      this.asking = false;
    }
  }

  /** What it can do by itself neither: go elsewhere, and say where it is. */
  asked(/** @type {any} */ { kind, wanted, url, state, title, place }) {
    if (kind === "go") {
      if (!HELD && within(BASE, wanted.url)) history.pushState(null, "", wanted.url);
      const { url, method, headers, body } = wanted;
      this.show({ url, method, headers, body });
    } else if (kind === "at" && within(BASE, url)) {
      this.url = url;
      this.place = place;
      if (HELD) return this.tell({ kind: "place", path: url.slice(BASE.length - 1) });
      document.title = String(title);
      const known = history.state?.inside ?? "null";
      if (location.href !== url || known !== state)
        history.replaceState({ inside: state }, "", url);
    }
  }

  /** Something is in the frame: if it is what was handed over, it says so when it is asked. */
  loaded(/** @type {HTMLIFrameElement} */ frame) {
    if (frame !== this.frame || this.asking) return;
    clearTimeout(this.missing);
    this.missing = setTimeout(() => this.lost(), PATIENCE);
    this.relay?.tell(0, "there", {});
  }

  lost() {
    this.tell({ kind: "place", path: "" });
    this.say(LOST);
  }

  out() {
    this.tell({ kind: "place", path: "" });
    this.say(OUT);
  }
}

new Holder().open();
