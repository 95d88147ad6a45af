"""The kernel side of the traffic table: what it answers, and how much it sends."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from playground.traffic.log import Log
from playground.widgets.traffic import TrafficTable

if TYPE_CHECKING:
    from tests.playground.widgets.face_page import Wire


@pytest.fixture
def log() -> Log:
    return Log(lock=threading.Lock())


@pytest.fixture
def table(log: Log, wire: Wire) -> Iterator[TrafficTable]:
    made = TrafficTable(log)
    made.comm = wire
    yield made
    assert made.follower.stop()
    made.close()


def fill(log: Log, count: int) -> int:
    exchange = log.open("websocket", "alice", method="GET", path="/chat").id
    for index in range(count):
        log.append(float(index), exchange, "text", "client", f"message {index}", 10)
    return exchange


def ask(table: TrafficTable, **message: Any) -> None:
    table._heard(table, message, [])


def greet(table: TrafficTable, wire: Wire, since: int = 0) -> dict[str, Any]:
    """Say hello without a follower behind, so that only the test ticks."""
    ask(table, kind="hello", since=since, view="v")
    table.follower.stop()
    return take(wire)[0]


def take(wire: Wire) -> list[dict[str, Any]]:
    told, wire.outbox = [message for message, _ in wire.outbox], []
    return told


def numbers(message: dict[str, Any]) -> list[int]:
    return [row["seq"] for row in message["rows"]]


def test_nobody_looking_nothing_sent(table: TrafficTable, log: Log, wire: Wire) -> None:
    fill(log, 3)
    table.keep_up(True)
    assert wire.outbox == []
    assert not table.follower.running


def test_hello_is_answered_with_what_is_there(table: TrafficTable, log: Log, wire: Wire) -> None:
    exchange = fill(log, 3)
    answer = greet(table, wire)
    assert (answer["kind"], answer["after"], answer["last"], answer["view"]) == ("rows", 0, 3, "v")
    assert numbers(answer) == [1, 2, 3]
    assert answer["exchanges"] == {str(exchange): ["websocket", "alice", "/chat"]}
    assert answer["names"] == {"alice": 0}
    assert answer["totals"]["entries"] == 3
    json.dumps(answer)


def test_hello_after_a_pause_is_answered_with_the_rest(
    table: TrafficTable, log: Log, wire: Wire
) -> None:
    fill(log, 5)
    assert numbers(greet(table, wire, since=3)) == [4, 5]


def test_a_tick_sends_one_message_with_all_that_is_new(
    table: TrafficTable, log: Log, wire: Wire
) -> None:
    greet(table, wire)
    fill(log, 700)
    table.keep_up(True)
    (told,) = take(wire)
    assert (told["after"], told["last"], len(told["rows"])) == (0, 700, 700)
    table.keep_up(False)
    assert take(wire) == []


def test_a_flood_is_sent_in_part_and_the_gap_can_be_seen(
    table: TrafficTable, log: Log, wire: Wire
) -> None:
    greet(table, wire)
    fill(log, 10_000)
    table.keep_up(True)
    (told,) = take(wire)
    assert (told["after"], told["last"]) == (0, 10_000)
    assert numbers(told) == list(range(8_001, 10_001))


def test_every_part_of_a_hole_can_be_asked_for(table: TrafficTable, log: Log, wire: Wire) -> None:
    greet(table, wire)
    fill(log, 3_000)
    table.keep_up(True)
    take(wire)
    ask(table, kind="since", cursor=100, upto=200, view="v")
    (told,) = take(wire)
    assert told["fill"] is True
    assert numbers(told) == list(range(101, 201))


def test_an_answer_goes_no_further_than_the_last_tick(
    table: TrafficTable, log: Log, wire: Wire
) -> None:
    greet(table, wire)
    fill(log, 5)
    table.keep_up(True)
    fill(log, 5)
    take(wire)
    ask(table, kind="since", cursor=2, view="v")
    (told,) = take(wire)
    assert numbers(told) == [3, 4, 5]


def test_clearing_is_told_by_the_next_tick(table: TrafficTable, log: Log, wire: Wire) -> None:
    fill(log, 5)
    greet(table, wire)
    ask(table, kind="clear", view="v", id=1)
    table.keep_up(True)
    _, reply, told = take(wire)
    assert (reply["kind"], reply["result"]) == ("reply", 5)
    assert (told["totals"]["first"], told["totals"]["entries"], told["rows"]) == (6, 0, [])


def test_what_was_cleared_is_told_to_every_view_when_it_is_put_back(
    table: TrafficTable, log: Log, wire: Wire
) -> None:
    fill(log, 5)
    greet(table, wire)
    ask(table, kind="clear", view="v", id=1)
    table.keep_up(True)
    take(wire)
    ask(table, kind="unclear", view="v", id=2)
    _, told, reply = take(wire)
    assert (numbers(told), told["fill"], "view" in told) == ([1, 2, 3, 4, 5], True, False)
    assert (reply["result"], len(log)) == (5, 5)
    ask(table, kind="unclear", view="v", id=3)
    assert take(wire)[-1]["error"] == "The rows are gone: they are held for a few seconds only."


def test_what_was_cleared_is_not_held_for_long(
    table: TrafficTable, log: Log, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.widgets.traffic.UNDO_SECONDS", -1.0)
    fill(log, 5)
    greet(table, wire)
    ask(table, kind="clear", view="v", id=1)
    table.keep_up(True)
    take(wire)
    ask(table, kind="unclear", view="v", id=2)
    assert "gone" in take(wire)[-1]["error"]


def test_recording_is_switched(table: TrafficTable, log: Log, wire: Wire) -> None:
    greet(table, wire)
    ask(table, kind="record", on=False)
    fill(log, 2)
    table.keep_up(True)
    (told,) = take(wire)
    assert (told["totals"]["recording"], told["totals"]["unrecorded"]) == (False, 2)


def test_a_row_carries_a_preview_and_the_detail_more(
    table: TrafficTable, log: Log, wire: Wire
) -> None:
    exchange = fill(log, 0)
    log.append(1.0, exchange, "text", "client", "x" * 150_000, 150_000)
    answer = greet(table, wire)
    assert len(answer["rows"][0]["text"]) == 200
    assert answer["rows"][0]["cut"] != 0
    ask(table, kind="detail", seq=1, view="v")
    (detail,) = take(wire)
    assert (len(detail["text"]), detail["cut"], detail["length"]) == (100_000, True, 150_000)


def test_bytes_travel_in_a_buffer(table: TrafficTable, log: Log, wire: Wire) -> None:
    exchange = fill(log, 0)
    log.append(1.0, exchange, "binary", "client", b"\x00\xff" * 100, 200)
    assert greet(table, wire)["rows"][0]["text"].startswith("00 ff 00")
    ask(table, kind="detail", seq=1)
    message, buffers = wire.outbox[0]
    assert message["text"] is None
    assert buffers == [b"\x00\xff" * 100]


def test_a_row_that_was_let_go_is_said_to_be(table: TrafficTable, log: Log, wire: Wire) -> None:
    ask(table, kind="detail", seq=99, view="v")
    assert take(wire) == [{"kind": "detail", "seq": 99, "gone": True, "view": "v"}]


def test_a_lone_surrogate_can_be_sent(table: TrafficTable, log: Log, wire: Wire) -> None:
    exchange = fill(log, 0)
    log.append(1.0, exchange, "text", "client", "a\ud800b", 3)
    json.dumps(greet(table, wire), ensure_ascii=False).encode()


def test_following_lasts_as_long_as_somebody_looks(table: TrafficTable) -> None:
    ask(table, kind="hello", since=0, view="one")
    ask(table, kind="hello", since=0, view="two")
    ask(table, kind="bye", view="one")
    assert table.follower.running
    ask(table, kind="bye", view="two")
    assert table.follower.stop()


def test_rows_arrive_while_several_threads_append(
    table: TrafficTable, log: Log, wire: Wire
) -> None:
    ask(table, kind="hello", since=0, view="v")
    writers = [threading.Thread(target=fill, args=(log, 500)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    wire.until(lambda: bool(wire.outbox) and wire.outbox[-1][0].get("last") == 2_000)
    seen = [number for message in take(wire) for number in numbers({"rows": [], **message})]
    assert seen == list(range(1, 2_001))


def test_it_reads_as_text_without_a_browser(table: TrafficTable, log: Log) -> None:
    fill(log, 2)
    assert "alice → server" in repr(table)
    assert "<table" in table.still_html()


def test_a_tick_is_one_message_with_what_filters_found(
    table: TrafficTable, log: Log, wire: Wire
) -> None:
    fill(log, 5)
    greet(table, wire)
    ask(table, kind="find", search=1, query="3", context=None, view="v")
    table.keep_up(True)
    log.append(9.0, 1, "text", "client", "message 33", 10)
    log.append(9.0, 1, "text", "client", "message 4", 9)
    table.keep_up(True)
    first, second = take(wire)
    found = first["found"]["v"]
    assert (found["search"], found["begins"], numbers(found)) == (1, True, [4])
    assert (found["places"], found["looked"], found["count"]) == ([1], 5, 1)
    found = second["found"]["v"]
    assert numbers(second) == [6, 7]
    assert (found["after"], found["last"], numbers(found), found["looked"]) == (1, 2, [6], 7)


def test_a_search_of_a_full_log_takes_ticks_and_tells_how_far_it_is(
    table: TrafficTable, log: Log, wire: Wire
) -> None:
    fill(log, 20_000)
    greet(table, wire)
    ask(table, kind="find", search=1, query="message", context=None, view="v")
    looked: list[int] = []
    while not looked or looked[-1] < 20_000:
        table.keep_up(True)
        (message,) = take(wire)
        looked.append(message["found"]["v"]["looked"])
        assert ("rows" in message["found"]["v"]) == (looked[-1] == 20_000)
    assert len(looked) > 1
    assert looked == sorted(looked)


def test_a_newer_search_takes_the_place_of_an_older_one(
    table: TrafficTable, log: Log, wire: Wire
) -> None:
    fill(log, 5)
    greet(table, wire)
    ask(table, kind="find", search=1, query="3", context=None, view="v")
    ask(table, kind="find", search=2, query="2", context=None, view="v")
    table.keep_up(True)
    (message,) = take(wire)
    assert message["found"]["v"]["search"] == 2
    ask(table, kind="since", search=1, cursor=0, view="v")
    assert take(wire) == []
    ask(table, kind="find", search=3, query="", context=None, view="v")
    table.keep_up(True)
    assert take(wire) == []


def test_what_the_kernel_cannot_read_is_said_to_the_view_alone(
    table: TrafficTable, log: Log, wire: Wire
) -> None:
    greet(table, wire)
    ask(table, kind="find", search=1, query="/(/", context=None, view="v")
    (message,) = take(wire)
    assert (message["kind"], message["search"], message["view"]) == ("found", 1, "v")
    assert "regular expression" in message["problem"]


def test_views_that_vanished_are_not_searched_for_for_ever(
    table: TrafficTable, log: Log, wire: Wire
) -> None:
    fill(log, 3)
    greet(table, wire)
    for number in range(17):
        ask(table, kind="find", search=1, query="3", context=None, view=f"v{number}")
    (message,) = take(wire)
    assert (message["view"], "Too many views" in message["problem"]) == ("v0", True)
    table.keep_up(True)
    assert len(take(wire)[0]["found"]) == 16


def test_a_flood_is_sent_in_part_and_the_rest_can_be_asked_for(
    table: TrafficTable, log: Log, wire: Wire
) -> None:
    greet(table, wire)
    sent = 0
    for _ in range(20):
        fill(log, 1_000)
        table.keep_up(True)
        sent += len(take(wire)[0]["rows"])
    assert sent < 10_000
    ask(table, kind="since", cursor=0, upto=1_000, view="v")
    assert numbers(take(wire)[0]) == list(range(1, 1_001))


def test_who_was_displayed_is_told_before_they_were_heard(
    table: TrafficTable, log: Log, wire: Wire
) -> None:
    fill(log, 300)
    table.displayed()
    table.follower.stop()
    take(wire)
    table.welcome.expect(0.0)
    table.welcome._since = time.monotonic()
    table.keep_up(True)
    (message,) = take(wire)
    assert (message["after"], message["last"], len(message["rows"])) == (100, 300, 200)
    fill(log, 1)
    table.keep_up(True)
    assert numbers(take(wire)[-1])[-1] == 301
    greet(table, wire)
    assert not table.welcome.waiting(time.monotonic())


def test_the_set_up_of_a_view_is_kept(table: TrafficTable) -> None:
    table.look = {"filter": "kind:text"}
    assert table.get_state()["look"] == {"filter": "kind:text"}
