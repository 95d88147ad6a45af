"""A line is passed on whole, however many writers write at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from playground.notebook.output.lines import Lines


class Paper:
    """What was passed on, piece by piece; a loop whose time a test moves."""

    def __init__(self) -> None:
        self.lines = Lines()
        self.pieces: list[str] = []
        self.loop = asyncio.new_event_loop()

    def write(self, writer: str, text: str) -> None:
        self.lines.write(writer, text, self.pieces.append, self.loop)

    def pause(self) -> None:
        """Let the loop come to all that waits in it."""
        self.loop.run_until_complete(asyncio.sleep(0))
        for handle in list(self.loop._scheduled):  # type: ignore[attr-defined]
            if not handle.cancelled():
                handle._run()
        self.loop._scheduled.clear()  # type: ignore[attr-defined]


@pytest.fixture
def paper() -> Iterator[Paper]:
    made = Paper()
    yield made
    made.loop.close()


def test_pieces_of_a_line_are_passed_on_in_one(paper: Paper) -> None:
    for piece in ("one", " ", "two", "\n"):
        paper.write("ann", piece)
    assert paper.pieces == ["one two\n"]


def test_two_writers_never_share_a_line(paper: Paper) -> None:
    for first, second in zip(("a", "b", "\n"), ("1", "2", "\n"), strict=True):
        paper.write("ann", first)
        paper.write("bob", second)
    assert paper.pieces == ["ab\n", "12\n"]


def test_what_is_not_ended_is_seen_after_a_moment(paper: Paper) -> None:
    paper.write("ann", "one\ntw")
    assert paper.pieces == ["one\n"]
    paper.pause()
    assert paper.pieces == ["one\n", "tw"]
    paper.write("ann", "o\n")
    assert paper.pieces == ["one\n", "tw", "o\n"]


def test_a_pause_ends_only_the_line_it_was_for(paper: Paper) -> None:
    paper.write("ann", "one")
    paper.write("ann", "\n")
    paper.write("ann", "tw")
    old = paper.lines._begun["ann"]
    paper.lines._release("ann", type(old)(old.pass_on))
    assert paper.pieces == ["one\n"]
    paper.pause()
    assert paper.pieces == ["one\n", "tw"]


def test_whoever_flushes_sees_his_own_at_once(paper: Paper) -> None:
    paper.write("ann", "50 %")
    paper.write("bob", "10 %")
    paper.lines.release("ann")
    assert paper.pieces == ["50 %"]
    paper.lines.release("carol")
    paper.lines.release_all()
    assert paper.pieces == ["50 %", "10 %"]


@pytest.mark.parametrize("loop", ["none", "closed"])
def test_without_a_loop_nothing_is_held_back(paper: Paper, loop: str) -> None:
    pieces: list[Any] = []
    if loop == "closed":
        paper.loop.close()
    where = paper.loop if loop == "closed" else None
    paper.lines.write("ann", "half", pieces.append, where)
    assert pieces == ["half"]
