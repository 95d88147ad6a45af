"""One name, one lab, however often a cell is run; what cannot be served is refused in words."""

from __future__ import annotations

import socket
import threading
from typing import Any

import httpx
import pytest
from lab_apps import Echo

from micropie import App
from playground import serve


def test_serving_again_is_the_same_lab_on_the_same_port() -> None:
    lab = serve(Echo)
    port = lab.port
    assert serve(Echo) is lab
    assert (lab.port, lab.revision) == (port, 1)

    class Other(App):
        async def index(self) -> str:
            return "other"

    assert serve(Other, name="Echo") is lab
    assert (lab.port, lab.revision) == (port, 2)
    assert httpx.get(lab.local_url).text == "other"


def test_a_taken_port_is_an_error_here_and_now_that_names_the_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="leave port out"):
            serve(Echo, port=taken.getsockname()[1])
    assert "Echo" not in repr(threading.enumerate())


@pytest.mark.parametrize(
    ("app", "remedy"),
    [(int, r"class int\(App\)"), (42, "scope, receive and send"), (len, "scope, receive and send")],
)
def test_what_is_no_app_is_refused_with_a_remedy(app: Any, remedy: str) -> None:
    with pytest.raises(TypeError, match=remedy):
        serve(app)


def test_a_handler_without_a_socket_parameter_is_pointed_out() -> None:
    class Deaf(App):
        async def ws_echo(self) -> None: ...

    assert "write ws_echo(self, ws)" in serve(Deaf).note


def test_any_asgi_app_can_be_served() -> None:
    async def plain(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        if scope["path"] == "/fail":
            raise ValueError("boom")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"plain"})

    lab = serve(plain)
    assert lab.name == "plain"
    assert httpx.get(lab.local_url).text == "plain"
    assert httpx.get(lab.local_url + "fail").status_code == 500
    assert [entry.data for entry in lab.log if entry.kind == "exception"] == ["ValueError: boom"]
    assert lab.handlers() == []


def test_the_memory_transport_outside_of_a_loop_names_the_remedy() -> None:
    with pytest.raises(RuntimeError, match="transport='server'"):
        serve(Echo, transport="memory")
