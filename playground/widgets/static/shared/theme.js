/** A page of its own in light or dark: as its reader's system has it, until the reader chooses. */

import { button } from "./dom.js";

/** A button that turns the page over. @param {HTMLElement} page */
export function themeButton(page) {
  const system = globalThis.matchMedia("(prefers-color-scheme: dark)");
  const made = button("", () => set(page.dataset.theme === "dark" ? "light" : "dark"), "mpp-quiet");
  const set = (/** @type {string} */ theme) => {
    page.dataset.theme = theme;
    const other = theme === "dark" ? "light" : "dark";
    made.textContent = theme === "dark" ? "☀\ufe0e" : "☾\ufe0e";
    made.title = `Turn to the ${other} theme`;
    made.setAttribute("aria-label", made.title);
  };
  set(system.matches ? "dark" : "light");
  system.addEventListener("change", () => set(system.matches ? "dark" : "light"));
  return made;
}
