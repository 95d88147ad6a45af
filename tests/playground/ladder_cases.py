"""The table of cases that the ladder's layout is held to, in Python and in JavaScript alike.

`tests/javascript/ladder-cases.json` has them. Run as a program this writes anew what is expected,
as Python lays it out: read the difference before you believe it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playground.exports.ladder.lanes import GUTTER, lanes
from playground.exports.ladder.layout import Ladder, place
from playground.exports.ladder.links import fans, guesses, lives
from playground.exports.ladder.steps import Step, aloud, effects, joined_in, steps, who_is_there
from playground.traffic.model import Entry, Exchange
from playground.traffic.record import Selection
from playground.traffic.summary import fold
from tests.playground.row_cases import sent

FILE = Path(__file__).parent.parent / "javascript" / "ladder-cases.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["cases"]


CHAT = "a chat of four, a swap, an exception, a print, a binary message and a timer"
TWELVE = "twelve of whom five share a lane"


def case_of(why: str) -> dict[str, Any]:
    """Return the case that is there for a reason."""
    return next(case for case in CASES if case["why"] == why)


def record_of(case: dict[str, Any]) -> Selection:
    """Return what a case shows; an exchange is the client that has its number."""
    exchanges = [
        Exchange(number, "websocket", name, path=case.get("path", "/"), far=name == "upstream")
        for number, name in enumerate(case["clients"], 1)
    ]
    return Selection([_entry(each) for each in case["entries"]], exchanges)


def _entry(told: dict[str, Any]) -> Entry:
    fields = dict(told)
    if "hex" in told:
        fields["data"] = bytes.fromhex(fields.pop("hex"))
    return Entry(**fields)


def rows_of(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows that a view gets of what a case shows."""
    record = record_of(case)
    return [sent(entry, record.exchange(entry.exchange)) for entry in record]


def laid_out(case: dict[str, Any]) -> Ladder:
    """Lay a case out, with its window and its server where it says."""
    record = record_of(case)
    shown = steps(record, fold(record))
    across = lanes(who_is_there(shown, joined_in(record)), case["width"], case["unfolded"])
    left, right = case.get("window", (GUTTER, across.width))
    placed = tuple(place(step, across, left, right, case.get("server")) for step in shown)
    links = tuple(fans(shown)), tuple(lives(shown, across)), tuple(guesses(shown))
    return Ladder(tuple(shown), across, placed, *links)


def plain(ladder: Ladder) -> dict[str, Any]:
    """Return a laid-out ladder as both languages write it down."""
    caused = effects(ladder.steps)
    return {
        "steps": [
            _step(step, sum(caused.get(s, 0) for s in step.members)) for step in ladder.steps
        ],
        "lanes": [[lane.name, lane.role, lane.x] for lane in ladder.lanes.lanes],
        "width": ladder.lanes.width,
        "placed": [[*each[:1], list(each.ends), *each[2:]] for each in ladder.placed],
        "fans": [[fan.cause, list(fan.effects), fan.out] for fan in ladder.fans],
        "lives": [list(life) for life in ladder.lives],
        "guesses": [[fan.cause, list(fan.effects), fan.out] for fan in ladder.guesses],
    }


def _step(step: Step, caused: int) -> list[Any]:
    return [step.seq, step.shape, step.tone, aloud(step, caused)]


def main() -> None:
    """Write what is expected of each case anew."""
    for case in CASES:
        case["rows"] = rows_of(case)
        case["expected"] = plain(laid_out(case))
    text = ",\n".join(_written(case) for case in CASES)
    FILE.write_text(f'{{"cases": [\n{text}\n]}}\n', "utf-8")


def _written(case: dict[str, Any]) -> str:
    """Return a case with a line for each entry and each step, so that it can be read."""
    lines = []
    for key, value in case.items():
        if key == "expected":
            inner = ",\n".join(f'  "{name}": {_rows(each, 4)}' for name, each in value.items())
            lines.append(f' "expected": {{\n{inner}}}')
        else:
            lines.append(f' "{key}": {_rows(value, 2)}')
    return "{" + ",\n".join(lines)[1:] + "}"


def _rows(value: Any, indent: int) -> str:
    if not isinstance(value, list) or not value or not isinstance(value[0], list | dict):
        return json.dumps(value, ensure_ascii=False)
    rows = f",\n{' ' * indent}".join(json.dumps(each, ensure_ascii=False) for each in value)
    return f"[\n{' ' * indent}{rows}]"


if __name__ == "__main__":
    main()
