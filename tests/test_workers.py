"""What is dear to make is made by one worker of a run, and nobody waits long for the last one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workers import BY_PARAMETER, LONGEST_FIRST, BySharing, how_many, place

ROOT = Path(__file__).resolve().parent.parent


def scopes(*tests: str) -> list[str]:
    """Return what pytest-xdist is told that each test belongs to."""
    scheduler = BySharing.__new__(BySharing)
    return [scheduler._split_scope(test) for test in tests]


def test_a_file_is_one_workers() -> None:
    file = "tests/playground/stage/test_stage.py"
    assert set(scopes(f"{file}::test_some[a::b]", f"{file}::test_other[c]")) == {file}


def test_what_one_notebook_becomes_is_one_workers() -> None:
    file = "tests/notebooks/test_run.py"
    chat = scopes(f"{file}::test_twice[04-chat]", f"{file}::test_a_wrong_answer[04-chat]")
    assert set(chat) == {f"{file}[04-chat]"}
    alone, other = scopes(f"{file}::test_there_is_a_course", f"{file}::test_twice[05-messages]")
    assert len({alone, other, *chat}) == 3


def test_what_takes_longest_begins_first() -> None:
    files = ["tests/notebooks/test_board.py", *reversed(LONGEST_FIRST)]
    assert sorted(files, key=place) == [*LONGEST_FIRST, files[0]]


@pytest.mark.parametrize("file", [*BY_PARAMETER, *LONGEST_FIRST])
def test_a_file_that_is_named_is_there(file: str) -> None:
    assert (ROOT / file).is_file()


def test_there_is_always_a_worker() -> None:
    assert how_many() >= 1
