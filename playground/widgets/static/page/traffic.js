/** The face of the traffic: a view of it as a table, as a ladder, or as the code that it runs. */

import { Code } from "../code/code.js";
import { LiveLadder } from "../ladder/drag.js";
import { outliveStill } from "../shared/still.js";
import { Grid } from "../traffic/grid.js";
import { offerKeeping } from "../traffic/keeping.js";
import { Traffic } from "../traffic/view.js";

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    const view = new Traffic(model, el, { Table: Grid, Ladder: LiveLadder, Code });
    offerKeeping(view.detail);
    outliveStill(model, view.chrome.root);
    return view.open();
  },
};
