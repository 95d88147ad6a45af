/**
 * A page of the app, in the notebook: it finds its own address, and is loaded anew when the code
 * changes.
 */

import { shownAddress } from "../shared/address.js";
import { button, element, keepKeys } from "../shared/dom.js";
import { GONE, Line } from "../shared/line.js";
import { BEACON, best, candidates, tried } from "../shared/reach.js";
import { colabAddress, jupyterBase, throughBadge } from "../shared/site.js";
import { outliveStill } from "../shared/still.js";

// While no address works, they are tried again this often (milliseconds).
const AGAIN = 1500;
const PAGE_STOPPED = "The lab is stopped, so this page is not live. lab.restart() starts it again.";
const AWAY =
  "The page has left the app, or does not let itself be shown in a frame; Reload brings it back.";
const RELATIVE =
  'Behind a proxy a link that begins with "/" leads out of the app: ' +
  'write href="other" in place of href="/other".';

// It may do what a page does, but for leading the notebook itself elsewhere. The page holder in it
// needs its origin. Where that is Jupyter's too, the app's page in the holder has none.
const MAY =
  "allow-scripts allow-same-origin allow-forms allow-modals allow-popups " +
  "allow-popups-to-escape-sandbox allow-downloads";

class AppPage {
  /** @param {any} model @param {HTMLElement} el */
  constructor(model, el) {
    this.base = "";
    this.path = "/";
    this.why = "";
    this.proxied = false;
    /** @type {any} */
    this.state = null;
    this.searches = 0;
    this.shownRevision = 0;
    this.arrived = false;
    this.greeted = false;
    this.line = new Line(model, {
      state: (state) => this.show(state),
      alive: (alive) => this.turned(alive),
      trouble: (text) => this.say(`Something went wrong in the kernel: ${text}`, true),
    });
    this.hear = (/** @type {MessageEvent} */ event) => this.heard(event);
    addEventListener("message", this.hear);
    this.root = this.build();
    el.append(this.root);
  }

  build() {
    const root = element("div", "mpp-face mpp-page");
    /** @type {HTMLElement} */
    this.note = element("div", "mpp-banner");
    this.note.hidden = true;
    /** @type {HTMLIFrameElement} */
    this.frame = /** @type {HTMLIFrameElement} */ (element("iframe", "mpp-page-frame"));
    this.frame.setAttribute("sandbox", MAY);
    this.frame.referrerPolicy = "no-referrer";
    /** @type {HTMLElement} */
    this.ground = element("div", "mpp-page-ground");
    this.ground.append(this.frame);
    root.append(this.makeBar(), this.note, this.through.words, this.ground);
    return root;
  }

  makeBar() {
    /** @type {HTMLButtonElement} */
    this.reloadButton = button("Reload", () => this.reload());
    /** @type {HTMLElement} */
    this.site = element("span", "mpp-mono mpp-dim mpp-page-site");
    /** @type {HTMLInputElement} */
    this.address = /** @type {HTMLInputElement} */ (
      element("input", "mpp-input mpp-mono mpp-page-path")
    );
    this.address.setAttribute("aria-label", "Path in the app");
    this.address.spellcheck = false;
    this.address.addEventListener("keydown", (event) => this.pressed(event));
    this.address.addEventListener("blur", () => (this.address.value = this.path));
    /** @type {HTMLElement} */
    this.revision = element("span", "mpp-badge");
    /** @type {HTMLAnchorElement} */
    this.tab = /** @type {HTMLAnchorElement} */ (
      element("a", "mpp-button mpp-page-tab", "Open in a new tab")
    );
    this.tab.target = "_blank";
    this.tab.rel = "noopener noreferrer";
    /** @type {ReturnType<typeof throughBadge>} */
    this.through = throughBadge();
    const where = element("div", "mpp-page-where");
    where.append(this.site, this.address);
    const bar = element("div", "mpp-bar mpp-page-bar");
    bar.append(this.reloadButton, where, this.through.control, this.revision, this.tab);
    keepKeys(bar);
    this.live(false);
    return bar;
  }

  /** @param {any} state */
  show(state) {
    const before = this.greeted ? this.state : null;
    this.state = state;
    // Until its hello is answered, the lab may not let this page in: what it loads stays mute.
    this.greeted = this.line.answered;
    if (!this.arrived) this.arrive(state);
    this.revision.textContent = `revision ${state.revision}`;
    this.revision.hidden = !state.revision;
    this.frame.title = `A page of ${state.name}`;
    if (!state.running) this.rest();
    else if (this.greeted && this.moved(before, state)) this.search();
    else if (this.greeted && before.revision !== state.revision) this.reload();
  }

  /** Whether the lab is not where it was, or has only now begun. */
  moved(/** @type {any} */ before, /** @type {any} */ state) {
    return !before?.running || ["url", "port", "lab"].some((name) => before[name] !== state[name]);
  }

  arrive(/** @type {any} */ state) {
    this.arrived = true;
    this.ground.style.height = `${state.height}px`;
    this.path = state.path;
    this.showPlace();
  }

  /** Try every address at once, and take the best that the lab has answered at. */
  async search() {
    clearTimeout(this.again);
    const search = ++this.searches;
    const { url, port, lab, revision } = this.state;
    const found = candidates(url, port, location.href, jupyterBase(), await colabAddress(port));
    if (search !== this.searches) return;
    if (!found.length)
      return this.fail(
        this.state.note ||
          'This lab has no network, so its pages have no address; await lab.get("/") asks for one.',
      );
    const answer = await best(found, (each) => tried(each, lab));
    if (search !== this.searches) return;
    if (answer.ok) {
      if (!url) this.line.say({ kind: "reached", url: answer.url });
      return this.reached(answer, revision);
    }
    this.fail(answer.said);
    this.again = setTimeout(() => this.search(), AGAIN);
  }

  fail(/** @type {string} */ why) {
    this.why = why;
    this.live(false);
    this.say(why, true);
  }

  reached(
    /** @type {import("../shared/reach.js").Answered} */ { url: base, proxied },
    /** @type {number} */ revision,
  ) {
    this.why = "";
    this.proxied = proxied;
    this.through.show(proxied);
    this.live(true);
    this.say("", false);
    if (this.base !== base) {
      this.base = base;
      this.frame.src = `${base}${BEACON}/page`;
      this.showPlace();
    } else if (this.shownRevision !== revision) this.order("reload");
    this.shownRevision = revision;
  }

  rest() {
    clearTimeout(this.again);
    this.searches += 1;
    this.live(false);
    this.say(PAGE_STOPPED, false);
  }

  /** The frame speaks: the page's own origin knows where the page is. */
  heard(/** @type {MessageEvent} */ event) {
    if (event.source !== this.frame.contentWindow || !event.data?.playground) return;
    if (event.data.kind === "ready") this.order("go");
    else if (event.data.kind === "place") this.placed(String(event.data.path));
  }

  placed(/** @type {string} */ path) {
    if (this.line.alive && this.state?.running)
      this.say(path ? "" : this.proxied ? `${AWAY} ${RELATIVE}` : AWAY, false);
    if (path) this.path = path;
    this.showPlace();
  }

  order(/** @type {"go" | "reload"} */ kind) {
    if (this.base)
      this.frame.contentWindow?.postMessage({ kind, path: this.path }, new URL(this.base).origin);
  }

  reload() {
    this.shownRevision = this.why ? 0 : this.state.revision;
    if (this.why) this.search();
    else this.order("reload");
  }

  pressed(/** @type {KeyboardEvent} */ event) {
    if (event.key === "Escape") this.address.value = this.path;
    if (event.key !== "Enter") return;
    const typed = this.address.value.trim();
    // The whole address may be pasted too.
    const path = typed.startsWith(this.base) ? typed.slice(this.base.length) : typed;
    this.path = `/${path.replace(/^\/+/, "")}`;
    this.address.value = this.path;
    this.order("go");
    this.showPlace();
  }

  showPlace() {
    if (!this.address.matches(":focus")) this.address.value = this.path;
    this.site.textContent = shownAddress("", this.base);
    this.site.title = this.base;
    this.tab.href = this.base ? this.base + this.path.slice(1) : "#";
  }

  /** Let the controls work, or not. */
  live(/** @type {boolean} */ on) {
    this.address.disabled = !on;
    this.reloadButton.disabled = !on && !this.why;
    this.reloadButton.textContent = this.why ? "Try again" : "Reload";
    this.tab.classList.toggle("mpp-off", !on);
    this.tab.setAttribute("aria-disabled", String(!on));
    this.tab.tabIndex = on ? 0 : -1;
    this.ground?.classList.toggle("mpp-page-still", !on);
  }

  turned(/** @type {boolean} */ alive) {
    this.root.classList.toggle("mpp-deaf", !alive);
    clearTimeout(this.again);
    this.searches += 1;
    this.live(false);
    this.reloadButton.disabled = true;
    this.say(alive ? "" : GONE, !alive);
    // What it told before may not hold any more.
    this.state = alive ? null : this.state;
  }

  say(/** @type {string} */ text, /** @type {boolean} */ bad) {
    this.note.setAttribute("role", bad ? "alert" : "status");
    this.note.classList.toggle("mpp-bad", bad);
    if (this.note.textContent !== text) this.note.textContent = text;
    this.note.hidden = !text;
  }

  close() {
    clearTimeout(this.again);
    this.searches += 1;
    removeEventListener("message", this.hear);
    this.line.close();
    this.root.remove();
  }
}

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    const page = new AppPage(model, el);
    outliveStill(model, page.root);
    page.line.open();
    return () => page.close();
  },
};
