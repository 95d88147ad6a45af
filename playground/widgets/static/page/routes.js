/** The routes: a chip for each, which opens the form that tries it. */

import { button, element, focusedIn } from "../shared/dom.js";
import { Fold } from "../shared/fold.js";
import { rendering, StateFace } from "../shared/stateface.js";
import { TryForm } from "./tryroute.js";

const TAGS = /** @type {Record<string, string>} */ ({ websocket: "WS", http: "HTTP" });
const NO_ROUTES =
  "No routes are known. Write a method into the class: async def index(self) answers /, " +
  "async def ws_echo(self, ws) takes WebSockets at /echo.";

class Routes extends StateFace {
  /** @param {any} model */
  constructor(model) {
    super(model, "mpp-routes");
    this.state = /** @type {any} */ ({ routes: [], taken: [], more: 0 });
    this.form = /** @type {TryForm | null} */ (null);
    this.chips = element("div", "mpp-chips");
    this.chips.setAttribute("role", "group");
    this.chips.setAttribute("aria-label", "Routes");
    this.tryButton = button(
      "Try a route…",
      () => (this.form ? this.form.focus() : this.open(this.state.routes[0])),
      "mpp-quiet mpp-bar-action",
    );
    this.place = element("div", "mpp-form-place");
    const bar = element("div", "mpp-bar mpp-bar-thin mpp-chips-bar");
    bar.append(element("span", "mpp-dim mpp-bar-label", "Routes"), this.chips, this.tryButton);
    this.fold = new Fold(this.chips, "routes", () => {});
    bar.append(this.fold.button);
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.append(bar, this.banner, this.place);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const typed = this.place.contains(/** @type {Node} */ (event.target));
    if (event.key !== "+" || typed || this.fold.button.hidden) return;
    event.preventDefault();
    this.fold.toggle();
  }

  close() {
    this.fold.close();
    super.close();
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
    this.chips.replaceChildren(...routes.map((/** @type {any} */ route) => this.chip(route)));
    if (!routes.length) this.chips.append(element("span", "mpp-dim mpp-none", NO_ROUTES));
    if (more) this.chips.append(element("span", "mpp-dim", `and ${more} more`));
    this.tryButton.hidden = !routes.length;
    this.fold.lay(more);
    const { form } = this;
    const open =
      form && routes.find((/** @type {any} */ route) => asks(route) === asks(form.route));
    if (open) form.describe(open);
    else if (form) this.leave();
    this.mark();
  }

  chip(/** @type {any} */ route) {
    const chip = button("", () => this.toggle(route));
    chip.className = "mpp-chip";
    chip.dataset.route = key(route);
    chip.title = [route.handler, route.doc].filter(Boolean).join(": ");
    chip.append(
      element("span", "mpp-chip-kind", TAGS[route.kind] ?? route.kind),
      element("span", "mpp-mono", route.path),
    );
    return chip;
  }

  toggle(/** @type {any} */ route) {
    if (this.form && key(this.form.route) === key(route)) this.leave();
    else this.open(route);
  }

  open(/** @type {any} */ route) {
    this.form = new TryForm(route, this.line, {
      taken: () => this.state.taken,
      leave: () => this.leave(),
      breaks: () => Boolean(this.state.breaks),
    });
    this.place.replaceChildren(this.form.el);
    this.mark();
    this.form.focus();
  }

  leave() {
    const inside = this.place.contains(focusedIn(this.place));
    const chip = this.form && this.chipOf(this.form.route);
    this.form = null;
    this.place.replaceChildren();
    this.mark();
    if (inside) (chip ?? this.tryButton).focus();
  }

  chipOf(/** @type {any} */ route) {
    return [...this.chips.querySelectorAll("button")].find(
      (chip) => chip.dataset.route === key(route),
    );
  }

  mark() {
    const open = this.form ? key(this.form.route) : "";
    for (const chip of this.chips.querySelectorAll("button")) {
      chip.setAttribute("aria-expanded", String(chip.dataset.route === open));
      chip.classList.toggle("mpp-picked", chip.dataset.route === open);
    }
  }
}

function key(/** @type {any} */ route) {
  return `${route.kind} ${route.path} ${route.handler}`;
}

/** What the form of a route asks for, whatever its handler says of itself. */
function asks(/** @type {any} */ route) {
  return JSON.stringify({ ...route, doc: "" });
}

export default rendering(Routes);
