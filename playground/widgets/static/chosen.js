/** Which client is chosen, made known among the views of one panel. */

const EVENT = "mpp-choose";

/**
 * Choose a client, for all views in the same panel.
 * @param {HTMLElement} el in one of the views
 * @param {string} client
 * @param {boolean} [write] whether a person will want to write now
 */
export function choose(el, client, write = false) {
  el.dispatchEvent(new CustomEvent(EVENT, { bubbles: true, composed: true, detail: { client, write } }));
}

/**
 * Hear which client is chosen in the same panel.
 * @param {HTMLElement} el in a view
 * @param {(client: string, write: boolean) => void} heard
 * @returns {() => void} listen no more
 */
export function onChoose(el, heard) {
  const listen = (/** @type {any} */ event) => {
    if (home(event.target) === home(el)) heard(event.detail.client, event.detail.write);
  };
  el.ownerDocument.addEventListener(EVENT, listen);
  return () => el.ownerDocument.removeEventListener(EVENT, listen);
}

function home(/** @type {HTMLElement} */ el) {
  return el.closest(".mpp-panel") ?? el.closest(".mpp-face");
}

/** Whether the focus may move to a view: it is around it, or in the same panel. @param {HTMLElement} el @param {Element | null} focused */
export function isNear(el, focused) {
  return !focused || focused.contains(el) || home(/** @type {HTMLElement} */ (focused)) === home(el);
}
