"""A short film of a page: pictures, how long each is shown, and one file made of them."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page

_SCRIPT = Path(__file__).with_suffix(".js").read_text()

# In thousandths of a second: one step of the pointer, two letters, a press of the button.
STEP, LETTERS, PRESS = 70, 110, 250
# A pointer on its way is seen this often.
STEPS = 3


class Film:
    """A film of a page that is being used.

    Attributes:
        shots: The pictures, as PNG, and for how long each is shown, in thousandths of a second.
    """

    def __init__(self, page: Page, at: tuple[float, float]) -> None:
        """Begin a film.

        Args:
            page: What it shows; a line that tells the story and a pointer are put over it.
            at: Where the pointer is at first.
        """
        self.shots: list[tuple[bytes, int]] = []
        self._page = page
        self._at = at
        page.evaluate(_SCRIPT)
        page.evaluate("() => film.begin()")
        self._point(at)

    def say(self, line: str) -> None:
        """Tell what happens, from the next picture on."""
        self._page.evaluate("(line) => film.say(line)", line)

    def keep(self, milliseconds: int) -> None:
        """Take a picture of the page, to be shown for so long."""
        # What has just been waited for may be drawn in the next frame only.
        self._page.evaluate("() => film.drawn()")
        self.shots.append((self._page.screenshot(animations="disabled"), milliseconds))

    def click(self, target: Locator) -> None:
        """Move the pointer to the middle of something, and click."""
        box = target.bounding_box()
        assert box, target
        self._move((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
        self._page.evaluate("() => film.press(true)")
        self.keep(PRESS)
        self._page.evaluate("() => film.press(false)")
        target.click()

    def write(self, text: str) -> None:
        """Write a text where the page takes text now, two letters at a time."""
        for at in range(0, len(text), 2):
            self._page.keyboard.insert_text(text[at : at + 2])
            self.keep(LETTERS)

    def mark(self, target: Locator, *, on: bool = True) -> None:
        """Draw a line around something, or take it away."""
        target.evaluate("(el, on) => el.classList.toggle('film-mark', on)", on)

    def save(self, path: Path) -> None:
        """Write it as an animated WebP, without loss; it begins again at its end."""
        path.parent.mkdir(parents=True, exist_ok=True)
        first, *others = [Image.open(io.BytesIO(shot)).convert("RGB") for shot, _ in self.shots]
        times = [time for _, time in self.shots]
        # More effort (both numbers) takes minutes, and spares a tenth of the file.
        first.save(path, save_all=True, append_images=others, duration=times, loop=0,
                   lossless=True, quality=20, method=1)  # fmt: skip

    def _move(self, to: tuple[float, float]) -> None:
        (x, y), (right, down) = self._at, to
        for step in range(1, STEPS + 1):
            # It starts and arrives slowly, as a hand does.
            part = step / STEPS
            part = part * part * (3 - 2 * part)
            self._point((x + (right - x) * part, y + (down - y) * part))
            self.keep(STEP)

    def _point(self, at: tuple[float, float]) -> None:
        self._page.evaluate("([x, y]) => film.point(x, y)", list(at))
        self._at = at
