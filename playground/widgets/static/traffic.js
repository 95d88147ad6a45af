/** A view of the traffic: what the kernel tells, what a person does, and what is drawn then. */

import { Aloud } from "./aloud.js";
import { Chrome } from "./chrome.js";
import { Detail } from "./detail.js";
import { Feed } from "./feed.js";
import { counted, grouped } from "./format.js";
import { Grid } from "./grid.js";
import { acts, moves } from "./keys.js";
import { Ladder } from "./ladder.js";
import { Look, TIMES } from "./look.js";
import { chain, single } from "./rows.js";
import { onSelected, tellSelected } from "./selection.js";
import { Sheet } from "./sheet.js";

// A page that is slow gets so many times as long for other things as for drawing rows, up to a
// limit in milliseconds: a picture that moves less often does not look live.
const RESTS = 6;
const LONGEST_REST = 120;

/** The pictures there are to choose from, the first one first. */
const PICTURES = { Table: Grid, Ladder };

/**
 * @typedef {import("./rows.js").Item} Item
 * @typedef {import("./grid.js").Picture} Picture
 */

export class Traffic {
  /** @param {any} model @param {HTMLElement} el */
  constructor(model, el) {
    this.look = new Look(model);
    this.feed = new Feed(model, this.look, this.ears());
    this.items = /** @type {Item[]} */ ([]);
    this.pending = 0;
    this.resting = /** @type {any} */ (0);
    this.drawn = 0;
    this.rest = 0;
    this.wanted = 0;
    this.restored = false;
    /** The log, where several views of it may share what is selected. */
    this.log = model.get("of") ?? "";
    /** What is selected was selected in another view: what it holds is shown there. */
    this.elsewhere = false;
    this.aloud = new Aloud();
    this.detail = new Detail(this.detailActs(), this.look);
    this.sheet = new Sheet(() => this.picture.el.focus());
    this.chrome = new Chrome(this.barActs(), this.boxActs(), Object.keys(PICTURES));
    this.pictures = this.makePictures();
    this.chrome.fill(Object.values(this.pictures).map((each) => each.el), this.detail.el, this.sheet.el);
    this.chrome.foot.append(this.aloud.el);
    this.chrome.main.addEventListener("keydown", (event) => this.key(event));
    this.chrome.box.set(this.look.now.filter);
    this.usePicture(this.look.now.picture);
    this.showProblems();
    el.append(this.chrome.root);
  }

  ears() {
    return {
      changed: () => this.redraw(),
      came: (/** @type {any} */ message) => this.aloud.hear(message),
      filled: () => this.arrive(),
      detail: (/** @type {any} */ message, /** @type {DataView[]} */ buffers) => this.detail.receive(message, buffers),
      alive: (/** @type {boolean} */ alive) => this.chrome.alive(alive),
      trouble: (/** @type {string} */ text) => this.chrome.warn(`Something went wrong in the kernel: ${text}`),
    };
  }

  barActs() {
    return {
      freeze: () => this.freeze(),
      record: () => this.record(),
      clear: () => this.feed.say({ kind: "clear" }),
      follow: () => this.follow(),
      help: () => this.sheet.toggle(),
      toggleFrames: () => this.toggleFrames(),
      picture: (/** @type {string} */ name) => this.turnTo(name),
    };
  }

  boxActs() {
    return {
      typed: (/** @type {string} */ text, /** @type {boolean} */ typing) => this.refilter(text, typing),
      leave: () => this.picture.el.focus(),
      known: () => ({ clients: Object.keys(this.feed.names), selected: Math.abs(this.look.now.selected) }),
    };
  }

  detailActs() {
    return {
      say: (/** @type {object} */ message) => this.feed.say(message),
      ask: (/** @type {object} */ message, /** @type {any} */ asker) => this.feed.ask(message, asker),
      go: (/** @type {number} */ seq) => this.go(seq),
      shut: () => this.shut(),
      leave: () => this.picture.el.focus(),
    };
  }

  /** @returns {Record<string, Picture>} */
  makePictures() {
    const done = {
      pick: (/** @type {Item} */ item) => this.pick(item),
      toggle: (/** @type {Item} */ item) => this.toggle(item),
      moved: () => this.moved(),
      turnTime: () => this.turnTime(),
      ask: (/** @type {object} */ message, /** @type {any} */ asker) => this.feed.ask(message, asker),
      warn: (/** @type {string} */ text) => this.chrome.warn(text),
    };
    return Object.fromEntries(Object.entries(PICTURES).map(([name, Kind]) => [name, new Kind(done, this.look)]));
  }

  /** The picture that is shown. @returns {Picture} */
  get picture() {
    return this.pictures[this.look.now.picture];
  }

  /** Show another picture. @param {string} name */
  usePicture(name) {
    const known = name in this.pictures ? name : Object.keys(this.pictures)[0];
    this.look.set({ picture: known });
    for (const [each, { el }] of Object.entries(this.pictures)) el.hidden = each !== known;
    this.chrome.shows(known);
    this.redraw();
  }

  /** Turn to another picture, with what is selected in sight there too. @param {string} name */
  turnTo(name) {
    this.usePicture(name);
    this.draw();
    if (this.look.now.selected && !this.look.now.following) this.picture.reveal(this.look.now.selected);
  }

  // Drawing: at most once a frame, and with a rest after each, however much comes.

  redraw() {
    if (this.pending || this.resting) return;
    const rest = this.rest - (performance.now() - this.drawn);
    if (rest > 0) this.resting = setTimeout(() => this.onNextFrame(), rest);
    else this.onNextFrame();
  }

  onNextFrame() {
    this.resting = 0;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      const began = performance.now();
      this.draw();
      this.drawn = performance.now();
      this.rest = Math.min(LONGEST_REST, RESTS * (this.drawn - began));
    });
  }

  draw() {
    const { feed, look } = this;
    const shown = feed.items();
    this.items = shown.items;
    if (!this.restored && !feed.unheard) this.restore();
    const { selected } = look.now;
    const item = selected ? this.selectedItem() : null;
    this.picture.show({
      items: shown.items,
      names: feed.names,
      selected,
      linked: item ? chain(feed.known, item.members.map((row) => row.seq)) : new Map(),
      found: feed.ready,
      times: { from: (item ?? shown.items.find((each) => each.row))?.row?.at ?? null, time: look.now.time },
    });
    const read = this.elsewhere ? null : item;
    this.detail.show(read, selected && this.selectedIndex < 0 ? "The filter hides this row." : "");
    this.chrome.main.classList.toggle("mpp-with-detail", read !== null);
    this.chrome.filtered(shown, this.state(), this.looking());
    this.status();
    this.showProblems();
  }

  /** What was selected when the page was left may have to be asked for. */
  restore() {
    this.restored = true;
    const { selected, following, anchor } = this.look.now;
    const wanted = Math.abs(selected) || (following ? 0 : anchor.seq);
    const { rows, first } = this.feed.store;
    if (wanted >= first && rows.length && wanted < rows[0].seq) this.feed.fillRound(wanted);
    else if (selected && !this.feed.rowOf(wanted)) this.look.set({ selected: 0 });
  }

  state() {
    const { totals, shown, unheard } = this.feed;
    const { frozen, frames } = this.look.now;
    return { totals, frozen, frames, news: shown.news, waiting: unheard };
  }

  /** How far the kernel has looked for what the filter asks. */
  looking() {
    const { search, totals, ready } = this.feed;
    if (ready || !search.store) return "";
    return search.looked ? `looked through ${grouped(search.looked)} of ${grouped(totals.entries)}` : "";
  }

  /** Say what the log holds, what is switched on, and how much is new. */
  status() {
    const { shown } = this.feed;
    const { following, frozen } = this.look.now;
    if (following && !frozen && !shown.behind && !this.picture.away) shown.read = shown.last;
    this.chrome.status(this.state());
  }

  showProblems() {
    const { filter, search } = this.feed;
    const said = filter.problems.map(({ text }) => `${text} It is looked for as text.`);
    this.chrome.problems(search.problem ? [...said, `The kernel cannot read this filter: ${search.problem}`] : said);
  }

  // What a person does.

  /** The picture was scrolled: at the end again, it follows again. */
  moved() {
    if (this.look.now.following && !this.look.now.frozen) this.feed.catchUp();
    this.status();
  }

  follow() {
    this.look.set({ frozen: false, following: true });
    this.feed.catchUp();
    this.redraw();
  }

  freeze() {
    this.look.set({ frozen: !this.look.now.frozen });
    if (!this.look.now.frozen) this.feed.catchUp();
    this.redraw();
  }

  record() {
    this.feed.say({ kind: "record", on: !this.feed.totals.recording });
  }

  turnTime() {
    this.look.set({ time: (this.look.now.time + 1) % TIMES.length });
    this.draw();
  }

  toggleFrames() {
    this.look.set({ frames: !this.look.now.frames });
    this.feed.refilter();
    this.redraw();
  }

  /** @param {string} text @param {boolean} typing */
  refilter(text, typing) {
    const before = this.look.now.filter;
    this.look.set({ filter: text });
    this.feed.refilter(typing);
    this.draw();
    if (before === text) return;
    if (this.selectedIndex >= 0) this.picture.reveal(this.look.now.selected);
    else if (!text && this.look.now.selected) this.go(Math.abs(this.look.now.selected));
    if (!typing && text) this.aloud.say(counted(this.items.length, "row shown", "rows shown"));
  }

  /** Where the selected item stands among those that are shown; -1 if it is not. */
  get selectedIndex() {
    const { selected } = this.look.now;
    return selected ? this.items.findIndex((item) => item.id === selected) : -1;
  }

  /** The selected item, also if the filter hides it. @returns {Item | null} */
  selectedItem() {
    const index = this.selectedIndex;
    if (index >= 0) return this.items[index];
    const row = this.feed.rowOf(Math.abs(this.look.now.selected));
    return row ? single(row) : this.detail.item;
  }

  get page() {
    return this.picture.page;
  }

  pick(/** @type {Item} */ item) {
    if (item.type === "hole") this.fill(item);
    else this.select(item.id);
  }

  /** @param {Item} hole */
  fill(hole) {
    this.hold();
    this.feed.fill(hole);
  }

  /** Select an item by its id; 0 selects none. @param {number} id */
  select(id) {
    this.elsewhere = false;
    tellSelected(this.log, this, id);
    this.mark(id);
  }

  /** Show what is selected, here or in another view. @param {number} id */
  mark(id) {
    this.look.set({ selected: id });
    const index = this.selectedIndex;
    if (index >= 0 && index < this.items.length - 1) this.hold();
    this.draw();
    if (index >= 0) this.picture.reveal(id);
  }

  /** Close the pane, and go back to the rows. */
  shut() {
    this.select(0);
    this.picture.el.focus();
  }

  /** Stop following, so that what is being read stays. */
  hold() {
    this.picture.hold();
  }

  /** Select a row by its number, or the broadcast it is part of. @param {number} seq */
  go(seq) {
    const found = this.items.find((item) => item.type === "row" && item.members.some((row) => row.seq === seq));
    if (found) {
      this.select(found.id);
    } else if (this.look.now.filter) {
      this.chrome.box.set("");
      this.refilter("", false);
      this.go(seq);
    } else if (this.wanted !== seq) {
      this.wanted = seq;
      this.hold();
      this.feed.fillRound(seq);
    }
  }

  /** Rows that were missing have come: select the one that was wanted; if it still is not there, it is gone. */
  arrive() {
    this.draw();
    const { wanted } = this;
    if (wanted) this.go(wanted);
    this.wanted = 0;
    if (!wanted && this.selectedIndex >= 0) this.picture.reveal(this.look.now.selected);
  }

  /** Open a broadcast, or close it. @param {Item} item */
  toggle(item) {
    if (item.count < 2 || item.type !== "row") return;
    const opened = this.look.now.opened.filter((seq) => seq !== item.seq);
    this.look.set({ opened: item.opened ? opened : [...opened, item.seq] });
    this.hold();
    this.draw();
  }

  /** Close the broadcast that is selected, or go from one of its sends to it. @param {Item | undefined} item */
  leaveBroadcast(item) {
    if (item?.opened) this.toggle(item);
    if (item?.type !== "member") return;
    const whole = this.items.find((each) => each.type === "row" && each.members.some((row) => row.seq === item.seq));
    if (whole) this.select(whole.id);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typesIn(event.target)) return;
    const inPicture = this.picture.el.contains(/** @type {Node} */ (event.target));
    // A button in the head has keys of its own.
    const onButton = /** @type {HTMLElement} */ (event.target).tagName === "BUTTON" && [" ", "Enter"].includes(event.key);
    const act = (inPicture && !onButton ? moves(this)[event.key] : undefined) ?? acts(this)[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** Close what is open; take the selection away; then the filter. */
  escape() {
    if (this.look.now.selected) {
      this.shut();
    } else if (this.look.now.filter) {
      this.chrome.box.set("");
      this.refilter("", false);
    }
  }

  /** Select the item at an index, or ask for the rows that are missing there. @param {number} index */
  step(index) {
    if (this.items[index]) this.pick(this.items[index]);
  }

  /** Open a broadcast; else go to what the row holds. @param {Item | undefined} item */
  enter(item) {
    if (!item) return;
    if (item.count > 1 && item.type === "row") this.toggle(item);
    else this.detail.focus();
  }

  /** Select the previous or next row of the same cause chain. */
  inChain(/** @type {number} */ way) {
    const item = this.selectedItem();
    if (!item) return;
    const linked = chain(this.feed.known, item.members.map((row) => row.seq));
    const inIt = this.items.filter((each) => each.type === "row" && each.members.some((row) => linked.has(row.seq)));
    const next = inIt[inIt.findIndex((each) => each.id === item.id) + way];
    if (next) this.select(next.id);
  }

  /** Begin; what it gives back ends it. */
  open() {
    const resized = new ResizeObserver(() => this.redraw());
    resized.observe(this.chrome.main);
    this.feed.open();
    const unhear = onSelected(this.log, this, (id) => {
      this.elsewhere = true;
      this.mark(id);
    });
    return () => {
      unhear();
      this.feed.close();
      this.look.close();
      this.detail.close();
      this.aloud.stop();
      resized.disconnect();
      cancelAnimationFrame(this.pending);
      clearTimeout(this.resting);
      this.chrome.root.remove();
    };
  }
}

function typesIn(/** @type {EventTarget | null} */ target) {
  return ["INPUT", "TEXTAREA", "SELECT"].includes(/** @type {HTMLElement} */ (target).tagName);
}

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    return new Traffic(model, el).open();
  },
};
