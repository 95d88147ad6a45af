"""What every session backend keeps to, wherever it keeps sessions."""

from __future__ import annotations

import asyncio
import threading
from datetime import date
from typing import Any

import pytest

from micropie import SessionBackend
from tests.micropie.session_stores import LASTING, Store

VALUES = {
    "atoms": {"text": "x", "int": 1, "float": 0.1, "true": True, "none": None},
    "nested": {"cart": [{"name": "tea", "count": 2}, []], "deep": {"a": {"b": {"c": [[[1]]]}}}},
    "unicode": {"Ж": "😀 ünïcödé \u2028 \x00 \x7f", "": "empty key"},
    "lone surrogate": {"half": "\ud83d"},
    "numbers": {"big": 2**70, "small": -(2**63), "fine": 1e-300, "zero": -0.0},
    "big": {"page": "é" * 1_000_000, "list": list(range(10_000))},
}


async def test_an_unknown_session_is_empty(backend: SessionBackend) -> None:
    assert await backend.load("nobody") == {}


@pytest.mark.parametrize("data", VALUES.values(), ids=VALUES)
async def test_what_is_saved_is_loaded(
    backend: SessionBackend, other: SessionBackend, data: dict[str, Any]
) -> None:
    await backend.save("a", data, 1000)
    assert await backend.load("a") == data
    assert await other.load("a") == data
    assert list(await other.load("a")) == list(data)


@pytest.mark.parametrize(
    "session_id", ["a'; DROP TABLE x; --", "*", "ÿ\x00 \r\n", "%s ? :1 {}", "x" * 4000, "😀", ""]
)
async def test_any_id_is_only_an_id(backend: SessionBackend, session_id: str) -> None:
    await backend.save("a", {"mine": 1}, 1000)
    await backend.save(session_id, {"yours": 1}, 1000)
    assert await backend.load(session_id) == {"yours": 1}
    await backend.save(session_id, {}, 0)
    assert await backend.load(session_id) == {}
    assert await backend.load("a") == {"mine": 1}


async def test_copies_go_in_and_out(backend: SessionBackend) -> None:
    data = {"list": [1]}
    await backend.save("a", data, 1000)
    data["list"].append(2)
    loaded = await backend.load("a")
    loaded["list"].append(3)
    loaded["more"] = 1
    assert await backend.load("a") == {"list": [1]}


async def test_a_save_takes_what_is_there_when_it_is_called(backend: SessionBackend) -> None:
    data: dict[str, Any] = {"list": [1]}
    saving = asyncio.gather(backend.save("a", data, 1000), _append(data))
    await saving
    assert await backend.load("a") == {"list": [1]}


async def _append(data: dict[str, Any]) -> None:
    data["list"].append(2)


async def test_expiry_slides_by_the_timeout_that_was_saved(
    store: Store, backend: SessionBackend
) -> None:
    await backend.save("short", {"x": 1}, 1000)
    await backend.save("long", {"x": 2}, 9000)
    store.pass_time(900)
    assert await backend.load("short") == {"x": 1}
    store.pass_time(900)
    assert await backend.load("short") == {"x": 1}
    store.pass_time(1000)
    assert await backend.load("short") == {}
    assert await backend.load("long") == {"x": 2}


async def test_a_timeout_may_be_short_and_endless(store: Store, backend: SessionBackend) -> None:
    await backend.save("short", {"x": 1}, 0.0001)
    await backend.save("endless", {"x": 1}, float("inf"))
    store.pass_time(1e9)
    assert await backend.load("short") == {}
    assert await backend.load("endless") == {"x": 1}


@pytest.mark.parametrize(("data", "timeout"), [({}, 1000), ({"x": 1}, 0), ({"x": 1}, -1)])
async def test_saving_nothing_deletes(
    store: Store, backend: SessionBackend, data: dict[str, Any], timeout: float
) -> None:
    await backend.save("a", {"x": 1}, 1000)
    await backend.save("a", data, timeout)
    assert await backend.load("a") == {}
    assert store.count() == 0
    await backend.save("a", data, timeout)


async def test_expired_sessions_do_not_take_up_room_for_ever(
    store: Store, backend: SessionBackend
) -> None:
    for number in range(1100):
        await backend.save(str(number), {"x": 1}, 1000)
    store.pass_time(1000)
    for number in range(1100):
        await backend.save("new", {"x": number}, 1000)
    assert store.count() == 1
    assert await backend.load("new") == {"x": 1099}


async def test_merging_revives_neither_an_ended_nor_an_expired_session(
    store: Store, backend: SessionBackend, other: SessionBackend
) -> None:
    user = {"user": "Ada"}
    for session_id in ("ended", "expired"):
        await backend.save(session_id, user, 1000)
    await other.save("ended", {}, 0)
    store.pass_time(1000)
    for session_id in ("ended", "expired"):
        await backend.merge(session_id, user, {**user, "x": 1}, 1000)
        assert await backend.load(session_id) == {}


@pytest.mark.parametrize(
    ("before", "after", "now", "result"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, {"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 2}, {"a": 1, "c": 3}, {"a": 2, "c": 3}),
        ({"a": 1}, {"a": 2}, {"a": 7}, {"a": 7}),
        ({"a": 1, "b": 2}, {"b": 2}, {"a": 1, "b": 2}, {"b": 2}),
        ({"a": 1}, {}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {}, {}),
        ({}, {"a": [1]}, {}, {"a": [1]}),
        ({}, {"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 1}, {"a": 5}, {"a": 5}),
    ],
)
async def test_merging_saves_what_was_changed_over_nothing_newer(
    backend: SessionBackend,
    other: SessionBackend,
    before: dict[str, Any],
    after: dict[str, Any],
    now: dict[str, Any],
    result: dict[str, Any],
) -> None:
    await other.save("a", now, 1000)
    await backend.merge("a", before, after, 1000)
    assert await other.load("a") == result


async def test_merging_keeps_to_the_new_timeout(store: Store, backend: SessionBackend) -> None:
    await backend.save("a", {"x": 1}, 1000)
    await backend.merge("a", {"x": 1}, {"x": 2}, 9000)
    store.pass_time(5000)
    assert await backend.load("a") == {"x": 2}
    await backend.merge("a", {"x": 2}, {"x": 3}, 0)
    assert await backend.load("a") == {}


async def test_of_many_who_merge_at_once_nobody_is_lost(
    backend: SessionBackend, other: SessionBackend
) -> None:
    await backend.save("a", {"user": "Ada"}, 1000)
    changes = {f"key-{number}": number for number in range(40)}
    await asyncio.gather(
        *(
            each.merge("a", {"user": "Ada"}, {"user": "Ada", key: value}, 1000)
            for each, (key, value) in zip([backend, other] * 20, changes.items(), strict=True)
        )
    )
    assert await backend.load("a") == {"user": "Ada", **changes}


async def test_nobody_revives_a_session_that_ends_while_they_save(
    backend: SessionBackend, other: SessionBackend
) -> None:
    user = {"user": "Ada"}
    for session_id in map(str, range(10)):
        await backend.save(session_id, user, 1000)
        await asyncio.gather(
            *(each.merge(session_id, user, {**user, "y": 1}, 1000) for each in (backend, other)),
            other.save(session_id, {}, 0),
            *(each.merge(session_id, user, {**user, "z": 1}, 1000) for each in (backend, other)),
        )
        assert await backend.load(session_id) == {}


async def test_many_sessions_at_once_keep_apart(
    backend: SessionBackend, other: SessionBackend
) -> None:
    async def visit(number: int) -> None:
        each = (backend, other)[number % 2]
        for count in range(5):
            assert (await each.load(str(number))).get("count", 0) == count
            await each.save(str(number), {"number": number, "count": count + 1}, 1000)

    await asyncio.gather(*map(visit, range(200)))
    assert (await other.load("17"))["number"] == 17


async def test_a_backend_serves_several_event_loops(backend: SessionBackend) -> None:
    await backend.save("a", {"user": "Ada"}, 1000)
    errors: list[BaseException] = []

    async def visit(number: int) -> None:
        for count in range(20):
            await backend.merge("a", {}, {f"{number}-{count}": 1}, 1000)
        await backend.close()

    def run(number: int) -> None:
        try:
            asyncio.run(visit(number))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert errors == []
    if not hasattr(backend, "_kept"):
        assert len(await backend.load("a")) == 81


async def test_a_closed_backend_opens_again(backend: SessionBackend) -> None:
    await backend.close()
    await backend.save("a", {"x": 1}, 1000)
    await backend.close()
    await backend.close()
    assert await backend.load("a") == {"x": 1}


async def test_closing_waits_for_what_is_under_way(
    backend: SessionBackend, other: SessionBackend
) -> None:
    saves = [asyncio.create_task(backend.save(str(n), {"x": n}, 1000)) for n in range(100)]
    await asyncio.sleep(0)
    await backend.close()
    await asyncio.gather(*saves)
    assert await other.load("99") == {"x": 99}


async def test_who_is_cancelled_leaves_the_backend_whole(backend: SessionBackend) -> None:
    await backend.save("a", {"x": 1}, 1000)
    for turns in range(20):
        task = asyncio.create_task(backend.merge("a", {}, {f"y{turns}": 1}, 1000))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        assert (await backend.load("a"))["x"] == 1


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"cart": (1, 2)}, "session['cart'], got tuple"),
        ({"a": [{"b": {1, 2}}]}, "session['a'][0]['b'], got set"),
        ({"x": float("nan")}, "session['x'], got nan"),
        ({"x": {1: "one"}}, "session['x'], got a dict with the int key 1"),
        ({1: "one"}, "in session, got a dict with the int key 1"),
        ({"x": b"bytes"}, "session['x'], got bytes"),
        ({"when": date(2026, 1, 1)}, "session['when'], got date"),
        ({"x": object}, "session['x'], got type"),
        ({"x": threading.Lock()}, "session['x'], got lock"),
    ],
)
async def test_what_is_no_json_is_refused_and_nothing_is_changed(
    backend: SessionBackend, data: dict[Any, Any], told: str
) -> None:
    await backend.save("a", {"x": 1}, 1000)
    for saving in (backend.save("a", data, 1000), backend.merge("a", {"x": 1}, data, 1000)):
        with pytest.raises(TypeError) as caught:
            await saving
        assert told in str(caught.value)
        assert "; keep str, int, finite float" in str(caught.value)
    assert await backend.load("a") == {"x": 1}


async def test_a_session_within_itself_is_refused(backend: SessionBackend) -> None:
    data: dict[str, Any] = {}
    data["self"] = data
    with pytest.raises(ValueError, match="nested less deeply"):
        await backend.save("a", data, 1000)


@LASTING
@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b"\xff\xfe", b'{"x": NaN}'])
async def test_a_damaged_session_counts_as_ended(
    store: Store, backend: SessionBackend, caplog: pytest.LogCaptureFixture, text: bytes
) -> None:
    await backend.save("0b3d9f4e-secret", {"x": 1}, 1000)
    store.damage("0b3d9f4e-secret", text)
    assert await backend.load("0b3d9f4e-secret") == {}
    assert "The stored session 0b3d9f4e… is damaged and counts as ended" in caplog.text
    assert "secret" not in caplog.text
    await backend.merge("0b3d9f4e-secret", {"x": 1}, {"x": 2}, 1000)
    assert await backend.load("0b3d9f4e-secret") == {}
    await backend.save("0b3d9f4e-secret", {"x": 3}, 1000)
    assert await backend.load("0b3d9f4e-secret") == {"x": 3}


@LASTING
async def test_sessions_outlive_their_backend(store: Store) -> None:
    first = store.open()
    await first.save("a", {"user": "Ada"}, 1000)
    await first.close()
    second = store.open()
    assert await second.load("a") == {"user": "Ada"}
    await second.close()
