"""Packets of Engine.IO and Socket.IO: read where they are, and nowhere else."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import socketio
from engineio.packet import Packet as EnginePacket
from engineio.payload import Payload
from hypothesis import given
from hypothesis import strategies as st
from socketio.packet import Packet as SocketPacket

from micropie import App
from micropie.mounts import mount
from playground import serve
from playground.exports.html import table as html_table
from playground.exports.ladder.text import characters
from playground.exports.text import table
from playground.traffic.log import Log
from playground.traffic.model import Entry, Exchange
from playground.traffic.socketio import (
    LONGEST,
    Packet,
    decode,
    packets,
    parts,
    payload,
    reading,
    speaks,
    words,
)

PATH = "/socket.io/?transport=websocket&EIO=4&sid=abc"
DAN = Exchange(1, "websocket", "dan", path=PATH)
OPEN = '0{"sid":"x","upgrades":[],"pingTimeout":20000,"pingInterval":25000}'


def said(data: str | bytes, sender: Any = "client") -> str:
    kind: Any = "binary" if isinstance(data, bytes) else "text"
    return reading(Entry(1, 0.0, 1, kind, sender, data), DAN)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (OPEN, "open · ping every 25 s"),
        ('0{"pingInterval":1500}', "open · ping every 1.5 s"),
        ('0{"sid":"x"}', "open"),
        ("1", "close"),
        ("2", "ping"),
        ("3", "pong"),
        ("2probe", "probe"),
        ("3probe", "probe answered"),
        ("5", "upgrade"),
        ("6", "noop"),
        ("4hello", "message"),
        ("40", "connect"),
        ('40{"token":"x"}', "connect"),
        ("40/admin,", "connect in /admin"),
        ("40/admin?a=1,", "connect in /admin"),
        ("41", "disconnect"),
        ("41/admin,", "disconnect in /admin"),
        ('44{"message":"members only"}', "refused"),
        ('44/no,"members only"', "refused in /no"),
        ('42["say","hello"]', "event say"),
        ('421["say","hello"]', "event say · wants ack 1"),
        ('42/admin,12["say"]', "event say in /admin · wants ack 12"),
        ('42[7,"x"]', "event 7"),
        ('431["5 characters delivered"]', "ack 1"),
        ("43/admin,1[]", "ack 1 in /admin"),
        ('451-["pic",{"_placeholder":true,"num":0}]', "event pic · 1 attachment"),
        ('452-/a,3["pic",{}]', "event pic in /a · wants ack 3 · 2 attachments"),
        ('461-3[{"_placeholder":true,"num":0}]', "ack 3 · 1 attachment"),
        (b"\x89PNG", "attachment"),
        (f'42["{"x" * 50}"]', f"event {'x' * 40}…"),
    ],
)
def test_a_packet_is_said_in_a_few_words(message: str | bytes, expected: str) -> None:
    assert said(message) == expected


def test_the_server_answers_a_connect_with_connected() -> None:
    assert said('40{"sid":"x"}', "server") == "connected"
    assert said('40/admin,{"sid":"x"}', "server") == "connected in /admin"


@pytest.mark.parametrize(
    "message",
    ["", "7", "9", "hello", "2x", "25", "3 ", "5probe", "0", "0[]", "0{", "0nonsense", "b", "②"],
)
def test_what_is_no_packet_is_shown_as_it_is(message: str) -> None:
    assert decode(message) is None
    assert said(message) == ""


@pytest.mark.parametrize(
    "message",
    [
        "42", "42[", "42[]", "42{}", "42[{}]", "42[true]", '42"say"', "421", "43[1]", "431",
        "431{}", "411", "41x", "45[1]", '45["pic"]', '421-["pic"]', "4", "47", "40x", "405",
        "40/a,5", '42٣["say"]', f"42[{'9' * 5000}]", "42" + "[" * 50_000,
    ],
)  # fmt: skip
def test_a_message_that_breaks_socket_io_is_only_a_message(message: str) -> None:
    packet = decode(message)
    assert packet is not None
    assert (packet.engine, packet.socket) == ("message", "")
    assert said(message) == "message"


def test_of_a_packet_that_is_very_long_the_head_is_read() -> None:
    long = "x" * LONGEST
    assert said(f'421["say","{long}"]') == "event say · wants ack 1"
    assert said(f'431["{long}"]') == "ack 1"
    assert decode(f'421["say","{long}"]').data is None  # type: ignore[union-attr]
    assert said(f"42[{long}") == "message"


def test_a_polled_body_holds_several_packets() -> None:
    body = '2\x1e42["said","x"]\x1ebAAEC'
    assert [each.engine for each in payload(body)] == ["ping", "message", "attachment"]
    assert payload(f"{body}\x1enonsense") == []
    polled = DAN._replace(protocol="http", path="/socket.io/?transport=polling&EIO=4")
    answer = Entry(1, 0.0, 1, "response", "server", body, code=200)
    assert reading(answer, polled) == "ping; event said; attachment"
    assert reading(answer._replace(data="\x1e".join("22222")), polled) == "ping; ping; ping; 2 more"
    many = answer._replace(data="\x1e".join("2" * 1000))
    assert reading(many, polled) == "ping; ping; ping; many more"
    assert reading(answer._replace(code=400), polled) == ""
    assert reading(answer._replace(data=b"\x1f\x8b"), polled) == ""
    assert reading(Entry(1, 0.0, 1, "body", "client", "OK"), polled) == ""
    assert reading(Entry(1, 0.0, 1, "request", "client", "/socket.io/?EIO=4"), polled) == ""


@pytest.mark.parametrize(
    ("path", "speaks_it"),
    [
        ("/socket.io/?EIO=4&transport=websocket", True),
        (PATH, True),
        ("/chat", False),
        ("/EIO=4", False),
        ("/chat?EIO=", False),
        ("/chat?TRIO=4", False),
    ],
)
def test_a_client_of_engine_io_is_known_by_its_address(path: str, speaks_it: bool) -> None:
    exchange = DAN._replace(path=path)
    assert speaks(exchange) is speaks_it
    assert bool(reading(Entry(1, 0.0, 1, "text", "client", "2"), exchange)) is speaks_it


def test_what_belongs_to_no_exchange_is_no_packet() -> None:
    assert not speaks(None)
    assert reading(Entry(1, 0.0, 0, "text", "client", "2"), None) == ""


def test_a_packet_is_taken_apart() -> None:
    packet = decode('452-/admin,7["pic",{"_placeholder":true,"num":0}]')
    assert packet is not None
    assert parts(packet) == [
        ("Engine.IO", "4, message: what follows is for the floor above"),
        ("Socket.IO", "5, binary event: an event, some of whose data follows as bytes"),
        ("namespace", "/admin"),
        ("event", "pic"),
        ("number", "7, to be acknowledged with it"),
        ("attachments", "2, in the messages after this one"),
    ]
    assert packet.data == ["pic", {"_placeholder": True, "num": 0}]
    opened = decode(OPEN)
    assert opened is not None
    assert parts(opened)[1:] == [("ping every", "25 s"), ("pong within", "20 s")]
    assert parts(Packet("message"))[-1] == ("Socket.IO", "none: this is no packet of it")


ENDINGS = ("[", "{", '["say"', "[1]", '{"sid":"x"}', "/a,", "1-", "9" * 200, "", "\ud800", "\x1e2")


@given(st.text(max_size=20) | st.binary(max_size=9), st.sampled_from(ENDINGS), st.integers(0, 69))
def test_no_message_makes_it_raise(message: str | bytes, ending: str, digits: int) -> None:
    tried = (message, ending, f"{digits}{ending}", f"4{digits}{message!r}", f"{digits}{message!r}")
    for each in tried:
        packet = decode(each)
        if packet is not None:
            assert words(packet, "client")
            assert words(packet, "server")
            assert parts(packet)
        for kind in ("text", "body", "response", "binary"):
            reading(Entry(1, 0.0, 1, kind, "server", each, code=200), DAN)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
SPACE = st.sampled_from([None, "/", "/admin", "/a-1"])


NAME = st.text(min_size=1, max_size=9)
NUMBER = st.none() | st.integers(0, 1 << 60)


@given(NAME, st.lists(JSON, max_size=3), SPACE, NUMBER)
def test_whatever_the_library_sends_is_read(
    name: str, data: list[Any], namespace: str | None, number: int | None
) -> None:
    event = SocketPacket(data=[name, *data], namespace=namespace, id=number)
    encoded = event.encode()
    first, *bytes_after = encoded if isinstance(encoded, list) else [encoded]
    packet = decode(EnginePacket(4, first).encode())
    assert packet is not None
    assert packet.socket == ("binary event" if bytes_after else "event")
    assert packet.event == name
    assert packet.namespace == (namespace or "/")
    assert packet.id == ("" if number is None else str(number))
    assert packet.attachments == len(bytes_after)
    assert json.dumps(packet.data, separators=(",", ":")) == packet.text
    polled = Payload([EnginePacket(4, each) for each in (first, *bytes_after)][:16]).encode()
    assert [each.socket for each in payload(polled)][:1] == [packet.socket]
    assert len(payload(polled)) == min(16, 1 + len(bytes_after))


class Floor:
    """A real server on an app, and what a real client of the library does with it."""

    def __init__(self) -> None:
        self.sio = sio = socketio.AsyncServer(async_mode="asgi")

        @sio.event  # type: ignore[untyped-decorator]
        async def picture(sid: str, name: str, data: bytes) -> bytes:
            await sio.emit("seen", name, to=sid)
            return data

        class Site(App):
            def __init__(self) -> None:
                super().__init__()
                mount(self, "/socket.io", socketio.ASGIApp(sio, socketio_path=None))

        self.site = Site

    async def talk(self, address: str, *transports: str) -> None:
        client = socketio.AsyncClient()
        await client.connect(address, transports=[*transports], wait_timeout=20)
        assert await client.call("picture", ("cat", b"\x00\x01"), timeout=20) == b"\x00\x01"
        # A polite end would wait for the poll that is under way.
        await client.eio.disconnect(abort=True)


@pytest.mark.live
async def test_all_views_of_a_real_conversation_say_its_packets() -> None:
    floor = Floor()
    lab = serve(floor.site)
    try:
        for transport in ("websocket", "polling"):
            await floor.talk(lab.local_url, transport)
        await _until(lab.log, "ack 1")
        record = lab.log[:]
    finally:
        lab.stop()
    read = "\n".join(reading(each, record.exchange(each.exchange)) for each in record)
    for expected in ("open · ping every 25 s", "connect", "connected", "event seen", "ack 1"):
        assert read.count(expected) >= 2, expected
    assert read.count("event picture · wants ack 1 · 1 attachment") == 2
    for view in (table(record, 100, 160), characters(record, 100, 160), html_table(record)):
        assert "event picture · wants ack 1 · 1 attachment" in view
        assert "451-1[" in view, "what went over the wire is still there"
    assert 'connected: 40{"sid":' in table(record, 100)
    assert '200 · open · ping every 25 s: 0{"sid":' in table(record, 100)
    assert "200 <i>open · ping every 25 s</i> <code>0{" in html_table(record)
    assert len(record.filter('"event seen"')) == 2
    assert "event picture" not in record.to_jsonl(), "the record itself is as it was"


async def _until(log: Log, words_of: str) -> None:
    async with asyncio.timeout(20):
        while not any(words_of in reading(each, log.exchange(each.exchange)) for each in log[-6:]):
            await asyncio.sleep(0.01)


def test_a_record_of_something_else_is_read_nowhere() -> None:
    log = Log()
    other = log.open("websocket", "ada", path="/chat")
    log.append(0.0, other.id, "text", "client", '42["say","hello"]', 17)
    assert packets(log[0], other) == []
    assert "event" not in table(log)
    assert "event" not in html_table(log)
