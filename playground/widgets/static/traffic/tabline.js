/** The line of tabs above what a row holds, with the button that shuts it. */

import { button, element } from "../shared/dom.js";

/**
 * @param {string[]} names
 * @param {{choose: (name: string) => void, turn: (event: KeyboardEvent) => void,
 *   shut: () => void}} acts `turn` hears each key that is pressed on a tab
 */
export function tabLine(names, { choose, turn, shut }) {
  const line = element("div", "mpp-tabs");
  const tabs = element("div", "mpp-tab-list");
  tabs.setAttribute("role", "tablist");
  for (const name of names) {
    const tab = button(name, () => choose(name), "mpp-tab");
    tab.setAttribute("role", "tab");
    tab.dataset.tab = name;
    tabs.append(tab);
  }
  const cross = button("×", shut, "mpp-quiet mpp-shut");
  cross.title = "Close (Esc)";
  cross.setAttribute("aria-label", "Close");
  line.append(tabs, element("span", "mpp-grow"), cross);
  tabs.addEventListener("keydown", turn);
  return line;
}
