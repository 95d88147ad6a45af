/**
 * The page's own site: its Jupyter server, what Colab calls a port, and the badge for an address
 * through a proxy.
 */

import { button, element } from "./dom.js";
import { EATEN } from "./reach.js";

/** The Jupyter server's base URL, as its page tells it; "" elsewhere. */
export function jupyterBase() {
  try {
    return (
      JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}").baseUrl ?? ""
    );
  } catch {
    return "";
  }
}

/**
 * Where Colab shows a port of its machine; "" elsewhere, and where it does not say within two
 * seconds.
 * @param {number | null} port
 * @returns {Promise<string>}
 */
export async function colabAddress(port) {
  const kernel = /** @type {any} */ (globalThis).google?.colab?.kernel;
  if (!port || !kernel?.proxyPort) return "";
  const late = new Promise((done) => setTimeout(() => done(""), 2000));
  try {
    return String((await Promise.race([kernel.proxyPort(port), late])) ?? "");
  } catch {
    return "";
  }
}

/** @returns {{control: HTMLButtonElement, words: HTMLElement, show: (proxied: boolean) => void}} */
export function throughBadge() {
  const words = element("div", "mpp-banner mpp-through-words", EATEN);
  words.hidden = true;
  const control = button("via proxy", () => tell(Boolean(words.hidden)), "mpp-quiet mpp-through");
  control.title = "What a proxy does not pass on";
  control.hidden = true;
  const tell = (/** @type {boolean} */ open) => {
    words.hidden = !open;
    control.setAttribute("aria-expanded", String(open));
  };
  tell(false);
  const show = (/** @type {boolean} */ proxied) => {
    control.hidden = !proxied;
    if (!proxied) tell(false);
  };
  return { control, words, show };
}
