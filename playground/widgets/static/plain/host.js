/** The page of a panel: it hosts the faces, over a WebSocket to the lab in place of a comm. */

import { element } from "../shared/dom.js";
import { packed, unpacked } from "./framed.js";
import { PlainModel } from "./model.js";

const SOON = 250;
const PATIENT = 2000;

const NO_ANSWER = "The lab does not answer. This page comes back by itself when it does.";
const UNKNOWN =
  "What answers here now does not know this page: the lab was started anew. " +
  "Open the address that it gives.";

class Host {
  constructor() {
    this.place = /** @type {HTMLElement} */ (document.querySelector(".mpp-panel"));
    this.note = /** @type {HTMLElement} */ (document.querySelector(".mpp-away"));
    this.title = document.title;
    this.how = "";
    this.id = "";
    this.wait = SOON;
    this.socket = /** @type {WebSocket | null} */ (null);
    /** @type {PlainModel[]} */
    this.models = [];
  }

  open() {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/__lab__/line`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.heard(socket, data);
    socket.onclose = () => this.lost();
    this.socket = socket;
  }

  /** @param {any} message @param {ArrayBuffer[]} [buffers] */
  say(message, buffers) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(packed(message, buffers));
    return true;
  }

  /** @param {WebSocket} socket @param {string | ArrayBuffer} data */
  heard(socket, data) {
    const { message, buffers } = unpacked(data);
    if (message.method === "models") this.met(message);
    // What this page may not know is behind another line: it begins anew.
    else if (message.method === "moved") location.reload();
    else if (socket === this.socket) this.models[message.model]?.heard(message, buffers);
  }

  /**
   * The lab has told what there is: show it; or, if it was there before, bring it up to date.
   * @param {{id: string, models: {module: string, traits: Record<string, any>}[]}} told
   */
  met({ id, models }) {
    if (this.id && this.id !== id) return location.reload();
    this.wait = SOON;
    this.tell("");
    if (this.id) {
      for (const [index, { traits }] of models.entries()) this.models[index].take(traits);
      for (const each of this.models) each.emit("msg:custom", { kind: "again" }, []);
      return;
    }
    this.id = id;
    /** @type {import("./model.js").Say} */
    const say = (message, buffers) => this.say(message, buffers);
    this.models = models.map(({ traits }, index) => new PlainModel(index, traits, say));
    models.forEach(({ module }, index) => {
      const el = element("div");
      this.place.append(el);
      this.show(module, this.models[index], el);
    });
    this.models[0].on("msg:custom", (/** @type {any} */ said) => this.name(said));
  }

  /** @param {string} module @param {PlainModel} model @param {HTMLElement} el */
  async show(module, model, el) {
    const face = await import(`./${module}`);
    face.default.render({ model, el });
  }

  /** The tab says how the lab is. @param {any} said by its status line */
  name(said) {
    if (said.kind !== "state") return;
    this.how = said.running ? (said.blocked ? "blocked · " : "") : "stopped · ";
    this.entitle();
  }

  entitle() {
    const lost = document.body.classList.contains("mpp-lost");
    document.title = `${lost ? "no answer · " : this.how}${this.title}`;
  }

  /** @param {typeof fetch} [ask] */
  async lost(ask = fetch) {
    this.tell(NO_ANSWER);
    let answer = null;
    while (!answer?.ok) {
      await new Promise((done) => setTimeout(done, this.wait));
      this.wait = Math.min(PATIENT, this.wait * 2);
      answer = await ask("./", { method: "HEAD", cache: "no-store" }).catch(() => null);
      if (answer?.status === 403) this.tell(UNKNOWN);
    }
    this.open();
  }

  /** Say how the line is; "" when it is whole. @param {string} text */
  tell(text) {
    document.body.classList.toggle("mpp-lost", Boolean(text));
    this.place.inert = Boolean(text);
    this.note.hidden = !text;
    this.note.textContent = text;
    this.entitle();
  }
}

new Host().open();
