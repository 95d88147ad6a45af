"""What a streamed body changes of a session is kept, wherever sessions are."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from micropie import App, SessionBackend
from micropie.mounts import mount
from tests.micropie.drive import (
    Answer,
    cookie_of,
    http_scope,
    logged,
    request,
    waits_for_ever,
    with_cookie,
)
from tests.micropie.session_stores import Store


class Site(App):
    """Its handlers change the session when their answers have begun.

    Attributes:
        arrived: Set when a stream has changed the session.
        go_on: What the slow one waits for.
        outer: The app that is asked.
    """

    outer: App

    def __init__(self, backend: SessionBackend | None = None) -> None:
        super().__init__(backend)
        self.arrived = asyncio.Event()
        self.go_on = asyncio.Event()

    async def login(self):
        self.request.session["user"] = "Ada"
        return "in"

    async def count(self) -> Any:
        for number in range(3):
            yield str(number)
            self.request.session["seen"] = number

    def blocking(self):
        def chunks() -> Any:
            self.request.session["seen"] = 2
            yield "chunk"

        return chunks()

    async def begin(self):
        self.request.session["user"] = "Eve"
        return self.count()

    async def fresh(self):
        self.request.regenerate_session()
        return self.count()

    async def replace(self):
        yield "chunk"
        self.request.session = {"user": "Eve", "list": [1]}

    async def deep(self):
        self.request.session["list"] = []

        async def chunks() -> Any:
            self.request.session["list"].append(1)
            yield "chunk"

        return chunks()

    async def endless(self):
        self.request.session["seen"] = 1
        self.arrived.set()
        try:
            while True:
                yield "chunk"
                await asyncio.sleep(0)
        finally:
            self.request.session["left"] = True

    async def slow(self):
        yield "chunk"
        self.request.session["slow"] = 1
        self.arrived.set()
        await self.go_on.wait()

    async def logout(self):
        self.request.session.clear()
        return self.count() if self.request.query("again") else "out"

    async def leave(self):
        yield "bye"
        self.request.session.clear()

    async def fails(self):
        self.request.session["seen"] = 1
        yield "chunk"
        raise KeyError("on purpose")

    async def odd(self):
        yield "chunk"
        self.request.session["odd"] = {1, 2}

    async def renew(self):
        yield "chunk"
        self.request.regenerate_session()


@pytest.fixture(params=["alone", "mounted"])
def site(request: pytest.FixtureRequest, backend: SessionBackend) -> Site:
    """An app by itself, or below `/in` of another one."""
    if request.param == "alone":
        alone = Site(backend)
        alone.outer = alone
        return alone
    inner = Site()
    inner.outer = App(backend)
    mount(inner.outer, "/in", inner)
    return inner


def path_in(site: Site, path: str) -> tuple[App, str]:
    return site.outer, path if site.outer is site else f"/in{path}"


async def get(site: Site, path: str, headers: Any = ()) -> Answer:
    app, path = path_in(site, path)
    async with asyncio.timeout(10):
        return await request(app, "GET", path, headers=headers)


async def visitor(site: Site) -> str:
    return cookie_of(await get(site, "/login"))


async def begun(site: Site, path: str, session_id: str) -> tuple[asyncio.Task[None], asyncio.Event]:
    """Ask for a stream, wait until it has arrived; return its task and what makes its client go."""
    left = asyncio.Event()

    async def receive() -> Any:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        pass

    app, path = path_in(site, path)
    scope = http_scope("GET", path, with_cookie(session_id))
    task = asyncio.create_task(app(scope, receive, send))
    async with asyncio.timeout(10):
        await site.arrived.wait()
    return task, left


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/count", {"user": "Ada", "seen": 2}),
        ("/blocking", {"user": "Ada", "seen": 2}),
        ("/begin", {"user": "Eve", "seen": 2}),
        ("/replace", {"user": "Eve", "list": [1]}),
        ("/deep", {"user": "Ada", "list": [1]}),
        ("/leave", {}),
    ],
)
async def test_what_a_stream_changes_is_kept(
    site: Site, backend: SessionBackend, path: str, kept: dict[str, Any]
) -> None:
    session_id = await visitor(site)
    answer = await get(site, path, with_cookie(session_id))
    assert answer.complete
    assert await backend.load(session_id) == kept


@pytest.mark.parametrize("path", ["/begin", "/fresh"])
async def test_a_session_that_begins_with_its_response_has_what_its_stream_changes(
    site: Site, backend: SessionBackend, path: str
) -> None:
    headers = with_cookie(await visitor(site)) if path == "/fresh" else []
    session_id = cookie_of(await get(site, path, headers))
    assert (await backend.load(session_id))["seen"] == 2


async def test_who_reads_a_stream_to_its_end_finds_what_it_changed(
    site: Site, backend: SessionBackend
) -> None:
    session_id = await visitor(site)
    app, path = path_in(site, "/count")
    found: list[Any] = []

    async def send(event: Any) -> None:
        if event["type"] == "http.response.body" and not event.get("more_body"):
            found.append(await backend.load(session_id))

    await app(http_scope("GET", path, with_cookie(session_id)), waits_for_ever, send)
    assert found == [{"user": "Ada", "seen": 2}]


@pytest.mark.parametrize("end", ["leaves", "cancelled"])
async def test_what_a_stream_changed_before_it_was_cut_off_is_kept(
    site: Site, backend: SessionBackend, end: str
) -> None:
    session_id = await visitor(site)
    task, left = await begun(site, "/endless", session_id)
    if end == "leaves":
        left.set()
    else:
        task.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait({task})
    assert task.cancelled() == (end == "cancelled")
    assert await backend.load(session_id) == {"user": "Ada", "seen": 1, "left": True}


async def test_a_stream_undoes_nothing_that_others_did_meanwhile(
    site: Site, store: Store, backend: SessionBackend
) -> None:
    other = store.open()
    for end, kept in ({"user": "Eve"}, {"user": "Eve", "slow": 1}), ({}, {}):
        site.arrived.clear()
        site.go_on.clear()
        session_id = await visitor(site)
        task, _ = await begun(site, "/slow", session_id)
        await other.save(session_id, end, 1000)
        site.go_on.set()
        await task
        assert await backend.load(session_id) == kept
    await other.close()


async def test_a_stream_that_fails_keeps_nothing(site: Site, backend: SessionBackend) -> None:
    session_id = await visitor(site)
    for path in ("/fails", "/odd"):
        answer = await get(site, path, with_cookie(session_id))
        assert (answer.status, answer.complete) == (200, False)
        assert await backend.load(session_id) == {"user": "Ada"}


async def test_a_session_that_begins_in_a_stream_is_lost_and_that_is_said(site: Site) -> None:
    session_id = await visitor(site)
    for headers, path in (([], "/count"), (with_cookie(session_id), "/logout?again=1")):
        with logged() as records:
            assert (await get(site, path, headers)).complete
        (told,) = [record.getMessage() for record in records]
        where = path_in(site, path)[1].partition("?")[0]
        assert told == (
            f"The session that began in the stream of {where} is lost: its response had begun, and "
            "no cookie could be sent; set it before that: in middleware, or in a handler that "
            "returns a generator and is none itself"
        )


async def test_a_stream_cannot_renew_a_session(site: Site, backend: SessionBackend) -> None:
    session_id = await visitor(site)
    with logged() as records:
        assert not (await get(site, "/renew", with_cookie(session_id))).complete
    (record,) = records
    assert record.exc_info
    assert str(record.exc_info[1]) == (
        "expected a response that has not begun, got one that is being streamed; regenerate the "
        "session before that: in middleware, or in a handler that returns a generator and is none"
    )
    assert await backend.load(session_id) == {"user": "Ada"}
