/**
 * A WebSocket client that this very page is: it finds an address that works, connects, and talks
 * to the app.
 */

import { shownAddress } from "../shared/address.js";
import { button, element, keepKeys } from "../shared/dom.js";
import { choice, formOf } from "../shared/fields.js";
import { counted, escaped, sizedWithUnit } from "../shared/format.js";
import { GONE, Line } from "../shared/line.js";
import { FORMATS, read } from "../shared/messages.js";
import { BEACON, best, candidates, endWords, socketAddress, triedSocket } from "../shared/reach.js";
import { colabAddress, jupyterBase, throughBadge } from "../shared/site.js";
import { outliveStill } from "../shared/still.js";
import { colourClass } from "./clients.js";

const STOPPED = "The lab is stopped. lab.restart() starts it again.";
const NO_NETWORK =
  "This lab has no network, so no browser can connect to it; await lab.connect(…) can.";

class BrowserClient {
  /** @param {any} model @param {HTMLElement} el */
  constructor(model, el) {
    /** @type {any} */
    this.state = null;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.proxied = false;
    this.tries = 0;
    this.line = new Line(model, {
      state: (state) => this.show(state),
      alive: (alive) => this.turned(alive),
      trouble: (text) => this.say(`Something went wrong in the kernel: ${text}`, true),
    });
    this.root = this.build();
    el.append(this.root);
  }

  build() {
    const root = element("div", "mpp-face mpp-browser-client");
    keepKeys(root);
    /** @type {HTMLElement} */
    this.note = element("div", "mpp-banner");
    this.note.hidden = true;
    /** @type {Said} */
    this.said = new Said();
    /** @type {ReturnType<typeof throughBadge>} */
    this.through = throughBadge();
    root.append(this.makeBar(), this.through.words, this.note, this.said.el, this.makeForm());
    this.draw("not connected");
    return root;
  }

  makeBar() {
    /** @type {HTMLElement} */
    this.mark = element("span", "mpp-id");
    /** @type {HTMLElement} */
    this.name = element("b", "mpp-name");
    /** @type {HTMLElement} */
    this.where = element("span", "mpp-mono mpp-dim mpp-browser-where");
    /** @type {HTMLElement} */
    this.how = element("span", "mpp-dim mpp-browser-how");
    this.how.setAttribute("role", "status");
    /** @type {HTMLButtonElement} */
    this.switch = button("Connect", () => (this.socket ? this.close() : this.connect()));
    const bar = element("div", "mpp-bar");
    bar.append(
      this.mark,
      this.name,
      this.where,
      this.through.control,
      element("span", "mpp-grow"),
      this.how,
      this.switch,
    );
    return bar;
  }

  makeForm() {
    /** @type {HTMLSelectElement} */
    this.kind = choice("As what", FORMATS, () => this.say("", false));
    /** @type {HTMLInputElement} */
    this.input = /** @type {HTMLInputElement} */ (
      element("input", "mpp-input mpp-mono mpp-message")
    );
    this.input.setAttribute("aria-label", "Message from this browser");
    this.input.autocomplete = "off";
    this.input.spellcheck = false;
    /** @type {HTMLButtonElement} */
    this.go = button("Send", () => {}, "mpp-on mpp-send");
    this.go.type = "submit";
    const form = formOf(
      "Send from this browser",
      () => this.send(),
      () => this.say("", false),
    );
    form.className = "mpp-bar mpp-browser-form";
    form.append(this.kind, this.input, this.go);
    return form;
  }

  /** @param {any} state */
  show(state) {
    const first = !this.state;
    this.state = state;
    this.mark.className = `mpp-id ${colourClass(state.index)}`;
    this.name.textContent = escaped(state.client);
    this.root.setAttribute("aria-label", `${state.client}, a client in this browser`);
    if (!this.where.textContent) this.where.textContent = state.path;
    if (first) this.connect();
    else if (!this.socket && !state.running) this.say(STOPPED, false);
  }

  /** The kernel lets this page in first: only then may it talk to the app from its own address. */
  connect() {
    this.tries += 1;
    const tries = this.tries;
    this.say("", false);
    if (!this.state.running) return this.say(STOPPED, false);
    this.draw("looking for the lab");
    this.line.ask(
      { kind: "let_in", origin: globalThis.location?.origin ?? "" },
      {
        late: (text) => this.say(text, false),
        done: (error) => {
          if (tries !== this.tries) return;
          if (error === null) this.search(tries);
          else this.fail(error);
        },
      },
    );
  }

  /** Try every address at once by a WebSocket, and open the app's own at the best. */
  async search(/** @type {number} */ tries) {
    const { url, port, lab } = this.state;
    const found = candidates(url, port, location.href, jupyterBase(), await colabAddress(port));
    if (!found.length) return this.fail(NO_NETWORK);
    const answer = await best(found, (each) => triedSocket(each, lab));
    if (tries !== this.tries) return;
    if (!answer.ok) return this.fail(answer.said);
    if (!url) this.line.say({ kind: "reached", url: answer.url });
    this.open(answer);
  }

  open(/** @type {import("../shared/reach.js").Answered} */ { url, proxied }) {
    const { path, client, subprotocols } = this.state;
    this.proxied = proxied;
    this.through.show(proxied);
    this.where.textContent = shownAddress("", url) + path;
    this.where.title = socketAddress(url) + path.slice(1);
    const asked = new URLSearchParams({ to: path, as: client });
    const socket = new WebSocket(`${socketAddress(url)}${BEACON}/open?${asked}`, subprotocols);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.draw("connecting");
    socket.onopen = () => this.draw(socket.protocol ? `open, speaks ${socket.protocol}` : "open");
    socket.onmessage = (event) => this.said.add("server", event.data);
    socket.onclose = (event) => this.ended(socket, event);
  }

  send() {
    const message = read(this.kind.value, this.input.value);
    if ("problem" in message) return this.say(message.problem, true);
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.say("", false);
    const data = message.format === "binary" ? bytesOf(message.data) : message.data;
    this.socket.send(data);
    this.said.add("client", data);
    this.input.value = "";
    this.input.focus();
  }

  close() {
    if (!this.socket) return;
    this.closing = this.socket;
    this.socket.close(1000);
    this.draw("closing");
  }

  /** What this page is told may not be what the app said: ask the log. */
  ended(/** @type {WebSocket} */ socket, /** @type {CloseEvent} */ event) {
    if (this.socket !== socket) return;
    this.socket = null;
    this.draw("closed");
    const close = { code: event.code, reason: event.reason, mine: this.closing === socket };
    const tell = (/** @type {any} */ truth) => {
      if (this.socket) return;
      const { said, bad } = endWords(close, truth);
      this.say(said, bad);
    };
    this.line.ask(
      { kind: "ended" },
      { late: () => tell(null), done: (error, truth) => error === GONE || tell(truth) },
    );
  }

  fail(/** @type {string} */ why) {
    this.draw("not connected");
    this.say(why, true);
  }

  draw(/** @type {string} */ how) {
    const open = this.socket?.readyState === WebSocket.OPEN;
    this.how.textContent = how;
    this.input.disabled = this.go.disabled = this.kind.disabled = !open;
    this.input.placeholder = open ? "A message" : "";
    this.switch.textContent = this.socket ? "Close" : "Connect";
    this.switch.disabled =
      !this.state || !this.line.alive || how === "looking for the lab" || how === "closing";
  }

  turned(/** @type {boolean} */ alive) {
    this.root.classList.toggle("mpp-deaf", !alive);
    this.tries += 1;
    this.draw(this.socket?.readyState === WebSocket.OPEN ? "open" : "not connected");
    this.say(alive ? "" : GONE, !alive);
  }

  say(/** @type {string} */ text, /** @type {boolean} */ bad) {
    this.note.setAttribute("role", bad ? "alert" : "status");
    this.note.classList.toggle("mpp-bad", bad);
    this.note.textContent = text;
    this.note.hidden = !text;
  }

  leave() {
    this.tries += 1;
    const socket = this.socket;
    this.socket = null;
    socket?.close(1000);
    this.line.close();
    this.root.remove();
  }
}

function bytesOf(/** @type {string} */ hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    const client = new BrowserClient(model, el);
    outliveStill(model, client.root);
    client.line.open();
    return () => client.leave();
  },
};

const MOST_MESSAGES = 100;
const MOST_SHOWN = 300;

export class Said {
  constructor() {
    /** @type {{sender: string, data: any}[]} */
    this.lines = [];
    this.gone = 0;
    this.due = /** @type {number | undefined} */ (undefined);
    this.el = element("div", "mpp-browser-said");
    this.el.setAttribute("role", "log");
    this.el.setAttribute("aria-label", "Messages of this browser");
    this.el.tabIndex = 0;
    this.el.hidden = true;
  }

  /** @param {"client" | "server"} sender @param {any} data a text, an ArrayBuffer or bytes */
  add(sender, data) {
    this.lines.push({ sender, data });
    this.gone += Math.max(0, this.lines.length - MOST_MESSAGES);
    this.lines = this.lines.slice(-MOST_MESSAGES);
    // Drawn once a frame, however many come.
    this.due ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.due = undefined;
    const atEnd = this.el.scrollHeight - this.el.scrollTop - this.el.clientHeight < 24;
    const gone = counted(this.gone, "earlier message", "earlier messages");
    const earlier = `${gone}: the traffic table has all`;
    this.el.replaceChildren(
      ...(this.gone ? [element("div", "mpp-dim", earlier)] : []),
      ...this.lines.map(({ sender, data }) => lineOf(sender, data)),
    );
    this.el.hidden = false;
    if (atEnd) this.el.scrollTop = this.el.scrollHeight;
  }
}

function lineOf(/** @type {string} */ sender, /** @type {any} */ data) {
  const line = element("div", `mpp-browser-line mpp-from-${sender}`);
  const arrow = element("span", "mpp-dim", sender === "client" ? "→" : "←");
  arrow.setAttribute("aria-label", sender === "client" ? "sent" : "received");
  line.append(arrow, element("span", "mpp-mono", shown(data)));
  return line;
}

function shown(/** @type {any} */ data) {
  if (typeof data !== "string") return sizedWithUnit(data.byteLength);
  return data.length > MOST_SHOWN ? `${escaped(data.slice(0, MOST_SHOWN))}…` : escaped(data);
}
