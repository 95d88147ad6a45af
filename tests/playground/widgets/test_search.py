"""A search finds what its query asks, in slices, and keeps up with a log that lets rows go."""

from __future__ import annotations

import random

import pytest

from playground.traffic.filter import FilterError
from playground.traffic.log import Log
from playground.widgets.search import Search
from playground.widgets.wire import progress


def filled(count: int, max_entries: int = 50_000) -> Log:
    log = Log(max_entries)
    exchange = log.open("websocket", "alice", path="/chat").id
    for number in range(1, count + 1):
        log.append(0.0, exchange, "text", "client", f"message {number}", 10)
    return log


def numbers(search: Search) -> list[int]:
    return [entry.seq for _, entry in search.finds(0, search.last)]


def test_it_finds_what_is_asked_by_place() -> None:
    search = Search(filled(30), 1, "/2$/", None)
    search.look(1.0)
    assert [(place, entry.seq) for place, entry in search.finds(0, 9)] == [(1, 2), (2, 12), (3, 22)]
    assert [place for place, _ in search.finds(1, 2)] == [2]
    assert (search.count, search.looked, search.done) == (3, 30, True)


def test_it_looks_in_slices() -> None:
    search = Search(filled(2_000), 1, "message", None)
    search.look(0.0)
    assert (search.looked, search.done) == (500, False)
    search.look(10.0)
    assert (search.looked, search.done, search.count) == (2_000, True, 2_000)


def test_places_stay_when_rows_are_let_go() -> None:
    log = filled(4, max_entries=4)
    search = Search(log, 1, "message", None)
    search.look(1.0)
    for number in range(5, 12):
        log.append(0.0, 1, "text", "client", f"message {number}", 10)
        search.look(1.0)
    assert (search.first, search.last, search.count) == (8, 11, 4)
    assert numbers(search) == [8, 9, 10, 11]
    assert [place for place, _ in search.finds(9, 11)] == [10, 11]


def test_a_cleared_log_is_searched_on() -> None:
    log = filled(10)
    search = Search(log, 1, "message", None)
    search.look(1.0)
    log.clear()
    log.append(0.0, 1, "text", "client", "message 11", 10)
    search.look(1.0)
    assert (numbers(search), search.count, search.looked) == ([11], 1, 1)


def test_what_it_set_off_is_found_over_slices() -> None:
    log = filled(1)
    for cause in range(1, 1_500):
        log.append(0.0, 1, "text", "server", "hi", 2, cause)
    search = Search(log, 1, "cause:1", None)
    while not search.done:
        search.look(0.0)
    assert search.count == 1_500


def test_bad_news_and_swaps_are_kept_as_context() -> None:
    log = filled(1)
    bob = log.open("websocket", "bob").id
    log.append(0.0, 1, "exception", "server", "KeyError: 1", 11)
    log.append(0.0, bob, "exception", "server", "KeyError: 2", 11)
    log.append(0.0, 0, "swap", "lab", "revision 2", 10)

    def kept(context: str | None) -> list[int]:
        search = Search(log, 1, "nothing", context)
        search.look(1.0)
        return numbers(search)

    assert kept("") == [2, 3, 4]
    assert kept("client:bob") == [3, 4]
    assert kept(None) == []


def test_a_query_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(FilterError, match="regular expression"):
        Search(Log(), 1, "/(/", None)


def test_a_slice_of_costly_entries_ends_sooner_and_says_what_it_gave_up() -> None:
    log, chance = Log(), random.Random(1)
    for _ in range(20):
        data = "".join(chance.choice("ab") for _ in range(50_000))
        log.append(0.0, 0, "text", "client", data, len(data))
    search = Search(log, 1, "/(a|b)*a(a|b){100}x/", None)
    search.look(0.0)
    assert search.looked == 1
    assert "takes too long on 1 entry" in search.doubt
    assert progress(search)["doubt"] == search.doubt


def test_a_slice_of_long_payloads_ends_sooner() -> None:
    log = Log()
    for _ in range(20):
        log.append(0.0, 0, "text", "client", "a" * 1_000_000, 1_000_000)
    search = Search(log, 1, "zebra", None)
    search.look(0.0)
    assert (search.looked, search.done, search.doubt) == (3, False, "")
