/** Small pictures for buttons that are always there and seldom used; a label says what they do. */

const SPACE = "http://www.w3.org/2000/svg";
const PATHS = {
  out: "M8.5 2.5h5v5M13.5 2.5l-6 6M6.5 3.5h-4v10h10v-4",
  in: "M12.5 8.5h-5v-5M7.5 8.5l6-6M6.5 3.5h-4v10h10v-4",
  dock: "M2.5 3.5h11v9h-11zM9.5 3.5v9",
};

/** @param {keyof typeof PATHS} name */
export function glyph(name) {
  const made = document.createElementNS(SPACE, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", "aria-hidden": "true" }))
    made.setAttribute(key, value);
  const path = document.createElementNS(SPACE, "path");
  path.setAttribute("d", PATHS[name]);
  made.append(path);
  return made;
}
