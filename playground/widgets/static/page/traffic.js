/** The face of the traffic: a view of it as a table, as a ladder, or as the code that it runs. */

import { Code } from "../code/code.js";
import { LiveLadder } from "../ladder/drag.js";
import { outliveStill } from "../shared/still.js";
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
}

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    const view = new Traffic(model, el, { Table: LiveGrid, Ladder: LiveLadder, Code });
    view.ruling = new Ruling(view);
    offerKeeping(view.detail);
    outliveStill(model, view.chrome.root);
    const shut = view.open();
    const close = giveRoom(view);
    return () => {
      close();
      shut();
    };
  },
};
