/** Why a tab of the pane is grey. No DOM. */

export const JSON_WAITS = "It is shown as JSON when all of it is here. ";

/** Whether the beginning of a payload is that of JSON. @param {string | null | undefined} text */
export function looksLikeJson(text) {
  return /^\s*[[{]/.test(text ?? "");
}

/**
 * Why a tab has nothing to show, in a sentence.
 * @param {string} name
 * @param {{text?: string | null, cut?: boolean, length?: number} | null} held what the kernel sent
 *   of the payload, null if nothing yet
 */
export function unfit(name, held) {
  if (!held) return "Waiting for the kernel";
  if (!held.length) return "This row holds no payload.";
  if (name !== "JSON") return "There is nothing of it to show so.";
  if (held.text == null) return "These are bytes, and no text that could be JSON.";
  if (held.cut)
    return looksLikeJson(held.text)
      ? "Only the beginning is here: “Show all” fetches what JSON needs."
      : "The text does not begin as JSON does.";
  return "The text is not JSON.";
}
