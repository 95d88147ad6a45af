"""A page at 200 %, where a panel has half as many pixels: nothing is cut off or hides another."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.playground.widgets.panel_page import PanelPage
from tests.playground.widgets.test_room_browser import FACES, PAUSE, PAUSED, tell
from tests.playground.widgets.traffic_log import chat, say

FLIGHT = [
    {
        "key": key, "client": client, "direction": "to app", "shown": "x" * 60, "seq": key,
        "index": 0, "exchange": 1,
    }
    for key, client in enumerate(("ann", "somebody with a long name"), 1)
]  # fmt: skip
POINT = {"which": "client:bob /order/", "line": "", "said": "messages that match client:bob"}
# Buttons and words that are seen, but for what scrolls.
SEEN = """() => [...document.querySelectorAll(
  '.mpp-status-bar button, .mpp-status-bar .mpp-name, .mpp-status-bar .mpp-badge,' +
  '.mpp-status-bar .mpp-counts, .mpp-between button, .mpp-between .mpp-between-words')]
  .filter((each) => each.checkVisibility())
  .map((each) => { const { left, right, top, bottom } = each.getBoundingClientRect();
    return [each.textContent || each.title, left, right, top, bottom]; })"""


@pytest.mark.parametrize("width", [240, 380, 700])
def test_at_two_hundred_per_cent_nothing_is_cut_off(
    shown: PanelPage, page: Page, width: int
) -> None:
    ids = chat(shown.log, "alice")
    say(shown.log, ids["alice"], "message {}", 3)
    shown.render(*FACES, width=width + 32)
    shown.tick()
    paused = {**PAUSED, "pauses": [PAUSE], "flight": FLIGHT, "flying": 2, "breakpoints": [POINT]}
    tell(shown, paused)
    shown.tick()
    found: list[tuple[str, float, float, float, float]] = page.evaluate(SEEN)
    assert len(found) > 10
    for words, left, right, _, _ in found:
        assert 15 <= left < right <= width + 17, f"{words!r} is cut off"
    bar = [each for each in found if each[0] in ("Chat", "revision 4", "Restart", "Stop")]
    assert len(bar) == 4
    for one, other in itertools.combinations(bar, 2):
        assert not _meet(one, other), f"{one[0]} lies over {other[0]}"
    name = page.locator(".mpp-lab-name > .mpp-name")
    assert name.evaluate("(el) => el.scrollWidth <= el.clientWidth"), "the name is cut off"
    chips = page.locator(".mpp-flying > b")
    assert chips.first.evaluate("(el) => el.scrollWidth <= el.clientWidth")


def _meet(one: Any, other: Any) -> bool:
    across = one[1] < other[2] - 1 and other[1] < one[2] - 1
    return bool(across and one[3] < other[4] - 1 and other[3] < one[4] - 1)
