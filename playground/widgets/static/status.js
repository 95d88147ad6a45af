/** The status line: a lab in one line, with the buttons that stop it and start it anew. */

import { absolute, busyWords, shownAddress } from "./address.js";
import { button, element, keepKeys } from "./dom.js";
import { counted } from "./format.js";
import { GONE } from "./heartbeat.js";
import { Line } from "./line.js";

const COPIED_FOR = 1600;

class Status {
  /** @param {any} model @param {HTMLElement} el */
  constructor(model, el) {
    this.href = "";
    this.running = true;
    this.line = new Line(model, {
      state: (state) => this.show(state),
      alive: (alive) => this.turned(alive),
      trouble: (text) => this.say(`Something went wrong in the kernel: ${text}`, true),
    });
    this.root = this.build();
    el.append(this.root);
  }

  build() {
    const root = element("div", "mpp-face mpp-status");
    keepKeys(root);
    this.note = element("div", "mpp-banner mpp-bad mpp-note");
    this.note.setAttribute("role", "alert");
    this.note.hidden = true;
    this.outcome = element("div", "mpp-banner mpp-outcome");
    this.outcome.setAttribute("role", "status");
    this.outcome.hidden = true;
    root.append(this.makeBar(), this.note, this.outcome);
    return root;
  }

  makeBar() {
    this.dot = element("span", "mpp-dot");
    this.dot.setAttribute("role", "img");
    this.name = element("span", "mpp-name");
    this.revision = element("span", "mpp-badge");
    this.counts = element("span", "mpp-dim mpp-counts");
    this.restartButton = button("Restart", () => this.command("restart", this.restartButton));
    this.stopButton = button("Stop", () => this.command("stop", this.stopButton));
    const who = element("div", "mpp-lab-name");
    who.append(this.dot, this.name, this.revision);
    const ends = element("div", "mpp-lab-end");
    ends.append(this.restartButton, this.stopButton);
    const bar = element("div", "mpp-bar mpp-status-bar");
    bar.append(who, this.makeAddress(), element("span", "mpp-grow"), this.counts, ends);
    return bar;
  }

  makeAddress() {
    this.link = /** @type {HTMLAnchorElement} */ (element("a", "mpp-mono mpp-address"));
    this.link.target = "_blank";
    this.link.rel = "noopener noreferrer";
    this.place = element("span", "mpp-mono mpp-address");
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
    this.counts.textContent = state.running ? busyWords(state) : counted(state.messages, "message", "messages");
    this.showDot(!state.running ? "stopped" : state.note ? "trouble" : "running");
    this.showAddress(state);
    this.restartButton.hidden = !state.running;
    this.stopButton.textContent = state.running ? "Stop" : "Start";
    this.note.hidden = !state.note;
    if (this.note.textContent !== state.note) this.note.textContent = state.note;
  }

  showDot(/** @type {string} */ how) {
    this.dot.className = `mpp-dot mpp-${how}`;
    this.dot.setAttribute("aria-label", how);
    this.dot.title = how;
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
    this.line.ask({ kind: this.running ? kind : "restart" }, {
      late: (text) => this.say(text, false),
      done: (error) => {
        this.enable(this.line.alive, control);
        if (error !== GONE) this.say(error ?? "", true);
      },
    });
  }

  enable(/** @type {boolean} */ on, /** @type {HTMLElement} */ busy) {
    for (const each of [this.restartButton, this.stopButton]) {
      each.disabled = !on;
      each.setAttribute("aria-busy", String(!on && each === busy));
    }
  }

  async copy() {
    const copied = await copyText(this.href, this.root);
    this.copyButton.textContent = copied ? "Copied" : "Press Ctrl+C";
    if (!copied) getSelection()?.selectAllChildren(this.link);
    clearTimeout(this.copying);
    this.copying = setTimeout(() => (this.copyButton.textContent = "Copy"), COPIED_FOR);
  }

  turned(/** @type {boolean} */ alive) {
    this.root.classList.toggle("mpp-deaf", !alive);
    this.enable(alive, this.root);
    if (alive) this.say("", false);
    else this.showDot("stopped");
    if (!alive) this.say(GONE, true);
  }

  say(/** @type {string} */ text, /** @type {boolean} */ bad) {
    this.outcome.setAttribute("role", bad ? "alert" : "status");
    this.outcome.classList.toggle("mpp-bad", bad);
    this.outcome.textContent = text;
    this.outcome.hidden = !text;
  }

  close() {
    clearTimeout(this.copying);
    this.line.close();
    this.root.remove();
  }
}

/** Copy a text, also where a page may not use the clipboard: over plain http. */
async function copyText(/** @type {string} */ text, /** @type {HTMLElement} */ near) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = /** @type {HTMLTextAreaElement} */ (element("textarea", "mpp-aloud"));
    area.value = text;
    near.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
}

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    const status = new Status(model, el);
    status.line.open();
    return () => status.close();
  },
};
