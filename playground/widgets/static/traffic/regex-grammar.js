/**
 * The grammar of regular expressions that a filter can look for. No DOM.
 *
 * They mean what Python's `re` means by them: the kernel reads the same
 * (`playground/traffic/regex_grammar.py`), and tests/javascript/regex-cases.json holds both to it.
 */

/**
 * @typedef {{type: "chars", negated: boolean, tests: RegExp[], letters: number}} Chars one letter
 *   out of a set; the kernel must look up so many for it
 * @typedef {{type: "place", name: string, lines: boolean}} Place between two letters: ^ $ A b B Z
 * @typedef {{type: "row", items: Piece[]}} InRow
 * @typedef {{type: "either", items: Piece[]}} Either
 * @typedef {{type: "repeat", item: Piece, least: number, most: number}} Repeat
 * @typedef {Chars | Place | InRow | Either | Repeat} Piece
 * @typedef {{i: boolean, m: boolean, s: boolean}} Flags
 */

const MOST_NESTED = 50;
const COUNTED = /\{(?=[^}])(\d*)(,?)(\d*)\}/y;
const GROUP_NAME = /P<[\p{L}_][\p{L}\p{N}_]*>/uy;
const GROUP_FLAGS = /([ims]*)(?:-([ims]+))?([:)])/y;
const NUMBERED = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U((?:000[0-9a-fA-F]|0010)[0-9a-fA-F]{4})/y;
const OCTAL = /0[0-7]{0,2}/y;
const CONTROLS = /** @type {Record<string, string>} */ ({
  a: "\x07",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
});

/** A letter of a word, to Python. */
export const WORD = /[\p{L}\p{N}_]/u;
// Python's blanks: without the byte order mark, with what separates files and records.
const BLANKS =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SETS = /** @type {Record<string, RegExp>} */ ({
  d: /\p{Nd}/u,
  D: /\P{Nd}/u,
  w: WORD,
  W: /[^\p{L}\p{N}_]/u,
  s: new RegExp(`[${BLANKS}]`, "u"),
  S: new RegExp(`[^${BLANKS}]`, "u"),
});

// What must be gone back for, by how a group begins.
const LACKING = [
  ["=", "look-ahead"],
  ["!", "look-ahead"],
  ["<=", "look-behind"],
  ["<!", "look-behind"],
  [">", "atomic groups"],
  ["(", "conditions"],
  ["P=", "backreferences"],
  ["P>", "recursion"],
  ["#", "comments"],
];

/** Why an expression cannot be looked for. */
export class RegexProblem extends Error {
  /** @param {string} said @param {boolean} [lacking] it is one, but has what no filter looks for */
  constructor(said, lacking = false) {
    super(said);
    this.lacking = lacking;
  }
}

/**
 * What a regular expression is made of.
 * @param {string} source between the slashes
 * @param {boolean} ignoreCase
 * @returns {Piece}
 */
export function readPieces(source, ignoreCase) {
  const reader = new Reader(source, { i: ignoreCase, m: false, s: false });
  reader.globalFlags();
  const piece = reader.either(0);
  if (reader.at < source.length) throw new RegexProblem("unmatched ')'");
  return piece;
}

class Reader {
  /** @param {string} source @param {Flags} flags */
  constructor(source, flags) {
    this.source = source;
    this.flags = flags;
    this.at = 0;
  }

  /** The next letter; "" at the end. */
  get next() {
    const code = this.source.codePointAt(this.at);
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  take() {
    const letter = this.next;
    this.at += letter.length;
    return letter;
  }

  /** Step over a text, if it is next. @param {string} text */
  skip(text) {
    const there = this.source.startsWith(text, this.at);
    if (there) this.at += text.length;
    return there;
  }

  /** Step over what a sticky expression finds here, if it does. @param {RegExp} sticky */
  found(sticky) {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.source);
    if (found) this.at += found[0].length;
    return found;
  }

  /** The flags for all of it, as in `(?i)abc`. */
  globalFlags() {
    for (let begun = this.at; this.skip("(?"); begun = this.at) {
      const found = this.found(GROUP_FLAGS);
      if (!found?.[1] || found[2] || found[3] === ":") {
        this.at = begun;
        return;
      }
      this.flags = this.flagged(found[1], true);
    }
  }

  /** @param {string} letters @param {boolean} on @returns {Flags} */
  flagged(letters, on) {
    return { ...this.flags, ...Object.fromEntries([...letters].map((letter) => [letter, on])) };
  }

  /** @param {number} depth @returns {Piece} */
  either(depth) {
    if (depth > MOST_NESTED)
      throw new RegexProblem(`more than ${MOST_NESTED} groups in each other`, true);
    const items = [this.row(depth)];
    while (this.skip("|")) items.push(this.row(depth));
    return items.length === 1 ? items[0] : { type: "either", items };
  }

  /** @param {number} depth @returns {Piece} */
  row(depth) {
    const items = /** @type {Piece[]} */ ([]);
    let repeatable = false;
    while (this.next && !"|)".includes(this.next)) {
      const count = this.repetition();
      if (!count) {
        items.push(this.one(depth));
        repeatable = items[items.length - 1].type !== "place";
      } else {
        if (!repeatable) throw new RegexProblem("nothing to repeat");
        const item = /** @type {Piece} */ (items.pop());
        items.push({ type: "repeat", item, ...count });
        repeatable = false;
      }
    }
    return { type: "row", items };
  }

  /** How often what stands before is repeated. @returns {{least: number, most: number} | null} */
  repetition() {
    const count = this.count();
    // Whether it prefers more or less is all one to whether there is any.
    if (count && !this.skip("?") && this.skip("+"))
      throw new RegexProblem("possessive repetition", true);
    return count;
  }

  count() {
    if (this.skip("*")) return { least: 0, most: Number.POSITIVE_INFINITY };
    if (this.skip("+")) return { least: 1, most: Number.POSITIVE_INFINITY };
    if (this.skip("?")) return { least: 0, most: 1 };
    const found = this.found(COUNTED);
    if (!found) return null;
    const least = Number(found[1] || "0");
    const most = found[3] ? Number(found[3]) : Number.POSITIVE_INFINITY;
    if (!found[2]) return { least, most: least };
    if (most < least) throw new RegexProblem("numbers out of order in {} quantifier");
    return { least, most };
  }

  /** @param {number} depth @returns {Piece} */
  one(depth) {
    const letter = this.take();
    if (letter === "(") return this.group(depth);
    if (letter === "[") return this.set();
    if (letter === "\\") return this.escaped();
    if (letter === ".") return chars([this.flags.s ? /[\s\S]/u : /[^\n]/u]);
    if (letter === "^" || letter === "$") return newPlace(letter, this.flags.m);
    return this.letter(letter);
  }

  /** @param {string} letter */
  letter(letter) {
    return chars([oneOf(letter, letter, this.flags.i)]);
  }

  /** @param {number} depth @returns {Piece} */
  group(depth) {
    const { flags } = this;
    if (this.skip("?")) this.groupKind();
    // A repeated place is none to `re`, unless it stands in a group.
    const item = /** @type {Piece} */ ({ type: "row", items: [this.either(depth + 1)] });
    if (!this.skip(")")) throw new RegexProblem("unterminated group");
    this.flags = flags;
    return item;
  }

  groupKind() {
    if (this.skip(":") || this.found(GROUP_NAME)) return;
    const lacking = LACKING.find(([sign]) => this.source.startsWith(sign, this.at));
    if (lacking) throw new RegexProblem(lacking[1], true);
    const found = this.found(GROUP_FLAGS);
    if (!found?.[1] && !found?.[2]) throw new RegexProblem("invalid group");
    if (found[3] === ")") throw new RegexProblem("flags after its beginning", true);
    this.flags = this.flagged(found[1], true);
    this.flags = this.flagged(found[2] ?? "", false);
  }

  /** What follows a backslash. @returns {Piece} */
  escaped() {
    if (SETS[this.next]) return chars([SETS[this.take()]]);
    if (this.next && "AbBZ".includes(this.next)) return newPlace(this.take(), false);
    if (/[1-9]/.test(this.next)) throw new RegexProblem("backreferences", true);
    return this.letter(this.escape());
  }

  /** One letter after a backslash: `n`, `x41`, or a sign that means itself. */
  escape() {
    const numbered = this.found(NUMBERED);
    if (numbered)
      return String.fromCodePoint(Number.parseInt(numbered[1] ?? numbered[2] ?? numbered[3], 16));
    const octal = this.found(OCTAL);
    if (octal) return String.fromCharCode(Number.parseInt(octal[0], 8));
    const letter = this.take();
    if (CONTROLS[letter]) return CONTROLS[letter];
    if (!letter) throw new RegexProblem("\\ at end of pattern");
    if (/[0-9A-Za-z]/.test(letter)) throw new RegexProblem("invalid escape");
    return letter;
  }

  /** A set, after its bracket. @returns {Chars} */
  set() {
    const negated = this.skip("^");
    const tests = /** @type {RegExp[]} */ ([]);
    let letters = 0;
    while (!tests.length || this.next !== "]") {
      const one = this.member();
      if (this.source.startsWith("-]", this.at) || !this.skip("-")) {
        tests.push(typeof one === "string" ? oneOf(one, one, this.flags.i) : one);
        continue;
      }
      const other = this.member();
      if (typeof one !== "string" || typeof other !== "string")
        throw new RegexProblem("invalid character class");
      const span = codeOf(other) - codeOf(one);
      if (span < 0) throw new RegexProblem("range out of order in character class");
      letters += span;
      tests.push(oneOf(one, other, this.flags.i));
    }
    this.at += 1;
    return { type: "chars", negated, tests, letters: this.flags.i ? letters : 1 };
  }

  /** One letter of a set, or the test of a set in it. @returns {string | RegExp} */
  member() {
    if (!this.next) throw new RegexProblem("unterminated character class");
    if (!this.skip("\\")) return this.take();
    if (SETS[this.next]) return SETS[this.take()];
    return this.skip("b") ? "\b" : this.escape();
  }
}

/** @param {RegExp[]} tests @returns {Chars} */
function chars(tests) {
  return { type: "chars", negated: false, tests, letters: 1 };
}

/** @param {string} name @param {boolean} lines @returns {Place} */
function newPlace(name, lines) {
  return { type: "place", name, lines };
}

function codeOf(/** @type {string} */ letter) {
  return /** @type {number} */ (letter.codePointAt(0));
}

/** @param {string} one @param {string} other @param {boolean} ignoreCase */
function oneOf(one, other, ignoreCase) {
  const [from, to] = [one, other].map((letter) => `\\u{${codeOf(letter).toString(16)}}`);
  return new RegExp(`[${from}-${to}]`, ignoreCase ? "iu" : "u");
}
