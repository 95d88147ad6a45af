/**
 * Regular expressions that always end: whether a text holds one, in a bounded number of steps. No
 * DOM.
 *
 * The text is read once, from left to right, with all the ways to match it side by side. A
 * browser's own expressions try one way after the other: thirty letters keep a page busy for hours.
 * The kernel does the same (`playground/traffic/regex.py`).
 */

import { RegexProblem, readPieces, WORD } from "./regex-grammar.js";

/**
 * @typedef {import("./regex-grammar.js").Piece} Piece
 * @typedef {{of: number | import("./regex-grammar.js").Place | null, next: Spot[]}} Spot what must
 *   hold to go on from it (the number of a test of a letter, or a place), and where to
 * @typedef {{spots: Set<Spot>, before: string, after: Map<string, State>, byKind: Map<string,
 *   State>}} State all spots at which one may stand, and where each next letter leads
 */

// A larger one is what no person types.
const MOST_PIECES = 1000;
const LETTERS_A_PIECE = 1000;

/** What looking through all rows of a view may cost: a quarter of a second at worst. */
export const MOST_WORK = 600_000;
const LETTERS_A_STEP = 128;

// What was worked out is kept, up to this; then it is worked out anew.
const MOST_KEPT = 20_000;

// What is no letter, but led to like one.
const END = "end";
const LAST_NEWLINE = "last";

/** What looking may cost, for all expressions of a filter: steps, and how large they are. */
export class Allowance {
  constructor() {
    this.steps = MOST_WORK;
    this.pieces = MOST_PIECES;
  }

  take(/** @type {number} */ steps) {
    this.steps -= steps;
    if (this.steps < 0) throw new TooLong();
  }
}

/** A text cannot be looked through in the steps that are allowed. */
export class TooLong extends Error {}

const FOUND = /** @type {Spot} */ ({ of: null, next: [] });

export class Finder {
  /**
   * @param {string} source between the slashes
   * @param {boolean} ignoreCase
   * @param {Allowance} allowance shared; whoever owns it fills it up
   */
  constructor(source, ignoreCase, allowance) {
    this.allowance = allowance;
    this.tests = /** @type {Map<string, import("./regex-grammar.js").Chars>} */ (new Map());
    this.mindsPlaces = false;
    this.start = this.built(readPieces(source, ignoreCase), FOUND);
    this.match = newState(new Set(), "");
    this.kept = 0;
    this.kinds = /** @type {Map<string, {passed: boolean[], beside: string, key: string}>} */ (
      new Map()
    );
    this.numbers = /** @type {Map<Spot, number>} */ (new Map());
    this.states = /** @type {Map<string, State>} */ (new Map());
    this.first = this.state(new Set([this.start]), this.mindsPlaces ? "start" : "");
  }

  /** Whether a text holds it, anywhere. @param {string} text */
  test(text) {
    this.allowance.take(Math.floor(text.length / LETTERS_A_STEP));
    const ends = text.endsWith("\n");
    let state = this.first;
    for (const letter of ends ? text.slice(0, -1) : text) {
      state = state.after.get(letter) ?? this.after(state, letter);
      if (state === this.match) return true;
    }
    if (ends) state = this.after(state, LAST_NEWLINE);
    return state === this.match || this.after(state, END) === this.match;
  }

  /**
   * The state that a letter leads to from another one.
   * @param {State} state
   * @param {string} letter
   */
  after(state, letter) {
    if (state === this.match) return state;
    const kind = this.kinds.get(letter) ?? this.kind(letter);
    let next = state.byKind.get(kind.key);
    if (!next) {
      next = this.workedOut(state, kind);
      state.byKind.set(kind.key, next);
    }
    this.kept += 1;
    if (this.kept > MOST_KEPT && next !== this.match) {
      this.forget();
      next = this.state(next.spots, next.before);
    }
    state.after.set(letter, next);
    return next;
  }

  /** What the expression can tell of a letter: others may have all that in common. */
  kind(/** @type {string} */ letter) {
    this.allowance.take(this.tests.size);
    const shown = letter === END ? "" : letter === LAST_NEWLINE ? "\n" : letter;
    const beside = this.mindsPlaces ? whatIs(letter) : "";
    const passed = [...this.tests.values()].map((each) => shown !== "" && passes(each, shown));
    const kind = { passed, beside, key: `${beside}${passed.map(Number).join("")}` };
    this.kinds.set(letter, kind);
    return kind;
  }

  /** @param {State} state @param {{passed: boolean[], beside: string}} kind @returns {State} */
  workedOut(state, { passed, beside }) {
    const after = new Set([this.start]);
    // A set that grows while it is gone through is gone through to its end.
    const reached = new Set(state.spots);
    for (const spot of reached) {
      if (spot === FOUND) return this.match;
      if (typeof spot.of === "number") {
        if (passed[spot.of]) for (const next of spot.next) after.add(next);
      } else if (!spot.of || holds(spot.of, state.before, beside)) {
        for (const next of spot.next) reached.add(next);
      }
    }
    this.allowance.take(1 + reached.size);
    return this.state(after, beside);
  }

  /** @param {Set<Spot>} spots @param {string} before @returns {State} */
  state(spots, before) {
    const numbers = [...spots].map((spot) => this.numbers.get(spot) ?? this.number(spot));
    const key = `${before} ${numbers.sort((one, other) => one - other).join()}`;
    const known = this.states.get(key) ?? newState(spots, before);
    this.states.set(key, known);
    return known;
  }

  number(/** @type {Spot} */ spot) {
    this.numbers.set(spot, this.numbers.size);
    return this.numbers.size - 1;
  }

  forget() {
    this.kept = 0;
    this.kinds.clear();
    // A new one: where one stands just now must not be led back into what is forgotten.
    this.states = new Map();
    this.first = this.state(new Set([this.start]), this.mindsPlaces ? "start" : "");
  }

  /**
   * The first spot of a piece after which `then` comes.
   * @param {Piece} piece
   * @param {Spot} then
   * @returns {Spot}
   */
  built(piece, then) {
    this.spend(1);
    if (piece.type === "chars") {
      this.spend(Math.floor(piece.letters / LETTERS_A_PIECE));
      return { of: this.testOf(piece), next: [then] };
    }
    if (piece.type === "place") {
      this.mindsPlaces = true;
      return { of: piece, next: [then] };
    }
    if (piece.type === "row") {
      return piece.items.reduceRight((next, each) => this.built(each, next), then);
    }
    if (piece.type === "either")
      return { of: null, next: piece.items.map((each) => this.built(each, then)) };
    return this.repeated(piece, then);
  }

  /** @param {import("./regex-grammar.js").Repeat} piece @param {Spot} then @returns {Spot} */
  repeated({ item, least, most }, then) {
    let first = then;
    if (most === Number.POSITIVE_INFINITY) {
      first = { of: null, next: [then] };
      first.next.push(this.built(item, first));
    } else {
      for (let more = least; more < most; more += 1)
        first = { of: null, next: [then, this.built(item, first)] };
    }
    for (let more = 0; more < least; more += 1) first = this.built(item, first);
    return first;
  }

  /**
   * The number of a test; the same sets have one.
   * @param {import("./regex-grammar.js").Chars} set
   */
  testOf(set) {
    const key = `${set.negated}${set.tests.join(" ")}`;
    if (!this.tests.has(key)) this.tests.set(key, set);
    return [...this.tests.keys()].indexOf(key);
  }

  spend(/** @type {number} */ pieces) {
    this.allowance.pieces -= pieces;
    if (this.allowance.pieces < 0)
      throw new RegexProblem(`more than ${MOST_PIECES} pieces ({12} makes twelve of one)`, true);
  }
}

/** @param {Set<Spot>} spots @param {string} before @returns {State} */
function newState(spots, before) {
  return { spots, before, after: new Map(), byKind: new Map() };
}

/** @param {import("./regex-grammar.js").Chars} set @param {string} letter */
function passes({ tests, negated }, letter) {
  return tests.some((each) => each.test(letter)) !== negated;
}

/** What a letter is to the places beside it. */
function whatIs(/** @type {string} */ letter) {
  if (letter === END || letter === LAST_NEWLINE) return letter;
  if (letter === "\n") return "line";
  return WORD.test(letter) ? "word" : "other";
}

/**
 * Whether a place is there.
 * @param {import("./regex-grammar.js").Place} place
 * @param {string} before what is before it: "start" for nothing, "line" for a newline, "last" for
 *   one that ends the text, "word", "other"
 * @param {string} after what is after it: the same, with "end" for nothing
 */
function holds({ name, lines }, before, after) {
  if (name === "A") return before === "start";
  if (name === "Z") return after === END;
  if (name === "^")
    return before === "start" || (lines && (before === "line" || before === LAST_NEWLINE));
  if (name === "$") return after === END || after === LAST_NEWLINE || (lines && after === "line");
  return ((before === "word") !== (after === "word")) === (name === "b");
}
