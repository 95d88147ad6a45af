"""The page "When something is wrong" says what the cases say, and quotes what they are told."""

from __future__ import annotations

import pytest

from tests.chaos.cases import CHAPTERS, PROGRAMS
from tests.chaos.kinds import Kind
from tests.chaos.page import PAGE, page

KINDS = [kind for chapter in CHAPTERS for kind in chapter.kinds]


def test_the_page_is_made_of_the_cases() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.chaos.page"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.did)
def test_a_row_quotes_what_a_program_of_it_is_told(kind: Kind) -> None:
    told = {program.says for program in kind.programs}
    assert told == {""} or any(says and says in kind.see for says in told)


def test_a_row_is_one_line_of_a_table() -> None:
    for kind in KINDS:
        text = f"{kind.did}{kind.see}{kind.do}"
        assert "\n" not in text
        assert "|" not in text


def test_there_are_enough_of_them() -> None:
    assert len({program.name for program in PROGRAMS}) == len(PROGRAMS) >= 150
