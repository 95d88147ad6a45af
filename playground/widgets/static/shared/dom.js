/**
 * Small things of a page: elements, the clipboard, when to draw. What came over a wire is only
 * ever set as text.
 */

/**
 * The window that an element is shown in: a panel may stand in another one than its scripts.
 * @param {Element} el
 * @returns {Window & typeof globalThis}
 */
export function windowOf(el) {
  return el.ownerDocument.defaultView ?? window;
}

/**
 * What has the focus in the window that an element is shown in.
 * @param {Element} el
 * @returns {HTMLElement | null}
 */
export function focusedIn(el) {
  return /** @type {HTMLElement | null} */ (el.ownerDocument.activeElement);
}

const MOVED = "mpp-moved";

/**
 * Hear when an element gets another size, in whichever window it is shown.
 * @param {HTMLElement} el
 * @param {() => void} heard
 * @returns {() => void} listen no more
 */
export function onResize(el, heard) {
  let observer = new ResizeObserver(heard);
  // A window looks at sizes when it draws itself, so that one has to look which shows the element.
  const watch = () => {
    observer.disconnect();
    observer = new (windowOf(el).ResizeObserver)(heard);
    observer.observe(el);
  };
  watch();
  el.dataset.sized = "";
  el.addEventListener(MOVED, watch);
  return () => {
    observer.disconnect();
    el.removeEventListener(MOVED, watch);
  };
}

/**
 * Move elements to another place, perhaps in another window, and leave what is read in them where
 * it is.
 * @param {Iterable<Node>} nodes
 * @param {Element} place
 */
export function move(nodes, place) {
  const moved = [...nodes].filter((node) => "querySelectorAll" in node);
  const inside = /** @type {HTMLElement[]} */ (
    moved.flatMap((node) => [.../** @type {Element} */ (node).querySelectorAll("*")])
  );
  const scrolled = inside.filter((each) => each.scrollTop || each.scrollLeft);
  const places = scrolled.map((each) => ({ left: each.scrollLeft, top: each.scrollTop }));
  place.append(...moved);
  for (const [index, each] of scrolled.entries()) each.scrollTo(places[index]);
  for (const each of inside)
    if (each.dataset?.sized !== undefined) each.dispatchEvent(new Event(MOVED));
}

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
  const made = /** @type {HTMLButtonElement} */ (
    element("button", `mpp-button ${className}`.trim(), text)
  );
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

/**
 * @param {string} text
 * @param {HTMLElement} near where a field may stand for a moment
 * @returns {Promise<boolean>} whether it was copied
 */
export async function copied(text, near) {
  try {
    await windowOf(near).navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByHand(text, near);
  }
}

function copiedByHand(/** @type {string} */ text, /** @type {HTMLElement} */ near) {
  const box = /** @type {HTMLTextAreaElement} */ (element("textarea", "mpp-aloud"));
  const focused = focusedIn(near);
  box.value = text;
  near.append(box);
  box.select();
  const done = near.ownerDocument.execCommand("copy");
  box.remove();
  focused?.focus();
  return done;
}

/**
 * Have the browser save something as a file.
 * @param {BlobPart} data
 * @param {string} name
 * @param {string} type
 */
export function saveFile(data, name, type) {
  const url = URL.createObjectURL(new Blob([data], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

// A page that is slow gets so many times as long for other things as for drawing, up to a limit in
// milliseconds: a picture that moves less often does not look live.
const RESTS = 6;
const LONGEST_REST = 120;

export class Pace {
  /** @param {() => void} draw @param {Element} el what is drawn, or has it inside */
  constructor(draw, el) {
    this.draw = draw;
    this.el = el;
    this.view = windowOf(el);
    this.frame = 0;
    this.timer = /** @type {any} */ (0);
    this.ended = 0;
    this.rest = 0;
  }

  /** Draw soon, once. */
  soon() {
    this.turn(windowOf(this.el));
    if (this.frame || this.timer) return;
    const rest = this.rest - (performance.now() - this.ended);
    if (rest > 0) this.timer = this.view.setTimeout(() => this.onNextFrame(), rest);
    else this.onNextFrame();
  }

  onNextFrame() {
    this.timer = 0;
    this.frame = this.view.requestAnimationFrame(() => {
      this.frame = 0;
      const began = performance.now();
      this.draw();
      this.ended = performance.now();
      this.rest = Math.min(LONGEST_REST, RESTS * (this.ended - began));
    });
  }

  /** Go by another window: one that is hidden or gone has no frames. */
  turn(/** @type {Window & typeof globalThis} */ view) {
    if (view === this.view) return;
    this.stop();
    this.view = view;
  }

  stop() {
    this.view.cancelAnimationFrame(this.frame);
    this.view.clearTimeout(this.timer);
    this.frame = this.timer = 0;
  }
}
