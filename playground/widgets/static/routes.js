/** The routes: a chip for each, which opens the form that tries it. */

import { button, element, keepKeys } from "./dom.js";
import { GONE } from "./heartbeat.js";
import { Line } from "./line.js";
import { TryForm } from "./tryroute.js";

const TAGS = { websocket: "WS", http: "HTTP" };
const NONE = "No routes are known. A handler is a method of the App, such as async def ws_echo(self, ws).";

class Routes {
  /** @param {any} model @param {HTMLElement} el */
  constructor(model, el) {
    this.state = { routes: [], taken: [], more: 0 };
    this.form = null;
    this.line = new Line(model, {
      state: (state) => this.show(state),
      alive: (alive) => this.turned(alive),
      trouble: (text) => this.say(`Something went wrong in the kernel: ${text}`),
    });
    this.root = this.build();
    el.append(this.root);
  }

  build() {
    const root = element("div", "mpp-face mpp-routes");
    keepKeys(root);
    this.chips = element("div", "mpp-chips");
    this.chips.setAttribute("role", "group");
    this.chips.setAttribute("aria-label", "Routes");
    this.tryButton = button("Try a route…", () => (this.form ? this.leave() : this.open(this.state.routes[0])), "mpp-quiet mpp-bar-action");
    this.banner = element("div", "mpp-banner mpp-bad mpp-gone");
    this.banner.setAttribute("role", "alert");
    this.banner.hidden = true;
    this.place = element("div", "mpp-form-place");
    const bar = element("div", "mpp-bar mpp-bar-thin mpp-chips-bar");
    bar.append(element("span", "mpp-dim mpp-bar-label", "Routes"), this.chips, this.tryButton);
    root.append(bar, this.banner, this.place);
    return root;
  }

  /** @param {any} state */
  show(state) {
    const same = JSON.stringify(state.routes) === JSON.stringify(this.state.routes);
    this.state = state;
    if (!same || !this.chips.hasChildNodes()) this.draw();
    this.form?.suggest();
  }

  /** Draw the chips; an open form stays while its route does. */
  draw() {
    const { routes, more } = this.state;
    this.chips.replaceChildren(...routes.map((route) => this.chip(route)));
    if (!routes.length) this.chips.append(element("span", "mpp-dim mpp-none", NONE));
    if (more) this.chips.append(element("span", "mpp-dim", `and ${more} more`));
    this.tryButton.hidden = !routes.length;
    const open = this.form && routes.find((route) => asks(route) === asks(this.form.route));
    if (open) this.form.describe(open);
    else if (this.form) this.leave();
    this.mark();
  }

  chip(/** @type {any} */ route) {
    const chip = button("", () => this.toggle(route));
    chip.className = "mpp-chip";
    chip.dataset.route = key(route);
    chip.title = [route.handler, route.doc].filter(Boolean).join(": ");
    chip.append(element("span", "mpp-chip-kind", TAGS[route.kind] ?? route.kind), element("span", "mpp-mono", route.path));
    return chip;
  }

  toggle(/** @type {any} */ route) {
    if (this.form && key(this.form.route) === key(route)) this.leave();
    else this.open(route);
  }

  open(/** @type {any} */ route) {
    this.form = new TryForm(route, this.line, { taken: () => this.state.taken, leave: () => this.leave() });
    this.place.replaceChildren(this.form.el);
    this.mark();
    this.form.focus();
  }

  leave() {
    const inside = this.place.contains(document.activeElement);
    const chip = this.form && this.chipOf(this.form.route);
    this.form = null;
    this.place.replaceChildren();
    this.mark();
    if (inside) (chip ?? this.tryButton).focus();
  }

  chipOf(/** @type {any} */ route) {
    return [...this.chips.querySelectorAll("button")].find((chip) => chip.dataset.route === key(route));
  }

  mark() {
    const open = this.form ? key(this.form.route) : "";
    for (const chip of this.chips.querySelectorAll("button")) {
      chip.setAttribute("aria-expanded", String(chip.dataset.route === open));
      chip.classList.toggle("mpp-picked", chip.dataset.route === open);
    }
  }

  turned(/** @type {boolean} */ alive) {
    this.root.classList.toggle("mpp-deaf", !alive);
    this.root.inert = !alive;
    this.say(alive ? "" : GONE);
  }

  say(/** @type {string} */ text) {
    this.banner.textContent = text;
    this.banner.hidden = !text;
  }

  close() {
    this.line.close();
    this.root.remove();
  }
}

function key(/** @type {any} */ route) {
  return `${route.kind} ${route.path} ${route.handler}`;
}

/** What the form of a route asks for, whatever its handler says of itself. */
function asks(/** @type {any} */ route) {
  return JSON.stringify({ ...route, doc: "" });
}

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    const routes = new Routes(model, el);
    routes.line.open();
    return () => routes.close();
  },
};
