/** The page of a record: the faces of the traffic over the rows that the page holds. */

import { PlayingLadder } from "../player/playing.js";
import { element } from "../shared/dom.js";
import { counted } from "../shared/format.js";
import { themeButton } from "../shared/theme.js";
import { Grid } from "../traffic/grid.js";
import { Traffic } from "../traffic/view.js";
import { SavedKernel } from "./kernel.js";

const SAVED_HINT = "Space play · / filter ·";

/** @param {import("./kernel.js").Held} held */
function start(held) {
  class Ladder extends PlayingLadder {
    constructor(/** @type {any} */ acts, /** @type {any} */ look) {
      super(acts, look, held);
    }
  }
  const kernel = new SavedKernel(held, { of: "", look: lookOf(held) });
  const place = element("main", "mpp-saved");
  document.body.replaceChildren(place);
  document.body.removeAttribute("style");
  const view = new Traffic(kernel, place, { Table: Grid, Ladder });
  const bar = /** @type {HTMLElement} */ (place.querySelector(".mpp-traffic-bar"));
  bar.append(themeButton(document.documentElement));
  const hint = place.querySelector(".mpp-keys-hint");
  if (hint) hint.textContent = SAVED_HINT;
  if (held.earlier)
    view.chrome.warn(
      `The newest ${counted(held.rows.length, "entry", "entries")} of the record; ` +
        `${counted(held.earlier, "earlier one is", "earlier ones are")} not in this page.`,
    );
  view.open();
  // In a frame the page around it has the reader.
  if (globalThis.parent === globalThis.self) view.picture.el.focus({ preventScroll: true });
}

/** What one reads begins at its beginning; a story is a ladder. */
function lookOf(/** @type {import("./kernel.js").Held} */ held) {
  return {
    picture: held.story ? "Ladder" : "Table",
    following: false,
    anchor: { seq: held.rows[0]?.seq ?? 0, offset: 0 },
  };
}

start(/** @type {any} */ (globalThis).mppHeld);
