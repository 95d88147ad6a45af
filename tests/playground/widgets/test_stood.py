"""What a view stands with: the newest rows of its log, whatever becomes of the log."""

from __future__ import annotations

from playground.traffic.log import Log
from playground.widgets.controls import CodeView
from playground.widgets.stood import MOST_BYTES, MOST_ROWS, Stood
from tests.playground.widgets.traffic_log import chat, say


def test_it_holds_rows_and_exchanges_with_their_numbers_after_the_log_is_cleared() -> None:
    log = Log()
    ids = chat(log, "alice", "bob")
    say(log, ids["bob"], "hi")
    stood = Stood(log)
    assert not stood.cleared
    log.clear()
    say(log, ids["bob"], "later")
    assert stood.cleared
    assert [(entry.seq, entry.data) for entry in stood.log] == [
        (1, "/chat"),
        (2, "/chat"),
        (3, "hi"),
    ]
    assert stood.last == stood.log.last == 3
    assert stood.log.exchange(ids["bob"]).client == "bob"


def test_it_holds_a_bounded_number_of_rows_and_counts_the_others_as_let_go() -> None:
    log = Log()
    ids = chat(log, "alice")
    say(log, ids["alice"], "{}", MOST_ROWS + 50)
    stood = Stood(log)
    assert len(stood.log) == MOST_ROWS
    assert stood.log.last == log.last
    assert stood.log.dropped == 51
    assert stood.log.first == 52


def test_it_holds_a_bounded_number_of_bytes_and_always_the_newest_row() -> None:
    log = Log()
    ids = chat(log, "alice")
    say(log, ids["alice"], "x" * (MOST_BYTES // 3), 5)
    assert len(Stood(log).log) == 3
    say(log, ids["alice"], "x" * (MOST_BYTES + 1))
    assert len(Stood(log).log) == 1


def test_rows_that_were_let_go_to_make_room_are_not_cleared() -> None:
    log = Log(max_entries=10)
    ids = chat(log, "alice")
    stood = Stood(log)
    say(log, ids["alice"], "{}", 100)
    assert log.first > stood.last
    assert not stood.cleared
    log.clear()
    assert stood.cleared


def test_it_counts_what_there_is_of_checks_and_frames() -> None:
    log = Log()
    say(log, chat(log, "check-bob")["check-bob"], "hi")
    assert Stood(log).tally.checks == 2


def test_it_holds_the_code_only_if_it_is_asked_to() -> None:
    class Lab:
        def code(self) -> CodeView:
            return CodeView((), ())

        def standing(self, exchange: int, task: str) -> list[dict[str, object]]:
            raise AssertionError("variables are not held")

    assert not Stood(Log()).has_code
    held = Stood(Log(), Lab())
    assert held.has_code
    assert held.code() == CodeView((), ())
    assert held.standing(1, "") == []
