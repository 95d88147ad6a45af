/**
 * A living view and the still that stands below it, as an output of its own. The still's own rules
 * hide it in JupyterLab; these do so on any page.
 */

const RULES = "mpp-still-rules";

/**
 * Hide the stills of a face as soon as its kernel is heard.
 * @param {any} model
 * @param {HTMLElement} root what the view is drawn in
 */
export function outliveStill(model, root) {
  const heard = () => {
    model.off("msg:custom", heard);
    root.classList.add("mpp-heard");
    hide(model.get("still"), root.ownerDocument);
  };
  model.on("msg:custom", heard);
}

function hide(/** @type {string} */ mark, /** @type {Document} */ page) {
  if (!mark) return;
  const found = page.getElementById(RULES);
  const rules = found ?? page.head.appendChild(page.createElement("style"));
  rules.id = RULES;
  const rule = `.mpp-still[data-still="${mark}"] { display: none; }\n`;
  // Stills that have yet to come are hidden by it too.
  if (!rules.textContent?.includes(rule)) rules.append(rule);
}
