"""Advice in plain words: what was meant, and what cannot work."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App
from micropie.listing import routes
from playground.advice import advice_for, doubts, name_of


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


def test_other_refusals_need_no_advice() -> None:
    assert advice_for(403, "/chta", routes(Rooms), "websocket") == ""


def test_handlers_that_cannot_work_are_pointed_out() -> None:
    class Doubtful(App):
        async def ws_deaf(self) -> None: ...

        def ws_sync(self, ws: Any) -> None: ...

        async def ws_good(self, ws: Any) -> None: ...

    assert doubts(Doubtful()) == (
        "ws_deaf has no parameter for the socket: write ws_deaf(self, ws). "
        "ws_sync is not async: write async def ws_sync(self, ws)."
    )
    assert doubts(Rooms()) == ""
    assert doubts(object()) == ""


def test_an_app_is_called_after_its_class_or_function() -> None:
    async def plain(scope: Any, receive: Any, send: Any) -> None: ...

    assert [name_of(each) for each in (Rooms, Rooms(), plain)] == ["Rooms", "Rooms", "plain"]
