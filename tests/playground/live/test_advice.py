"""Advice in plain words: what was meant, and what cannot work."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App, WebSocketMiddleware
from micropie.listing import routes
from playground.live.advice import (
    advice_for,
    cannot_be_made,
    doubts,
    hides_entry,
    name_of,
    not_set_up,
)


class Rooms(App):
    async def ws_chat(self, ws: Any) -> None: ...

    async def ws_index(self, ws: Any) -> None: ...


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/chta/lobby?x=1", "there is no handler ws_chta; did you mean ws_chat?"),
        ("/zzz", "there is no handler ws_zzz; there is ws_chat, ws_index"),
    ],
)
def test_a_missing_handler_is_answered_with_what_there_is(path: str, said: str) -> None:
    assert advice_for(404, path, routes(Rooms), "websocket") == said


def test_a_websocket_at_a_page_is_not_led_to_another_handler() -> None:
    class Both(Rooms):
        async def chat_page(self) -> None: ...

    assert advice_for(404, "/chat_page", routes(Both), "websocket") == ""


def test_other_refusals_need_no_advice() -> None:
    assert advice_for(403, "/chta", routes(Rooms), "websocket") == ""


def test_handlers_that_cannot_work_are_pointed_out() -> None:
    class Doubtful(App):
        async def ws_deaf(self) -> None: ...

        def ws_sync(self, ws: Any) -> None: ...

        async def ws_good(self, ws: Any) -> None: ...

        async def ws_yields(self, ws: Any) -> Any:
            yield ws

        async def ws_selfless(ws: Any, room: str) -> None: ...

        async def index() -> None: ...  # type: ignore[misc]

        async def greet(name: str) -> None: ...  # type: ignore[misc]

        async def short(s: Any) -> None: ...

        @staticmethod
        async def static() -> None: ...

        @staticmethod
        async def with_self(self: Any) -> None: ...

        async def ws_late(self, room: str, ws: Any) -> None: ...

    assert doubts(Doubtful()).split(". ") == [
        "ws_deaf has no parameter for the socket: write ws_deaf(self, ws)",
        "ws_sync is not async: write async def ws_sync(self, ws)",
        "ws_yields yields: send with await ws.send_text(…) in its place",
        "ws_selfless has no self: write ws_selfless(self, ws, room)",
        "index has no self: write index(self)",
        "greet has no self: write greet(self, name)",
        "with_self gets no self: leave @staticmethod out",
        "ws_late is given the socket first: write ws_late(self, ws, room).",
    ]
    assert doubts(Rooms()) == ""
    assert doubts(object()) == ""


def test_an_app_is_called_after_its_class_or_function() -> None:
    async def plain(scope: Any, receive: Any, send: Any) -> None: ...

    assert [name_of(each) for each in (Rooms, Rooms(), plain)] == ["Rooms", "Rooms", "plain"]


def test_a_constructor_that_wants_what_nobody_gives_says_what_to_do() -> None:
    class Wants(App):
        def __init__(self, db: str, *more: str, size: int, colour: str = "red") -> None: ...

    class Made(type):
        def __call__(cls) -> object:
            return super().__call__("db")

    class Given(metaclass=Made):
        def __init__(self, db: str) -> None: ...

    assert cannot_be_made(Wants).startswith("Wants.__init__ wants db, size, and a class is made")
    assert cannot_be_made(Given) == cannot_be_made(App) == cannot_be_made(App()) == ""


def test_a_class_among_the_middlewares_is_not_made_yet() -> None:
    app = App()
    app.ws_middlewares = [WebSocketMiddleware]  # type: ignore[list-item]
    assert not_set_up(app).endswith("append WebSocketMiddleware(), with ()")
    app.ws_middlewares = None  # type: ignore[assignment]
    assert not_set_up(app) == ""


def test_an_app_that_a_server_can_call_no_more_says_what_to_do() -> None:
    class Called(App):
        async def __call__(self, name: str = "world") -> str:  # type: ignore[override]
            return name

    class Kid(Called): ...

    class Yields(App):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
            yield scope

    class Mute(App):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...

    class Deaf(App):
        async def __call__(self, *args: Any) -> None: ...

    class Around(App):
        async def __call__(self, *args: Any) -> None:
            await super().__call__(*args)

    for app in (Called(), Kid()):
        said = hides_entry(app)
        assert said.startswith("Called.__call__ does not take scope, receive and send")
        assert "give it another name, such as index" in said
    assert hides_entry(Yields()).startswith("Yields.__call__ yields")
    for silent in (Mute(), Deaf()):
        assert ".__call__ never sends, and by it every request" in hides_entry(silent)
    assert [hides_entry(app) for app in (App(), Around(), Rooms(), print)] == [""] * 4
