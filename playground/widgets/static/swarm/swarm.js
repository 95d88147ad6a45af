/** The strip of a crowd: a slider for how many it is, how long they wait, what goes wrong. */

import { button, element } from "../shared/dom.js";
import { Outcome } from "../shared/fields.js";
import { escaped, grouped } from "../shared/format.js";
import { tellRoom } from "../shared/room.js";
import { rendering, StateFace } from "../shared/stateface.js";

/**
 * @typedef {{key: number, over: boolean, path: string, seconds: number, wanted: number,
 *   most: number, open: number, opened: number, failed: number, messages: number, opens: number,
 *   errors: number, p50: string, p99: string, worst: string, bars: [string, number][],
 *   mishaps: [string, number][], told: string}} CrowdState
 */

/** What each figure is called, and whether it is one of the three that say most. */
const FIGURES = /** @type {[keyof CrowdState, string, string][]} */ ([
  ["p50", "p50", "Half of all answers took no longer than this"],
  ["p99", "p99", "One answer in a hundred took longer than this"],
  ["worst", "worst", "The longest that an answer took"],
  ["open", "open", "Clients that are connected now"],
  ["opens", "opens/s", "Clients that connected in the last second"],
  ["errors", "errors/s", "What went wrong in the last second"],
  ["messages", "sent", "Messages that they have sent"],
]);
const MAIN = new Set(["p50", "p99", "worst"]);

class SwarmFace extends StateFace {
  /** @param {any} model */
  constructor(model) {
    super(model, "mpp-swarm");
    this.state = /** @type {CrowdState | null} */ (null);
    this.outcome = new Outcome();
    this.root.setAttribute("role", "region");
    this.root.setAttribute("aria-label", "Crowd");
    this.root.hidden = true;
    this.unsize = tellRoom(this.root);
    this.name = element("span", "mpp-swarm-name");
    this.range = /** @type {HTMLInputElement} */ (element("input"));
    this.wanted = element("span");
    /** What the slider was let go at, until the kernel says the same. */
    this.asked = 0;
    this.slide = this.slider();
    this.stop = button("Stop", () => this.ask({ kind: "stop" }));
    this.stop.title = "Have all of the crowd leave";
    this.away = button("Close", () => this.ask({ kind: "dismiss" }), "mpp-quiet");
    this.away.title = "Take this away; the row in the table stays";
    const acts = element("span", "mpp-swarm-acts");
    acts.append(this.stop, this.away);
    this.bar = element("div", "mpp-swarm-bar");
    this.bar.append(this.name, this.slide, acts);
    this.figures = element("div", "mpp-swarm-figures");
    this.values = new Map(FIGURES.map((each) => [each[0], this.figure(each)]));
    this.bars = element("div", "mpp-swarm-bars");
    this.bars.setAttribute("role", "img");
    this.mishaps = element("ul", "mpp-swarm-mishaps");
    const body = element("div", "mpp-swarm-body");
    body.append(this.figures, this.bars, this.mishaps);
    this.spoken = element("div", "mpp-aloud");
    this.spoken.setAttribute("role", "status");
    this.root.append(this.banner, this.bar, body, this.outcome.el, this.spoken);
  }

  /** Whoever drags it sees a number at once; the crowd hears of it when it is let go. */
  slider() {
    const label = element("label", "mpp-swarm-slider");
    this.range.type = "range";
    this.range.min = "1";
    this.range.setAttribute("aria-label", "How many clients");
    this.range.title = "How many clients there are to be (← and →)";
    this.range.addEventListener("input", () => this.count(Number(this.range.value)));
    this.range.addEventListener("change", () => {
      this.asked = Number(this.range.value);
      this.ask({ kind: "resize", clients: this.asked });
    });
    label.append(this.range, this.wanted);
    return label;
  }

  /** @param {number} clients */
  count(clients) {
    const said = `${grouped(clients)} ${clients === 1 ? "client" : "clients"}`;
    this.wanted.textContent = said;
    this.range.setAttribute("aria-valuetext", said);
  }

  /** @param {[keyof CrowdState, string, string]} figure */
  figure([key, name, meaning]) {
    const term = element("span", "mpp-dim", name);
    const main = MAIN.has(key) ? "mpp-swarm-value mpp-swarm-main" : "mpp-swarm-value";
    const value = element("span", main);
    term.title = meaning;
    value.title = meaning;
    this.figures.append(term, value);
    return value;
  }

  /** @param {CrowdState} state */
  show(state) {
    const before = this.state;
    this.state = state;
    if (!state.key) this.outcome.note("");
    this.root.hidden = !state.key;
    if (!state.key) return;
    const now = state.over ? "ended" : `${state.seconds} s`;
    this.name.textContent = escaped(`Crowd at ${state.path} · ${now}`);
    this.stop.hidden = this.slide.hidden = state.over;
    this.away.hidden = !state.over;
    this.move(state, before?.key !== state.key);
    for (const [key, value] of this.values) {
      const shown = state[key];
      value.textContent = typeof shown === "number" ? grouped(shown) : String(shown);
    }
    this.drawBars(state);
    this.mishaps.hidden = !state.mishaps.length;
    this.mishaps.replaceChildren(
      ...state.mishaps.map(([kind, count]) =>
        element("li", "", escaped(`${grouped(count)} × ${kind}`)),
      ),
    );
    this.aloud(state, before);
  }

  /** Have the slider say how many are wanted, but for who is moving it. */
  move(/** @type {CrowdState} */ state, /** @type {boolean} */ isNew) {
    if (isNew) this.asked = 0;
    this.range.max = String(state.most);
    if (this.asked && this.asked !== state.wanted) return;
    this.asked = 0;
    if (this.range.matches(":active")) return;
    this.range.value = String(state.wanted);
    this.count(state.wanted);
  }

  /** @param {CrowdState} state */
  drawBars({ bars, p50, p99, worst }) {
    const most = Math.max(1, ...bars.map(([, count]) => count));
    while (this.bars.childElementCount < 3 * bars.length) this.addBar();
    while (this.bars.childElementCount > 3 * bars.length) this.bars.lastElementChild?.remove();
    const cells = /** @type {HTMLElement[]} */ ([...this.bars.children]);
    for (const [index, [words, count]] of bars.entries()) {
      const [edges, track, times] = cells.slice(3 * index, 3 * index + 3);
      edges.textContent = words;
      const fill = /** @type {HTMLElement} */ (track.firstElementChild);
      fill.style.width = count ? `max(1px, ${((100 * count) / most).toFixed(2)}%)` : "0";
      times.textContent = grouped(count);
    }
    const said = `How long they waited for answers: p50 ${p50}, p99 ${p99}, worst ${worst}`;
    this.bars.setAttribute("aria-label", said);
  }

  addBar() {
    const track = element("div", "mpp-swarm-track");
    track.append(element("i"));
    this.bars.append(element("span"), track, element("span"));
  }

  /** Say aloud that a crowd has come, and what became of it: not each of its numbers. */
  aloud(/** @type {CrowdState} */ state, /** @type {CrowdState | null} */ before) {
    const isNew = before?.key !== state.key;
    if (state.over && state.told) this.spoken.textContent = escaped(`Crowd: ${state.told}`);
    else if (isNew && !state.over)
      this.spoken.textContent = escaped(`A crowd comes to ${state.path}`);
  }

  /** @param {{kind: string, [name: string]: any}} message */
  ask(message) {
    this.outcome.note("");
    this.line.ask(message, {
      late: (text) => this.outcome.note(text),
      done: (error) => {
        if (error === null) return;
        this.asked = 0;
        this.outcome.error(error);
      },
    });
  }

  close() {
    this.unsize();
    super.close();
  }
}

export default rendering(SwarmFace);
