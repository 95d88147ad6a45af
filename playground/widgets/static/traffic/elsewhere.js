/**
 * Watching a server elsewhere: what a panel offers quietly as long as nothing has passed, and the
 * form that takes the address.
 */

import { button, copied, element, focusedIn } from "../shared/dom.js";
import { Field, formOf, Outcome, setBusy } from "../shared/fields.js";

const SCHEMES = /^(wss?|https?):\/\//i;
// A server on this machine seldom has a certificate.
const HERE = /^(localhost|127\.|\[::1\])/i;
// What the lab writes itself before anybody has come.
const OF_THE_LAB = ["lab", "swap"];

/**
 * What is offered: the sentence that says what becomes of the app; "" where nothing is.
 * @param {{watches?: string, first: number}} totals
 * @param {import("./rows.js").Item[]} items
 * @param {boolean} stands the view does not follow
 */
export function offered({ watches, first }, items, stands) {
  const passed = items.some(({ row }) => !row || !OF_THE_LAB.includes(row.kind));
  return passed || stands || first > 1 ? "" : (watches ?? "");
}

/** What is wrong with an address, as a sentence; "" if it may be one. @param {string} address */
export function wrongAddress(address) {
  if (!address) return "Write the address of the server, such as wss://example.org.";
  const begins = SCHEMES.exec(address);
  if (!begins)
    return address.includes("://")
      ? "What can be watched begins with ws, wss, http or https."
      : `Begin with ws:// or wss://, as in ${HERE.test(address) ? "ws" : "wss"}://${address}`;
  return begins[0].length === address.length ? "After the two strokes comes the host." : "";
}

/** The line of Python that does it in a cell. @param {string} address */
export function pythonOf(address) {
  return `lab = serve(Upstream(${JSON.stringify(address || "wss://example.org")}))`;
}

export class Elsewhere {
  /** @param {import("./view.js").Traffic} traffic */
  constructor(traffic) {
    this.traffic = traffic;
    this.waiting = 0;
    this.el = element("div", "mpp-watching");
    this.opener = button("Watch a server…", () => this.open(), "mpp-quiet");
    this.opener.title = "See what passes between a client and a server elsewhere";
    this.form = formOf(
      "Watch a server",
      () => this.submit(),
      () => this.shut(),
    );
    this.fill();
    this.el.hidden = true;
    this.el.append(this.opener);
    traffic.chrome.list.append(this.el);
  }

  fill() {
    /** @type {Field} */
    this.address = new Field("address of the server", {
      hint: "wss://example.org",
      required: true,
      mono: true,
    });
    this.address.el.classList.add("mpp-field-wide");
    /** @type {HTMLElement} */
    this.said = element("div", "mpp-dim");
    /** @type {HTMLElement} */
    this.code = element("code", "mpp-mono");
    /** @type {HTMLButtonElement} */
    this.copy = button("Copy", () => this.copyLine(), "mpp-quiet");
    this.copy.setAttribute("aria-label", "Copy the line of code");
    const line = element("div", "mpp-watching-line");
    line.append(element("span", "mpp-dim", "In Python, a lab of its own:"), this.code, this.copy);
    /** @type {HTMLButtonElement} */
    this.go = button("Watch", () => {}, "mpp-on");
    this.go.type = "submit";
    /** @type {Outcome} */
    this.outcome = new Outcome();
    const foot = element("div", "mpp-form-foot");
    foot.append(
      this.go,
      button("Cancel", () => this.shut(), "mpp-quiet"),
      this.outcome.el,
    );
    this.form.append(this.address.el, this.said, line, foot);
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("keydown", (event) => event.stopPropagation());
    this.changed();
  }

  /** Offer it where there is room: in a table without rows to speak of. */
  draw(/** @type {import("./rows.js").Item[]} */ items) {
    const { feed, look, picking } = this.traffic;
    const calm = look.now.picture === "Table" && !look.now.filter && !picking.id;
    this.show(offered(feed.totals, items, feed.stands !== null), calm);
  }

  /**
   * Offer it, or not; a form that somebody writes in stays.
   * @param {string} offer
   * @param {boolean} rows whether the table is shown, whole
   */
  show(offer, rows) {
    const open = this.form.isConnected;
    const held = this.el.contains(focusedIn(this.el));
    this.el.hidden = !rows || !(offer || open);
    if (this.el.hidden && held) this.traffic.picture.el.focus();
    if (this.said.textContent !== offer && offer) this.said.textContent = offer;
  }

  open() {
    this.el.append(this.form);
    this.opener.hidden = true;
    this.outcome.note("");
    this.address.input.focus();
  }

  shut(back = true) {
    this.form.remove();
    this.opener.hidden = false;
    this.address.problem("");
    if (back) this.opener.focus();
    // Meanwhile something may have passed.
    this.traffic.pace.soon();
  }

  changed() {
    const line = pythonOf(this.address.value.trim());
    if (this.code.textContent !== line) this.code.textContent = line;
  }

  submit() {
    const url = this.address.value.trim();
    const wrong = wrongAddress(url);
    this.address.problem(wrong);
    if (wrong) this.address.input.focus();
    if (wrong || this.waiting) return;
    this.busy(true);
    this.traffic.feed.ask(
      { kind: "lead", url },
      {
        late: (text) => this.outcome.note(text),
        done: (error, said) => this.ended(error, said),
      },
    );
  }

  /** @param {string | null} error @param {any} said */
  ended(error, said) {
    this.busy(false);
    if (error !== null) {
      this.address.problem(error);
      this.address.input.focus();
      return;
    }
    this.shut(false);
    this.traffic.picture.el.focus();
    this.traffic.aloud.say(String(said));
  }

  busy(/** @type {boolean} */ busy) {
    this.waiting = busy ? 1 : 0;
    setBusy(this.go, busy);
    this.outcome.note(busy ? "Looking whether somebody answers there…" : "");
  }

  async copyLine() {
    const done = await copied(this.code.textContent ?? "", this.el);
    this.outcome.note(done ? "Copied." : "The browser did not let it be copied.");
  }
}
