/**
 * In the frame, before the page: it has no origin, so what it wants of its app is asked for by the
 * holder, through a port. What it wants from elsewhere is the browser's matter, as ever.
 */

import { away, links } from "./leading.js";
import { readied, watchLoads } from "./loading.js";
import { Line, made } from "./made.js";
import { within } from "./within.js";

addEventListener("message", function first(event) {
  if (event.source !== parent || event.data?.kind !== "page") return;
  removeEventListener("message", first);
  show(event.data, event.ports[0]);
});
parent.postMessage({ playground: "inside" }, "*");

/** @param {any} page @param {MessagePort} port */
async function show({ base, url, state, place, answer }, port) {
  const line = new Line(base, port);
  try {
    history.replaceState(JSON.parse(state), "", url);
  } catch {
    // A browser may not let a page without an origin do this: then its query has a word more.
  }
  const html = await readied(line, answer);
  Object.defineProperties(window, made(line));
  Object.defineProperty(document, "cookie", { get: () => "", set: () => {}, configurable: true });
  navigator.sendBeacon = (to, body) => {
    fetch(to, { method: "POST", body });
    return true;
  };
  document.open();
  links(line);
  watchLoads(line);
  const tell = () => at(line);
  line.on(0, tell);
  for (const each of ["load", "hashchange", "popstate", "scrollend"]) addEventListener(each, tell);
  document.write(html);
  document.close();
  new MutationObserver(tell).observe(document.head, { childList: true, subtree: true });
  scrollTo({ left: place.x, top: place.y, behavior: "instant" });
}

function at(/** @type {Line} */ line) {
  const url = within(line.base, location.href) ? location.href : line.base;
  const place = { x: scrollX, y: scrollY };
  line.say({ kind: "at", url, state: noted(), title: document.title, place });
}

/** What the page has noted at its place in the history, as text: the tab keeps it, as it would. */
function noted() {
  try {
    return JSON.stringify(history.state) ?? "null";
  } catch {
    return "null";
  }
}

// Asked for by a script, a form is sent as by its button.
HTMLFormElement.prototype.submit = function submit() {
  away(this, null);
};
