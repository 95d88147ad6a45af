"""Sessions: the backend, the cookie and its id, over HTTP and over WebSocket."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App, HttpMiddleware, InMemorySessionBackend, SessionBackend
from tests.micropie.drive import LEAVE, connect, cookie_of, request, text, with_cookie

KNOWN = "0b3d9f4e-8a53-4a4e-9d4c-9a3a3f0f6b11"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_the_backend_hands_out_copies() -> None:
    backend = InMemorySessionBackend()
    data = {"list": [1]}
    await backend.save("a", data, 10)
    data["list"].append(2)
    loaded = await backend.load("a")
    assert loaded == {"list": [1]}
    loaded["list"].append(3)
    assert await backend.load("a") == {"list": [1]}


async def test_expiry_slides_by_the_saved_timeout() -> None:
    clock = Clock()
    backend = InMemorySessionBackend(clock)
    await backend.save("short", {"x": 1}, 10)
    await backend.save("long", {"x": 2}, 100)
    clock.now = 9
    assert await backend.load("short") == {"x": 1}
    clock.now = 18
    assert await backend.load("short") == {"x": 1}
    clock.now = 28
    assert await backend.load("short") == {}
    assert await backend.load("long") == {"x": 2}


@pytest.mark.parametrize(("data", "timeout"), [({}, 10), ({"x": 1}, 0), ({"x": 1}, -1)])
async def test_saving_nothing_deletes(data: dict[str, Any], timeout: float) -> None:
    backend = InMemorySessionBackend()
    await backend.save("a", {"x": 1}, 10)
    await backend.save("a", data, timeout)
    assert await backend.load("a") == {}


async def test_what_nobody_asks_for_is_swept_out() -> None:
    clock = Clock()
    backend = InMemorySessionBackend(clock)
    for number in range(1023):
        await backend.save(str(number), {"x": 1}, 10)
    clock.now = 20
    await backend.save("new", {"x": 1}, 10)
    assert list(backend._kept) == ["new"]


async def test_what_is_in_memory_may_be_looked_at_and_not_changed() -> None:
    clock = Clock()
    backend = InMemorySessionBackend(clock)
    await backend.save("a", {"list": [1]}, 10)
    await backend.save("b", {"x": 1}, 20)
    backend.sessions["a"]["list"].append(2)
    del backend.sessions["b"]
    assert backend.sessions == {"a": {"list": [1]}, "b": {"x": 1}}
    assert backend.timeouts == {"a": 10, "b": 20}
    clock.now = 15
    assert (list(backend.sessions), list(backend.timeouts)) == (["b"], ["b"])

    class Own(InMemorySessionBackend):
        def __init__(self) -> None:
            super().__init__()
            self.sessions = {"own": {}}

    assert Own().sessions == {"own": {}}


class Site(App):
    async def login(self, user):
        self.request.session["user"] = user
        return "in"

    async def who(self):
        return str(self.request.session.get("user"))

    async def logout(self):
        self.request.session.clear()
        return "out"

    async def renew(self):
        self.request.regenerate_session()
        return "renewed"

    async def fail(self):
        self.request.session["user"] = "nobody"
        raise KeyError("fail")

    async def show(self, session="unbound"):
        return session

    async def ws_room(self, ws, user="nobody"):
        await ws.accept()
        await ws.send_text(user)
        session = self.request.session
        async for message in ws:
            session["last"] = message

    async def ws_clear(self, ws):
        await ws.accept()
        self.request.session.clear()


async def logged_in(app: App, user: str = "Ada") -> str:
    return cookie_of(await request(app, "GET", f"/login/{user}"))


async def test_a_session_begins_with_a_cookie_and_lives_on() -> None:
    app = Site()
    answer = await request(app, "GET", "/login/Ada")
    session_id = cookie_of(answer)
    assert answer.all("set-cookie") == [
        f"session_id={session_id}; Path=/; SameSite=Lax; HttpOnly; Secure"
    ]
    answer = await request(app, "GET", "/who", headers=with_cookie(session_id.upper()))
    assert (answer.text, answer.all("set-cookie")) == ("Ada", [])


async def test_secure_may_be_switched_off() -> None:
    answer = await request(Site(session_cookie_secure=False), "GET", "/login/Ada")
    assert "Secure" not in str(answer.header("set-cookie"))


async def test_without_a_session_there_is_no_cookie() -> None:
    assert (await request(Site(), "GET", "/who")).all("set-cookie") == []


@pytest.mark.parametrize("given_id", [KNOWN, "chosen-by-the-client"])
async def test_a_session_never_begins_under_an_id_the_client_chose(given_id: str) -> None:
    app = Site()
    answer = await request(app, "GET", "/login/Ada", headers=with_cookie(given_id))
    assert cookie_of(answer) != given_id
    assert await app.session_backend.load(given_id) == {}


async def test_logging_out_deletes_and_expires() -> None:
    app = Site()
    session_id = await logged_in(app)
    answer = await request(app, "GET", "/logout", headers=with_cookie(session_id))
    assert str(answer.header("set-cookie")).startswith("session_id=; Path=/;")
    assert "Max-Age=0" in str(answer.header("set-cookie"))
    assert await app.session_backend.load(session_id) == {}


async def test_regenerating_moves_the_session() -> None:
    app = Site()
    old = await logged_in(app)
    new = cookie_of(await request(app, "GET", "/renew", headers=with_cookie(old)))
    assert new != old
    assert await app.session_backend.load(old) == {}
    assert await app.session_backend.load(new) == {"user": "Ada"}


async def test_a_request_that_fails_changes_nothing() -> None:
    app = Site()
    session_id = await logged_in(app)
    answer = await request(app, "GET", "/fail", headers=with_cookie(session_id))
    assert answer.status == 500
    assert await app.session_backend.load(session_id) == {"user": "Ada"}
    assert (await request(app, "GET", "/fail")).all("set-cookie") == []


async def test_session_values_do_not_bind_over_http() -> None:
    app = Site()
    session_id = await logged_in(app)
    await app.session_backend.save(session_id, {"session": "bound"}, 10)
    assert (await request(app, "GET", "/show", headers=with_cookie(session_id))).text == "unbound"


async def test_an_outer_session_is_used_as_it_is() -> None:
    app = Site()
    outer = {"user": "Eve"}
    assert (await request(app, "GET", "/who", session=outer)).text == "Eve"
    answer = await request(app, "GET", "/login/Ada", session=outer)
    assert outer == {"user": "Ada"}
    assert answer.all("set-cookie") == []


async def test_a_cookie_split_over_headers_is_read() -> None:
    app = Site()
    headers = [*with_cookie(await logged_in(app)), ("cookie", "other=1")]
    assert (await request(app, "GET", "/who", headers=headers)).text == "Ada"


async def test_one_visitors_cookie_never_reaches_the_next() -> None:
    shared = [("X-Shared", "1")]

    class Shared(App):
        def page(self, user=None):
            if user:
                self.request.session["user"] = user
            return 200, "page", shared

    app = Shared()
    await request(app, "GET", "/page/Ada")
    assert (await request(app, "GET", "/page")).all("set-cookie") == []
    assert shared == [("X-Shared", "1")]


async def test_what_a_session_cannot_keep_is_said_of_its_handler() -> None:
    class Keeping(App):
        def page(self):
            self.request.session["seen"] = {1, 2}

    app = Keeping()
    blamed = []
    app.error_hooks.append(lambda error, request: blamed.append(vars(error)["__handler__"][0]))
    assert (await request(app, "GET", "/page")).status == 500
    assert blamed == [Keeping.page.__code__]


class Broken(SessionBackend):
    async def load(self, session_id):
        raise OSError("no backend")

    async def save(self, session_id, data, timeout):
        raise OSError("no backend")


async def test_a_broken_backend_is_a_logged_500(caplog: pytest.LogCaptureFixture) -> None:
    app = Site(Broken())
    assert (await request(app, "GET", "/who", headers=with_cookie(KNOWN))).status == 500
    assert (await request(app, "GET", "/login/Ada")).status == 500
    socket = await connect(app, "/room", text("x"), LEAVE)
    assert socket.kinds == ["accept", "send"]
    assert caplog.text.count("no backend") >= 3


async def test_own_ids_and_their_validator() -> None:
    app = Site(session_id_factory=lambda: "own-1", session_id_validator=None)
    assert await logged_in(app) == "own-1"
    assert (await request(app, "GET", "/who", headers=with_cookie("own-1"))).text == "Ada"

    def fails(value: str) -> str:
        raise KeyError(value)

    app = Site(session_id_validator=fails)
    assert (await request(app, "GET", "/who", headers=with_cookie("x"))).status == 200


async def test_an_id_that_would_split_the_header_is_not_sent() -> None:
    app = Site(session_id_factory=lambda: "a\r\nX-Evil: 1")
    assert (await request(app, "GET", "/login/Ada")).all("set-cookie") == []


async def test_after_request_may_fill_the_session() -> None:
    class Counting(HttpMiddleware):
        async def after_request(self, request, status_code, response_body, extra_headers):
            request.session["seen"] = True

    app = Site()
    app.middlewares.append(Counting())
    assert len((await request(app, "GET", "/who")).all("set-cookie")) == 1


async def test_a_websocket_parameter_is_filled_from_the_session() -> None:
    app = Site()
    headers = with_cookie(await logged_in(app))
    assert (await connect(app, "/room", LEAVE, headers=headers)).messages == ["Ada"]
    assert (await connect(app, "/room?user=Eve", LEAVE, headers=headers)).messages == ["Eve"]
    assert (await connect(app, "/room/Bob", LEAVE, headers=headers)).messages == ["Bob"]
    assert (await connect(app, "/room", LEAVE)).messages == ["nobody"]


async def test_a_handshake_without_a_session_gets_its_cookie_at_accept() -> None:
    app = Site()
    socket = await connect(app, "/room", text("hi"), LEAVE)
    assert socket.cookie is not None
    assert await app.session_backend.load(socket.cookie) == {"last": "hi"}
    socket = await connect(app, "/room", text("hi"), LEAVE, headers=with_cookie(KNOWN))
    assert socket.cookie != KNOWN
    assert await app.session_backend.load(KNOWN) == {}


async def test_a_handshake_with_a_session_gets_no_cookie_and_keeps_it() -> None:
    app = Site()
    session_id = await logged_in(app)
    socket = await connect(app, "/room", text("hi"), LEAVE, headers=with_cookie(session_id))
    assert socket.cookie is None
    assert await app.session_backend.load(session_id) == {"user": "Ada", "last": "hi"}
    await connect(app, "/clear", headers=with_cookie(session_id))
    assert await app.session_backend.load(session_id) == {}


async def test_an_open_socket_never_undoes_what_others_did() -> None:
    class Slow(Site):
        async def ws_slow(self, ws):
            await ws.accept()
            self.request.session["mine"] = 1
            self.request.session["user"] = "mine"
            await meanwhile()

    app = Slow()
    session_id = await logged_in(app)

    path = "/login/Eve"

    async def meanwhile() -> None:
        await request(app, "GET", path, headers=with_cookie(session_id))

    await connect(app, "/slow", headers=with_cookie(session_id))
    assert await app.session_backend.load(session_id) == {"user": "Eve", "mine": 1}

    path = "/logout"
    await connect(app, "/slow", headers=with_cookie(session_id))
    assert await app.session_backend.load(session_id) == {}
