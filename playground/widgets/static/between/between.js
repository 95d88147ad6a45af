/** The strip between clients and traffic: who is paused, what is in flight, which rules hold. */

import { element, focusedIn } from "../shared/dom.js";
import { Outcome } from "../shared/fields.js";
import { counted, escaped } from "../shared/format.js";
import { tellRoom } from "../shared/room.js";
import { rendering, StateFace } from "../shared/stateface.js";
import { BreakpointsLine } from "./breakpoints.js";
import { Flying } from "./flying.js";
import { deed, stripLine, writing } from "./strip.js";

/**
 * @typedef {{number: number, client: string, does: string, where: string, message: string | null,
 *   sends: boolean, index: number}} Pause
 * @typedef {{key: number, client: string, direction: string, shown: string, seq: number,
 *   index: number, exchange: number}} Flight
 * @typedef {{pauses: Pause[], flight: Flight[], flying: number, rules: string[],
 *   breakpoints: import("../traffic/margin.js").Breakpoint[], holds: boolean}} Between
 */

class BetweenFace extends StateFace {
  /** @param {any} model */
  constructor(model) {
    super(model, "mpp-between");
    this.outcome = new Outcome();
    this.list = element("div", "mpp-between-list");
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.root.setAttribute("role", "region");
    this.root.setAttribute("aria-label", "Paused and in flight");
    this.root.hidden = true;
    this.root.append(this.banner, this.list, this.outcome.el);
    this.editing = 0;
    this.draft = "";
    this.drawn = "";
    /** What the focus was on, while there is nothing like it. */
    this.lost = "";
    this.root.tabIndex = -1;
    this.spoken = element("div", "mpp-aloud");
    this.spoken.setAttribute("role", "status");
    this.root.append(this.spoken);
    this.unsize = tellRoom(this.root);
    this.flying = new Flying({
      deliver: (flight) => this.deliver(flight),
      order: (keys) => this.ask({ kind: "order", keys }),
      draw: () => this.draw(),
      refuse: (why) => this.outcome.error(why),
      say: (text) => this.tellAloud(text),
    });
    this.breakpoints = new BreakpointsLine({
      remove: (index) => this.ask({ kind: "unbreak", index }),
      edit: (index, which) =>
        this.ask({ kind: "edit_breakpoint", index, which }, (said) => this.tellAloud(said)),
      draw: () => this.drawEditor(),
    });
  }

  /** @param {Between} state */
  show(state) {
    this.state = state;
    this.draw();
  }

  /** Draw what there is, if it has changed; what has the focus keeps it. */
  draw() {
    const state = /** @type {Between} */ (this.state);
    const { pauses, flight, flying, rules, breakpoints } = state;
    if (!pauses.some((each) => each.number === this.editing)) this.editing = 0;
    const { editing } = this.breakpoints;
    const drawn = JSON.stringify([state, this.editing, editing, this.flying.chosen]);
    // What a person holds stays where it is until it is dropped.
    if (drawn === this.drawn || this.flying.isHeld) return;
    this.drawn = drawn;
    const focused = focusedIn(this.list);
    const inside = focused && this.list.contains(focused) ? focused.dataset.act : undefined;
    // A handler that steps is nowhere for a moment: whoever steps it goes on with the next pause.
    const free = !focused || focused === this.root || focused === focused.ownerDocument.body;
    const had = inside ?? (free ? this.lost : "");
    this.list.replaceChildren(
      ...pauses.map((each) => this.pauseLine(each)),
      ...(flying ? [this.flying.line(flight, flying)] : []),
      ...(rules.length ? [this.rulesLine(rules)] : []),
      ...(breakpoints.length ? [this.breakpoints.line(breakpoints)] : []),
    );
    this.root.hidden = !this.list.childElementCount && !this.outcome.el.textContent;
    this.lost = had ? this.refocus(had) : "";
    this.aloud(state);
  }

  /** Keep the focus where it was, or on the like of it; return what it was on if there is none. */
  refocus(/** @type {string} */ had) {
    /** @type {HTMLElement[]} */
    const all = [...this.list.querySelectorAll("[data-act]")].map(
      (each) => /** @type {any} */ (each),
    );
    const same = all.find((each) => each.dataset.act === had);
    const kind = had.split(" ")[0];
    const like = same ?? all.find((each) => each.dataset.act?.split(" ")[0] === kind);
    (like ?? this.root).focus();
    return like ? "" : had;
  }

  /** Say aloud what has come to be so. */
  aloud(/** @type {Between} */ { pauses, flying, rules }) {
    const said = [
      ...pauses.map((each) => `${each.client} is paused before ${each.does}`),
      flying ? `${counted(flying, "message", "messages")} in flight` : "",
      ...rules,
    ].filter(Boolean);
    const over = this.spoken.textContent ? "Nothing is paused or held any more" : "";
    this.tellAloud(said.join("; ") || over);
  }

  tellAloud(/** @type {string} */ said) {
    const text = escaped(said);
    if (this.spoken.textContent !== text) this.spoken.textContent = text;
  }

  /** Draw, and go to the line in which a breakpoint is written, if there is one now. */
  drawEditor() {
    this.draw();
    const input = this.list.querySelector("input");
    if (this.breakpoints.editing < 0 || !input) return;
    input.focus();
    input.select();
  }

  /** @param {Pause} pause */
  pauseLine(pause) {
    const line = stripLine("mpp-pause-line", pause.index);
    const words = element("span", "mpp-between-words");
    words.append(
      element("span", "mpp-pause-sign", "‖"),
      element("span", "mpp-id"),
      element("b", "", escaped(pause.client)),
      element("span", "", escaped(`paused before ${pause.does}`)),
      element("span", "mpp-dim mpp-mono", escaped(pause.where)),
    );
    line.append(words);
    const edits = this.editing === pause.number;
    const acts = element("span", edits ? "mpp-between-acts mpp-grow" : "mpp-between-acts");
    acts.append(...(edits ? this.editor(pause) : this.acts(pause)));
    line.append(acts);
    return line;
  }

  /** @param {Pause} pause @returns {HTMLElement[]} */
  acts(pause) {
    const does = (/** @type {string} */ how) => () => this.end(pause, how);
    const made = [
      deed("Resume", `resume ${pause.number}`, does("resume"), "Let it go on (g)"),
      deed("Step", `step ${pause.number}`, does("step"), "On to its next send or receive (n)"),
    ];
    if (!pause.sends) return made;
    const edit = () => this.edit(pause);
    return [
      ...made,
      deed("Drop", `drop ${pause.number}`, does("drop"), "Nobody gets what it sends (x)"),
      deed("Edit", `edit ${pause.number}`, edit, "Let it send something else (e)"),
    ];
  }

  /** @param {Pause} pause */
  edit(pause) {
    this.editing = pause.number;
    this.draft = pause.message ?? "";
    this.draw();
    const input = this.list.querySelector("input");
    input?.focus();
    input?.select();
  }

  /** @param {Pause} pause @returns {HTMLElement[]} */
  editor(pause) {
    const input = writing(
      {
        act: `input ${pause.number}`,
        label: escaped(`What ${pause.client}'s handler sends instead`),
        draft: this.draft,
      },
      {
        typed: (text) => {
          this.draft = text;
        },
        send: (text) => this.end(pause, "replace", text),
        leave: () => this.leave(),
      },
    );
    const send = () => this.end(pause, "replace", input.value);
    return [
      input,
      deed("Send this", `send ${pause.number}`, send, "Let it send this instead (Enter)"),
      deed("Cancel", `edit ${pause.number}`, () => this.leave(), "Leave it as it is (Esc)"),
    ];
  }

  leave() {
    this.editing = 0;
    this.draw();
  }

  /** @param {string[]} rules */
  rulesLine(rules) {
    const line = stripLine("mpp-rules-line");
    line.append(element("span", "mpp-between-words", escaped(rules.join(" · "))));
    const calm = () => this.ask({ kind: "calm" });
    line.append(deed("Calm", "calm", calm, "End every rule, and deliver what is in flight"));
    return line;
  }

  /** @param {Pause} pause @param {string} how @param {string} [data] */
  end(pause, how, data = "") {
    this.editing = 0;
    this.ask({ kind: "pause", number: pause.number, how, data });
  }

  /** @param {Flight} flight */
  deliver(flight) {
    this.ask({ kind: "deliver", key: flight.key });
  }

  ask(
    /** @type {object} */ message,
    /** @type {(said: string) => void} */ tell = (said) => this.outcome.note(said),
  ) {
    this.outcome.note("");
    this.line.ask(message, {
      late: (text) => this.outcome.note(text),
      done: (error, said) => {
        if (error !== null) this.outcome.error(error);
        else if (said) tell(said);
      },
    });
  }

  close() {
    this.unsize();
    super.close();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const act = /** @type {HTMLElement} */ (event.target).dataset.act ?? "";
    const all = [
      .../** @type {NodeListOf<HTMLElement>} */ (this.list.querySelectorAll("[data-act]")),
    ];
    const at = all.indexOf(/** @type {HTMLElement} */ (event.target));
    const pause = this.state?.pauses.find((each) => act.endsWith(` ${each.number}`));
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const ways = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1 });
    const way = event.shiftKey ? (ways[event.key] ?? 0) : 0;
    if (way) {
      if (!this.flying.step(act, way)) return;
    } else if (event.key === "ArrowRight") all[at + 1]?.focus();
    else if (event.key === "ArrowLeft") all[at - 1]?.focus();
    else if (pause && event.key === "g") this.end(pause, "resume");
    else if (pause && event.key === "n") this.end(pause, "step");
    else if (pause?.sends && event.key === "x") this.end(pause, "drop");
    else if (pause?.sends && event.key === "e") this.edit(pause);
    else return;
    event.preventDefault();
  }
}

export default rendering(BetweenFace);
