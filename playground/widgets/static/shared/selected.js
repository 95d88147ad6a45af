/** What is selected in one view, made known to others: a row of a log, or a client of a panel. */

const SELECTED = "mpp-select";

/**
 * Tell the other views what was selected.
 * @param {string} log names the log; "" for one that is not shared
 * @param {object} view which tells
 * @param {number} id of the selected item, 0 for none
 */
export function tellSelected(log, view, id) {
  document.dispatchEvent(new CustomEvent(SELECTED, { detail: { log, view, id } }));
}

/**
 * Hear what is selected in another view of the same log.
 * @param {string} log
 * @param {object} view which listens
 * @param {(id: number) => void} heard
 * @returns {() => void} listen no more
 */
export function onSelected(log, view, heard) {
  const listen = (/** @type {any} */ { detail }) => {
    if (log && detail.log === log && detail.view !== view) heard(detail.id);
  };
  document.addEventListener(SELECTED, listen);
  return () => document.removeEventListener(SELECTED, listen);
}

const EVENT = "mpp-choose";

/**
 * Choose a client, for all views in the same panel.
 * @param {HTMLElement} el in one of the views
 * @param {string} client
 * @param {boolean} [write] whether a person will want to write now
 */
export function choose(el, client, write = false) {
  // A panel may stand in another window, but its faces have their scripts in this one.
  document.dispatchEvent(new CustomEvent(EVENT, { detail: { el, client, write } }));
}

/**
 * Hear which client is chosen in the same panel.
 * @param {HTMLElement} el in a view
 * @param {(client: string, write: boolean) => void} heard
 * @returns {() => void} listen no more
 */
export function onChoose(el, heard) {
  const listen = (/** @type {any} */ { detail }) => {
    if (home(detail.el) === home(el)) heard(detail.client, detail.write);
  };
  document.addEventListener(EVENT, listen);
  return () => document.removeEventListener(EVENT, listen);
}

function home(/** @type {HTMLElement} */ el) {
  return el.closest(".mpp-panel") ?? el.closest(".mpp-face");
}

/**
 * Whether the focus may move to a view: it is around it, or in the same panel.
 * @param {HTMLElement} el
 * @param {Element | null} focused
 */
export function isNear(el, focused) {
  return (
    !focused || focused.contains(el) || home(/** @type {HTMLElement} */ (focused)) === home(el)
  );
}
