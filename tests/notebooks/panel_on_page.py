"""A lab's panel on JupyterLab's page, used as a person uses it: by what things are called and say.

Law of the room: whatever is looked for is waited for, with a deadline.
"""

from __future__ import annotations

import base64
import re
import time
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Locator, Page, expect

MILLISECONDS = 20_000
GONE = "The kernel does not answer. If it was restarted, run the cell that serves the app again."

# The contrast of an element's text with what is painted behind it (WCAG 2.2, 1.4.3).
CONTRAST = """(el) => {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const paint = (colour) => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...pen.getImageData(0, 0, 1, 1).data].map((value) => value / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const around = [];
  for (let each = el; each; each = each.parentElement) around.unshift(each);
  const ground = around.map((each) => paint(getComputedStyle(each).backgroundColor)).at(-1);
  const ink = paint(getComputedStyle(el).color);
  return (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05);
}"""


_COLOURS = """async (url) => {
  const image = new Image();
  image.src = url;
  await image.decode();
  const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height);
  const found = {};
  for (let at = 0; at < data.length; at += 4) {
    const parts = [...data.subarray(at, at + 3)].map((part) => part.toString(16).padStart(2, "0"));
    const name = `#${parts.join("")}`;
    found[name] = (found[name] ?? 0) + 1;
  }
  return found;
}"""


class Shows(Protocol):
    """An open notebook, or what else shows the output of its cells."""

    @property
    def page(self) -> Page:
        """The page that it is on."""

    def output_area(self, cell: int, /) -> Locator:
        """Return where a cell's outputs are on the page."""


class PanelOnPage:
    """The panel that a cell of an open notebook shows.

    Attributes:
        root: All of it.
    """

    def __init__(self, notebook: Shows, cell: int) -> None:
        self._notebook = notebook
        self._cell = cell
        self.root = notebook.output_area(cell).locator(".mpp-panel")
        expect(self.root).to_have_count(1, timeout=MILLISECONDS)
        self.wait_running()

    def look(self) -> None:
        """Scroll to it: a cell that was run meanwhile has moved it out of sight."""
        self._notebook.output_area(self._cell)

    # What it shows.

    @property
    def rows(self) -> Locator:
        """The rows of the traffic table that are in sight or nearly so."""
        return self.root.locator(".mpp-scroller .mpp-row")

    def row(self, who: str, what: str) -> Locator:
        """Return the newest row that says just that, such as ``"server → alice", "hello"``."""
        page = self._notebook.page
        whom = page.locator(".mpp-who", has_text=_exactly(who.replace(" ", "")))
        said = page.locator(".mpp-what", has_text=_exactly(what))
        return self.rows.filter(has=whom).filter(has=said).last

    def wait_rows(self, *texts: str) -> None:
        """Wait until rows contain these texts, one each, in this order."""
        expect(self.rows).to_contain_text(list(texts), use_inner_text=True, timeout=MILLISECONDS)

    def wait_running(self) -> None:
        """Wait until it says that the lab runs."""
        self.wait_dot("running")

    def wait_dot(self, how: str) -> None:
        """Wait until its dot is that for "running", "trouble" or "stopped"."""
        dot = self.root.get_by_role("img", name=how, exact=True)
        expect(dot).to_be_visible(timeout=MILLISECONDS)

    def wait_status(self, *texts: str) -> None:
        """Wait until its first line contains these texts."""
        for text in texts:
            line = self.root.locator(".mpp-status-bar")
            expect(line).to_contain_text(text, timeout=MILLISECONDS)

    def wait_note(self, text: str) -> None:
        """Wait until it says, once, just that something is wrong."""
        alert = self.root.get_by_role("alert").filter(has_text=_exactly(text))
        expect(alert.locator("visible=true")).to_have_count(1, timeout=MILLISECONDS)

    def wait_clients(self, *texts: str) -> None:
        """Wait until its clients are these: a name, and how it ended if it did."""
        chips = self.root.get_by_role("group", name="Clients").locator(".mpp-chip")
        expect(chips).to_contain_text(list(texts), timeout=MILLISECONDS)
        expect(chips).to_have_count(len(texts), timeout=MILLISECONDS)

    @property
    def address(self) -> tuple[str, int]:
        """Where it says that the lab is: host and port."""
        host, _, port = self.root.locator(".mpp-address:visible").inner_text().rpartition(":")
        return host, int(port)

    @property
    def detail(self) -> Locator:
        """The pane beside the table."""
        return self.root.get_by_role("region", name="The selected row")

    @property
    def sender(self) -> Locator:
        """The list of who may send."""
        return self.root.get_by_label("From which client")

    @property
    def message(self) -> Locator:
        """Where a message is written."""
        return self.root.get_by_role("textbox", name="Message")

    # What one does in it.

    def press(self, name: str) -> None:
        """Press the button of that name."""
        self.root.get_by_role("button", name=name, exact=True).click()

    def connect(self, route: str, client: str = "") -> str:
        """Connect a client with the form of a route; without a name it gets the one suggested."""
        form = self.root.get_by_role("form", name=f"Try {route}")
        if not form.is_visible():
            self.press(f"WS {route}")
        name = form.get_by_label("client's name")
        called = client or str(name.get_attribute("placeholder"))
        name.fill(client)
        form.get_by_role("button", name="Connect").click()
        # It closes once the client is there, which is chosen then.
        expect(form).to_be_hidden(timeout=MILLISECONDS)
        return called

    def send(self, client: str, text: str) -> None:
        """Choose a client and send a text from it."""
        self.sender.select_option(client, timeout=MILLISECONDS)
        self.message.fill(text)
        self.message.press("Enter")

    # How it looks.

    def contrasts(self, *selectors: str) -> dict[str, float]:
        """Return the contrast of text with its ground, at the first element of each selector."""
        # Rows are used again: one that is not needed now is there, but not to be seen.
        seen = "visible=true"
        parts = {each: self.root.locator(each).locator(seen).first for each in selectors}
        return {name: round(part.evaluate(CONTRAST), 2) for name, part in parts.items()}

    def faint(self, *selectors: str) -> dict[str, float]:
        """Return what stays too faint to be read (WCAG 2.2, 1.4.3), with its contrast."""
        end = time.monotonic() + MILLISECONDS / 1000
        while True:
            found = {
                each: value for each, value in self.contrasts(*selectors).items() if value < 4.5
            }
            if not found or time.monotonic() > end:
                return found
            # A theme takes a few frames until all of it is on the page.
            self.root.evaluate("() => new Promise((done) => requestAnimationFrame(done))")

    def colours(self) -> dict[str, str]:
        """Return the computed colours of the panel and its ground."""
        told: dict[str, str] = self.root.evaluate(
            "(el) => (({ color, backgroundColor }) => ({ color, backgroundColor }))"
            "(getComputedStyle(el))"
        )
        return told


def colours_in(page: Page, picture: Path) -> dict[str, int]:
    """Return how many pixels of a picture have each colour, by names such as ``"#0072b2"``."""
    url = f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"
    found: dict[str, int] = page.evaluate(_COLOURS, url)
    return found


def _exactly(text: str) -> re.Pattern[str]:
    return re.compile(rf"^{re.escape(text)}$")
