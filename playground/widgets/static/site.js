/** What only the notebook's own page knows: where its Jupyter server is, and what Colab calls a port. */

/** The Jupyter server's base URL, as its page tells it; "" elsewhere. */
export function jupyterBase() {
  try {
    return JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}").baseUrl ?? "";
  } catch {
    return "";
  }
}

/**
 * Where Colab shows a port of its machine; "" elsewhere, and where it does not say within two seconds.
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
