"""A client has one index, in the order in which connections were opened."""

from __future__ import annotations

import threading

import pytest

import playground.widgets.names as names_module
from playground.traffic.log import Log
from playground.widgets.names import Names


def test_the_order_of_exchanges_counts_and_not_who_asks_first() -> None:
    log, names = Log(), Names()
    for client in ("alice", "bob", "alice", "carol"):
        log.open("websocket", client, method="GET", path="/")
    names.learn(log, 4)
    assert names.some(["carol", "alice"]) == {"carol": 2, "alice": 0}


def test_who_was_cleared_away_unseen_still_comes_first() -> None:
    log, names = Log(), Names()
    log.open("websocket", "alice")
    log.clear()
    log.open("websocket", "bob")
    log.clear()
    log.open("websocket", "carol")
    names.learn(log, log.last_exchange)
    assert names.some(["carol", "bob", "alice"]) == {"carol": 2, "bob": 1, "alice": 0}
    names.learn(log, log.last_exchange)
    assert names.index("dave") == 3


def test_a_name_keeps_its_index() -> None:
    names = Names()
    assert [names.index(name) for name in ("bob", "alice", "bob")] == [0, 1, 0]


def test_many_threads_agree() -> None:
    names = Names()
    wanted = [f"client-{number}" for number in range(200)]
    threads = [threading.Thread(target=lambda: [names.index(n) for n in wanted]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names.some(wanted).values()) == list(range(200))


def test_names_are_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names_module, "MOST_NAMES", 3)
    names = Names()
    for number in range(100):
        names.index(f"browser-{number}")
    assert names.index("browser-99") == 99
    assert names.index("browser-0") == 100
