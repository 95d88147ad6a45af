/** The board as a page of its own: for a tab, and large for a projector. */

import { ClassView } from "../classroom/classview.js";
import { button, element } from "../shared/dom.js";
import { themeButton } from "../shared/theme.js";

// Milliseconds until it is tried again, less and less often.
const FIRST_WAIT = 500;
const LATEST = 8000;

const BOARD_AWAY = "The board does not answer; its page goes on as soon as it is back.";
const OLD_KEY =
  "This page was opened by the link of a board that is gone, so it has no names; the link in the " +
  "teacher's notebook leads to one that has them.";

// The subprotocol, and what stands before the key among those that are offered: an address would be
// in the logs of all that it passes.
const BOARD = "class-board";
const BEARER = "bearer.";

class ClassPage {
  constructor() {
    /** @type {WebSocket | null} */
    this.socket = null;
    this.wait = FIRST_WAIT;
    this.asked = 0;
    /** @type {Map<number, (found: string) => void>} */
    this.waiting = new Map();
    this.key = takenKey();
    this.address = new URL("watch", location.href);
    this.address.protocol = this.address.protocol.replace("http", "ws");
    this.address.hash = "";
    this.view = new ClassView(this.key ? { ladder: (...asked) => this.ladder(...asked) } : {});
    this.large = button("Projector", () => this.turn(), "mpp-quiet");
    this.large.title = "Large, and without names";
    this.names = button("Names", () => this.name(), "mpp-quiet");
    this.names.hidden = true;
    this.named = true;
    this.banner = element("div", "mpp-banner mpp-bad");
    this.banner.setAttribute("role", "alert");
    this.banner.hidden = true;
    this.root = element("div", "mpp-face mpp-class-page");
    const bar = element("div", "mpp-bar");
    bar.append(
      element("span", "mpp-name", "The class"),
      element("span", "mpp-grow"),
      this.names,
      this.large,
      themeButton(document.documentElement),
    );
    this.root.append(bar, this.banner, this.view.root);
    document.body.append(this.root);
    this.name(true);
  }

  open() {
    const offered = this.key ? [BOARD, BEARER + this.key] : [BOARD];
    const socket = new WebSocket(this.address, offered);
    this.socket = socket;
    socket.onmessage = ({ data }) => this.heard(JSON.parse(data));
    socket.onclose = ({ reason }) => {
      this.say(reason || BOARD_AWAY);
      setTimeout(() => this.open(), this.wait * (0.5 + Math.random() / 2));
      this.wait = Math.min(LATEST, this.wait * 2);
    };
  }

  heard(/** @type {any} */ message) {
    if (message.kind === "reply") {
      this.waiting.get(message.id)?.(message.result);
      this.waiting.delete(message.id);
    } else if (message.kind === "state") {
      this.wait = FIRST_WAIT;
      this.say(this.key && !message.names ? OLD_KEY : "");
      this.names.hidden = !message.names;
      this.view.show(message);
    }
  }

  /** @param {number} learner @param {string} exercise @returns {Promise<string>} */
  ladder(learner, exercise) {
    const id = ++this.asked;
    return new Promise((found) => {
      this.waiting.set(id, found);
      this.socket?.send(JSON.stringify({ kind: "ladder", id, learner, exercise }));
    });
  }

  say(/** @type {string} */ text) {
    this.banner.textContent = text;
    this.banner.hidden = !text;
  }

  /** Large for a projector, or back; a class that looks at it names nobody at first. */
  turn() {
    const large = this.root.classList.toggle("mpp-class-large");
    this.large.classList.toggle("mpp-on", large);
    this.large.setAttribute("aria-pressed", String(large));
    this.name(!large);
  }

  name(on = !this.named) {
    this.named = on;
    this.names.classList.toggle("mpp-on", on);
    this.names.setAttribute("aria-pressed", String(on));
    this.view.setNamed(on);
  }
}

/**
 * The key that came with the link. It stands in the address no longer than that: a projector shows
 * an address to everybody.
 */
function takenKey() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  const key = given ?? history.state?.classKey ?? "";
  if (given) history.replaceState({ classKey: key }, "", location.href.split("#")[0]);
  return /^[\w-]+$/.test(key) ? key : "";
}

new ClassPage().open();
