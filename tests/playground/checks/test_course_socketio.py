"""The Socket.IO exercises: right handlers are done, wrong ones are open and hear why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import socketio

from micropie import App
from micropie.mounts import mount
from playground import check, serve
from playground.lab import TransportName

pytestmark = pytest.mark.live

Handler = Callable[[socketio.AsyncServer, str, str], Awaitable[Any]]
NAMES = ["sio-shout", "sio-leave"]


async def shout(sio: socketio.AsyncServer, sid: str, text: str) -> str:
    await sio.emit("shouted", text.upper(), skip_sid=sid)
    return text.upper()


async def leave(sio: socketio.AsyncServer, sid: str, room: str) -> int:
    await sio.leave_room(sid, room)
    return inside(sio, room)


def inside(sio: socketio.AsyncServer, room: str) -> int:
    return len(list(sio.manager.get_participants("/", room)))


def site(**handlers: Handler) -> type[App]:
    """Make the notebook's site, with some handlers in place of the right ones."""
    sio = socketio.AsyncServer(async_mode="asgi")

    async def join(sid: str, room: str) -> int:
        await sio.enter_room(sid, room)
        return inside(sio, room)

    async def say(sid: str, room: str, text: str) -> None:
        await sio.emit("said", text, room=room, skip_sid=sid)

    sio.on("join", join)
    sio.on("say", say)
    for name, handler in {"shout": shout, "leave": leave, **handlers}.items():
        sio.on(name, bound(handler, sio))

    class Site(App):
        def __init__(self) -> None:
            super().__init__()
            mount(self, "/socket.io", socketio.ASGIApp(sio, socketio_path=None))

    return Site


def bound(handler: Handler, sio: socketio.AsyncServer) -> Callable[[str, str], Awaitable[Any]]:
    async def event(sid: str, data: str) -> Any:
        return await handler(sio, sid, data)

    return event


async def quiet(sio: socketio.AsyncServer, sid: str, text: str) -> str:
    await sio.emit("shouted", text, skip_sid=sid)
    return text


async def to_all(sio: socketio.AsyncServer, sid: str, text: str) -> str:
    await sio.emit("shouted", text.upper())
    return text.upper()


async def to_nobody(sio: socketio.AsyncServer, sid: str, text: str) -> str:
    return text.upper()


async def stay(sio: socketio.AsyncServer, sid: str, room: str) -> int:
    return inside(sio, room)


async def stay_and_lie(sio: socketio.AsyncServer, sid: str, room: str) -> int:
    return inside(sio, room) - 1


WRONG: list[tuple[str, str, Handler, str]] = [
    ("sio-shout", "shout", quiet, """expected '430["HELLO"]', got '430["hello"]'"""),
    ("sio-shout", "shout", to_all, """got '42["shouted","HELLO"]'"""),
    ("sio-shout", "shout", to_nobody, "got nothing within 3 s"),
    ("sio-leave", "leave", stay, "expected '432[2]', got '432[3]'"),
    (
        "sio-leave",
        "leave",
        stay_and_lie,
        """expected to hear nothing more, got '42["said","hello"]'""",
    ),
]


@pytest.mark.parametrize("transport", ["server", "memory"])
async def test_the_answers_are_done(transport: TransportName) -> None:
    board = await check(NAMES, serve(site(), transport=transport))
    assert [board[name].fault for name in NAMES] == ["", ""]
    assert board.done


@pytest.mark.parametrize(("name", "event", "wrong", "words"), WRONG)
def test_a_wrong_one_is_open_and_hears_why(
    name: str, event: str, wrong: Handler, words: str
) -> None:
    result = check(name, serve(site(**{event: wrong})))[name]
    assert result.state == "open"
    assert words in result.fault


def test_an_app_without_socketio_hears_where_it_is_looked_for() -> None:
    result = check("sio-shout", serve(App))["sio-shout"]
    assert result.state == "open"
    assert "/socket.io/" in result.fault
