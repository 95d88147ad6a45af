/** What an isolated page loads of its app, such as scripts and pictures: each is brought to it. */

import { within } from "./within.js";

/** @typedef {import("./made.js").Line} Line */

// By tag: the attribute with the address of what is loaded.
const LOADS = /** @type {Record<string, string>} */ ({
  SCRIPT: "src",
  IMG: "src",
  SOURCE: "src",
  AUDIO: "src",
  VIDEO: "src",
  INPUT: "src",
  LINK: "href",
});
const LINKED = /(^|\s)(stylesheet|icon|modulepreload|preload)(\s|$)/i;
const TAGS = Object.keys(LOADS).map((each) => each.toLowerCase());
// What the app does not have is asked for once.
const MISSING = new Set();
const CSS_URL = /url\(\s*(["']?)([^"')]+)\1\s*\)|@import\s+(["'])([^"']+)\3/g;

/**
 * A page as it is to be written: with all that it loads of its app.
 * @param {Line} line
 * @param {import("./relay.js").Answered} answer
 * @returns {Promise<string>}
 */
export async function readied(line, answer) {
  const kind = answer.headers.find(([name]) => name === "content-type")?.[1] ?? "text/html";
  if (!/^(text\/html|application\/xhtml\+xml)/i.test(kind)) return shown(answer, kind);
  const charset = /charset=["']?([\w-]+)/i.exec(kind)?.[1] ?? "utf-8";
  const text = new TextDecoder(charset).decode(answer.body);
  const page = new DOMParser().parseFromString(text, "text/html");
  const elements = [...page.querySelectorAll(TAGS.join(","))];
  const styles = [...page.querySelectorAll("style")];
  await Promise.all([
    ...elements.map((each) => brought(line, each, page.baseURI)),
    ...styles.map(async (each) => {
      each.textContent = await styled(line, each.textContent ?? "", page.baseURI);
    }),
  ]);
  const doctype = page.doctype ? "<!doctype html>" : "";
  return doctype + page.documentElement.outerHTML;
}

/** A page that shows what is none: a text, a picture, a file. */
function shown(/** @type {import("./relay.js").Answered} */ answer, /** @type {string} */ kind) {
  const page = document.implementation.createHTMLDocument();
  const url = URL.createObjectURL(new Blob([answer.body], { type: kind }));
  if (/^image\//i.test(kind))
    page.body.append(Object.assign(page.createElement("img"), { src: url }));
  else if (/^text\/|json|xml|javascript/i.test(kind)) {
    const text = new TextDecoder().decode(answer.body);
    page.body.append(Object.assign(page.createElement("pre"), { textContent: text }));
  } else {
    const name = answer.url.replace(/\?.*/s, "").replace(/.*\//, "") || "file";
    const link = Object.assign(page.createElement("a"), { href: url, download: name });
    link.textContent = `Save ${name}`;
    page.body.append(link);
  }
  return `<!doctype html>${page.documentElement.outerHTML}`;
}

/** Bring what an element loads. */
async function brought(
  /** @type {Line} */ line,
  /** @type {Element} */ element,
  /** @type {string} */ base,
) {
  const name = LOADS[element.tagName];
  const said = element.getAttribute(name);
  if (!said || (element.tagName === "LINK" && !LINKED.test(element.getAttribute("rel") ?? "")))
    return;
  const url = new URL(said, base).href;
  if (!within(line.base, url) || MISSING.has(url)) return;
  const copy = await copyOf(line, url);
  if (copy === url) MISSING.add(url);
  element.removeAttribute("integrity");
  element.removeAttribute("srcset");
  // Meanwhile a script may have it load something else.
  if (element.getAttribute(name) === said) element.setAttribute(name, copy);
}

/** The address of a copy that the page itself holds; the same if there is none to be had. */
async function copyOf(/** @type {Line} */ line, /** @type {string} */ url) {
  try {
    const answer = await line.fetch(url);
    const kind = answer.headers.get("content-type") ?? "";
    if (!answer.ok) return url;
    if (!/^text\/css/i.test(kind)) return URL.createObjectURL(await answer.blob());
    const css = await styled(line, await answer.text(), url);
    return URL.createObjectURL(new Blob([css], { type: kind }));
  } catch {
    return url;
  }
}

/** A style sheet with what it loads. @returns {Promise<string>} */
async function styled(
  /** @type {Line} */ line,
  /** @type {string} */ css,
  /** @type {string} */ base,
) {
  const found = [...css.matchAll(CSS_URL)];
  const copies = await Promise.all(
    found.map((each) => {
      const url = URL.parse(each[2] ?? each[4], base)?.href ?? "";
      return within(line.base, url) ? copyOf(line, url) : url;
    }),
  );
  return css.replace(CSS_URL, (whole) => {
    const copy = copies.shift();
    if (!copy) return whole;
    return whole.startsWith("@") ? `@import "${copy}"` : `url("${copy}")`;
  });
}

/** Bring what scripts have the page load later. */
export function watchLoads(/** @type {Line} */ line) {
  const name = "src";
  const native = /** @type {any} */ (
    Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, name)
  );
  // A script that has begun to load cannot be led elsewhere: it is held back before.
  Object.defineProperty(HTMLScriptElement.prototype, name, {
    ...native,
    set(value) {
      const url = new URL(value, document.baseURI).href;
      if (!within(line.base, url)) native.set.call(this, value);
      else copyOf(line, url).then((copy) => native.set.call(this, copy));
    },
  });
  const seen = (/** @type {Node} */ node) => {
    if (!(node instanceof Element)) return;
    for (const each of [node, ...node.querySelectorAll(TAGS.join(","))])
      if (LOADS[each.tagName] && each.tagName !== "SCRIPT") brought(line, each, document.baseURI);
  };
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "attributes") seen(target);
      else addedNodes.forEach(seen);
    }
  }).observe(document, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["src", "href"],
  });
}
