/** Links and forms of an isolated page: where they lead within the app, the holder leads. */

import { within } from "./within.js";

/** @typedef {import("./made.js").Line} Line */

/** @type {Line | undefined} */
let known;

/** Have clicks and forms lead where they are to. */
export function links(/** @type {Line} */ line) {
  known = line;
  addEventListener("click", (event) => clicked(line, event));
  addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    away(/** @type {HTMLFormElement} */ (event.target), event.submitter);
  });
}

async function clicked(/** @type {Line} */ line, /** @type {MouseEvent} */ event) {
  const link = /** @type {HTMLAnchorElement | null} */ (
    /** @type {Element} */ (event.target).closest?.("a[href]")
  );
  const kept = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
  if (!link || event.defaultPrevented || kept || !/^https?:$/.test(link.protocol)) return;
  if (link.hash && link.href.split("#")[0] === location.href.split("#")[0]) return;
  const own = within(line.base, link.href);
  if (own && link.hasAttribute("download")) {
    event.preventDefault();
    const file = await (await line.fetch(link.href)).blob();
    const copy = document.createElement("a");
    copy.href = URL.createObjectURL(file);
    copy.download = link.download || own.replace(/.*\//, "").replace(/\?.*/, "");
    copy.click();
  } else if (!link.target || link.target === "_self" || link.target === "_top") {
    event.preventDefault();
    // What is not of this site opens beside it: in the frame there is room for the app alone.
    if (new URL(line.base).origin === link.origin) line.go({ url: link.href });
    else open(link.href, "_blank", "noopener");
  }
}

/**
 * Send a form as its button does.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
export async function away(form, button) {
  const given = (/** @type {string} */ name) =>
    button?.getAttribute(`form${name}`) ?? form.getAttribute(name) ?? "";
  const data = new FormData(form, button);
  const url = new URL(given("action") || location.href, document.baseURI);
  const method = given("method").toUpperCase() || "GET";
  const named = /** @type {[string, string][]} */ (
    [...data].map(([name, value]) => [name, typeof value === "string" ? value : value.name])
  );
  if (method === "DIALOG") return form.closest("dialog")?.close();
  if (method !== "POST") {
    url.search = new URLSearchParams(named).toString();
    return known?.go({ url: url.href });
  }
  const body = given("enctype") === "multipart/form-data" ? data : new URLSearchParams(named);
  const request = new Request(url, { method, body });
  const headers = [["content-type", request.headers.get("content-type") ?? ""]];
  known?.go({ url: url.href, method, headers, body: await request.arrayBuffer() });
}
