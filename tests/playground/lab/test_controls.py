"""What the panel commands is done for the lab, at once, and every failure comes back in words."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any

import pytest

from micropie import App
from playground import Lab, serve
from playground.lab import parts_of
from playground.lab.controls import LabControls, content_type

pytestmark = pytest.mark.live


class Rooms(App):
    async def greet(self, name: str, times: int = 2) -> str:
        """Say hello."""
        return f"hello {name} " * times

    async def ws_room(self, ws: Any, room: str, *rest: str) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"{room}: {message}")


@pytest.fixture
def lab() -> Lab:
    return serve(Rooms)


@pytest.fixture
def controls(lab: Lab) -> LabControls:
    return LabControls(parts_of(lab))


def done(command: Callable[..., None], *arguments: Any) -> tuple[str | None, Any]:
    """Give a command and wait for what it says."""
    said: queue.Queue[tuple[str | None, Any]] = queue.Queue()
    command(*arguments, lambda error, result: said.put((error, result)))
    return said.get(timeout=5)


def test_a_conversation_by_command(controls: LabControls, lab: Lab) -> None:
    assert done(controls.connect, "", "/room/lobby", ()) == (None, "alice")
    assert done(controls.connect, "zoe", "/room/den", ()) == (None, "zoe")
    assert done(controls.send, "zoe", "hi") == (None, None)
    assert done(controls.close, "zoe", 4001, "bye") == (None, None)
    shown = {client.name: (client.path, client.state, client.code) for client in controls.clients()}
    assert shown == {"alice": ("/room/lobby", "open", None), "zoe": ("/room/den", "closed", 4001)}
    assert list(lab.clients["zoe"].messages) == ["den: hi"]


def test_a_request_comes_back_whole(controls: LabControls) -> None:
    error, result = done(controls.request, "GET", "/greet/Ada?times=1", "")
    assert error is None
    assert (result["status"], result["body"]) == (200, "hello Ada ")
    assert result["seconds"] > 0
    assert ["content-length", "10"] in result["headers"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"name": "Ada"}', "application/json"),
        ("name=Ada&times=1", "application/x-www-form-urlencoded"),
        ("just text", "text/plain; charset=utf-8"),
    ],
)
def test_a_typed_body_is_sent_as_what_it_looks_like(body: str, kind: str) -> None:
    assert content_type(body) == kind


def test_a_typed_body_reaches_the_handler(controls: LabControls) -> None:
    for body in ('{"name": "Ada", "times": 1}', "name=Ada&times=1"):
        error, result = done(controls.request, "POST", "/greet", body)
        assert (error, result["body"]) == (None, "hello Ada ")


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        ("connect", ("bob", "/roon/x", ()), "did you mean ws_room?"),
        ("connect", ("bob", "/room", ()), "Missing required parameter 'room'"),
        ("connect", ("bob", "room", ()), "begins with '/'"),
        ("send", ("nobody", "hi"), "connect it first"),
        ("close", ("nobody", 1006, ""), "try 1000."),
    ],
)
def test_a_failure_is_a_sentence(
    controls: LabControls, command: str, arguments: tuple[Any, ...], said: str
) -> None:
    error, result = done(getattr(controls, command), *arguments)
    assert error is not None
    assert said in error
    assert error[0].isupper()
    assert error[-1] in ".?!"
    assert result is None


def test_routes_say_what_a_form_needs(controls: LabControls) -> None:
    greet, room = controls.routes()
    assert (greet.kind, greet.handler, greet.doc) == ("http", "greet", "Say hello.")
    assert [(each["name"], each["required"], each["default"]) for each in greet.parameters] == [
        ("name", True, None),
        ("times", False, "2"),
    ]
    assert room.kind == "websocket"
    assert [(each["name"], each["variadic"]) for each in room.parameters] == [
        ("room", False),
        ("rest", True),
    ]


def test_stop_and_start_again(controls: LabControls, lab: Lab) -> None:
    assert done(controls.stop) == (None, None)
    status = controls.status()
    assert (status.running, status.sockets) == (False, 0)
    error, _ = done(controls.connect, "", "/room/x", ())
    assert error == "The lab is stopped; lab.restart() starts it again."
    assert done(controls.restart) == (None, None)
    assert controls.status().address == f"127.0.0.1:{lab.port}"


def test_trouble_with_the_app_is_the_status_note(controls: LabControls, lab: Lab) -> None:
    class Broken(App):
        def __init__(self) -> None:
            super().__init__()
            self.startup_handlers.append(lambda: 1 / 0)

    with pytest.raises(RuntimeError):
        lab.swap(Broken)
    assert controls.status().note.startswith("Revision 2 did not start; revision 1 still serves")
    lab.swap(Rooms)
    assert controls.status().note == ""
