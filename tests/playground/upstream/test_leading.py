"""A WebSocket is led to a server elsewhere and back, and both legs are in the log."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import InvalidStatus

from playground import ClientClosed, HandshakeRefused, Refused, Upstream
from tests.playground.upstream.far import address, dialled, echo, far_side, heard, led_to, until

pytestmark = pytest.mark.live


async def test_a_message_goes_to_the_far_side_and_its_answer_to_the_client() -> None:
    async with far_side() as url:
        lab = led_to(url)
        alice = await lab.connect("/any/path", client="alice")
        await alice.send("hi")
        assert await alice.receive() == "hi"
        await alice.send(b"\x00\xff")
        assert await alice.receive() == b"\x00\xff"


async def test_the_log_has_both_legs_and_what_is_known_of_their_causes() -> None:
    async with far_side() as url:
        lab = led_to(url)
        alice = await lab.connect("/echo", client="alice")
        await alice.send("hi")
        await alice.receive()
        await alice.close()
        await lab.until("client:upstream kind:close")
        rows = [each for each in lab.log if each.exchange]
    near, far = lab.log.exchanges
    assert (near.client, near.far, far.client, far.far) == ("alice", False, "upstream", True)
    assert far.path == f"{url}/echo"
    names = {near.id: "alice", far.id: "upstream"}
    begins = rows[0].seq
    told = [
        (names[each.exchange], each.sender, each.kind, each.cause and each.cause - begins)
        for each in rows
    ]
    assert told == [
        ("alice", "client", "open", None),
        ("upstream", "server", "open", 0),
        # What another program does has no cause that is known.
        ("upstream", "client", "accept", None),
        ("alice", "server", "accept", 2),
        ("alice", "client", "text", None),
        ("upstream", "server", "text", 4),
        ("upstream", "client", "text", None),
        ("alice", "server", "text", 6),
        ("alice", "client", "close", None),
        ("upstream", "server", "close", 8),
    ]


async def test_a_handler_that_leads_stands_under_its_clients_name() -> None:
    async with far_side() as url:
        lab = led_to(url)
        alice = await lab.connect("/echo", client="alice")
        await alice.send("hi")
        await alice.receive()
        assert [each.client for each in lab.handlers()] == ["alice"]


class Changing(Upstream):
    async def from_client(self, message: Any, client: str) -> Any:
        return f"{client}: {message}"

    def from_server(self, message: Any, client: str) -> Any:  # a plain function does too
        if "twice" in message:
            return [message, message.upper().encode()]
        return None if "drop" in message else message


async def test_hooks_change_drop_and_add_messages() -> None:
    async with far_side() as url:
        lab = led_to(url, Changing)
        bob = await lab.connect("/", client="bob")
        for each in ("one", "drop me", "twice", "last"):
            await bob.send(each)
        got = [await bob.receive() for _ in range(4)]
        assert got == ["bob: one", "bob: twice", b"BOB: TWICE", "bob: last"]


class Failing(Upstream):
    async def from_server(self, message: Any, client: str) -> Any:
        return 1 / 0 if message == "now" else message


async def test_an_error_in_a_hook_is_a_handlers_and_closes_both_legs_with_1011() -> None:
    closed: list[int | None] = []

    async def talk(ws: ServerConnection) -> None:
        await ws.send(await ws.recv())
        await ws.wait_closed()
        closed.append(ws.close_code)

    async with far_side(talk) as url:
        lab = led_to(url, Failing)
        alice = await lab.connect("/", client="alice")
        await alice.send("now")
        with pytest.raises(ClientClosed, match=r"1011.*ZeroDivisionError"):
            await alice.receive()
        await until(lambda: closed)
        assert closed == [1011]
        error = lab.log.filter("kind:exception")[-1]
        cause = next(each for each in lab.log if each.seq == error.cause)
    assert error.where is not None
    assert error.where.startswith("test_leading.py:")
    assert (cause.kind, cause.data, cause.sender) == ("text", "now", "client")
    exchange = lab.log.exchange(cause.exchange)
    assert exchange is not None
    assert exchange.far


class Numbers(Upstream):
    def from_client(self, message: Any, client: str) -> Any:
        return len(message)


async def test_a_hook_that_returns_no_message_is_told_so_with_its_line() -> None:
    async with far_side() as url:
        lab = led_to(url, Numbers)
        alice = await lab.connect("/", client="alice")
        await alice.send("hello")
        with pytest.raises(ClientClosed, match="1011"):
            await alice.receive()
        error = lab.log.filter("kind:exception")[-1]
    assert "expected from_client to return str, bytes, None, or a list of them, got 5" in str(
        error.data
    )
    assert error.where is not None


class Door(Upstream):
    async def on_connect(self, scope: Any) -> None:
        if scope["path"] == "/secret":
            raise Refused(401, "say who you are")
        scope["query_string"] = b"room=9"


async def test_on_connect_refuses_and_changes_what_the_far_side_is_asked() -> None:
    asked: list[str] = []

    async def talk(ws: ServerConnection) -> None:
        assert ws.request is not None
        asked.append(ws.request.path)

    async with far_side(talk) as url:
        lab = led_to(url, Door)
        with pytest.raises(HandshakeRefused, match="say who you are") as refusal:
            await lab.connect("/secret")
        assert refusal.value.status == 401
        await lab.connect("/a%20b?x=1")
        await until(lambda: asked)
    assert asked == ["/a%20b?room=9"]


async def test_subprotocols_headers_and_cookies_are_agreed_on_with_the_far_side() -> None:
    seen: dict[str, str | None] = {}

    async def talk(ws: ServerConnection) -> None:
        assert ws.request is not None
        for name in ("host", "origin", "x-mine", "cookie", "authorization", "x-playground-client"):
            seen[name] = ws.request.headers.get(name)

    def greet(ws: ServerConnection, request: Any, response: Any) -> Any:
        response.headers["Set-Cookie"] = "seat=7; Domain=127.0.0.1; Secure"
        return response

    async with far_side(talk, subprotocols=["v2", "v1"], process_response=greet) as url:
        lab = led_to(url, headers={"authorization": "Bearer s3cr3t-of-the-far-side"})
        origin = f"http://127.0.0.1:{lab.port}"
        async with dialled(
            address(lab),
            origin=origin,
            subprotocols=["v1", "v2"],
            additional_headers={"x-mine": "1", "authorization": "Bearer mine"},
        ) as ws:
            assert ws.subprotocol == "v2"
            assert ws.response is not None
            cookie = ws.response.headers["set-cookie"]
            await heard(ws)
    assert cookie.endswith("seat=7")
    assert seen == {
        "host": url.removeprefix("ws://"),
        "origin": url.replace("ws", "http"),
        "x-mine": "1",
        "cookie": None,
        "authorization": "Bearer s3cr3t-of-the-far-side",
        "x-playground-client": None,
    }
    assert "s3cr3t" not in lab.log.to_har()
    assert "s3cr3t" not in lab.log.to_jsonl()


async def test_a_refusal_of_the_far_side_comes_whole() -> None:
    def no(ws: ServerConnection, request: Any) -> Any:
        response = ws.respond(402, "pay first\n")
        response.headers["x-price"] = "3"
        return response

    async with far_side(process_request=no) as url:
        lab = led_to(url)
        with pytest.raises(InvalidStatus) as refusal:
            await dialled(address(lab))
        await lab.until("client:upstream kind:refuse")
    answer = refusal.value.response
    assert (answer.status_code, answer.body, answer.headers["x-price"]) == (
        402,
        b"pay first\n",
        "3",
    )


async def test_each_leg_has_its_own_compression() -> None:
    found: list[str] = []

    async def talk(ws: ServerConnection) -> None:
        found.append(str(ws.protocol.extensions))
        await echo(ws)

    async with far_side(talk) as url:
        lab = led_to(url)
        async with dialled(address(lab), compression=None) as ws:
            await ws.send("x" * 100_000)
            assert await ws.recv() == "x" * 100_000
            assert ws.protocol.extensions == []
    assert "PerMessageDeflate" in found[0]


async def test_a_client_that_does_not_read_has_the_far_side_wait() -> None:
    sent = 0

    async def talk(ws: ServerConnection) -> None:
        nonlocal sent
        for _ in range(600):
            await ws.send(b"x" * 65_536)
            sent += 1

    async with far_side(talk, compression=None) as url:
        lab = led_to(url)
        async with dialled(address(lab), compression=None, max_queue=1) as ws:
            last = -1
            while last != sent:  # until nothing moves any more
                last = sent
                await asyncio.sleep(0.3)
            assert sent < 500
            assert sum([len(await ws.recv()) for _ in range(600)]) == 600 * 65_536


async def test_a_far_side_that_does_not_read_has_the_client_wait() -> None:
    go, got = asyncio.Event(), 0

    async def talk(ws: ServerConnection) -> None:
        nonlocal got
        await go.wait()
        async for _ in ws:
            got += 1

    async with far_side(talk, compression=None, max_queue=1) as url:
        lab = led_to(url)
        async with dialled(address(lab), compression=None) as ws:
            sent = 0

            async def flood() -> None:
                nonlocal sent
                for _ in range(600):
                    await ws.send(b"x" * 65_536)
                    sent += 1

            flooding = asyncio.create_task(flood())
            last = -1
            while last != sent:
                last = sent
                await asyncio.sleep(0.3)
            assert sent < 500
            go.set()
            await flooding
            await until(lambda: got == 600)


def test_what_a_hook_may_return_has_a_remedy() -> None:
    from playground.upstream.hooks import messages

    def hook(message: str, client: str) -> object:
        return message

    assert messages(["a", b"b"], hook) == ["a", b"b"]
    assert messages(bytearray(b"a"), hook) == [b"a"]
    assert messages(None, hook) == []
    for wrong in ({"a": 1}, 3, [None, ["a"]]):
        with pytest.raises(TypeError, match="expected hook to return"):
            messages(wrong, hook)
    with pytest.raises(TypeError, match=r"json\.dumps"):
        messages(json.loads("{}"), hook)
