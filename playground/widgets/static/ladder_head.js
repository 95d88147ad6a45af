/** What stands above a ladder: whose lane is whose, and what can be done with all of it. */

import { button, element } from "./dom.js";
import { GUTTER } from "./ladder_lanes.js";
import { headWidth } from "./ladder_marks.js";

export class Head {
  /** @param {{fold: () => void, save: () => void}} acts */
  constructor(acts) {
    this.acts = acts;
    this.drawn = "";
    this.names = element("div", "mpp-lane-heads");
    this.names.setAttribute("role", "presentation");
    this.save = button("SVG ↓", acts.save, "mpp-quiet mpp-save-svg");
    this.save.title = "Save this ladder as a picture (SVG)";
    this.save.setAttribute("aria-label", "Save as SVG");
    this.foldAgain = button("Fold", acts.fold, "mpp-fold");
    this.foldAgain.title = "Put all but eight clients into one lane again";
    this.el = element("div", "mpp-ladder-head");
    this.el.setAttribute("role", "row");
    this.el.append(this.names, this.save, this.foldAgain);
  }

  /** Put each name above its lane. @param {import("./ladder.js").Ladder} ladder */
  draw(ladder) {
    const heads = (ladder.steps.length ? ladder.across.lanes : []).map((lane) => ({
      lane, colour: ladder.colourOf(lane.clients), x: ladder.xOf(lane) - ladder.left,
      wide: headWidth(lane.name, ladder.across.pitch),
    }));
    const drawn = heads.map(({ lane, colour, x, wide }) => `${lane.name} ${colour} ${x} ${wide}`).join("|");
    // A button that is made anew loses the focus, and a press that is under way.
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    // What is scrolled away to the left must not show through the button there.
    this.names.style.clipPath = ladder.left ? `inset(0 0 0 ${GUTTER - 8}px)` : "";
    this.names.replaceChildren(...heads.map((head) => this.name(head)));
  }

  name(/** @type {{lane: import("./ladder_lanes.js").Lane, colour: string, x: number, wide: number}} */ { lane, colour, x, wide }) {
    const others = lane.role === "others";
    const made = others ? button(lane.name, this.acts.fold) : element("span", "", lane.name);
    made.className = `mpp-lane-head mpp-lane-${lane.role} ${colour}`;
    made.setAttribute("role", "columnheader");
    made.title = others ? `${lane.clients.join(", ")}: press for a lane each` : lane.name;
    made.style.width = `${wide}px`;
    made.style.left = `${x - wide / 2}px`;
    return made;
  }
}
