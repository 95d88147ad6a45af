/**
 * Trying a route, in words: from what was typed to a path and query, and what was answered. No
 * DOM.
 */

import { counted, duration, escaped, sizedWithUnit } from "./format.js";

/**
 * @typedef {{name: string, annotation: string | null, default: string | null, required: boolean,
 *   variadic: boolean}} Parameter
 * @typedef {{kind: string, path: string, handler: string, parameters: Parameter[], doc: string}}
 *   Route
 */

/**
 * The name in a part of a route's path: "room" for "{room}", "args" for "{args…}"; "" for a plain
 * part.
 */
export function holeIn(/** @type {string} */ part) {
  return /^\{(.+?)…?\}$/.exec(part)?.[1] ?? "";
}

/** The parameters that a form asks for: all but those that only take what is left over. */
export function asked(/** @type {Route} */ route) {
  const holes = route.path.split("/").map(holeIn);
  return route.parameters.filter((each) => !each.variadic || holes.includes(each.name));
}

/** What a field says while it is empty: "str", "int, 5 if empty". @param {Parameter} parameter */
export function hint(parameter) {
  if (parameter.variadic) return "any number of parts, a/b/c";
  const fallback =
    parameter.required || parameter.default === null ? "" : `${parameter.default} if empty`;
  return [parameter.annotation, fallback].filter(Boolean).join(", ");
}

/**
 * Fill a route's path with values: parts of the path first, the rest as the query.
 * @param {Route} route
 * @param {Record<string, string>} values
 * @returns {{path: string, problems: Record<string, string>}}
 */
export function fillPath(route, values) {
  const used = new Set();
  const parts = [];
  for (const part of route.path.split("/").slice(1)) {
    const filled = fillPart(part, values);
    // Parts are told apart by their place: after one that is left out the rest go into the query.
    if (filled === null) break;
    parts.push(...filled);
    used.add(holeIn(part));
  }
  const rest = asked(route).filter((each) => !used.has(each.name) && values[each.name]);
  const query = rest.map((each) => `${encoded(each.name)}=${encoded(values[each.name])}`).join("&");
  return {
    path: `/${parts.join("/")}${query ? `?${query}` : ""}`,
    problems: missing(route, values),
  };
}

function fillPart(/** @type {string} */ part, /** @type {Record<string, string>} */ values) {
  const hole = holeIn(part);
  if (!hole) return [part];
  const value = values[hole] ?? "";
  // A part that is "." or ".." means another directory, however it is written.
  if (value === "" || value === "." || value === "..") return null;
  return part.endsWith("…}") ? value.split("/").filter(Boolean).map(encoded) : [encoded(value)];
}

function missing(/** @type {Route} */ route, /** @type {Record<string, string>} */ values) {
  const empty = asked(route).filter(
    (each) => each.required && !each.variadic && !values[each.name],
  );
  return Object.fromEntries(empty.map((each) => [each.name, `${each.name} is needed.`]));
}

function encoded(/** @type {string} */ text) {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, "\ufffd"));
}

/**
 * The path as it will be, with the names of what is still needed in braces.
 * @param {Route} route
 * @param {Record<string, string>} values
 */
export function previewed(route, values) {
  const needed = Object.keys(missing(route, values)).map((name, index) => [
    name,
    `\ue000${index}\ue001`,
  ]);
  const { path } = fillPath(route, { ...values, ...Object.fromEntries(needed) });
  return needed.reduce((shown, [name, mark]) => shown.replace(encoded(mark), `{${name}}`), path);
}

/** A path that somebody typed, with its first slash. @param {string} text */
export function typedPath(text) {
  const path = text.trim();
  return path.startsWith("/") ? path : `/${path}`;
}

/** Subprotocols that somebody typed, in order. @param {string} text */
export function typedList(text) {
  return text.split(/[\s,]+/).filter(Boolean);
}

const BODY_SHOWN = 4000;

/** The first line of a response, in words. @param {any} result */
export function answerWords(result) {
  const kind = result.headers.find(
    (/** @type {string[]} */ [name]) => name.toLowerCase() === "content-type",
  )?.[1];
  const size = new TextEncoder().encode(result.body).length;
  return [
    String(result.status),
    duration(result.seconds),
    kind ?? "",
    size ? sizedWithUnit(size) : "no body",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** A body cut to what can be read, and how much is left out. @param {string} body */
export function shownBody(body) {
  const left = body.length - BODY_SHOWN;
  const more = left > 0 ? `… ${counted(left, "more character", "more characters")}` : "";
  return { text: escaped(body.slice(0, BODY_SHOWN), "\n\t"), more };
}
