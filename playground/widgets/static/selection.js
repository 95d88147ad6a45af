/** What is selected in one view of a log, made known to the other views of the same log on this page. */

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
