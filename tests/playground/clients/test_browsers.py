"""Each client's name is one browser, over either transport: requests and sockets share cookies."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from micropie import App
from playground import HandshakeRefused
from tests.playground.lab_apps import on_both, serving, swapped, until


class Club(App):
    async def index(self) -> str:
        return "hello"

    async def visits(self) -> str:
        count = self.request.session["count"] = self.request.session.get("count", 0) + 1
        return f"visit {count}"

    async def login(self, name: str) -> str:
        self.request.session["name"] = name
        return f"Welcome, {name}"

    async def logout(self) -> str:
        self.request.session.clear()
        return "Goodbye"

    async def moved(self) -> Any:
        return 303, "", [("Location", "/"), ("Set-Cookie", "from=moved; Path=/")]

    async def sent(self) -> str:
        return self.request.headers.get("cookie", "none")

    async def stream(self) -> Any:
        async def parts() -> Any:
            yield "part"

        return 200, parts(), [("Set-Cookie", "stream=1")]

    async def ws_lounge(self, ws: Any) -> None:
        name = self.request.session.get("name")
        if name is None:
            await ws.refuse(401, "log in first")
            return
        await ws.accept()
        await ws.send_text(f"Hello {name}")
        async for _ in ws:
            pass

    async def ws_begin(self, ws: Any) -> None:
        self.request.session["name"] = "Bob"
        await ws.accept(headers=[("Set-Cookie", "theme=dark; Path=/")])
        async for _ in ws:
            pass


class Later(Club): ...


@on_both
async def test_who_logs_in_by_a_request_is_known_at_the_socket(transport: str) -> None:
    lab = await serving(Club, transport)
    await lab.post("/login", form={"name": "Ann"}, client="ann")
    ann = await lab.connect("/lounge", client="ann")
    assert await ann.receive() == "Hello Ann"
    with pytest.raises(HandshakeRefused) as refusal:
        await lab.connect("/lounge", client="eve")
    assert refusal.value.status == 401
    await lab.post("/logout", client="ann")
    with pytest.raises(HandshakeRefused):
        await lab.connect("/lounge", client="ann")


async def refusing(scope: Any, receive: Any, send: Any) -> None:
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    headers = [(b"set-cookie", b"tried=1; Path=/")]
    await send({"type": f"{kind}.start", "status": 401, "headers": headers})
    await send({"type": f"{kind}.body", "body": b"no"})


@on_both
async def test_a_refusal_sets_cookies_too(transport: str) -> None:
    lab = await serving(refusing, transport)
    with pytest.raises(HandshakeRefused) as refusal:
        await lab.connect("/", client="eve")
    assert ("set-cookie", "tried=1; Path=/") in refusal.value.headers
    assert dict(lab.cookies("eve")) == {"tried": "1"}


@on_both
async def test_what_a_socket_began_a_request_goes_on_with(transport: str) -> None:
    lab = await serving(Club, transport)
    await lab.connect("/begin", client="bob")
    assert sorted(lab.cookies("bob")) == ["session_id", "theme"]
    again = await lab.connect("/lounge", client="bob")
    assert await again.receive() == "Hello Bob"
    assert "theme=dark" in (await lab.get("/sent", client="bob")).text


@on_both
async def test_who_asks_without_a_name_is_a_browser_too(transport: str) -> None:
    lab = await serving(Club, transport)
    assert [(await lab.get("/visits")).text for _ in range(3)] == ["visit 1", "visit 2", "visit 3"]
    assert (await lab.get("/visits", client="ann")).text == "visit 1"
    # A server's own connections to it carry nobody's cookies.
    assert (await lab.get("/sent", client="eve")).text == "none"


@on_both
async def test_one_connection_for_many_names_mixes_no_cookies(transport: str) -> None:
    lab = await serving(Club, transport)
    await lab.get("/moved", client="ann")
    assert (await lab.get("/sent", client="bob")).text == "none"
    assert (await lab.get("/sent", client="ann")).text == "from=moved"


@on_both
async def test_a_redirect_and_a_stream_set_cookies(transport: str) -> None:
    lab = await serving(Club, transport)
    assert (await lab.get("/moved", client="ann")).status == 303
    async with lab.stream("/stream", client="ann"):
        pass
    assert dict(lab.cookies("ann")) == {"from": "moved", "stream": "1"}


@on_both
async def test_cookies_outlive_new_code_and_a_restart_but_no_stop(transport: str) -> None:
    lab = await serving(Club, transport, on_swap="close")
    lab.cookies("ann")["theme"] = "dark"
    await swapped(lab, Later)
    assert (await lab.get("/sent", client="ann")).text == "theme=dark"
    lab.restart()
    assert (await lab.get("/sent", client="ann")).text == "theme=dark"
    lab.stop()
    assert len(lab.cookies("ann")) == 0


@on_both
async def test_a_client_that_connects_again_shows_the_cookies_it_has_by_then(
    transport: str,
) -> None:
    lab = await serving(Club, transport, on_swap="close")
    ann = await lab.connect("/begin", client="ann")
    lab.cookies("ann")["late"] = "1"
    before = lab.log.last
    await swapped(lab, Later)
    await lab.until("client:ann kind:accept", after=before)
    await until(lambda: ann.state == "open")
    opened = [each for each in lab.log if each.kind == "open"][-1]
    exchange = lab.log.exchange(opened.exchange)
    assert exchange is not None
    assert "cookie" in dict(exchange.headers)


@on_both
async def test_requests_at_once_share_one_jar(transport: str) -> None:
    lab = await serving(Club, transport)
    lab.cookies("ann")["a"] = "1"
    texts = [lab.get("/sent", client="ann") for _ in range(10)]
    assert {answer.text for answer in await asyncio.gather(*texts)} == {"a=1"}


@on_both
async def test_who_gives_a_cookie_header_sends_that_alone(transport: str) -> None:
    lab = await serving(Club, transport)
    lab.cookies("ann")["a"] = "1"
    sent = await lab.get("/sent", client="ann", headers={"Cookie": "b=2"})
    assert sent.text == "b=2"


@on_both
async def test_cookies_never_enter_the_log(transport: str) -> None:
    lab = await serving(Club, transport)
    await lab.get("/visits", client="ann")
    await lab.get("/visits", client="ann")
    secret = lab.cookies("ann")["session_id"]
    assert secret not in lab.log.to_jsonl()
