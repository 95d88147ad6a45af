/** A view that stands as it stood, since a later cell shows the traffic; and how it goes on. */

import { focusedIn } from "../shared/dom.js";

export class Standing {
  /** @param {import("./view.js").Traffic} traffic */
  constructor(traffic) {
    this.traffic = traffic;
    this.turn = () => this.turned();
  }

  open() {
    this.traffic.feed.model.on("change:stands", this.turn);
  }

  close() {
    this.traffic.feed.model.off("change:stands", this.turn);
  }

  /** Have it follow again. */
  goOn() {
    const { feed, chrome } = this.traffic;
    if (!feed.stood) return;
    feed.ask(
      { kind: "follow" },
      {
        late: (text) => chrome.warn(text),
        done: (error) => chrome.warn(error ?? ""),
      },
    );
  }

  /** It stands from now on, or follows again: what has the focus may be hidden then. */
  turned() {
    const { feed, chrome, picture } = this.traffic;
    const held = focusedIn(chrome.root);
    feed.turnedOver();
    if (!feed.stood) this.traffic.follow();
    this.traffic.draw();
    if (held && chrome.root.contains(held) && held.offsetParent === null) picture.el.focus();
  }
}
