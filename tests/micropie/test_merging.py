"""What several have changed of a session, merged; and the backends that can only load and save."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropie import App, InMemorySessionBackend, SessionBackend
from micropie.backends.sqlite import SQLiteSessionBackend
from micropie.merging import copied, merged
from tests.micropie.drive import LEAVE, connect, cookie_of, request, text, with_cookie

VALUES = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2))


@given(VALUES, VALUES)
def test_merging_without_others_gives_what_was_changed(before: Any, after: Any) -> None:
    result = merged(before, after, copied(before))
    assert (before if result is None else result) == after


@given(VALUES, VALUES, VALUES)
def test_merging_never_revives_and_never_overwrites(before: Any, after: Any, now: Any) -> None:
    result = merged(before, after, now)
    if before and not now:
        assert result is None
    for key in "abc":
        kept = (now if result is None else result).get(key)
        assert kept in (now.get(key), after.get(key))
        if now.get(key) != before.get(key):
            assert kept == now.get(key)


class Plain:
    """A value that equals nothing but itself."""


def test_what_cannot_be_compared_is_saved_as_it_was_left() -> None:
    cart, changed = Plain(), Plain()
    assert merged({"cart": cart}, {"cart": changed}, {"cart": Plain()}) == {"cart": changed}
    assert merged({"cart": cart}, {"x": 1}, {"cart": Plain()}) == {"x": 1}


def test_what_cannot_be_copied_is_shared() -> None:
    lock, inner = asyncio.Lock(), [1]
    kept = {"hook": (each for each in ""), "inner": inner, "lock": lock, "x": 1}
    copy_of = copied(kept)
    inner.append(2)
    assert (copy_of["hook"], copy_of["inner"], copy_of["x"]) == (kept["hook"], [1], 1)


Saved = list[tuple[str, dict[str, Any]]]


class Duck:
    """Has the two methods, and no base class."""

    def __init__(self, saved: Saved) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.saved = saved

    async def load(self, session_id: str) -> dict[str, Any]:
        await asyncio.sleep(0)
        return dict(self.kept.get(session_id) or {})

    async def save(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
        for _ in range(3):
            await asyncio.sleep(0)
        self.saved.append((session_id, copy.deepcopy(data)))
        self.kept[session_id] = dict(data)


class Live(Duck):
    """Hands out what it keeps."""

    async def load(self, session_id: str) -> dict[str, Any]:
        await asyncio.sleep(0)
        return self.kept.get(session_id, {})


class Silent(Duck):
    """Has nothing to say of who is unknown."""

    async def load(self, session_id: str) -> dict[str, Any]:
        return self.kept.get(session_id)  # type: ignore[return-value]


class Based(SessionBackend):
    """Has the base class, and hands out what it keeps."""

    def __init__(self, saved: Saved) -> None:
        self.inner = Live(saved)

    async def load(self, session_id: str) -> dict[str, Any]:
        return await self.inner.load(session_id)

    async def save(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
        await self.inner.save(session_id, data, timeout)


class Derived(InMemorySessionBackend):
    """Overrides `save` of a backend that merges without it."""

    def __init__(self, saved: Saved) -> None:
        super().__init__()
        self.saved = saved

    async def save(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
        await asyncio.sleep(0)
        self.saved.append((session_id, dict(data)))
        await super().save(session_id, data, timeout)


class Telling:
    """Is mixed in before a backend."""

    saved: Saved

    async def save(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
        self.saved.append((session_id, dict(data)))
        await super().save(session_id, data, timeout)  # type: ignore[misc]


class Mixed(Telling, Derived):
    pass


def patched(saved: Saved) -> Any:
    """Is a backend whose `save` was replaced on the object, as a test does."""
    backend = InMemorySessionBackend()
    real = backend.save

    async def save(session_id: str, data: dict[str, Any], timeout: float) -> None:
        saved.append((session_id, dict(data)))
        await real(session_id, data, timeout)

    backend.save = save  # type: ignore[method-assign]
    return backend


Make = Callable[[Saved], Any]
BACKENDS: list[Make] = [Duck, Live, Silent, Based, Derived, patched]


class Site(App):
    async def login(self, user):
        session = self.request.session
        session["user"], session["list"] = user, []
        session.update({f"old{number}": number for number in range(6)})
        return "in"

    async def set(self, key, turns: int = 3):
        session = self.request.session
        session[key] = key
        session.pop(f"old{key}", None)
        for _ in range(turns):
            await asyncio.sleep(0)
        return "set"

    async def add(self):
        self.request.session["list"].append("x")
        return "added"

    async def fail(self):
        self.request.session["list"].append("failed")
        self.request.session["user"] = "failed"
        raise KeyError("fail")

    async def read(self):
        return dict(self.request.session)

    async def logout(self):
        self.request.session.clear()
        return "out"

    async def ws_room(self, ws):
        await ws.accept()
        async for message in ws:
            self.request.session[message] = message
            self.request.session["list"].append(message)


@pytest.mark.parametrize("make", BACKENDS)
async def test_every_backend_is_told_of_every_change(make: Make) -> None:
    saved: Saved = []
    app = Site(make(saved))
    session_id = cookie_of(await request(app, "GET", "/login/Ada"))
    visitor: Any = {"headers": with_cookie(session_id)}

    async def told(path: str) -> dict[str, Any]:
        del saved[:]
        await request(app, "GET", path, **visitor)
        ((whose, data),) = saved
        assert whose == session_id
        return data

    assert (await told("/set/a"))["a"] == "a"
    assert (await told("/add"))["list"] == ["x"]
    # Unchanged, it is saved as well: that puts off its expiry.
    assert (await told("/read"))["list"] == ["x"]
    del saved[:]
    await connect(app, "/room", text("m"), LEAVE, **visitor)
    ((_, data),) = saved
    assert (data["list"], data["m"], data["a"]) == (["x", "m"], "m", "a")
    assert await told("/logout") == {}


@pytest.mark.parametrize("make", BACKENDS)
async def test_a_request_that_fails_changes_nothing_wherever_its_session_is_kept(
    make: Make,
) -> None:
    app = Site(make([]))
    visitor: Any = {"headers": with_cookie(cookie_of(await request(app, "GET", "/login/Ada")))}
    assert (await request(app, "GET", "/fail", **visitor)).status == 500
    session = (await request(app, "GET", "/read", **visitor)).json()
    assert (session["user"], session["list"]) == ("Ada", [])


def unstorable(kind: str) -> Any:
    if kind == "tuple":
        return {"deep": [(1,)]}
    circular: list[Any] = []
    circular.append(circular)
    return circular if kind == "circular" else Plain()


@pytest.mark.parametrize("make", [*BACKENDS, lambda _: InMemorySessionBackend()])
@pytest.mark.parametrize(
    ("kind", "complaint"),
    [
        ("object", "JSON value in session['cart'], got Plain"),
        ("tuple", "JSON value in session['cart']['deep'][0], got tuple"),
        ("circular", "expected session data nested less deeply"),
    ],
)
async def test_what_cannot_be_stored_is_the_same_error_in_every_backend(
    make: Make, kind: str, complaint: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Shop(Site):
        async def buy(self):
            self.request.session["cart"] = unstorable(kind)
            return "bought"

        async def fresh(self):
            self.request.regenerate_session()
            self.request.session["cart"] = unstorable(kind)
            return "bought"

        async def ws_buy(self, ws):
            await ws.accept()
            self.request.session["cart"] = unstorable(kind)

    saved: Saved = []
    app = Shop(make(saved))
    visitor: Any = {"headers": with_cookie(cookie_of(await request(app, "GET", "/login/Ada")))}
    del saved[:]
    nobody: dict[str, Any] = {}
    for known in (nobody, visitor):
        for path in ("/buy", "/fresh"):
            caplog.clear()
            answer = await request(app, "GET", path, **known)
            assert (answer.status, complaint in caplog.text) == (500, True)
    caplog.clear()
    await connect(app, "/buy", LEAVE, **visitor)
    assert complaint in caplog.text
    assert saved == []
    session = (await request(app, "GET", "/read", **visitor)).json()
    assert (session["user"], "cart" in session) == ("Ada", False)


@pytest.mark.parametrize("make", [*BACKENDS, lambda _: InMemorySessionBackend(), "sqlite"])
async def test_of_requests_at_once_nobody_loses_what_they_changed(make: Any, tmp_path: Any) -> None:
    backend = SQLiteSessionBackend(tmp_path / "sessions.db") if make == "sqlite" else make([])
    app = Site(backend)
    visitor: Any = {"headers": with_cookie(cookie_of(await request(app, "GET", "/login/Ada")))}
    await asyncio.gather(
        *(request(app, "GET", f"/set/{key}?turns={key * 3}", **visitor) for key in range(6)),
        request(app, "GET", "/read", **visitor),
        connect(app, "/room", text("m"), LEAVE, **visitor),
    )
    session = (await request(app, "GET", "/read", **visitor)).json()
    expected: Any = {str(key): str(key) for key in range(6)}
    assert session == {"user": "Ada", "list": ["m"], "m": "m", **expected}
    # Who logs out while others are at work has logged out.
    await asyncio.gather(
        *(request(app, "GET", f"/set/late{key}?turns={key}", **visitor) for key in range(12)),
        request(app, "GET", "/logout", **visitor),
    )
    assert (await request(app, "GET", "/read", **visitor)).json() == {}
    if make == "sqlite":
        await backend.close()


async def test_whoever_overrides_below_is_asked_and_who_merges_above_is_not_overruled() -> None:
    class Merging(Derived):
        async def merge(self, session_id: str, before: Any, after: Any, timeout: float) -> None:
            self.saved.append(("merged", dict(after)))

    class Under(Merging):
        async def load(self, session_id: str) -> dict[str, Any]:
            return {**await super().load(session_id), "theme": "dark"}

    for kind, first in ((Merging, "merged"), (Under, "a"), (Mixed, "a")):
        saved: Saved = []
        await kind(saved).save("a", {"x": 1}, 10)
        del saved[:]
        backend = kind(saved)
        await backend.merge("a", {}, {"x": 2}, 10)
        assert saved[0][0] == first


@pytest.mark.parametrize(
    ("backend", "told"),
    [
        (InMemorySessionBackend, r"write InMemorySessionBackend\(\)"),
        (object(), "with async load and save"),
        ({}, "with async load and save"),
    ],
)
def test_what_is_no_backend_is_refused_at_once(backend: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        App(backend)


def test_a_backend_that_is_empty_is_one_all_the_same() -> None:
    class Shelf(Duck):
        def __len__(self) -> int:
            return len(self.kept)

    shelf = Shelf([])
    assert id(App(shelf).session_backend) == id(shelf)  # type: ignore[arg-type]
