/** Which dot stands at which line of which sheet of source. No DOM. */

/**
 * @typedef {{revision: number, name: string, place: string, first: number, lines: string[],
 *   why: string, staged: boolean}} SourceSheet
 * @typedef {{client: string, exchange: number, task: string, route: string, revision: number,
 *   place: string, line: number, doing: string, waits: string}} Dot
 */

// As many dots a line has room for; of the others it says how many there are.
export const MOST_DOTS = 8;

/** What tells a dot from every other. @param {Dot} dot */
export const keyOf = (dot) => `${dot.exchange} ${dot.task}`;

/** @param {SourceSheet} sheet @param {Dot} dot */
export function stands(sheet, dot) {
  return (
    dot.revision === sheet.revision &&
    dot.place === sheet.place &&
    dot.line >= sheet.first &&
    dot.line < sheet.first + sheet.lines.length
  );
}

/**
 * The dots by sheet and line; those that stand in no sheet are `elsewhere`.
 * @param {SourceSheet[]} sheets
 * @param {Dot[]} dots
 */
export function placed(sheets, dots) {
  const at = sheets.map(() => /** @type {Map<number, Dot[]>} */ (new Map()));
  const elsewhere = /** @type {Dot[]} */ ([]);
  for (const dot of dots) {
    const index = sheets.findIndex((sheet) => stands(sheet, dot));
    if (index < 0) {
      elsewhere.push(dot);
      continue;
    }
    const line = at[index].get(dot.line) ?? [];
    line.push(dot);
    at[index].set(dot.line, line);
  }
  return { at, elsewhere };
}

/** All that a dot says, for its tooltip and a screen reader. @param {Dot} dot */
export function dotTitle(dot) {
  const who = dot.task ? `${dot.client}'s task ${dot.task}` : dot.client;
  return `${who} at ${dot.route}: ${dot.doing}`;
}

/** What stands over a sheet. @param {SourceSheet} sheet */
export function sheetTitle(sheet) {
  const name = sheet.name || "a function";
  const place = sheet.place ? ` · ${sheet.place}` : "";
  return sheet.staged ? `${name}${place}` : `${name}${place} · not on stage any more`;
}

/** The lines less what all of them are indented by. @param {string[]} lines */
export function dedented(lines) {
  const filled = lines.filter((line) => line.trim());
  const margin = Math.min(...filled.map((line) => line.length - line.trimStart().length));
  return margin && Number.isFinite(margin) ? lines.map((line) => line.slice(margin)) : lines;
}

/**
 * The words of a line, with what each is: for colours that help to read, and no more.
 * @param {string} line
 * @returns {[string, string][]} text and class
 */
export function words(line) {
  const found = /** @type {[string, string][]} */ ([]);
  for (const [text] of line.matchAll(TOKENS)) found.push([text, kindOf(text)]);
  return found;
}

// What is awaited there is neither a message nor a send, so nobody can be stopped there.
const ELSEWHERE = /\bawait\s+(?:asyncio\.|anyio\.|[\w.]+\.accept\()/;

/** Whether a handler may receive or send at a line: only there it can pause. */
export function mayPause(/** @type {string} */ line) {
  const code = words(line)
    .filter(([, kind]) => kind !== "mpp-code-comment" && kind !== "mpp-code-text")
    .map(([word]) => word)
    .join("");
  return /\bawait\b|\basync\s+(?:for|with)\b/.test(code) && !ELSEWHERE.test(code);
}

const TOKENS = /#.*|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|[A-Za-z_]\w*|\s+|[^\sA-Za-z_"'#]+/g;
const KEYWORDS = new Set(
  (
    "and as assert async await break case class continue def del elif else except finally for " +
    "from global if import in is lambda match nonlocal not or pass raise return try while with " +
    "yield None True False"
  ).split(" "),
);

function kindOf(/** @type {string} */ text) {
  if (text.startsWith("#")) return "mpp-code-comment";
  if (text.startsWith('"') || text.startsWith("'")) return "mpp-code-text";
  if (text === "await") return "mpp-code-await";
  return KEYWORDS.has(text) ? "mpp-code-keyword" : "";
}
