/** The status line: a lab in one line, with the buttons that stop it and start it anew. */

import { absolute, busyWords, shownAddress } from "../shared/address.js";
import { button, copied, element, windowOf } from "../shared/dom.js";
import { counted } from "../shared/format.js";
import { GONE } from "../shared/line.js";
import { rendering, StateFace } from "../shared/stateface.js";
import { Docking } from "./docking.js";
import { glyph } from "./glyph.js";
import { PopOut } from "./popout.js";

const COPIED_FOR = 1600;
const POP_OUT = "Show the panel in a window of its own, which stays in sight (O)";
const BACK = "Bring the panel back into the notebook (O)";
const DOCK = "Show the panel beside the notebook (K)";
const UNDOCK = "Bring the panel back into the notebook (K)";
const KEPT_LINE = "What the newest code says otherwise in the conversations that are kept (D)";
const BREAK_OUT = "End the handler that does not await, so that everybody else is served (B)";

class Status extends StateFace {
  /** @param {any} model */
  constructor(model) {
    super(model, "mpp-status", "mpp-banner mpp-outcome");
    this.href = "";
    this.running = true;
    this.note = element("div", "mpp-banner mpp-bad mpp-note");
    this.note.setAttribute("role", "alert");
    this.note.hidden = true;
    this.banner.setAttribute("role", "status");
    this.blocked = false;
    /** What is seen counts seconds; what is heard is said once. */
    this.stuck = element("div", "mpp-banner mpp-stuck");
    this.stuck.hidden = true;
    this.aloud = element("div", "mpp-aloud");
    this.aloud.setAttribute("role", "alert");
    this.popOut = new PopOut(this.root, {
      name: () => this.name.textContent ?? "",
      say: (text) => this.say(text, true),
      turned: (out) => this.poppedOut(out),
      keys: () => ({ o: this.popButton, k: this.dockButton, d: this.keptButton }),
    });
    this.docking = new Docking(this.root, {
      name: () => this.name.textContent ?? "",
      undock: () => this.dock(false),
      orphaned: () => !this.line.alive,
      closeTab: (tab) => this.closeTab(tab),
    });
    this.root.append(this.makeBar(), this.stuck, this.note, this.banner, this.aloud);
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  makeBar() {
    /** @type {HTMLElement} */
    this.dot = element("span", "mpp-dot");
    this.dot.setAttribute("role", "img");
    /** @type {HTMLElement} */
    this.name = element("span", "mpp-name");
    /** @type {HTMLElement} */
    this.revision = element("span", "mpp-badge");
    /** @type {HTMLElement} */
    this.counts = element("span", "mpp-dim mpp-counts");
    /** @type {HTMLButtonElement} */
    this.restartButton = button("Restart", () => this.command("restart", this.restartButton));
    /** @type {HTMLButtonElement} */
    this.stopButton = button("Stop", () => this.command("stop", this.stopButton));
    /** @type {HTMLButtonElement} */
    this.breakButton = button(
      "Break out",
      () => this.command("break_out", this.breakButton),
      "mpp-break-out",
    );
    this.breakButton.title = BREAK_OUT;
    this.breakButton.setAttribute("aria-keyshortcuts", "B");
    this.breakButton.hidden = true;
    const who = element("div", "mpp-lab-name");
    who.append(this.dot, this.name, this.revision);
    const ends = element("div", "mpp-lab-end");
    ends.append(this.breakButton, this.restartButton, this.stopButton, ...this.makeGlyphs());
    const bar = element("div", "mpp-bar mpp-status-bar");
    const grow = element("span", "mpp-grow");
    bar.append(who, this.makeAddress(), grow, this.makeKept(), this.counts, ends);
    return bar;
  }

  /** What came of the kept conversations; nothing while nothing is kept. */
  makeKept() {
    const said = (/** @type {string | null} */ text) => this.say(text ?? "");
    const show = () => this.line.ask({ kind: "kept" }, { late: said, done: said });
    /** @type {HTMLButtonElement} */
    this.keptButton = button("", show, "mpp-quiet mpp-kept-line");
    this.keptButton.title = KEPT_LINE;
    this.keptButton.setAttribute("aria-keyshortcuts", "D");
    this.keptButton.hidden = true;
    return this.keptButton;
  }

  /** @param {any} state */
  showKept({ kept, differs, shows }) {
    this.keptButton.hidden = !kept;
    this.keptButton.disabled = !shows;
    if (this.keptButton.textContent !== kept) this.keptButton.textContent = kept ?? "";
    this.keptButton.classList.toggle("mpp-differs", Boolean(differs));
  }

  makeGlyphs() {
    /** @type {HTMLButtonElement} */
    this.popButton = button("", () => this.popOut.toggle(), "mpp-quiet mpp-glyph mpp-pop");
    this.popButton.setAttribute("aria-keyshortcuts", "O");
    /** @type {HTMLButtonElement} */
    this.dockButton = button("", () => this.dock(!this.docking.tab), "mpp-quiet mpp-glyph");
    this.dockButton.append(glyph("dock"));
    this.dockButton.setAttribute("aria-keyshortcuts", "K");
    this.showPop(false);
    this.showDock();
    return [this.dockButton, this.popButton];
  }

  /** Which of the two there are: the tab has a way back alone. */
  showDock() {
    const { inTab, tab } = this.docking;
    const words = tab ? UNDOCK : DOCK;
    this.dockButton.hidden = !Docking.possible;
    this.dockButton.title = words;
    this.dockButton.setAttribute("aria-label", words);
    this.dockButton.setAttribute("aria-pressed", String(Boolean(tab)));
    this.popButton.hidden = inTab;
  }

  /** Put the panel beside the notebook, or bring it back. @param {boolean} beside */
  dock(beside) {
    this.popOut.back();
    this.line.ask(
      { kind: beside ? "dock" : "undock" },
      { late: (text) => this.say(text), done: (error) => this.say(error ?? "", true) },
    );
  }

  /** Close a tab without the kernel: what made it is gone. @param {string} tab */
  async closeTab(tab) {
    const model = await this.line.model.widget_manager?.get_model(tab);
    model?.close(true);
  }

  showPop(/** @type {boolean} */ out) {
    const words = out ? BACK : POP_OUT;
    this.popButton.replaceChildren(glyph(out ? "in" : "out"));
    this.popButton.title = words;
    this.popButton.setAttribute("aria-label", words);
  }

  poppedOut(/** @type {boolean} */ out) {
    this.showPop(out);
    windowOf(this.root).focus();
    this.popButton.focus({ preventScroll: !out });
  }

  makeAddress() {
    /** @type {HTMLAnchorElement} */
    this.link = /** @type {HTMLAnchorElement} */ (element("a", "mpp-mono mpp-address"));
    this.link.target = "_blank";
    this.link.rel = "noopener noreferrer";
    /** @type {HTMLElement} */
    this.place = element("span", "mpp-mono mpp-address");
    /** @type {HTMLButtonElement} */
    this.copyButton = button("Copy", () => this.copy(), "mpp-quiet");
    this.copyButton.title = "Copy the address";
    const box = element("div", "mpp-lab-address");
    box.append(this.link, this.place, this.copyButton);
    return box;
  }

  /** @param {any} state */
  show(state) {
    this.running = state.running;
    this.name.textContent = state.name;
    this.revision.textContent = `revision ${state.revision}`;
    this.revision.hidden = !state.revision;
    this.counts.textContent = state.running
      ? busyWords(state)
      : counted(state.messages, "message", "messages");
    this.showDot(!state.running ? "stopped" : state.note ? "trouble" : "running");
    this.showBlocked(state.running ? state.blocked : "");
    this.showAddress(state);
    this.showKept(state);
    this.restartButton.hidden = !state.running;
    this.stopButton.textContent = state.running ? "Stop" : "Start";
    this.note.hidden = !state.note;
    if (this.note.textContent !== state.note) this.note.textContent = state.note;
    this.popOut.settle();
    this.docking.show(state.docked ?? "");
    this.showDock();
  }

  showDot(/** @type {string} */ how) {
    this.dot.className = `mpp-dot mpp-${how}`;
    this.dot.setAttribute("aria-label", how);
    this.dot.title = how;
  }

  /** Say who keeps everybody else waiting. @param {string} who "" if nobody does */
  showBlocked(who) {
    const how = "Break out, or lab.break_out(), ends it; await what takes long.";
    const text = who ? `Nobody is answered: ${who}. ${how}` : "";
    if (who) {
      this.showDot("blocked");
      this.dot.title = text;
    } else if (this.breakButton.matches(":focus")) this.restartButton.focus();
    this.stuck.textContent = text;
    this.breakButton.hidden = this.stuck.hidden = !who;
    if (this.blocked !== Boolean(who)) {
      this.aloud.textContent = text;
    }
    this.blocked = Boolean(who);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const held = event.ctrlKey || event.altKey || event.metaKey;
    const isFor = event.key.toLowerCase() === "b" && !held && this.blocked;
    if (!isFor || this.breakButton.disabled) return;
    event.preventDefault();
    this.command("break_out", this.breakButton);
  }

  showAddress(/** @type {any} */ state) {
    this.href = state.running ? absolute(state.url, location.href) : "";
    const shown = state.running ? shownAddress(state.address, this.href) : "stopped";
    for (const each of [this.link, this.place]) each.textContent = shown;
    this.link.hidden = this.copyButton.hidden = !this.href;
    this.place.hidden = Boolean(this.href);
    this.link.href = this.href || "#";
    this.link.title = `Open ${this.href}`;
  }

  /** Stop, restart, or start what is stopped. */
  command(/** @type {string} */ kind, /** @type {HTMLButtonElement} */ control) {
    this.say("", false);
    this.enable(false, control);
    this.line.ask(
      { kind: this.running ? kind : "restart" },
      {
        late: (text) => this.say(text, false),
        done: (error) => {
          this.enable(this.line.alive, control);
          if (error !== GONE) this.say(error ?? "", true);
        },
      },
    );
  }

  /** @param {boolean} on @param {HTMLElement} [busy] the button that was pressed */
  enable(on, busy) {
    for (const each of [this.breakButton, this.restartButton, this.stopButton]) {
      each.disabled = !on;
      each.setAttribute("aria-busy", String(!on && each === busy));
    }
  }

  async copy() {
    const done = await copied(this.href, this.root);
    this.copyButton.textContent = done ? "Copied" : "Press Ctrl+C";
    if (!done) windowOf(this.root).getSelection()?.selectAllChildren(this.link);
    clearTimeout(this.copying);
    this.copying = setTimeout(() => (this.copyButton.textContent = "Copy"), COPIED_FOR);
  }

  /** @param {boolean} alive */
  turned(alive) {
    super.turned(alive);
    if (alive) return;
    this.showDot("stopped");
    // How many sockets there were is not so any more.
    this.counts.textContent = "";
    this.showBlocked("");
  }

  /** @param {string} text @param {boolean} [bad] */
  say(text, bad = false) {
    this.banner.setAttribute("role", bad && text ? "alert" : "status");
    this.banner.classList.toggle("mpp-bad", bad && text !== "");
    super.say(text);
  }

  close() {
    clearTimeout(this.copying);
    this.docking.close();
    this.popOut.close();
    super.close();
  }
}

export default rendering(Status);
