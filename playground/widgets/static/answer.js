/** The response to a request that was tried: status, time, kind, and a body of sensible size. */

import { button, element } from "./dom.js";
import { answerWords, shownBody } from "./response.js";

/**
 * @param {any} result
 * @param {string} request what was asked, as "GET /greet/Ada"
 * @param {() => void} away
 */
export function answerOf(result, request, away) {
  const box = element("div", "mpp-answer");
  const head = element("div", "mpp-answer-head");
  const status = element("span", result.status >= 400 ? "mpp-answer-status mpp-wrong" : "mpp-answer-status", answerWords(result));
  status.setAttribute("role", "status");
  const shut = button("×", away, "mpp-quiet mpp-shut-form");
  shut.setAttribute("aria-label", "Close the response");
  head.append(element("span", "mpp-mono mpp-dim mpp-answer-to", request), status, element("span", "mpp-grow"), shut);
  box.append(head);
  const { text, more } = shownBody(result.body);
  if (text) box.append(bodyOf(text));
  if (more) box.append(element("div", "mpp-dim", more));
  return box;
}

function bodyOf(/** @type {string} */ text) {
  const body = element("pre", "mpp-mono mpp-answer-body", text);
  body.tabIndex = 0;
  body.setAttribute("aria-label", "Response body");
  return body;
}
