/** What came of breaking a route on purpose: a sentence, and for each thing its ladder. */

import { button, element } from "../shared/dom.js";
import { escaped } from "../shared/format.js";

export const HOLDS_ON = "Odd conversations, apart from the app on stage, for 3 s…";

/**
 * @typedef {{sentence: string, acts: string[], ladder: string}} Finding
 * @typedef {{said: string, notes: string[], more: number, findings: Finding[]}} Broken
 */

/** @param {Broken} result @param {string} path @param {() => void} away */
export function brokenOf(result, path, away) {
  const box = element("div", "mpp-answer mpp-broken");
  const head = element("div", "mpp-answer-head");
  const said = element("span", "mpp-broken-said", escaped(result.said));
  said.setAttribute("role", "status");
  const shut = button("×", away, "mpp-quiet mpp-shut-form");
  shut.setAttribute("aria-label", "Close what was found");
  head.append(said, element("span", "mpp-grow"), shut);
  box.append(head, ...result.notes.map((each) => element("div", "mpp-dim", escaped(each))));
  box.append(...result.findings.map((each, index) => findingOf(each, index === 0)));
  if (result.more) box.append(element("div", "mpp-dim", `and ${result.more} more`));
  const route = JSON.stringify(path);
  if (result.findings.length)
    box.append(
      element("div", "mpp-dim", `await lab.fuzz(${route}) in a cell has them to save as tests.`),
    );
  return box;
}

/** @param {Finding} finding @param {boolean} open whether its ladder is shown at once */
function findingOf({ sentence, acts, ladder }, open) {
  const part = element("div", "mpp-finding");
  const list = element("ol", "mpp-finding-acts mpp-mono");
  list.append(...acts.map((each) => element("li", "", each)));
  const picture = /** @type {HTMLImageElement} */ (element("img"));
  picture.src = ladder;
  picture.alt = `Ladder: ${acts.join("; ")}`;
  const folded = /** @type {HTMLDetailsElement} */ (element("details"));
  folded.open = open;
  folded.append(element("summary", "", "Ladder"), picture);
  part.append(element("div", "mpp-finding-said", sentence), list, folded);
  return part;
}
