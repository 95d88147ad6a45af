"""Which texts on a page are too faint to be read (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from playwright.sync_api import Page

# Below this ratio a text is too faint for many.
ENOUGH = 4.5

# What is disabled need not be read, as the standard has it.
_FAINT = """(enough) => {
  // On its way from one colour to another a button has neither.
  for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish();
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const paint = (colour, alpha) => {
    pen.globalAlpha = alpha;
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...pen.getImageData(0, 0, 1, 1).data].map((value) => value / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (el, svg) => {
    const around = [];
    for (let each = el; each; each = each.parentElement) around.unshift(each);
    let alpha = 1;
    let ground = paint("#fff", 1);
    for (const each of around) {
      const style = getComputedStyle(each);
      alpha *= style.opacity;
      ground = paint(style.backgroundColor, 1);
    }
    const own = getComputedStyle(el);
    if (svg && own.stroke !== "none") ground = paint(own.stroke, 1);
    const box = svg && own.stroke === "none" && el.parentElement.querySelector(".mpp-rung-ground");
    if (box) ground = paint(getComputedStyle(box).fill, 1);
    const ink = paint(svg ? own.fill : own.color, alpha);
    return (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05);
  };
  const said = (el) => [...el.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const found = {};
  for (const el of document.body.querySelectorAll("*")) {
    const shown = el.getClientRects().length && getComputedStyle(el).visibility === "visible";
    const exempt = el.closest(":disabled, [inert], .mpp-aloud, style, option");
    if (!shown || !said(el) || exempt) continue;
    const ratio = contrast(el, el instanceof SVGElement);
    const over = el.parentElement.getAttribute("class");
    const name = `${over} > ${el.getAttribute("class") ?? el.tagName}`;
    if (ratio < enough) found[`${name}: ${el.textContent.slice(0, 30)}`] = Number(ratio.toFixed(2));
  }
  return found;
}"""


def faint(page: Page) -> dict[str, float]:
    """Return each text on the page that is too faint, with its contrast to what is behind it."""
    found: dict[str, float] = page.evaluate(_FAINT, ENOUGH)
    return found
