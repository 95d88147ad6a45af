/** How wide a text is in a monospaced font, and how to make it fit. `traffic/columns.py` counts alike. No DOM. */

// Characters that take two columns (Unicode's East Asian Wide, and emoji), in ranges.
const TWO_COLUMNS = [
  [0x1100, 0x115f], [0x2e80, 0xa4cf], [0xac00, 0xd7a3], [0xf900, 0xfaff], [0xfe30, 0xfe6f],
  [0xff00, 0xff60], [0xffe0, 0xffe6], [0x1f300, 0x1faff], [0x20000, 0x3fffd],
];

/** @param {string} char one character */
function columnsOf(char) {
  const code = char.codePointAt(0) ?? 0;
  return code >= TWO_COLUMNS[0][0] && TWO_COLUMNS.some(([first, last]) => first <= code && code <= last) ? 2 : 1;
}

/** How many columns a text takes. @param {string} text */
export function columns(text) {
  let count = 0;
  for (const char of text) count += columnsOf(char);
  return count;
}

/** A text, or as much of it as fits into so many columns with an ellipsis. @param {string} text @param {number} room */
export function shortened(text, room) {
  if (columns(text) <= room) return text;
  if (room < 1) return "";
  let kept = "";
  let used = 0;
  for (const char of text) {
    used += columnsOf(char);
    if (used > room - 1) break;
    kept += char;
  }
  return `${kept}…`;
}
