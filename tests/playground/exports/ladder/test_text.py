"""A ladder in characters."""

from __future__ import annotations

import pytest

from playground.exports.ladder.columns import columns
from playground.exports.ladder.text import characters
from playground.traffic.log import Log
from tests.playground.ladder_cases import CASES, CHAT, TWELVE, case_of, record_of


def lines(why: str, limit: int = 40) -> list[str]:
    return characters(record_of(case_of(why)), limit).split("\n")


def line(why: str, number: int) -> str:
    return next(each for each in lines(why) if each.startswith(f"{number:>6} "))


def test_an_echo_reads_as_a_ladder() -> None:
    assert lines("an echo, with a pause and a long message")[:5] == [
        "            alice        server",
        "     1        │┄┄┄┄┄┄┄┄┄┄┄┄►│        opened /chat",
        "     2        │◄┄┄┄┄┄┄┄┄┄┄┄┄│        accepted",
        "     3        │────────────►│        hi",
        "     4        │◄────────────│        Echo: hi",
    ]


def test_a_broadcast_has_a_head_at_each_receiver_and_passes_others_by() -> None:
    assert "│◄────────│◄────────┼────────►│────────►│" in line(CHAT, 10)
    assert "│◄────────┼─────────┼────────►│         │" in line(CHAT, 15)


@pytest.mark.parametrize(
    ("number", "said"),
    [(17, "══ revision 1 → 2 · In[7] · 4 sockets handed over ═"), (19, "•"), (20, "● "),
     (20, "! ValueError: no"), (21, "────────►×"), (25, "binary 48 89 50 4e"), (27, "×────"),
     (28, "── stopped: 2 sockets closed with 1012 ──")],
)  # fmt: skip
def test_what_is_no_message_is_marked(number: int, said: str) -> None:
    assert said in line(CHAT, number)


def test_a_pause_breaks_the_lanes() -> None:
    assert any("┊" in each and each.endswith("1 min 12 s") for each in lines(CHAT))


def test_who_shares_a_lane_is_named() -> None:
    told = lines(TWELVE)
    assert "+8" in told[0]
    assert any(each.endswith("user-11: hi") for each in told)
    assert any(each.endswith("user-11: hi (×8 others)") for each in told)


def test_what_is_left_out_is_said() -> None:
    told = lines(CHAT, limit=3)
    assert told[1].endswith("… 25 earlier entries")
    assert len(told) == 6
    assert characters(Log()).split("\n")[1].strip() == "│        Nothing has passed yet."


@pytest.mark.parametrize("width", [60, 80, 100, 160])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_no_line_is_wider_than_asked_for(case: dict[str, object], width: int) -> None:
    told = characters(record_of(case), width=width).split("\n")
    assert max(columns(each) for each in told[:-1]) <= width
