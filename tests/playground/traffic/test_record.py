"""A part of a log is a record too, and stays what it was."""

from __future__ import annotations

from typing import Any

import pytest

from playground.traffic.log import Log
from playground.traffic.record import Selection
from tests.playground.records import chat


def test_a_slice_stays_what_it_was_whatever_becomes_of_the_log() -> None:
    log = Log(max_entries=3)
    exchange = log.open("websocket", "alice").id
    for data in "abc":
        log.append(0.0, exchange, "text", "client", data, 1)
    part = log[1:]
    log.finish(exchange)
    assert len(log) == 3
    for _ in range(5):
        log.append(0.0, 0, "lab", "lab", "x", 1)
    assert [entry.data for entry in log] == ["x", "x", "x"]
    assert [entry.data for entry in part] == ["b", "c"]
    assert part.exchange(exchange) is not None
    assert log.exchange(exchange) is None


def test_slices_of_slices_know_what_the_log_did() -> None:
    log = chat()
    log.append(0.0, 0, "lab", "lab", "x", 1)
    part = log[2:9][::2]
    assert isinstance(part, Selection)
    assert [entry.seq for entry in part] == [3, 5, 7, 9]
    assert [each.client for each in part.exchanges] == ["alice", "bob"]
    assert (part.last, part.bytes) == (log.last, sum(entry.size + 220 for entry in part))
    assert (part[0].seq, part[-1].seq, len(part)) == (3, 9, 4)
    with pytest.raises(IndexError):
        part[4]


def test_a_selection_equals_the_same_choice_and_a_list_of_its_entries() -> None:
    log = chat()
    assert log[3:5] == log[3:5] == list(log)[3:5]
    assert log[3:5] != log[3:6]
    assert log[3:5] != "two entries"


def test_it_is_shown_as_a_table() -> None:
    found = chat().filter("client:alice kind:text")
    assert "alice → server" in repr(found)
    assert "4 earlier" not in found._repr_html_()
    assert found._repr_html_().startswith("<table")
    assert "<b>alice</b> → server" in found._repr_html_()


def test_a_log_is_shown_as_a_table_in_a_notebook_and_in_short_elsewhere() -> None:
    assert "carol" in chat()._repr_html_()
    assert repr(chat()).startswith("<Log of 22 entries, 75")


def test_a_log_is_a_sequence() -> None:
    log = chat()
    assert log[3] in log
    assert log.index(log[3]) == 3
    assert [entry.seq for entry in reversed(log)] == list(range(22, 0, -1))


def test_a_story_is_the_record_with_words() -> None:
    log = chat()
    story = log.story([(log[0].seq, "It begins")])
    assert list(story) == list(log)
    assert story.words == {log[0].seq: "It begins"}
    assert story[:].filter("client:alice").words == story.words
    assert log.words is None
    assert log.story().words == {}
    assert "<iframe" in story._repr_html_()


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        ([(99_999, "x")], ValueError, "expected the number of an entry, from 1 to .*, got 99999"),
        ([(1, " ")], ValueError, "expected something to say of #1"),
        ([1], TypeError, r"expected pairs such as \(17"),
        ([("1", "x")], TypeError, "expected pairs"),
        ([(True, "x")], TypeError, "expected pairs"),
    ],
)
def test_words_that_belong_nowhere_are_refused(
    words: list[Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        chat().story(words)


def test_a_record_without_entries_has_no_place_for_words() -> None:
    assert list(Log().story()) == []
    with pytest.raises(ValueError, match="expected a record with entries, got 1"):
        Log().story([(1, "x")])
