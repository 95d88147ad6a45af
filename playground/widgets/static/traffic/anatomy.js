/** A frame taken apart: its header as RFC 6455 draws it, its payload unmasked, its train. */

import { button, element } from "../shared/dom.js";
import { counted, escaped, grouped, sizedWithUnit } from "../shared/format.js";
import { bitRows, byteHex, byteSays, hexBytes, letter, unmasked } from "./bits.js";

/**
 * @typedef {object} Frame as `widgets/framing.py` sends it
 * @property {number} seq
 * @property {string} name
 * @property {string} seen by whom it was seen
 * @property {[string, number, string, string][]} parts name, bits, value, sentence
 * @property {boolean} taken
 * @property {string} head of the payload, as on the wire, in hex
 * @property {string} key in hex
 * @property {number} size of the payload on the wire
 * @property {boolean} covered whether a credential is covered
 * @property {boolean} text whether the payload may be text
 * @property {{before: number, after: number, begins: string, most: number} | null} compressed
 * @property {{code: number, says: string, reason: string} | null} close
 * @property {number | null} message
 * @property {Car[]} train
 * @property {number} left_out
 *
 * @typedef {{seq: number, name: string, fin: boolean, size: number, sender: string, here: boolean,
 *   own: boolean}} Car
 */

// Which field is lit before one is chosen: what a frame is.
const OPCODE_AT = 4;

/** @param {Frame} frame @param {(seq: number) => void} go @returns {HTMLElement[]} */
export function anatomyOf(frame, go) {
  const title = element("p", "mpp-frame-name", `#${frame.seq} ${frame.name}`);
  if (!frame.taken) title.append(element("strong", "mpp-frame-refused", " refused"));
  return [
    title,
    ...trainOf(frame, go),
    ...(frame.parts.length ? headerOf(frame) : []),
    ...(frame.head ? payloadOf(frame) : []),
    ...deflateOf(frame),
    ...closeOf(frame),
    element("p", "mpp-dim mpp-frame-seen", frame.seen),
  ];
}

/** The frames of a message in their order, a ping that passed them among them. */
function trainOf(/** @type {Frame} */ frame, /** @type {(seq: number) => void} */ go) {
  if (frame.train.length < 2 && frame.message === null) return [];
  const list = element("ol", "mpp-train");
  list.setAttribute("aria-label", "The frames of the message, in their order");
  const add = (/** @type {HTMLElement} */ car) => {
    const item = element("li");
    item.append(car);
    list.append(item);
  };
  for (const car of frame.train) add(carOf(car, go));
  if (frame.left_out) add(element("span", "mpp-dim", `and ${grouped(frame.left_out)} more`));
  const { message } = frame;
  if (message !== null) {
    const whole = button("the message", () => go(message), "mpp-car mpp-car-message");
    whole.title = `Go to #${message}, the message that they carried`;
    add(whole);
  }
  return [list];
}

function carOf(/** @type {Car} */ car, /** @type {(seq: number) => void} */ go) {
  const fin = car.fin && car.own ? " FIN" : "";
  const made = button("", () => go(car.seq), car.own ? "mpp-car" : "mpp-car mpp-car-between");
  made.append(
    element("span", "", `${car.name}${fin}`),
    element("span", "mpp-dim", ` ${sizedWithUnit(car.size)}`),
  );
  const whose = car.own ? "" : `, the ${car.sender}'s, between them`;
  made.title = `#${car.seq}: ${counted(car.size, "byte", "bytes")}${whose}`;
  if (car.here) made.setAttribute("aria-current", "true");
  return made;
}

/** The header in rows of 32 bits, and what the chosen field says. */
function headerOf(/** @type {Frame} */ frame) {
  const says = element("p", "mpp-frame-says");
  const table = element("table", "mpp-bits");
  table.setAttribute("aria-label", "The header, in rows of 32 bits");
  table.append(bitColumns(), scale());
  /** @type {HTMLButtonElement[]} */
  const cells = [];
  const choose = (/** @type {number} */ at) => {
    const part = Number(cells[at].dataset.part);
    for (const each of cells) each.classList.toggle("mpp-lit", Number(each.dataset.part) === part);
    says.replaceChildren(...saying(frame, part));
  };
  for (const row of bitRows(frame.parts, frame.size)) {
    const line = element("tr");
    for (const cell of row) line.append(fieldOf(frame, cell, cells));
    table.append(line);
  }
  walk(table, cells, choose, OPCODE_AT);
  return [table, says];
}

/** A column for each bit, which is as wide as what stands in it needs. */
function bitColumns() {
  const group = element("colgroup");
  for (let bit = 0; bit < 32; bit += 1) {
    const isFlag = bit < 4 || bit === 8;
    const kind = isFlag ? "flag" : bit < 8 ? "half" : bit < 16 ? "length" : "rest";
    group.append(element("col", `mpp-bits-${kind}`));
  }
  return group;
}

/** Where the bytes of a row begin. */
function scale() {
  const line = element("tr", "mpp-bits-scale");
  for (const bit of [0, 8, 16, 24]) {
    const head = /** @type {HTMLTableCellElement} */ (element("th", "", String(bit)));
    head.colSpan = 8;
    head.scope = "col";
    line.append(head);
  }
  const row = element("thead");
  row.append(line);
  return row;
}

function fieldOf(
  /** @type {Frame} */ frame,
  /** @type {import("./bits.js").Cell} */ cell,
  /** @type {HTMLButtonElement[]} */ cells,
) {
  const box = /** @type {HTMLTableCellElement} */ (element("td"));
  box.colSpan = cell.bits;
  const kind = cell.part < frame.parts.length ? fieldKind(cell.name) : "payload";
  const made = button(
    "",
    () => {},
    `mpp-field mpp-field-${kind}${cell.bits === 1 ? " mpp-flag" : ""}`,
  );
  made.dataset.part = String(cell.part);
  const name = cell.goesOn ? "" : cell.name;
  made.append(element("span", "mpp-field-name", name), element("span", "mpp-mono", cell.value));
  const [, bits, value, said] = frame.parts[cell.part] ?? ["", 0, "", payloadSays(frame)];
  const width = bits ? `, ${counted(bits, "bit", "bits")}` : "";
  const again = cell.goesOn ? ", goes on" : "";
  made.setAttribute("aria-label", `${cell.name}${again}${width}: ${value}${value && "; "}${said}`);
  cells.push(made);
  box.append(made);
  return box;
}

const FIELD_KINDS = /** @type {Record<string, string>} */ ({
  opcode: "opcode",
  MASK: "key",
  "Masking-key": "key",
  "Payload len": "length",
  "Extended payload length": "length",
});

function fieldKind(/** @type {string} */ name) {
  return FIELD_KINDS[name] ?? "flag";
}

/** @param {Frame} frame @param {number} part @returns {(Node | string)[]} */
function saying(frame, part) {
  const [name, , value, said] = frame.parts[part] ?? ["Payload data", 0, "", payloadSays(frame)];
  return [element("b", "", name), ` ${value} `, said];
}

function payloadSays(/** @type {Frame} */ frame) {
  const kept = frame.head.length / 2;
  if (kept < frame.size)
    return `The first ${kept} of ${counted(frame.size, "byte", "bytes")} are kept.`;
  return `${counted(frame.size, "byte", "bytes")}, all kept.`;
}

/** The payload's first bytes: as they were on the wire, the key below, and what they are. */
function payloadOf(/** @type {Frame} */ frame) {
  const head = hexBytes(frame.head);
  const key = hexBytes(frame.key);
  const plain = unmasked(head, key);
  const whole = head.length < frame.size ? `, the first ${head.length} of its bytes` : "";
  const how = key.length ? "masked ⊕ key = plain" : "not masked";
  const title = element("p", "mpp-frame-part", `Payload${whole}: ${how}`);
  const says = element("p", "mpp-frame-says");
  const list = element("div", "mpp-bytes");
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", `Payload, byte by byte: ${how}`);
  const cells = head.map((byte, at) => {
    const made = button("", () => {}, "mpp-byte");
    if (key.length) made.append(line("masked", byteHex(byte)), line("key", byteHex(key[at % 4])));
    made.append(line("plain", byteHex(plain[at])));
    if (!frame.compressed) made.append(line("letter", letter(plain[at])));
    made.setAttribute("aria-label", byteSays(head, key, at, meaning(frame, at)));
    return made;
  });
  for (let at = 0; at < cells.length; at += 4) {
    const four = element("span", "mpp-four");
    four.append(...cells.slice(at, at + 4));
    list.append(four);
  }
  const choose = (/** @type {number} */ at) => {
    cells.forEach((each, place) => {
      each.classList.toggle("mpp-lit", place === at);
    });
    says.textContent = byteSays(head, key, at, meaning(frame, at));
  };
  const step = walk(list, cells, choose, 0);
  return [title, steps(says, step), list, ...coveredOf(frame)];
}

function line(/** @type {string} */ kind, /** @type {string} */ text) {
  return element("span", `mpp-byte-${kind}`, text);
}

/** What a byte is part of, where it is not a letter of its own. */
function meaning(/** @type {Frame} */ frame, /** @type {number} */ at) {
  if (frame.compressed) return "still compressed";
  return frame.close && at < 2 ? "of the close code" : "";
}

function steps(/** @type {HTMLElement} */ says, /** @type {(by: number) => void} */ step) {
  const box = element("div", "mpp-frame-steps");
  const back = button("‹", () => step(-1), "mpp-quiet");
  const on = button("›", () => step(1), "mpp-quiet");
  for (const [each, said] of /** @type {[HTMLButtonElement, string][]} */ ([
    [back, "The byte before (←)"],
    [on, "The next byte (→)"],
  ])) {
    each.title = said;
    each.setAttribute("aria-label", said);
  }
  says.setAttribute("aria-live", "polite");
  box.append(back, on, says);
  return box;
}

function coveredOf(/** @type {Frame} */ frame) {
  if (!frame.covered) return [];
  return [element("p", "mpp-dim", "A credential was in these bytes: it is kept as stars (2a).")];
}

/** What compression made of a frame. @returns {HTMLElement[]} */
function deflateOf(/** @type {Frame} */ { compressed }) {
  if (!compressed) return [];
  const { before, after, begins, most } = compressed;
  const share = before ? `, ${Math.round((100 * after) / before)} % of them` : "";
  const said = `Compressed: ${counted(before, "byte", "bytes")} became ${grouped(after)}${share}.`;
  const parts = [element("p", "mpp-frame-part", said)];
  if (begins) {
    const bytes = hexBytes(begins);
    const cut = before > most ? " …" : "";
    const text = bytes.map(letter).join("");
    parts.push(element("p", "mpp-dim", "Before, the message began with:"));
    parts.push(
      element("pre", "mpp-mono mpp-wrap", `${bytes.map(byteHex).join(" ")}${cut}\n${text}${cut}`),
    );
  }
  return parts;
}

/** The code and the reason of a close frame. @returns {HTMLElement[]} */
function closeOf(/** @type {Frame} */ { close }) {
  if (!close) return [];
  const parts = [element("p", "mpp-frame-part", `Close. ${close.says}`)];
  if (close.code) {
    const high = byteHex(close.code >> 8);
    const low = byteHex(close.code & 255);
    const two = `Its first two bytes, ${high} ${low}, are the code`;
    const reason = close.reason ? `; the rest is the reason, “${escaped(close.reason)}”` : "";
    parts.push(element("p", "", `${two}${reason || ", and there is no reason"}.`));
  }
  return parts;
}

/**
 * Have one of many cells chosen, by the pointer or the arrow keys; one of them takes the focus.
 * @param {HTMLElement} around
 * @param {HTMLButtonElement[]} cells
 * @param {(at: number) => void} choose
 * @param {number} first
 * @returns {(by: number) => void} goes on by so many
 */
function walk(around, cells, choose, first) {
  let now = Math.min(first, cells.length - 1);
  const take = (/** @type {number} */ at) => {
    cells[now].tabIndex = -1;
    now = Math.max(0, Math.min(at, cells.length - 1));
    cells[now].tabIndex = 0;
    choose(now);
  };
  cells.forEach((cell, at) => {
    cell.tabIndex = -1;
    cell.addEventListener("pointerenter", () => take(at));
    cell.addEventListener("focus", () => take(at));
  });
  around.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, Home: -cells.length, End: cells.length }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    take(now + by);
    cells[now].focus();
    event.preventDefault();
    event.stopPropagation();
  });
  take(now);
  return (by) => take(now + by);
}
