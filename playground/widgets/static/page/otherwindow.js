/**
 * A window of its own for what a page shows, in the page's colours. It stays on top of all others
 * where the browser has such windows (Document Picture-in-Picture).
 */

import { element } from "../shared/dom.js";

// What a theme changes last may be there only a little later.
const SETTLED = 250;

/**
 * Open a window. Browsers let that happen only after a click or a key.
 * @param {number} width
 * @param {number} height in pixels
 * @returns {Promise<Window | null>} null if the browser lets none open
 */
export async function otherWindow(width, height) {
  const onTop = /** @type {any} */ (globalThis).documentPictureInPicture;
  try {
    if (onTop) return await onTop.requestWindow({ width, height });
  } catch {
    // A frame in a page may have none that stays on top.
  }
  try {
    return globalThis.open("", "", `popup,width=${width},height=${height}`);
  } catch {
    return null;
  }
}

/** Styles and theme of this page in another window, for as long as that is open. */
export class Dress {
  /** @param {Window} view @param {string} title */
  constructor(view, title) {
    this.doc = view.document;
    this.timer = /** @type {any} */ (0);
    this.doc.title = title;
    this.doc.documentElement.lang = document.documentElement.lang || "en";
    this.sheet = element("style");
    this.doc.head.append(this.sheet);
    this.copy = () => this.copyNow();
    this.soon = () => {
      this.copyNow();
      clearTimeout(this.timer);
      this.timer = setTimeout(this.copy, SETTLED);
    };
    this.observer = new MutationObserver(this.soon);
    this.observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    for (const each of [document.documentElement, document.body])
      this.observer.observe(each, { attributes: true });
    // A theme's style sheet comes when it has been loaded.
    document.addEventListener("load", this.soon, true);
    this.copyNow();
  }

  copyNow() {
    const ours = [...document.querySelectorAll("style")]
      .map((each) => each.textContent ?? "")
      .filter((text) => text.includes(".mpp-face"))
      .join("\n");
    const here = getComputedStyle(document.body);
    const known = [...new Set(ours.match(/--(?:jp|vscode)-[\w-]+/g))]
      .map((name) => [name, here.getPropertyValue(name)])
      .filter(([, value]) => value);
    const theme = known.map(([name, value]) => `${name}: ${value};`).join(" ");
    const text = `:root { color-scheme: ${schemeOf(here)}; ${theme} }\n${ours}`;
    if (this.sheet.textContent !== text) this.sheet.textContent = text;
  }

  close() {
    clearTimeout(this.timer);
    this.observer.disconnect();
    document.removeEventListener("load", this.soon, true);
  }
}

/** Scroll bars and lists are the browser's own. @param {CSSStyleDeclaration} here */
function schemeOf(here) {
  const isDark = document.body.dataset.jpThemeLight === "false";
  return isDark ? "dark" : here.colorScheme;
}
