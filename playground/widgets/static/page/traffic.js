/** The face of the traffic: a view of it as a table, as a ladder, or as the code that it runs. */

import { Code } from "../code/code.js";
import { LivePlayer, offerPlaying } from "../player/liveplayer.js";
import { element } from "../shared/dom.js";
import { escaped } from "../shared/format.js";
import { outliveStill } from "../shared/still.js";
import { Clearing } from "../traffic/clearing.js";
import { Elsewhere } from "../traffic/elsewhere.js";
import { Grid } from "../traffic/grid.js";
import { offerKeeping } from "../traffic/keeping.js";
import { Margin } from "../traffic/margin.js";
import { Ruling } from "../traffic/ruling.js";
import { Traffic } from "../traffic/view.js";
import { giveRoom } from "./room.js";

class LiveGrid extends Grid {
  /**
   * @param {import("../traffic/picture.js").Acts} acts
   * @param {import("../traffic/look.js").Look} look
   */
  constructor(acts, look) {
    super(acts, look);
    this.margin = new Margin();
  }

  fill(/** @type {HTMLElement} */ el, /** @type {number} */ index) {
    super.fill(el, index);
    const shape = this.scene.items[index].row?.shape;
    if (shape) el.querySelector(".mpp-what")?.prepend(shapeMark(shape));
  }
}

/** What says quietly that a message is unlike those before it. @param {string} shape in which */
function shapeMark(shape) {
  const mark = element("span", "mpp-part-chip mpp-part-shape", "new shape");
  mark.title = `A shape not seen before: ${escaped(shape)}`;
  mark.setAttribute("aria-label", mark.title);
  return mark;
}

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    const view = new Traffic(model, el, { Table: LiveGrid, Ladder: LivePlayer, Code });
    view.ruling = new Ruling(view);
    view.clearing = new Clearing(view.feed, view.chrome, view.aloud);
    view.elsewhere = new Elsewhere(view);
    offerKeeping(view.detail);
    offerPlaying(view);
    outliveStill(model, view.chrome.root);
    const shut = view.open();
    const close = giveRoom(view);
    return () => {
      close();
      shut();
    };
  },
};
