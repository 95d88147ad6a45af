"""How smoothly a saved page plays 2,000 rows.

Run with ``python -m benchmarks.player``: a page with a ladder of 2,000 entries, opened from a file
in Chromium, played at the fastest speed. Where other programs keep the processors busy frames come
late; the CPU time of the page's tasks, of which a frame has 16.7 ms, is the figure to go by then.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.view import TRACED, tasks_of
from tests.notebooks.chromium import ARGUMENTS, find
from tests.playground.saved.talk import talk

ENTRIES = 2_000
SECONDS = 10

# A frame that took longer than this was missed: one and a half of 60 in a second.
LATE = 25.0

# Milliseconds that a frame has.
FRAME = 16.7

FRAMES = """seconds => new Promise(done => {
  const times = [];
  const end = performance.now() + 1000 * seconds;
  const look = now => {
    times.push(now);
    if (performance.now() < end) requestAnimationFrame(look);
    else done(times);
  };
  requestAnimationFrame(look);
})"""


def main() -> None:
    """Measure, and print the figures beside what they should hold."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "talk.html")
        talk(ENTRIES).story().save(path)
        print(f"a page of {ENTRIES:,} entries: {path.stat().st_size / 1000:.0f} kB")
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1300, "height": 800})
        page.goto(path.as_uri())
        page.locator(".mpp-play-count").wait_for()
        report(browser, page)
        browser.close()


def report(browser: Browser, page: Page) -> None:
    """Let it rest and let it play, and print what the frames did."""
    say("at rest", frames(page))
    while page.locator(".mpp-play-bar button", has_text="16×").count() == 0:
        page.keyboard.press(">")
    page.get_by_label("Step", exact=True).evaluate(
        "(slider, at) => { slider.value = at; slider.dispatchEvent(new Event('input')); }",
        str(ENTRIES * 3 // 8),
    )
    before = shown(page)
    browser.start_tracing(page=page, categories=TRACED)
    page.keyboard.press(" ")
    say("playing", frames(page))
    cpu = sorted(each for _, each in tasks_of(browser.stop_tracing()))
    steps = shown(page) - before
    print(f"{steps} steps in {SECONDS} s, up to {shown(page):,}: aim 60 frames a second")
    long = sum(each > FRAME for each in cpu)
    share = sum(cpu) / SECONDS / 10
    print(f"CPU time of the page's tasks: {share:.0f} %; {long} of {len(cpu)} over {FRAME} ms")


def frames(page: Page) -> list[float]:
    """Return how long each frame took, in milliseconds."""
    times: list[float] = page.evaluate(FRAMES, SECONDS)
    return [after - before for before, after in pairwise(times)]


def shown(page: Page) -> int:
    """Return how many steps are shown."""
    return int(page.locator(".mpp-play-count").inner_text().split()[0].replace(",", ""))


def say(what: str, took: Sequence[float]) -> None:
    """Print how many frames came in a second, and how many came late."""
    rate = 1000 / statistics.fmean(took)
    late = sum(each > LATE for each in took)
    print(
        f"{what}: {rate:.1f} frames a second, {late} of {len(took)} late, worst {max(took):.0f} ms"
    )


if __name__ == "__main__":
    main()
