/**
 * The clients as chips: who is there, in which colour, how those ended that are not; and the form
 * that connects one.
 */

import { button, element, focusedIn } from "../shared/dom.js";
import { Field, formOf, Outcome, setBusy } from "../shared/fields.js";
import { escaped } from "../shared/format.js";
import { GONE } from "../shared/line.js";
import { typedList, typedPath } from "../shared/paths.js";
import { choose } from "../shared/selected.js";
import {
  ALL,
  clientTitle,
  colourClass,
  freeName,
  guestTitle,
  isOver,
  moreWords,
  stateWords,
} from "./clients.js";
import { Crowd } from "./crowd.js";
import { withLineMenu } from "./linemenu.js";

/**
 * @typedef {import("./clients.js").Client} Client
 * @typedef {{clients: Client[], paths: string[], more: number, open: number,
 *   over?: number, guests: import("./clients.js").Guest[], more_guests: number}} State
 */

const NO_CLIENTS = "Nobody is connected yet.";

export class Chips {
  /** @param {import("../shared/line.js").Line} line */
  constructor(line) {
    this.line = line;
    this.state = /** @type {State} */ ({
      clients: [],
      paths: [],
      more: 0,
      open: 0,
      guests: [],
      more_guests: 0,
    });
    this.chosen = "";
    this.drawn = "";
    this.form = null;
    this.el = element("div", "mpp-clients");
    this.list = element("div", "mpp-chips");
    this.list.setAttribute("role", "group");
    this.list.setAttribute("aria-label", "Clients");
    this.connectButton = button(
      "Connect…",
      () => (this.form ? this.leave() : this.open()),
      "mpp-bar-action",
    );
    this.connectButton.setAttribute("aria-expanded", "false");
    this.outcome = new Outcome();
    this.outcome.el.classList.add("mpp-clients-outcome");
    this.place = element("div", "mpp-form-place");
    const bar = element("div", "mpp-bar mpp-bar-thin mpp-chips-bar");
    bar.append(element("span", "mpp-dim mpp-bar-label", "Clients"), this.list, this.connectButton);
    this.crowd = new Crowd(line, this.list, this.outcome, () => this.connectButton.focus());
    this.el.append(bar, this.crowd.el, this.outcome.el, this.place);
    this.el.addEventListener("keydown", (event) => this.key(event));
  }

  close() {
    this.crowd.close();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (this.place.contains(/** @type {Node} */ (event.target)) || !this.crowd.key(event)) return;
    event.preventDefault();
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
    const { over } = this.state;
    const drawn = JSON.stringify([clients, more, guests, more_guests, over, this.chosen]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const focused = focusedIn(this.list);
    const back = focused && this.list.contains(focused) ? focused.dataset.client : undefined;
    this.list.replaceChildren(...clients.map((client) => this.chip(client)));
    if (!clients.length && !guests.length) this.list.append(element("span", "mpp-dim", NO_CLIENTS));
    if (more) this.list.append(element("span", "mpp-dim", moreWords(more)));
    if (guests.length)
      this.list.append(
        element("span", "mpp-dim mpp-guests-word", "Guests"),
        ...guests.map(guestChip),
      );
    if (more_guests) this.list.append(element("span", "mpp-dim", moreWords(more_guests)));
    this.crowd.show(this.state);
    if (back !== undefined) (this.controlOf(back) ?? this.connectButton).focus();
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
    chip.append(element("span", "mpp-id"), element("b", "", escaped(client.name)));
    if (stateWords(client)) chip.append(element("span", "mpp-dim", stateWords(client)));
    return withLineMenu(chip, client.name, (what) => this.rule(client.name, what));
  }

  goneChip(/** @type {import("./clients.js").Client} */ client) {
    const chip = element("span", `mpp-chip mpp-gone-chip ${colourClass(client.index)}`);
    chip.title = clientTitle(client);
    const again = button("↻", () => this.again(client, again), "mpp-quiet mpp-again");
    again.dataset.client = client.name;
    again.title = escaped(`Connect ${client.name} again to ${client.path}`);
    again.setAttribute("aria-label", again.title);
    if (client.why) again.setAttribute("aria-description", escaped(client.why));
    const away = button("×", () => this.crowd.dismiss(client.name), "mpp-quiet mpp-again");
    away.dataset.client = client.name;
    away.title = escaped(`Dismiss ${client.name} (Delete)`);
    away.setAttribute("aria-label", escaped(`Dismiss ${client.name}`));
    away.setAttribute("aria-keyshortcuts", "Delete");
    chip.append(
      element("span", "mpp-id"),
      element("span", "mpp-chip-words", escaped(`${client.name} · ${stateWords(client)}`)),
      again,
      away,
    );
    return chip;
  }

  again(
    /** @type {import("./clients.js").Client} */ client,
    /** @type {HTMLButtonElement} */ control,
  ) {
    control.disabled = true;
    control.setAttribute("aria-busy", "true");
    this.outcome.note("");
    const subprotocols = client.subprotocol ? [client.subprotocol] : [];
    this.line.ask(
      { kind: "connect", client: client.name, path: client.path, subprotocols },
      {
        late: (text) => this.outcome.note(text),
        done: (error, name) => {
          this.redraw();
          if (error === null) choose(this.list, name, true);
          else if (error !== GONE) this.outcome.error(error);
        },
      },
    );
  }

  /** Rule the line of a client. @param {string} client @param {string} what */
  rule(client, what) {
    this.outcome.note("");
    this.line.ask(
      { kind: "rule", client, what },
      {
        late: (text) => this.outcome.note(text),
        done: (error) => error !== null && error !== GONE && this.outcome.error(error),
      },
    );
  }

  redraw() {
    this.drawn = "";
    this.draw();
  }

  open() {
    const taken = () =>
      this.state.clients.filter((each) => each.state !== "refused").map((each) => each.name);
    this.form = new ConnectForm(this.line, {
      taken,
      paths: () => this.state.paths,
      leave: () => this.leave(),
    });
    this.place.replaceChildren(this.form.el);
    this.connectButton.setAttribute("aria-expanded", "true");
    this.outcome.note("");
    this.form.focus();
  }

  leave() {
    const inside = this.place.contains(focusedIn(this.place));
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
  chip.append(element("span", "mpp-id"), element("span", "mpp-chip-words", escaped(guest.name)));
  return chip;
}

export class ConnectForm {
  /**
   * @param {import("../shared/line.js").Line} line
   * @param {{taken: () => string[], paths: () => string[], leave: () => void}} around
   */
  constructor(line, around) {
    this.line = line;
    this.around = around;
    this.el = formOf("Connect a client", () => this.submit(), around.leave);
    this.el.append(...this.build());
    this.suggest();
  }

  build() {
    /** @type {Field} */
    this.path = new Field("path", { mono: true, required: true, hint: "/echo" });
    /** @type {Field} */
    this.client = new Field("client's name");
    /** @type {Field} */
    this.subprotocols = new Field("subprotocols", { hint: "none" });
    /** @type {HTMLElement} */
    this.paths = element("datalist");
    this.paths.id = `mpp-paths-${this.line.view}`;
    this.path.input.setAttribute("list", this.paths.id);
    this.path.el.classList.add("mpp-field-path");
    /** @type {Outcome} */
    this.outcome = new Outcome();
    /** @type {HTMLButtonElement} */
    this.go = button("Connect", () => {}, "mpp-on");
    this.go.type = "submit";
    const row = element("div", "mpp-fields");
    row.append(this.path.el, this.client.el, this.subprotocols.el, this.paths);
    const foot = element("div", "mpp-form-foot");
    foot.append(this.go, button("Cancel", this.around.leave, "mpp-quiet"));
    return [row, foot, this.outcome.el];
  }

  /** Suggest a name and paths, as things are now. */
  suggest() {
    this.client.input.placeholder = freeName(this.around.taken());
    this.paths.replaceChildren(
      ...this.around.paths().map((path) => {
        const option = /** @type {HTMLOptionElement} */ (element("option"));
        option.value = path;
        return option;
      }),
    );
    this.path.input.placeholder = this.around.paths()[0] ?? "/";
  }

  focus() {
    this.path.input.focus();
  }

  submit() {
    const typed = this.path.value.trim();
    const hole = /\{(.+?)…?\}/.exec(typed)?.[1];
    if (!typed) this.path.problem("Say which path to connect to, such as /echo.");
    else if (hole) this.path.problem(`Write a value in place of {${hole}}.`);
    if (!typed || hole) return this.focus();
    const client = this.client.value.trim() || this.client.input.placeholder;
    this.connect({
      client,
      path: typedPath(typed),
      subprotocols: typedList(this.subprotocols.value),
    });
  }

  connect(/** @type {object} */ wish) {
    this.outcome.note("");
    this.busy(true);
    this.line.ask(
      { kind: "connect", ...wish },
      {
        late: (text) => this.outcome.note(text),
        done: (error, name) => {
          this.busy(false);
          if (error === null) this.connected(name);
          else if (error !== GONE) this.outcome.error(error);
        },
      },
    );
  }

  connected(/** @type {string} */ name) {
    const el = /** @type {HTMLElement} */ (this.el.closest(".mpp-face") ?? this.el);
    this.around.leave();
    choose(el, name, true);
  }

  busy(/** @type {boolean} */ busy) {
    this.go.disabled = busy;
    setBusy(this.go, busy);
  }
}
