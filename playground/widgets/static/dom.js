/** Making elements. What came over a wire is only ever set as text. */

/**
 * Make an element.
 * @param {string} tag
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElement}
 */
export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/**
 * Make a button that stays where it is when it is pressed.
 * @param {string} text
 * @param {() => void} press
 * @param {string} [className] added to `mpp-button`
 * @returns {HTMLButtonElement}
 */
export function button(text, press, className = "") {
  const made = /** @type {HTMLButtonElement} */ (element("button", `mpp-button ${className}`.trim(), text));
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

/**
 * Keep Jupyter's command mode from eating keys that were meant for a face.
 * @param {HTMLElement} root
 */
export function keepKeys(root) {
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const kind of ["keydown", "keypress", "keyup"]) {
    root.addEventListener(kind, (event) => event.stopPropagation());
  }
}
