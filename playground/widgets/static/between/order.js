/** In which order messages in flight are to arrive: across connections any, within one as sent. */

/** @typedef {import("./between.js").Flight} Flight */

/** Which connection and direction a message is on. */
const linkFor = (/** @type {Flight} */ flight) => `${flight.exchange} ${flight.direction}`;

/**
 * What is in flight in the order that was chosen; what is new comes last, as it was sent.
 * @param {Flight[]} flight in the order in which they were sent
 * @param {number[]} chosen their keys
 * @returns {Flight[]}
 */
export function inChosenOrder(flight, chosen) {
  const place = (/** @type {Flight} */ each) =>
    chosen.includes(each.key) ? chosen.indexOf(each.key) : Infinity;
  return [...flight].sort((one, other) => place(one) - place(other) || 0);
}

/**
 * Move a message before the one at an index, or say why it cannot arrive there.
 * @param {Flight[]} flight in the order in which they stand
 * @param {number} key
 * @param {number} index where it is to stand then
 * @returns {{flight: Flight[], why: string}}
 */
export function movedTo(flight, key, index) {
  const one = flight.find((each) => each.key === key);
  if (!one) return { flight, why: "" };
  const others = flight.filter((each) => each !== one);
  const moved = [...others.slice(0, index), one, ...others.slice(index)];
  const sameLink = (/** @type {Flight[]} */ all) =>
    all.filter((each) => linkFor(each) === linkFor(one));
  const [before, after] = [sameLink(flight), sameLink(moved)];
  const at = after.findIndex((each, place) => each !== before[place]);
  return at < 0 ? { flight: moved, why: "" } : { flight, why: refusal(before, one, at) };
}

function refusal(
  /** @type {Flight[]} */ sent,
  /** @type {Flight} */ one,
  /** @type {number} */ at,
) {
  const earlier = sent[at] === one ? one : sent[at];
  const later = sent[at] === one ? sent[at + 1] : one;
  return (
    `“${later.shown}” cannot arrive before “${earlier.shown}”: within one connection TCP keeps ` +
    "the order. Messages on different connections can change places."
  );
}
