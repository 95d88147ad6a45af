/** The filter box: plain words, /regex/, client: dir: kind: size>. No DOM. */

import { isLife } from "./rows.js";

/**
 * @typedef {import("./rows.js").Row} Row
 * @typedef {import("./rows.js").Item} Item
 * @typedef {{empty: boolean, literal: boolean, test: (item: Item) => boolean}} Filter
 */

const TOKEN = /(?:^|\s)\/((?:\\.|[^/\\])+)\/([a-z]*)(?=\s|$)|\S+/g;
const SIZE = /^size(>=|<=|>|<|=|:)(\d+(?:\.\d+)?)([kM]?)$/;
const KEY = /^(client|dir|kind):(.+)$/;

/**
 * Read what stands in the filter box. All that is asked for must hold; a regular expression that
 * is not valid is taken literally.
 * @param {string} typed
 * @returns {Filter}
 */
export function parseFilter(typed) {
  const query = { texts: [], clients: [], kinds: [], tests: [], literal: false };
  for (const match of typed.matchAll(TOKEN)) read(match, query);
  const { texts, clients, kinds, tests } = query;
  const passes = (/** @type {Row} */ row) =>
    (!kinds.length || kinds.includes(row.kind)) && tests.every((test) => test(row)) && texts.every((test) => test(haystack(row)));
  const stays = lifeRule(kinds);
  const test = (/** @type {Item} */ item) => {
    if (item.type === "hole" || item.row?.sender === "lab") return true;
    return item.members.some((row) => isTheirs(row, clients) && (stays(row) || passes(row)));
  };
  return { empty: !typed.trim(), literal: query.literal, test };
}

/** Openings, closes and errors stay in sight, unless such a kind is asked for by name. */
function lifeRule(/** @type {string[]} */ kinds) {
  const named = kinds.some((kind) => isLife(/** @type {Row} */ ({ kind })));
  return (/** @type {Row} */ row) => !named && isLife(row);
}

function read(/** @type {RegExpMatchArray} */ match, /** @type {any} */ query) {
  const token = match[0].trim();
  if (match[1] !== undefined) {
    query.texts.push(regex(match[1], match[2], query) ?? containing(token));
    return;
  }
  const [, key, value] = KEY.exec(token) ?? [];
  const size = SIZE.exec(token);
  if (key === "client") query.clients.push(value.toLowerCase());
  else if (key === "kind") query.kinds.push(...value.toLowerCase().split(","));
  else if (key === "dir") query.tests.push((/** @type {Row} */ row) => row.sender.startsWith(value.toLowerCase()));
  else if (size) query.tests.push(sizeTest(size));
  else query.texts.push(containing(token));
}

function regex(/** @type {string} */ source, /** @type {string} */ flags, /** @type {any} */ query) {
  try {
    const made = new RegExp(source, flags.includes("i") || !flags ? "iu" : flags.replace(/[gy]/g, ""));
    return (/** @type {string} */ text) => made.test(text);
  } catch {
    query.literal = true;
    return null;
  }
}

function containing(/** @type {string} */ word) {
  const wanted = word.toLowerCase();
  return (/** @type {string} */ text) => text.toLowerCase().includes(wanted);
}

function sizeTest(/** @type {RegExpExecArray} */ [, sign, digits, unit]) {
  const limit = Number(digits) * ({ k: 1e3, M: 1e6 }[unit] ?? 1);
  const compare = {
    ">": (/** @type {number} */ size) => size > limit,
    "<": (/** @type {number} */ size) => size < limit,
    ">=": (/** @type {number} */ size) => size >= limit,
    "<=": (/** @type {number} */ size) => size <= limit,
  }[sign] ?? ((/** @type {number} */ size) => size === limit);
  return (/** @type {Row} */ row) => compare(row.size);
}

function isTheirs(/** @type {Row} */ row, /** @type {string[]} */ clients) {
  return !clients.length || clients.includes(row.client.toLowerCase());
}

/** What the words of a filter are looked for in. */
function haystack(/** @type {Row} */ row) {
  return `${row.text} ${row.client} ${row.where ?? ""} ${row.code ?? ""} ${row.note ?? ""}`;
}

/**
 * @param {Item[]} items
 * @param {Filter} filter
 * @returns {{items: Item[], hidden: number}} members go with the broadcast they belong to
 */
export function filtered(items, filter) {
  if (filter.empty) return { items, hidden: 0 };
  let shown = true;
  const kept = items.filter((item) => {
    if (item.type !== "member") shown = filter.test(item);
    return shown;
  });
  return { items: kept, hidden: items.length - kept.length };
}
