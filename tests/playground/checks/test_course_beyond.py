"""The exercises on what lies beyond the notebook: right apps are done, wrong ones hear why."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App, WebSocket
from micropie.sessions import InMemorySessionBackend
from playground import check, serve
from playground.lab import TransportName

pytestmark = pytest.mark.live

NAMES = ["beyond-count", "beyond-origin", "beyond-size"]
FRIEND = "https://class.example"


def right() -> type[App]:
    """Make the notebook's own answer, with what its workers share."""
    kept = InMemorySessionBackend()

    class Wall(App):
        def __init__(self) -> None:
            super().__init__(session_backend=kept, allowed_origins=[FRIEND])

        async def visit(self) -> str:
            session = self.request.session
            session["visits"] = session.get("visits", 0) + 1
            return f"visit {session['visits']}"

        async def ws_wall(self, ws: WebSocket) -> None:
            await ws.accept()
            async for message in ws:
                if len(message) > 500:
                    return await ws.close(1009, "500 characters at most")
                await ws.send_text(f"On the wall: {message!s}")

    return Wall


def in_the_app() -> type[App]:
    """Count in the instance, as the notebook's app does at first."""

    class Wall(App):
        visits = 0

        async def visit(self) -> str:
            self.visits += 1
            return f"visit {self.visits}"

        async def ws_wall(self, ws: WebSocket) -> None:
            await ws.accept()
            async for message in ws:
                await ws.send_text(f"On the wall: {message!s}")

    return Wall


def each_with_sessions_of_its_own() -> type[App]:
    """Count in the session, and forget where sessions are kept."""

    class Wall(right()):  # type: ignore[misc]
        def __init__(self) -> None:
            App.__init__(self)

    return Wall


def in_the_class() -> type[App]:
    """Count in what all instances share, which is nobody's in particular."""

    class Wall(App):
        visits = 0

        async def visit(self) -> str:
            Wall.visits += 1
            return f"visit {Wall.visits}"

    return Wall


def open_to_all() -> type[App]:
    class Wall(right()):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.allowed_origins = ["*"]

    return Wall


def one_too_few() -> type[App]:
    class Wall(App):
        async def ws_wall(self, ws: WebSocket) -> None:
            await ws.accept()
            async for message in ws:
                if len(message) > 499:
                    return await ws.close(1009)
                await ws.send_text(f"On the wall: {message!s}")

    return Wall


WRONG: list[tuple[str, Any, str]] = [
    (
        "beyond-count",
        in_the_app,
        "ada came to the other worker, asked for /visit, expected 'visit 3', got 'visit 1'",
    ),
    ("beyond-count", each_with_sessions_of_its_own, "expected 'visit 3', got 'visit 1'"),
    ("beyond-count", in_the_class, "bob asked for /visit, expected 'visit 1', got 'visit 6'"),
    ("beyond-origin", in_the_app, "expected to be refused with 403, got accepted"),
    ("beyond-origin", open_to_all, "expected to be refused with 403, got accepted"),
    ("beyond-size", in_the_app, "expected to be closed with 1009, got the message"),
    ("beyond-size", one_too_few, "got closed with 1009"),
]


@pytest.mark.parametrize("transport", ["server", "memory"])
async def test_the_answers_are_done(transport: TransportName) -> None:
    board = await check(NAMES, serve(right(), transport=transport, origins=["*"]))
    assert [board[name].fault for name in NAMES] == ["", "", ""]
    assert board.done


@pytest.mark.parametrize(("name", "wrong", "words"), WRONG)
def test_a_wrong_one_is_open_and_hears_why(name: str, wrong: Any, words: str) -> None:
    result = check(name, serve(wrong(), origins=["*"]))[name]
    assert (result.state, words in result.fault) == ("open", True), result.fault


def test_an_app_that_is_made_already_cannot_be_made_for_another_worker() -> None:
    result = check("beyond-count", serve(right()(), origins=["*"]))["beyond-count"]
    assert result.state == "open"
    assert "Write serve(Site), not serve(Site())." in result.fault


def test_a_lab_that_refuses_a_friends_page_itself_says_so() -> None:
    result = check("beyond-origin", serve(right()))["beyond-origin"]
    assert "may not talk to this lab" in result.fault
