/**
 * Room for the strips, which the list gives up of its own: rows stay where they are, and the panel
 * stays as high as it was. Strips come between the bar of the traffic and its rows; where the list
 * has so much room left below its rows, there, until the last of them goes.
 */

import { onResize, windowOf } from "../shared/dom.js";
import { ROOM } from "../shared/room.js";

/** @typedef {import("../traffic/view.js").Traffic} Traffic */

const STRIPS = ".mpp-between, .mpp-swarm";
// A handler that steps is nowhere for a moment, in milliseconds: what it stood in is kept free.
const LINGERS = 400;
// Whoever presses so soon after something came, with a hand that rests, meant what was there.
const MEANT = 600;
const STILL = 3;

/**
 * How the strips share the room between bar and rows.
 *
 * @param {number} said pixels of what the traffic says itself there
 * @param {number[]} heights of the strips, in pixels
 * @returns {{given: number, tops: number[]}} what the list gives, and where each strip begins
 */
export function roomFor(said, heights) {
  let given = said;
  const tops = heights.map((height) => {
    given += height;
    return given - height;
  });
  return { given, tops };
}

/** Let the list of a view give room to the strips of its panel. @param {Traffic} view */
export function giveRoom(view) {
  const room = new Room(view);
  return () => room.close();
}

class Room {
  /** @param {Traffic} view */
  constructor(view) {
    this.view = view;
    this.panel = /** @type {HTMLElement | null} */ (null);
    /** Pixels that the list gives above its rows and below them. */
    this.given = { above: 0, below: 0 };
    /** Whether the strips stand below the rows. */
    this.below = false;
    /** Whether any strip stands, or has just stood. */
    this.stand = false;
    this.later = /** @type {any} */ (undefined);
    /** What came under a hand that rests. */
    this.came = { at: -MEANT, by: 0, x: 0, y: 0 };
    this.hand = { x: 0, y: 0 };
    this.hear = () => this.give();
    this.press = (/** @type {MouseEvent} */ event) => this.pressed(event);
    this.follow = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      this.hand = { x: clientX, y: clientY };
    };
    const { bar, banner, note, main } = view.chrome;
    this.unsize = [bar, banner, note, main].map((each) => onResize(each, () => this.settle()));
  }

  /** Find the panel that the view stands in: it may have been moved to another window. */
  settle() {
    const found = /** @type {HTMLElement | null} */ (this.view.chrome.root.closest(".mpp-panel"));
    if (found !== this.panel) {
      this.leave();
      this.panel = found;
      found?.addEventListener(ROOM, this.hear);
      found?.addEventListener("click", this.press, true);
      found?.addEventListener("pointermove", this.follow);
    }
    this.give();
  }

  leave() {
    const { panel } = this;
    panel?.removeEventListener(ROOM, this.hear);
    panel?.removeEventListener("click", this.press, true);
    panel?.removeEventListener("pointermove", this.follow);
  }

  /** The parts of the panel that hold a strip. */
  get strips() {
    const found = [...(this.panel?.querySelectorAll(STRIPS) ?? [])];
    return found.flatMap((each) => {
      let part = /** @type {Element | null} */ (each);
      while (part && part.parentElement !== this.panel) part = part.parentElement;
      return part ? [/** @type {HTMLElement} */ (part)] : [];
    });
  }

  /** Give the strips the room that they take now. */
  give() {
    const { panel, strips } = this;
    const { bar, banner, note, main } = this.view.chrome;
    if (!panel?.isConnected || !main.clientHeight) return;
    for (const strip of strips) strip.classList.add("mpp-strip");
    panel.classList.add("mpp-roomy");
    const said = banner.offsetHeight + note.offsetHeight;
    const heights = strips.map((each) => each.offsetHeight);
    const total = roomFor(0, heights).given;
    if (!this.stand) this.below = total > 0 && total <= emptyIn(this.view.picture);
    this.stand ||= total > 0;
    for (const strip of strips) strip.classList.toggle("mpp-strip-below", this.below);
    main.style.setProperty("--mpp-said", `${said}px`);
    const { given, tops } = roomFor(this.below ? 0 : said, heights);
    const wanted = this.below ? { above: said, below: given } : { above: given, below: 0 };
    clearTimeout(this.later);
    const has = this.given.above + this.given.below;
    if (wanted.above + wanted.below >= has) this.take(wanted);
    else this.later = setTimeout(() => this.take(wanted), LINGERS);
    const { top } = panel.getBoundingClientRect();
    const begins = this.below
      ? main.getBoundingClientRect().bottom - given
      : bar.getBoundingClientRect().bottom;
    for (const [index, strip] of strips.entries())
      strip.style.top = `${begins - top - panel.clientTop + tops[index]}px`;
  }

  /** Have the list give so much, and its rows stay where they are. */
  take(/** @type {{above: number, below: number}} */ given) {
    const by = given.above - this.given.above;
    const grown = given.below - this.given.below;
    const { main } = this.view.chrome;
    this.stand = this.strips.some((each) => each.offsetHeight > 0);
    if (!by && !grown) return;
    this.given = given;
    const { scroller } = this.view.picture;
    const before = scroller.getBoundingClientRect().top;
    main.style.setProperty("--mpp-given", `${given.above}px`);
    main.style.setProperty("--mpp-given-below", `${given.below}px`);
    const moved = scroller.getBoundingClientRect().top - before;
    const left = moved - scrolledBy(this.view.picture, moved);
    if (grown) followed(this.view.picture);
    this.came = { at: performance.now(), by: left, ...this.hand };
  }

  /** A press that was meant for what stood there before goes there, or nowhere. */
  pressed(/** @type {MouseEvent} */ event) {
    const { at, by, x, y } = this.came;
    const { clientX, clientY, isTrusted, detail } = event;
    const late = performance.now() - at > MEANT;
    if (late || !isTrusted || !detail || Math.hypot(clientX - x, clientY - y) > STILL) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const { main } = this.view.chrome;
    if (target.closest(STRIPS)) swallow(event);
    else if (by && main.contains(target)) {
      swallow(event);
      const init = { bubbles: true, cancelable: true, clientX, clientY: clientY + by };
      const meant = target.ownerDocument.elementFromPoint(clientX, clientY + by);
      const { MouseEvent: Kind } = windowOf(target);
      if (main.contains(meant)) meant?.dispatchEvent(new Kind("click", init));
    }
  }

  close() {
    clearTimeout(this.later);
    this.leave();
    for (const unsize of this.unsize) unsize();
  }
}

/** Scroll a picture, which nobody wished for; return how far it went. */
function scrolledBy(
  /** @type {import("../traffic/picture.js").Picture} */ picture,
  /** @type {number} */ by,
) {
  const { scroller, scroll } = picture;
  const before = scroller.scrollTop;
  scroller.scrollTop += by;
  if (scroller === scroll.el) {
    scroll.known = scroller.scrollTop;
    if (!scroll.look.now.following) scroll.remember();
    picture.draw();
  }
  return scroller.scrollTop - before;
}

/** Draw a picture whose end has moved; where it follows, its newest row stays in sight. */
function followed(/** @type {import("../traffic/picture.js").Picture} */ picture) {
  const { scroller, scroll } = picture;
  if (scroller !== scroll.el) return;
  if (scroll.look.now.following) scroller.scrollTop = scroller.scrollHeight;
  scroll.known = scroller.scrollTop;
  picture.draw();
}

/** How many pixels are left below what a picture shows. */
function emptyIn(/** @type {import("../traffic/picture.js").Picture} */ { scroller, scroll }) {
  const { top } = scroller.getBoundingClientRect();
  const ends = [...scroller.children].map((each) => each.getBoundingClientRect().bottom - top);
  const shown = scroller === scroll.el ? scroll.items.length * scroll.height : Math.max(0, ...ends);
  return scroller.clientHeight - shown;
}

function swallow(/** @type {Event} */ event) {
  event.stopPropagation();
  event.preventDefault();
}
