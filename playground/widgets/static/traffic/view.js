/** A view of the traffic: what the kernel tells, what a person does, and what is drawn then. */

import { onResize, Pace } from "../shared/dom.js";
import { counted } from "../shared/format.js";
import { onSelected, tellSelected } from "../shared/selected.js";
import { Aloud } from "./aloud.js";
import { Chrome } from "./chrome.js";
import { Detail } from "./detail.js";
import { Feed } from "./feed.js";
import { sheetOf } from "./keys.js";
import { Look, TIMES } from "./look.js";
import { Picking } from "./picking.js";
import { pressed } from "./pressing.js";
import { Sheet } from "./sheet.js";
import { Standing } from "./standing.js";

/**
 * @typedef {import("./rows.js").Item} Item
 * @typedef {import("./picture.js").Picture} Picture
 * @typedef {new (acts: any, look: Look) => Picture} PictureKind
 */

export class Traffic {
  /**
   * @param {any} model
   * @param {HTMLElement} el
   * @param {Record<string, PictureKind>} kinds the pictures there are to choose from, the first one
   *   first
   */
  constructor(model, el, kinds) {
    this.look = new Look(model);
    this.feed = new Feed(model, this.look, this.ears());
    this.pace = new Pace(() => this.draw(), el);
    this.picking = new Picking(this.look, this.feed, this.pickingActs());
    this.restored = false;
    /** Only where there is a kernel. @type {import("./ruling.js").Ruling | undefined} */
    this.ruling = undefined;
    /** Likewise. @type {import("./clearing.js").Clearing | undefined} */
    this.clearing = undefined;
    /** Likewise. @type {import("./elsewhere.js").Elsewhere | undefined} */
    this.elsewhere = undefined;
    /** The log, where several views of it may share what is selected. */
    this.log = model.get("of") ?? "";
    this.aloud = new Aloud();
    this.detail = new Detail(this.detailActs(), this.look);
    this.sheet = new Sheet(() => this.picture.el.focus(), sheetOf(model));
    this.chrome = new Chrome(this.barActs(), this.boxActs(), Object.keys(kinds));
    this.standing = new Standing(this);
    this.pictures = this.makePictures(kinds);
    this.chrome.fill(
      Object.values(this.pictures).map((each) => each.frame),
      this.detail.el,
      this.sheet.el,
    );
    this.chrome.foot.append(this.aloud.el);
    this.chrome.main.addEventListener("keydown", (event) => pressed(this, event));
    this.chrome.box.set(this.look.now.filter);
    this.usePicture(this.look.now.picture);
    this.showProblems();
    el.append(this.chrome.root);
  }

  ears() {
    return {
      changed: () => this.pace.soon(),
      came: (/** @type {any} */ message) => this.aloud.hear(message),
      filled: () => this.picking.arrived(),
      detail: (/** @type {any} */ message, /** @type {DataView[]} */ buffers) =>
        this.detail.receive(message, buffers),
      alive: (/** @type {boolean} */ alive) => this.chrome.alive(alive),
      trouble: (/** @type {string} */ text) =>
        this.chrome.warn(`Something went wrong in the kernel: ${text}`),
    };
  }

  barActs() {
    return {
      freeze: () => this.freeze(),
      hold: () => this.ruling?.holdAll(),
      record: () => this.record(),
      clear: () => this.clearing?.clear(),
      follow: () => this.follow(),
      help: () => this.sheet.toggle(),
      toggleFrames: () => this.toggleFrames(),
      picture: (/** @type {string} */ name) => this.turnTo(name),
      goOn: () => this.standing.goOn(),
    };
  }

  boxActs() {
    return {
      typed: (/** @type {string} */ text, /** @type {boolean} */ typing) =>
        this.refilter(text, typing),
      leave: () => this.picture.el.focus(),
      known: () => ({
        clients: Object.keys(this.feed.names),
        selected: Math.abs(this.look.now.selected),
      }),
    };
  }

  detailActs() {
    return {
      say: (/** @type {object} */ message) => this.feed.say(message),
      ask: (/** @type {object} */ message, /** @type {any} */ asker) =>
        this.feed.ask(message, asker),
      go: (/** @type {number} */ seq) => this.picking.go(seq),
      shut: () => this.shut(),
      leave: () => this.picture.el.focus(),
    };
  }

  pickingActs() {
    return {
      draw: () => this.draw(),
      reveal: (/** @type {number} */ id) => this.picture.reveal(id),
      hold: () => this.picture.hold(),
      unfilter: () => this.unfilter(),
      read: () => this.detail.focus(),
      kept: () => this.detail.item,
      tell: (/** @type {number} */ id) => tellSelected(this.log, this, id),
      gone: (/** @type {number} */ seq) =>
        this.chrome.warn(`The kernel has let #${seq} go to make room for newer rows.`),
    };
  }

  /** @param {Record<string, PictureKind>} kinds @returns {Record<string, Picture>} */
  makePictures(kinds) {
    const done = {
      pick: (/** @type {Item} */ item) => this.picking.pick(item),
      unpick: () => this.picking.id && this.picking.select(0),
      toggle: (/** @type {Item} */ item) => this.picking.toggle(item),
      moved: () => this.moved(),
      turnTime: () => this.turnTime(),
      ask: (/** @type {object} */ message, /** @type {any} */ asker) =>
        this.feed.ask(message, asker),
      warn: (/** @type {string} */ text) => this.chrome.warn(text),
      breakAt: (/** @type {import("./margin.js").Place} */ where) => this.ruling?.breakAt(where),
      deliver: (/** @type {number[]} */ seqs) => this.ruling?.deliver(seqs),
    };
    return Object.fromEntries(
      Object.entries(kinds).map(([name, Kind]) => [name, new Kind(done, this.look)]),
    );
  }

  /** The picture that is shown. @returns {Picture} */
  get picture() {
    return this.pictures[this.look.now.picture];
  }

  /** Show another picture. @param {string} name */
  usePicture(name) {
    const known = name in this.pictures ? name : Object.keys(this.pictures)[0];
    this.look.set({ picture: known });
    for (const [each, { frame }] of Object.entries(this.pictures)) frame.hidden = each !== known;
    this.chrome.shows(known);
    this.pace.soon();
  }

  /** Turn to another picture, with what is selected in sight there too. @param {string} name */
  turnTo(name) {
    this.usePicture(name);
    this.draw();
    if (this.picking.id && !this.look.now.following) this.picture.reveal(this.picking.id);
  }

  draw() {
    const { feed, look, picking } = this;
    const shown = feed.items();
    picking.items = shown.items;
    if (!this.restored && !feed.unheard) {
      this.restored = true;
      picking.restore();
    }
    const { item } = picking;
    this.picture.show({
      items: shown.items,
      names: feed.names,
      selected: picking.id,
      linked: picking.linked,
      found: feed.ready,
      flying: feed.totals.flying,
      breakpoints: feed.totals.breakpoints,
      times: {
        from: (item ?? shown.items.find((each) => each.row))?.row?.at ?? null,
        time: look.now.time,
      },
      stands: feed.stood,
    });
    this.showDetail(item);
    this.chrome.filtered(shown, this.state(), this.feed.looking);
    this.elsewhere?.draw(shown.items);
    this.status();
    this.showProblems();
  }

  /** Show what a row holds, unless another view does. @param {Item | null} item */
  showDetail(item) {
    const read = this.picking.elsewhere ? null : item;
    this.detail.show(read, item && this.picking.index < 0 ? "The filter hides this row." : "");
    this.chrome.main.classList.toggle("mpp-with-detail", read !== null);
  }

  state() {
    const { totals, shown, unheard } = this.feed;
    const { frozen, frames } = this.look.now;
    const { stands, hides } = this.feed;
    const news = stands ? 0 : shown.news;
    return { totals, frozen, frames, news, waiting: unheard, stands, hides };
  }

  /** Say what the log holds, what is switched on, and how much is new. */
  status() {
    const { shown } = this.feed;
    const { following, frozen } = this.look.now;
    if (following && !frozen && !shown.behind && !this.picture.away) shown.read = shown.last;
    this.chrome.status(this.state());
  }

  showProblems() {
    this.chrome.problems(this.feed.problems);
  }

  /** The picture was scrolled: at the end again, it follows again. */
  moved() {
    if (this.look.now.following && !this.look.now.frozen) this.feed.catchUp();
    this.status();
  }

  follow() {
    this.look.set({ frozen: false, following: true });
    this.feed.catchUp();
    this.pace.soon();
  }

  freeze() {
    if (this.feed.stood) return;
    this.look.set({ frozen: !this.look.now.frozen });
    if (!this.look.now.frozen) this.feed.catchUp();
    this.pace.soon();
  }

  record() {
    if (this.feed.stood) return;
    this.feed.say({ kind: "record", on: !this.feed.totals.recording });
  }

  turnTime() {
    this.look.set({ time: (this.look.now.time + 1) % TIMES.length });
    this.draw();
  }

  toggleFrames() {
    this.look.set({ frames: !this.look.now.frames });
    this.feed.refilter();
    this.pace.soon();
  }

  /** @param {string} text @param {boolean} typing */
  refilter(text, typing) {
    const { picking } = this;
    const before = this.look.now.filter;
    this.look.set({ filter: text });
    this.feed.refilter(typing);
    this.draw();
    if (before === text) return;
    if (picking.index >= 0) this.picture.reveal(picking.id);
    else if (!text && picking.id) picking.go(Math.abs(picking.id));
    if (!typing && text) this.aloud.say(counted(picking.items.length, "row shown", "rows shown"));
  }

  unfilter() {
    this.chrome.box.set("");
    this.refilter("", false);
  }

  /** Close the pane, and go back to the rows. */
  shut() {
    this.picking.select(0);
    this.picture.el.focus();
  }

  /** Close what is open; take the selection away; then the filter. */
  escape() {
    if (this.picking.id) this.shut();
    else if (this.look.now.filter) this.unfilter();
  }

  /** Begin; what it gives back ends it. */
  open() {
    const unsize = onResize(this.chrome.main, () => this.pace.soon());
    this.feed.open();
    this.standing.open();
    const unhear = onSelected(this.log, this, (id) => {
      this.picking.elsewhere = true;
      this.picking.mark(id);
    });
    return () => {
      unhear();
      this.standing.close();
      this.feed.close();
      this.look.close();
      this.detail.close();
      this.aloud.stop();
      this.clearing?.stop();
      unsize();
      this.pace.stop();
      this.chrome.root.remove();
    };
  }
}
