/** The messages in flight, each to be delivered, or dragged into another order. */

import { colourClass } from "../clients/clients.js";
import { button, element } from "../shared/dom.js";
import { escaped } from "../shared/format.js";
import { inChosenOrder, movedTo } from "./order.js";
import { deed, stripLine } from "./strip.js";

/** @typedef {import("./between.js").Flight} Flight */

// A press that moves less is a click; and so near to its lane a message has come.
const CLICK = 4;
const AT_LANE = 30;

export class Flying {
  /**
   * @param {{deliver: (flight: Flight) => void, order: (keys: number[]) => void, draw: () => void,
   *   refuse: (why: string) => void, say: (text: string) => void}} acts
   */
  constructor(acts) {
    this.acts = acts;
    this.chosen = /** @type {number[]} */ ([]);
    this.shown = /** @type {Flight[]} */ ([]);
    /** What is dragged: nothing is drawn anew until it is dropped. */
    this.dragged = /** @type {{flight: Flight, x: number, y: number, moves: boolean} | null} */ (
      null
    );
    this.skips = false;
  }

  /** Whether a person holds something. */
  get isHeld() {
    return Boolean(this.dragged?.moves);
  }

  /** @param {Flight[]} flight @param {number} flying how many there are */
  line(flight, flying) {
    this.shown = inChosenOrder(flight, this.chosen);
    this.chosen = this.isChosen(flight) ? this.shown.map((each) => each.key) : [];
    const line = stripLine("mpp-flight-line");
    line.setAttribute("role", "group");
    line.setAttribute("aria-label", `In flight, ${flying}`);
    line.append(element("span", "mpp-between-name", `in flight (${flying})`));
    line.append(...this.shown.map((each) => this.chip(each)));
    if (flying > flight.length)
      line.append(element("span", "mpp-dim", `and ${flying - flight.length} more`));
    if (this.chosen.length) {
      const go = () => this.acts.order(this.chosen);
      const title = "One after the other, each when the one before it has arrived";
      line.append(deed("Deliver in this order", "order", go, title));
    }
    return line;
  }

  /** Whether they stand in another order than they were sent in. */
  isChosen(/** @type {Flight[]} */ flight) {
    return this.shown.some((each, index) => each !== flight[index]);
  }

  /** @param {Flight} flight */
  chip(flight) {
    const arrow = flight.direction === "to app" ? "⇢" : "⇠";
    const chip = button("", () => this.pressed(flight), "");
    chip.className = `mpp-chip mpp-flying ${colourClass(flight.index)}`;
    chip.dataset.act = `deliver ${flight.key}`;
    chip.dataset.seq = String(flight.seq);
    const said = escaped(`Deliver ${flight.shown} ${flight.direction}, ${flight.client}`);
    chip.title =
      `${said} (Enter); what was sent before it on its line arrives first. ` +
      "Drag it for another order (Shift+← →), or to its lane in the ladder";
    chip.setAttribute("aria-label", said);
    chip.setAttribute("aria-keyshortcuts", "Enter Shift+ArrowLeft Shift+ArrowRight");
    chip.append(
      element("span", "mpp-id"),
      element("b", "", escaped(flight.client)),
      element("span", "mpp-dim", arrow),
      element("span", "mpp-mono mpp-chip-words", escaped(flight.shown)),
    );
    chip.addEventListener("pointerdown", (event) => this.begin(flight, chip, event));
    chip.addEventListener("pointermove", (event) => this.move(chip, event));
    chip.addEventListener("pointerup", (event) => this.drop(chip, event));
    chip.addEventListener("pointercancel", () => this.let(chip));
    return chip;
  }

  pressed(/** @type {Flight} */ flight) {
    if (!this.skips) this.acts.deliver(flight);
    this.skips = false;
  }

  /** Put one that is at a place elsewhere, if it can arrive there. */
  put(/** @type {Flight} */ flight, /** @type {number} */ index) {
    const to = Math.max(0, Math.min(this.shown.length - 1, index));
    const { flight: moved, why } = movedTo(this.shown, flight.key, to);
    if (why) return this.acts.refuse(why);
    if (moved.every((each, place) => each === this.shown[place])) return;
    this.chosen = moved.map((each) => each.key);
    this.acts.draw();
    this.acts.say(`${flight.client}, ${flight.shown}: ${to + 1} of ${moved.length}`);
  }

  /** Move the one with the focus; whether there is one. */
  step(/** @type {string} */ act, /** @type {number} */ way) {
    const at = this.shown.findIndex((each) => act === `deliver ${each.key}`);
    if (at >= 0) this.put(this.shown[at], at + way);
    return at >= 0;
  }

  begin(
    /** @type {Flight} */ flight,
    /** @type {HTMLElement} */ chip,
    /** @type {PointerEvent} */ event,
  ) {
    this.skips = false;
    if (event.button !== 0) return;
    // A quick hand has left the chip before it is seen to move.
    chip.setPointerCapture(event.pointerId);
    this.dragged = { flight, x: event.clientX, y: event.clientY, moves: false };
  }

  move(/** @type {HTMLElement} */ chip, /** @type {PointerEvent} */ event) {
    if (!this.dragged) return;
    const [x, y] = [event.clientX - this.dragged.x, event.clientY - this.dragged.y];
    if (!this.dragged.moves && Math.hypot(x, y) < CLICK) return;
    this.dragged.moves = true;
    chip.classList.add("mpp-dragged");
    chip.style.transform = `translate(${x}px, ${y}px)`;
  }

  drop(/** @type {HTMLElement} */ chip, /** @type {PointerEvent} */ event) {
    const { dragged } = this;
    const to = this.placeAt(chip, event);
    const isThere = dragged?.moves && atLane(chip, event, dragged.flight);
    this.let(chip);
    if (!dragged?.moves) return;
    // What was dragged is not pressed too.
    this.skips = true;
    if (isThere) this.acts.deliver(dragged.flight);
    else if (to >= 0) this.put(dragged.flight, to);
  }

  let(/** @type {HTMLElement} */ chip) {
    this.dragged = null;
    chip.classList.remove("mpp-dragged");
    chip.style.transform = "";
    this.acts.draw();
  }

  /** Where among the others a chip is dropped; -1 where it is in no line of theirs. */
  placeAt(/** @type {HTMLElement} */ chip, /** @type {PointerEvent} */ event) {
    const all = [...(chip.parentElement?.querySelectorAll(".mpp-flying") ?? [])];
    const others = all.filter((each) => each !== chip).map((each) => each.getBoundingClientRect());
    const line = chip.parentElement?.getBoundingClientRect();
    if (!line || event.clientY < line.top - CLICK || event.clientY > line.bottom + CLICK) return -1;
    return others.filter(
      ({ top, bottom, left, width }) =>
        bottom < event.clientY || (top <= event.clientY && left + width / 2 < event.clientX),
    ).length;
  }
}

/** Whether a message is dropped at the lane in the panel's ladder that it is for. */
function atLane(
  /** @type {HTMLElement} */ chip,
  /** @type {PointerEvent} */ { clientX, clientY },
  /** @type {Flight} */ flight,
) {
  const below = chip.ownerDocument.elementsFromPoint(clientX, clientY);
  const ladder = below.map((each) => each.closest(".mpp-ladder")).find(Boolean);
  const name = flight.direction === "to app" ? "server" : escaped(flight.client);
  return [...(ladder?.querySelectorAll(".mpp-lane-head") ?? [])].some((head) => {
    const { left, width } = head.getBoundingClientRect();
    return head.textContent === name && Math.abs(left + width / 2 - clientX) <= AT_LANE;
  });
}
