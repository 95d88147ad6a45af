/** The panel beside the notebook, in a tab of JupyterLab's, and what stands in its place then. */

import { move } from "../shared/dom.js";
import { placeholder } from "./popout.js";

// A tab that is closed may have no kernel to tell, and another panel may have taken its place.
const GONE_TAB = "mpp-undocked";
const LOOKS = 300;
const SHOWN = "mpp-panel-shown";

export class Docking {
  /**
   * @param {HTMLElement} el in the panel
   * @param {{name: () => string, undock: () => void, orphaned: () => boolean, closeTab: (tab:
   *   string) => void}} acts
   */
  constructor(el, acts) {
    this.el = el;
    this.acts = acts;
    this.tab = "";
    this.inTab = false;
    this.told = false;
    this.watch = /** @type {any} */ (undefined);
    this.hear = (/** @type {any} */ { detail }) => detail === this.tab && this.show("");
    this.meet = (/** @type {any} */ { detail }) => this.met(detail);
    document.addEventListener(GONE_TAB, this.hear);
    document.addEventListener(SHOWN, this.meet);
  }

  /** Whether there are such tabs here. */
  static get possible() {
    return document.querySelector(".jp-LabShell") !== null;
  }

  /** After a restart the lab's cell shows another panel: a tab with the old one has had its day. */
  met(/** @type {string} */ name) {
    if (this.inTab && this.acts.orphaned() && name === this.acts.name())
      this.acts.closeTab(this.tab);
  }

  /** @param {string} tab the one that the panel is in, "" for none */
  show(tab) {
    const was = this.tab;
    this.tab = tab;
    this.inTab ||= this.el.closest(".jupyterlab-sidecar") !== null;
    // JupyterLab takes a tab that is closed out of the page, and keeps what was in it.
    if (this.inTab) this.watch ??= setInterval(() => this.el.isConnected || this.leave(), LOOKS);
    if (!this.told) document.dispatchEvent(new CustomEvent(SHOWN, { detail: this.acts.name() }));
    this.told = true;
    if (this.inTab || Boolean(was) === Boolean(tab)) return;
    const home = this.el.closest(".mpp-panel");
    home?.classList.toggle("mpp-docked", Boolean(tab));
    this.left?.remove();
    if (!tab || !home) return;
    const said = `The panel of ${this.acts.name()} is beside the notebook.`;
    this.left = placeholder(said, () => this.acts.undock());
    move([this.left], home);
  }

  /** The tab is closed, or will be: bring the panel back. */
  leave() {
    const { tab } = this;
    clearInterval(this.watch);
    if (!this.inTab || !tab) return;
    this.tab = "";
    this.acts.undock();
    document.dispatchEvent(new CustomEvent(GONE_TAB, { detail: tab }));
  }

  close() {
    document.removeEventListener(GONE_TAB, this.hear);
    document.removeEventListener(SHOWN, this.meet);
    this.leave();
  }
}
