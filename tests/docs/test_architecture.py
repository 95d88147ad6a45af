"""The pages on the house say what is there: every room, and every word once."""

from __future__ import annotations

import re
from collections import Counter

from tests.docs.pages import ROOT

PACKAGES = ("micropie", "playground", "lite")
STATIC = ROOT / "playground" / "widgets" / "static"


def rows(page: str) -> list[list[str]]:
    """Return the cells of every row of a page's tables, heads and rules left out."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    rules = {number for number, line in enumerate(lines) if re.fullmatch(r"\|[-:| ]+\|", line)}
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for number, line in enumerate(lines)
        if line.startswith("|") and number not in rules and number + 1 not in rules
    ]


def rooms() -> list[str]:
    """Return the folders that hold source."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    files += STATIC.rglob("*.js")
    folders = {path.parent.relative_to(ROOT).as_posix() for path in files}
    return sorted(folders - {"playground"})


def test_the_table_of_rooms_has_every_room_and_no_other() -> None:
    named = [row[0].strip("`").rstrip("/") for row in rows("docs/explanation/architecture.md")]
    assert sorted(named) == rooms()
    assert all((ROOT / room).is_dir() for room in named)


def test_the_table_of_rooms_says_of_each_what_it_is_for_and_may_import() -> None:
    assert [row for row in rows("docs/explanation/architecture.md") if not all(row[:3])] == []


def test_the_glossary_has_each_word_once() -> None:
    words = [
        word.strip() for row in rows("docs/reference/glossary.md") for word in row[0].split(",")
    ]
    assert [word for word, times in Counter(words).items() if times > 1] == []
