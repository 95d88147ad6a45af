/** The clients as chips: who is there, in which colour, and how those ended that are not. */

import { choose } from "./chosen.js";
import { ALL, clientTitle, colourClass, guestTitle, isOver, moreWords, stateWords } from "./clients.js";
import { ConnectForm } from "./connecting.js";
import { button, element } from "./dom.js";
import { Outcome } from "./fields.js";
import { GONE } from "./heartbeat.js";

const NONE = "Nobody is connected yet.";

export class Chips {
  /** @param {import("./line.js").Line} line */
  constructor(line) {
    this.line = line;
    this.state = { clients: [], paths: [], more: 0, open: 0, guests: [], more_guests: 0 };
    this.chosen = "";
    this.drawn = "";
    this.form = null;
    this.el = element("div", "mpp-clients");
    this.list = element("div", "mpp-chips");
    this.list.setAttribute("role", "group");
    this.list.setAttribute("aria-label", "Clients");
    this.connectButton = button("Connect…", () => (this.form ? this.leave() : this.open()), "mpp-bar-action");
    this.connectButton.setAttribute("aria-expanded", "false");
    this.outcome = new Outcome();
    this.outcome.el.classList.add("mpp-clients-outcome");
    this.place = element("div", "mpp-form-place");
    const bar = element("div", "mpp-bar mpp-bar-thin mpp-chips-bar");
    bar.append(element("span", "mpp-dim mpp-bar-label", "Clients"), this.list, this.connectButton);
    this.el.append(bar, this.outcome.el, this.place);
  }

  /** @param {any} state */
  show(state) {
    this.state = state;
    this.form?.suggest();
    this.draw();
  }

  /** @param {string} client */
  choose(client) {
    this.chosen = client;
    this.draw();
  }

  /** Draw the chips, if they have changed; the one with the focus keeps it. */
  draw() {
    const { clients, more, guests, more_guests } = this.state;
    const drawn = JSON.stringify([clients, more, guests, more_guests, this.chosen]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const back = focused && this.list.contains(focused) ? focused.dataset.client : undefined;
    this.list.replaceChildren(...clients.map((client) => this.chip(client)));
    if (!clients.length && !guests.length) this.list.append(element("span", "mpp-dim", NONE));
    if (more) this.list.append(element("span", "mpp-dim", moreWords(more)));
    if (guests.length) this.list.append(element("span", "mpp-dim mpp-guests-word", "Guests"), ...guests.map(guestChip));
    if (more_guests) this.list.append(element("span", "mpp-dim", moreWords(more_guests)));
    if (back !== undefined) this.controlOf(back)?.focus();
  }

  controlOf(/** @type {string} */ name) {
    return [...this.list.querySelectorAll("button")].find((each) => each.dataset.client === name);
  }

  chip(/** @type {import("./clients.js").Client} */ client) {
    return isOver(client) ? this.goneChip(client) : this.openChip(client);
  }

  openChip(/** @type {import("./clients.js").Client} */ client) {
    const picked = this.chosen === client.name || this.chosen === ALL;
    const chip = button("", () => choose(this.list, client.name, true));
    chip.className = `mpp-chip ${colourClass(client.index)}${picked ? " mpp-picked" : ""}`;
    chip.title = clientTitle(client);
    chip.dataset.client = client.name;
    chip.setAttribute("aria-pressed", String(picked));
    chip.append(element("span", "mpp-id"), element("b", "", client.name));
    if (stateWords(client)) chip.append(element("span", "mpp-dim", stateWords(client)));
    return chip;
  }

  goneChip(/** @type {import("./clients.js").Client} */ client) {
    const chip = element("span", `mpp-chip mpp-gone-chip ${colourClass(client.index)}`);
    chip.title = clientTitle(client);
    const again = button("↻", () => this.again(client, again), "mpp-quiet mpp-again");
    again.dataset.client = client.name;
    again.title = `Connect ${client.name} again to ${client.path}`;
    again.setAttribute("aria-label", again.title);
    chip.append(element("span", "mpp-id"), element("span", "mpp-chip-words", `${client.name} · ${stateWords(client)}`), again);
    return chip;
  }

  again(/** @type {import("./clients.js").Client} */ client, /** @type {HTMLButtonElement} */ control) {
    control.disabled = true;
    control.setAttribute("aria-busy", "true");
    this.outcome.note("");
    const subprotocols = client.subprotocol ? [client.subprotocol] : [];
    this.line.ask({ kind: "connect", client: client.name, path: client.path, subprotocols }, {
      late: (text) => this.outcome.note(text),
      done: (error, name) => {
        this.redraw();
        if (error === null) choose(this.list, name, true);
        else if (error !== GONE) this.outcome.error(error);
      },
    });
  }

  redraw() {
    this.drawn = "";
    this.draw();
  }

  open() {
    const taken = () => this.state.clients.filter((each) => each.state !== "refused").map((each) => each.name);
    this.form = new ConnectForm(this.line, { taken, paths: () => this.state.paths, leave: () => this.leave() });
    this.place.replaceChildren(this.form.el);
    this.connectButton.setAttribute("aria-expanded", "true");
    this.outcome.note("");
    this.form.focus();
  }

  leave() {
    const inside = this.place.contains(document.activeElement);
    this.form = null;
    this.place.replaceChildren();
    this.connectButton.setAttribute("aria-expanded", "false");
    if (inside) this.connectButton.focus();
  }
}

/** Somebody else's socket: to be seen, and no more. @param {import("./clients.js").Guest} guest */
function guestChip(guest) {
  const chip = element("span", `mpp-chip mpp-guest ${colourClass(guest.index)}`);
  chip.title = guestTitle(guest);
  chip.append(element("span", "mpp-id"), element("span", "mpp-chip-words", guest.name));
  return chip;
}
