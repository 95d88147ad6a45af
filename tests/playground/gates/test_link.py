"""A link keeps its order, loses nothing and doubles nothing, whatever the rules are meanwhile."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.gates.link import MOST, OVERHEAD, Item, Link
from playground.gates.rules import CLEAR, Way
from playground.recorder.gated import Heard
from tests.playground.gates.clock import HandClock, settled

HELD = Way(held=True)


def run(test: Callable[[HandClock, Link], Awaitable[None]]) -> None:
    async def work() -> None:
        clock = HandClock()
        link = Link(clock)
        link.open(True)
        await test(clock, link)

    asyncio.run(work())


class Reader:
    """Takes what arrives, with the time."""

    def __init__(self, clock: HandClock, link: Link) -> None:
        self.found: list[tuple[float, Any]] = []
        self.ended = False
        self._clock, self._link = clock, link
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        while (item := await self._link.get()) is not None:
            self.found.append((round(self._clock.time(), 3), item.event))
        self.ended = True

    @property
    def events(self) -> list[Any]:
        return [event for _, event in self.found]


def test_without_rules_a_message_arrives_at_once() -> None:
    async def test(clock: HandClock, link: Link) -> None:
        reader = Reader(clock, link)
        link.put(Item("a"))
        await settled()
        assert reader.found == [(0.0, "a")]

    run(test)


def test_a_link_is_busy_while_more_is_to_come_or_something_is_in_flight() -> None:
    async def test(clock: HandClock, link: Link) -> None:
        assert link.busy
        link.open(False)
        assert not link.busy
        link.put(Item("a"))
        assert link.busy
        reader = Reader(clock, link)
        await settled()
        assert (reader.events, link.busy) == (["a"], False)
        link.put(Item("b"))
        link.clear()
        assert not link.busy

    run(test)


def test_a_delay_is_kept_and_the_order_too() -> None:
    async def test(clock: HandClock, link: Link) -> None:
        link.follow(Way(delay=1.0))
        reader = Reader(clock, link)
        link.put(Item("a"))
        await clock.move(0.5)
        link.put(Item("b"))
        await clock.move(2.0)
        assert reader.found == [(1.0, "a"), (1.5, "b")]

    run(test)


def test_a_message_arrives_that_becomes_due_as_its_link_looks() -> None:
    class Going(HandClock):
        """Goes on a little with every look at it, as a clock does."""

        def time(self) -> float:
            self.now += 0.001
            return self.now

    async def test() -> None:
        clock = Going()
        link = Link(clock)
        link.open(True)
        link.follow(Way(delay=0.0015))
        reader = Reader(clock, link)
        link.put(Item("a"))
        await clock.move(1.0)
        assert reader.events == ["a"]

    asyncio.run(test())


def test_a_shorter_delay_lets_nobody_overtake() -> None:
    async def test(clock: HandClock, link: Link) -> None:
        link.follow(Way(delay=1.0))
        reader = Reader(clock, link)
        link.put(Item("a"))
        link.follow(Way(delay=0.1))
        link.put(Item("b"))
        await clock.move(2.0)
        assert reader.found == [(1.0, "a"), (1.0, "b")]

    run(test)


def test_a_rate_makes_one_wait_for_the_other() -> None:
    async def test(clock: HandClock, link: Link) -> None:
        link.follow(Way(rate=10.0, delay=0.5))
        reader = Reader(clock, link)
        for each in "abc":
            link.put(Item(each, size=10))
        await clock.move(9.0)
        assert reader.found == [(1.5, "a"), (2.5, "b"), (3.5, "c")]
        link.put(Item("d", size=10))
        await clock.move(9.0)
        assert reader.found[-1] == (10.5, "d")

    run(test)


def test_what_is_held_arrives_when_it_is_released_in_its_order() -> None:
    async def test(clock: HandClock, link: Link) -> None:
        link.follow(HELD)
        reader = Reader(clock, link)
        items = [Item(each) for each in "abc"]
        for each in items:
            link.put(each)
        await clock.move(5.0)
        assert not reader.found
        assert all(each.stopped for each in items)
        link.follow(CLEAR)
        await settled()
        assert reader.events == ["a", "b", "c"]
        assert items[0].took(clock.time()) == 5.0

    run(test)


def test_one_is_delivered_with_those_before_it_and_holding_goes_on() -> None:
    async def test(clock: HandClock, link: Link) -> None:
        link.follow(HELD)
        reader = Reader(clock, link)
        items = [Item(each) for each in "abc"]
        for each in items:
            link.put(each)
        assert link.deliver(items[1])
        await settled()
        assert reader.events == ["a", "b"]
        assert not link.deliver(items[1])
        link.put(Item("d"))
        await settled()
        assert reader.events == ["a", "b"]

    run(test)


def test_what_comes_from_another_group_waits_and_all_behind_it() -> None:
    async def test(clock: HandClock, link: Link) -> None:
        link.follow(Way(apart=frozenset({"ann"})))
        reader = Reader(clock, link)
        for event, by in (("a", "bob"), ("b", "ann"), ("c", "bob")):
            link.put(Item(event, by=by))
        await settled()
        assert reader.events == ["a"]
        assert [each.stopped for each in link] == [True, True]
        link.follow(CLEAR)
        await settled()
        assert reader.events == ["a", "b", "c"]

    run(test)


def test_a_wait_that_is_given_up_loses_nothing() -> None:
    async def test(clock: HandClock, link: Link) -> None:
        link.follow(Way(delay=1.0))
        first = Reader(clock, link)
        link.put(Item("a"))
        await settled()
        first.task.cancel()
        await settled()
        assert clock.alarms == 0
        second = Reader(clock, link)
        await clock.move(1.0)
        assert (first.events, second.events) == ([], ["a"])

    run(test)


def test_a_reader_hears_that_no_more_is_to_come_once_all_has_arrived() -> None:
    async def test(clock: HandClock, link: Link) -> None:
        link.follow(Way(delay=1.0))
        reader = Reader(clock, link)
        link.put(Item("a"))
        link.open(False)
        await settled()
        assert not reader.ended
        await clock.move(1.0)
        assert (reader.events, reader.ended) == (["a"], True)

    run(test)


@pytest.mark.parametrize(("way", "most"), [(HELD, MOST), (Way(held=True, window=1000), 1000)])
def test_a_full_link_makes_its_sender_wait(way: Way, most: int) -> None:
    async def test(clock: HandClock, link: Link) -> None:
        link.follow(way)
        sent = 0

        async def send() -> None:
            nonlocal sent
            while sent < 2 * most:
                await link.room()
                link.put(Item("x", size=1000))
                sent += 1000 + OVERHEAD

        sender = asyncio.create_task(send())
        await settled()
        assert most <= link.weight <= most + 1000 + OVERHEAD
        assert link.weight == sent
        reader = Reader(clock, link)
        link.follow(CLEAR)
        await sender
        await settled()
        assert len(reader.found) == sent // (1000 + OVERHEAD)
        assert link.weight == 0

    run(test)


def test_what_a_message_takes_of_memory_is_counted() -> None:
    link = Link(HandClock())
    link.follow(HELD)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(1_000):
        event = {"type": "websocket.receive", "text": f"message {number}"}
        link.put(Item(Heard(event, number, 1), size=12, by="bob", seq=number))
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert OVERHEAD * 500 < taken < link.weight


def test_what_is_lost_is_said_and_gone() -> None:
    async def test(clock: HandClock, link: Link) -> None:
        link.follow(HELD)
        link.put(Item("a"))
        assert [each.event for each in link.clear()] == ["a"]
        assert (len(link), link.weight) == (0, 0)

    run(test)


def test_the_same_seed_makes_the_same_weather() -> None:
    def times(seed: str) -> list[float]:
        link = Link(HandClock())
        link.follow(Way(delay=1.0, jitter=0.5, seed=seed))
        for each in range(20):
            link.put(Item(each))
        return [each.due for each in link]

    assert times("7") == times("7")
    assert times("7") != times("8")
    assert all(0.5 <= each <= 1.5 for each in times("7"))
    assert times("7") == sorted(times("7"))


def test_jitter_alone_is_from_nothing_to_so_many_seconds() -> None:
    late: list[float] = []
    for seed in range(100):
        link = Link(HandClock())
        link.follow(Way(jitter=1.0, seed=str(seed)))
        link.put(Item("a"))
        late += [each.due for each in link]
    assert min(late) < 0.1 < 0.4 < sorted(late)[50] < 0.6 < 0.9 < max(late) <= 1.0


def test_ten_thousand_messages_keep_their_order_in_bad_weather() -> None:
    async def test(clock: HandClock, link: Link) -> None:
        reader = Reader(clock, link)
        for number in range(10_000):
            if number % 100 == 0:
                link.follow(
                    Way(delay=0.2, jitter=0.2, rate=1e6, seed=str(number), held=number % 700 == 0)
                )
                await clock.move(0.05)
            link.put(Item(number, size=10))
        link.follow(CLEAR)
        await clock.move(10.0)
        assert reader.events == list(range(10_000))

    run(test)


WAYS = st.builds(
    Way,
    delay=st.sampled_from([0.0, 0.5, 2.0]),
    jitter=st.sampled_from([0.0, 1.0]),
    rate=st.sampled_from([None, 5.0]),
    held=st.booleans(),
    apart=st.sampled_from([frozenset(), frozenset({"ann"})]),
)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("rule"), WAYS),
        st.tuples(st.just("put"), st.sampled_from(["ann", "bob"])),
        st.tuples(st.just("move"), st.sampled_from([0.0, 0.3, 1.0])),
        st.tuples(st.just("deliver"), st.integers(0, 5)),
        st.tuples(st.just("give up"), st.none()),
    ),
    max_size=40,
)


@given(ACTS)
def test_whatever_is_done_all_arrives_once_and_in_order(acts: list[tuple[str, Any]]) -> None:
    async def test(clock: HandClock, link: Link) -> None:
        readers = [Reader(clock, link)]
        put = 0
        for act, value in acts:
            if act == "rule":
                link.follow(value)
            elif act == "put":
                link.put(Item(put, size=1, by=value))
                put += 1
            elif act == "move":
                await clock.move(value)
            elif act == "deliver" and value < len(link):
                link.deliver(list(link)[value])
            elif act == "give up":
                readers[-1].task.cancel()
                await settled()
                readers.append(Reader(clock, link))
        link.follow(CLEAR)
        await clock.move(100.0)
        assert [event for each in readers for event in each.events] == list(range(put))

    run(test)
