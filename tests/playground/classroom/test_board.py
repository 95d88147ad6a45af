"""A real board, joined by real kernels' lines over a WebSocket, and by hostile ones."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from playground import Lab, check, classroom, serve
from playground.classroom import Board, limits, messages
from playground.classroom.desk import Desk, address_of, desk, said_of
from playground.classroom.line import Line
from playground.classroom.messages import Standing
from playground.classroom.standings import Standings
from tests.playground.lab_apps import Echo, Loud

pytestmark = pytest.mark.live

FAULT = "sent 'hi', expected 'HI', got 'Echo: hi'"
OPEN = Standing("echo-upper", "open", FAULT)


@pytest.fixture
def board() -> Lab:
    return serve(Board)


@pytest.fixture
def lines(board: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Line]]:
    """Make lines to the board, which are tried again soon."""
    monkeypatch.setattr("playground.classroom.line._SOON", 0.02)
    made: list[Line] = []

    def join(name: str, token: str = "", stands: list[Standing] | None = None) -> Line:
        kept = [OPEN] if stands is None else stands
        token = token or f"{len(made) + 1:032x}"
        made.append(Line(address_of(board.local_url), name, token, lambda which: kept))
        assert made[-1].settled.wait(10)
        return made[-1]

    yield join
    for each in made:
        each.leave()


@pytest.fixture
def at_desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """This kernel's own desk, where nothing was checked; nobody is left on a board afterwards."""
    monkeypatch.setattr(desk, "standings", Standings())
    yield desk
    desk.leave()


def until(true: Callable[[], object]) -> None:
    """Wait for something that another thread brings about."""
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        threading.Event().wait(0.01)


def learners(board: Lab) -> dict[str, Any]:
    """Return who is on a board, and how their exercises stand."""
    found = board.app._roster.learners()
    return {
        each.name: {name: row.standing.state for name, row in each.rows.items()} for each in found
    }


def test_a_learner_stands_on_the_board_as_it_is_checked(board: Lab, at_desk: Desk) -> None:
    lab = serve(Echo, name="echo")
    joined = classroom.join(board.local_url, as_="bob")
    assert repr(joined).startswith("On the board as bob: it is told how your exercises stand")
    check("echo-upper", lab)
    until(lambda: learners(board).get("bob") == {"echo-upper": "open"})
    assert "no wish" not in classroom.ask_for_help()
    (bob,) = board.app._roster.learners()
    until(lambda: bob.rows["echo-upper"].ladder)
    assert "<svg" in bob.rows["echo-upper"].ladder
    lab.swap(Loud)
    check("echo-upper", lab)
    until(lambda: learners(board)["bob"] == {"echo-upper": "done"})
    assert bob.rows["echo-upper"].ladder == ""
    assert at_desk.standing() == {"as": "bob", "here": True, "away": "", "helped": []}
    # No code, and nobody's traffic: what a check heard is told by none but its sentence.
    told = [entry.data for entry in board.log if entry.sender == "client" and entry.kind == "text"]
    assert [each for each in told if "async def" in str(each)] == []
    assert sum("<svg" in str(each) for each in told) == 1
    classroom.leave()
    until(lambda: bob.left is not None)


def test_a_check_can_join_by_itself_and_never_waits_for_a_board(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "carol")
    lab = serve(Loud, name="loud")
    assert check("echo-upper", lab, to="http://127.0.0.1:9").done
    assert at_desk.line is not None
    assert at_desk.line.settled.wait(10)
    assert at_desk.standing()["as"] == "carol"
    assert said_of(at_desk.line).startswith("The board is not there (nobody serves there); it is")
    assert repr(classroom.Joined(at_desk.line)) == said_of(at_desk.line)
    with pytest.raises(ValueError, match="expected an exercise that is open"):
        classroom.ask_for_help("echo-upper")


def test_what_is_no_board_is_said(lines: Callable[..., Line]) -> None:
    other = serve(Echo, name="echo")
    line = Line(address_of(other.local_url), "bob", "0" * 32, lambda which: [])
    until(lambda: line.away)
    assert line.away == "what is served there is no board"
    line.leave()


def test_what_does_not_encrypt_is_said() -> None:
    other = serve(Echo, name="echo")
    line = Line(address_of(f"https://127.0.0.1:{other.port}"), "bob", "0" * 32, lambda which: [])
    until(lambda: line.away)
    told = "what answers there does not encrypt; the address may have to begin with http://"
    assert line.away == told
    line.leave()


def test_who_joins_by_another_name_is_the_same_learner(board: Lab, at_desk: Desk) -> None:
    classroom.join(board.local_url, as_="bbo")
    first = at_desk.line
    assert classroom.join(board.local_url, as_="bbo")._line is first
    classroom.join(board.local_url, as_="bob")
    until(lambda: list(learners(board)) == ["bob"])
    (bob,) = board.app._roster.learners()
    until(lambda: bob.lines == 1)
    assert bob.left is None


def test_a_learner_may_have_more_exercises_in_any_script_than_a_board_takes(
    board: Lab, lines: Callable[..., Line]
) -> None:
    many = [Standing(f"练习{n}", "open", "错" * 5000) for n in range(limits.EXERCISES + 20)]
    line = lines("王小明", stands=many)
    (learner,) = board.app._roster.learners()
    until(lambda: len(learner.rows) == limits.EXERCISES)
    line.help(many[-1].exercise, f"<svg>{'错' * 190_000}</svg>")
    until(lambda: learner.rows[many[-1].exercise].ladder)
    assert (line.over, line.away) == ("", "")


@pytest.mark.parametrize(
    "url",
    ["", "bob", None, "ftp://x/", "http://", "http://a b/", "http://a:99999", "http://a:0"],
)
def test_what_is_no_address_is_refused(url: Any) -> None:
    with pytest.raises(ValueError, match="expected the address of a board"):
        address_of(url)


def test_an_address_may_have_a_prefix() -> None:
    assert address_of("https://me@hub/user/t/proxy/87/") == "wss://hub/user/t/proxy/87/join"


def test_a_new_board_has_everybody_again_under_the_same_names(
    board: Lab, lines: Callable[..., Line]
) -> None:
    made = [lines("bob") for _ in range(3)]
    assert [each.called for each in made] == ["bob", "bob (2)", "bob (3)"]
    made[1].help("echo-upper", "<svg/>")
    board.stop()
    until(lambda: all(each.away for each in made))
    board.restart()  # an instance made anew knows nobody
    until(lambda: len(learners(board)) == 3 and not any(each.away for each in made))
    assert set(learners(board)) == {"bob", "bob (2)", "bob (3)"}
    assert [each.called for each in made] == ["bob", "bob (2)", "bob (3)"]
    second = next(each for each in board.app._roster.learners() if each.name == "bob (2)")
    until(lambda: second.rows["echo-upper"].ladder == "<svg/>")


def test_new_code_of_the_board_is_told_everything_on_the_same_socket(
    board: Lab, lines: Callable[..., Line]
) -> None:
    lines("bob")

    class Named(Board):
        names = True

    board.swap(Named)
    until(lambda: learners(board) == {"bob": {"echo-upper": "open"}})
    assert board.sockets == 1


def test_a_restarted_kernel_is_the_same_learner(board: Lab, lines: Callable[..., Line]) -> None:
    first = lines("bob", "a" * 32)
    first.leave()
    (bob,) = board.app._roster.learners()
    until(lambda: bob.left is not None)
    lines("bob", "a" * 32)
    assert (list(learners(board)), bob.left) == (["bob"], None)


def test_a_kernel_that_has_nothing_to_say_says_that_it_is_there(
    board: Lab, lines: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STILL_HERE", 0.02)
    lines("bob")
    (bob,) = board.app._roster.learners()
    heard = bob.heard
    until(lambda: bob.heard > heard)


def test_who_is_removed_does_not_come_back(board: Lab, lines: Callable[..., Line]) -> None:
    bob = lines("bob")
    lines("ada")
    assert board.app._looks().remove(1) == "bob"
    until(lambda: bob.over)
    assert said_of(bob) == "You are not on the board: the teacher has taken you off the board."
    assert list(learners(board)) == ["ada"]


Opened = Callable[[], Awaitable[ClientConnection]]


@pytest.fixture
async def opened(board: Lab) -> AsyncIterator[Opened]:
    """Open a conversation as a program that was written by hand; each is closed at the end."""
    async with AsyncExitStack() as stack:

        async def open_() -> ClientConnection:
            url = address_of(board.local_url)
            way = connect(url, additional_headers={messages.TOKEN: "b" * 32}, proxy=None)
            ws = await stack.enter_async_context(way)
            assert json.loads(await ws.recv()) == {"kind": "again"}
            return ws

        yield open_


@pytest.fixture
def joined(opened: Opened) -> Opened:
    """Join as such a program."""

    async def join() -> ClientConnection:
        ws = await opened()
        await ws.send(messages.written("join", version=1, name="mallory", stands=[]))
        assert json.loads(await ws.recv())["kind"] == "joined"
        return ws

    return join


async def closed(ws: ClientConnection) -> tuple[int, str]:
    """Return how the board ends a conversation."""
    async with asyncio.timeout(10):
        await ws.wait_closed()
    return ws.close_code or 0, ws.close_reason or ""


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        '{"kind": "stands", "stands": 3}',
        '{"kind": "remove", "learner": 1}',
        '{"kind": "help", "exercise": "x", "ladder": "<script>"}',
    ],
)
async def test_what_no_kernel_says_ends_the_conversation(
    board: Lab, joined: Opened, text: str
) -> None:
    ws = await joined()
    await ws.send(text)
    assert (await closed(ws))[0] == limits.UNFIT
    assert learners(board) == {"mallory": {}}


async def test_too_much_at_once_ends_the_conversation(joined: Opened) -> None:
    ws = await joined()
    for _ in range(limits.BURST + 20):
        await ws.send(messages.written("stands", stands=[]))
    assert await closed(ws) == (limits.TOO_FAST, "too many messages")


async def test_who_says_nothing_is_let_go_without_an_exception(
    board: Lab, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PATIENCE", 0.05)
    ws = await opened()
    assert await closed(ws) == (
        limits.MUTE,
        "whoever joins says at once who it is; nothing came",
    )
    assert [each for each in board.log if each.kind == "exception"] == []
    assert learners(board) == {}


async def test_another_version_is_refused_in_words(opened: Opened) -> None:
    ws = await opened()
    await ws.send(messages.written("join", version=2, name="bob", stands=[]))
    assert await closed(ws) == (
        limits.UNFIT,
        "expected to be joined in version 1; update both ends",
    )


async def test_without_a_secret_of_its_own_nobody_joins(board: Lab) -> None:
    url = address_of(board.local_url)
    for headers in ({}, {messages.TOKEN: "short"}):
        with pytest.raises(InvalidStatus):
            await connect(url, additional_headers=headers, proxy=None)
    assert learners(board) == {}


async def test_one_learner_has_only_a_few_lines(board: Lab, joined: Opened) -> None:
    for _ in range(limits.LINES):
        await joined()
    with pytest.raises(ConnectionClosed):
        await joined()
    assert board.app._roster.learners()[0].lines == limits.LINES


async def watched(board: Lab, *offered: str, query: str = "") -> dict[str, Any]:
    """Return what a page is told first, and what it gets for a ladder."""
    url = board.local_url.replace("http", "ws") + f"watch{query}"
    protocols = [Subprotocol(each) for each in offered] or None
    async with connect(url, proxy=None, subprotocols=protocols) as ws:
        state: dict[str, Any] = json.loads(await ws.recv())
        await ws.send(json.dumps({"kind": "ladder", "id": 7, "learner": 1, "exercise": "e"}))
        await ws.send(json.dumps({"kind": "remove", "learner": 1}))
        try:
            async with asyncio.timeout(0.5):
                state["answer"] = json.loads(await ws.recv())
        except TimeoutError:
            state["answer"] = None
        return state


async def test_a_page_without_the_key_names_nobody_and_gets_no_ladder(board: Lab) -> None:
    roster = board.app._roster
    roster.take(roster.enter("b" * 32, "bob"), [Standing("e", "open", "no")])
    roster.help(roster.learners()[0], messages.Help("e", "<svg/>"))
    key = f"bearer.{board.app._key}"
    for offered in ([], ["class-board"], ["class-board", "bearer.wrong"], [f"{key}x"]):
        shown = await watched(board, *offered)
        assert (shown["names"], shown["learners"][0]["name"], shown["answer"]) == (False, "", None)
    assert not (await watched(board, query=f"?key={board.app._key}"))["names"]
    shown = await watched(board, "class-board", key)
    assert (shown["names"], shown["learners"][0]["name"]) == (True, "bob")
    assert shown["answer"] == {"kind": "reply", "id": 7, "error": None, "result": "<svg/>"}
    assert list(learners(board)) == ["bob"]
    # The key is in no log.
    board.log.clear()
    await watched(board, "class-board", key)
    assert board.log.exchanges
    assert [each for each in board.log if board.app._key in str(each)] == []
    assert [each for each in board.log.exchanges if board.app._key in str(each)] == []


def test_the_page_needs_nothing_but_its_board(board: Lab) -> None:
    answer = httpx2.get(board.local_url, trust_env=False, timeout=30)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "bob" not in answer.text.replace('as_="bob"', "")


def test_a_pasted_code_stands_on_the_board(board: Lab) -> None:
    code = classroom.codes.written("bob", [OPEN])
    assert classroom.paste(board, code) == "bob"
    assert learners(board) == {"bob": {"echo-upper": "open"}}
    with pytest.raises(TypeError, match="expected a board"):
        classroom.paste(serve(Echo, name="echo"), code)
    for number in range(limits.LEARNERS - 1):
        board.app._roster.enter(f"{number:032x}", "x")
    with pytest.raises(ValueError, match="the board is full: it has room for 200; take somebody"):
        classroom.paste(board, classroom.codes.written("late", []))


def test_a_lab_of_a_board_shows_it_and_saves_no_name(board: Lab) -> None:
    roster = board.app._roster
    roster.take(roster.enter("b" * 32, "bob"), [OPEN])
    face = board._face()
    assert type(face).__name__ == "ClassBoard"
    assert face is board._face()
    assert face.state()["learners"][0]["name"] == "bob"
    assert face.still_html() == "<div>The class: 1 learner · 0 of 1 done</div>"
    assert "bob" not in face.still_text()
    assert type(serve(Echo, name="echo")._face()).__name__ == "Panel"
    face.close()
    board.panel.follower.stop()
