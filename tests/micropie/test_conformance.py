"""The in-process client and real servers show the same: one suite, four ways to reach an app."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from micropie.testing import Client
from tests.micropie import (
    asgi_rules_app,
    asgi_rules_closing,
    asgi_rules_http,
    asgi_rules_messages,
    asgi_rules_opening,
)
from tests.micropie.asgi_rules import Case
from tests.micropie.peers import DEADLINE, MAX_MESSAGE, LivePeer, MemoryPeer, Peer, board
from tests.micropie.servers import hypercorn_server, uvicorn_server

TESTING = "testing"
SANSIO = "uvicorn-sansio-httptools"
WSPROTO = "uvicorn-wsproto-h11"
HYPERCORN = "hypercorn"
PLACES = (TESTING, SANSIO, WSPROTO, HYPERCORN)

KINDS = {
    "http": asgi_rules_http.RULES,
    "ws": asgi_rules_opening.RULES + asgi_rules_messages.RULES + asgi_rules_closing.RULES,
    "app": asgi_rules_app.RULES,
}
CASES = {f"{kind}: {case.name}": case for kind, cases in KINDS.items() for case in cases}


@dataclass(frozen=True)
class Difference:
    """Where a server does something else than the rule says; None means that it does not."""

    case: str
    place: str
    client: list[Any] | None = None
    saw: list[Any] | None = None


def hang_up(*events: Any) -> list[Any]:
    return ["one", "two", *events]


# Each reason with the rows that it explains. The in-process client follows sansio and httptools,
# but for the rows of theirs here.
DIFFERENCES = {
    "Hypercorn's own 500 has no body": [
        Difference("http: raising before the start is 500", HYPERCORN, [500, b"", "complete"]),
        Difference("http: returning without a response is 500", HYPERCORN, [500, b"", "complete"]),
        Difference("ws: raising before accept is 500", HYPERCORN, [("refused", 500, "")]),
        Difference("ws: returning without an answer is 500", HYPERCORN, [("refused", 500, "")]),
    ],
    "Hypercorn starts the response after it checked it, so its own 500 is still possible": [
        Difference("http: a header has no line break", HYPERCORN, [500, b"", "complete"]),
        Difference("http: header text raises", HYPERCORN, [500, b"", "complete"]),
    ],
    "Hypercorn does not check a status, a close code, or whether a 204 has a body": [
        Difference(
            "http: a status is from 100 to 599", HYPERCORN, [999, b"", "cut"], ["sent", "error"]
        ),
        Difference("http: a body with 204 raises", HYPERCORN, None, ["sent"]),
        Difference("ws: a refusal needs a real status", HYPERCORN, None, ["sent"]),
        Difference("ws: a forbidden close code raises", HYPERCORN, None, ["sent"] * 3),
    ],
    "Hypercorn still tells of the request's body after the response": [
        Difference(
            "http: after the end comes a disconnect, again and again",
            HYPERCORN,
            None,
            ["http.request", "http.disconnect", "hangs"],
        )
    ],
    "Hypercorn tells of a disconnect once, then receive() hangs": [
        Difference(
            "http: a client that leaves in mid-response is a disconnect",
            HYPERCORN,
            None,
            ["http.request", "http.disconnect", "sent", "hangs"],
        ),
        Difference(
            "ws: a disconnect is told again",
            HYPERCORN,
            None,
            hang_up(("disconnect", 1006, ""), "hangs"),
        ),
    ],
    "Hypercorn tells the app 1006 whatever the client's close code, 1000 after the app's own": [
        Difference("ws: text stays text and bytes stay bytes", HYPERCORN, None, [1006]),
        Difference("ws: order is kept", HYPERCORN, None, [("disconnect", 1006, "")]),
        Difference(
            "ws: a message that is too big closes with 1009", HYPERCORN, None, [MAX_MESSAGE, 1006]
        ),
        Difference(
            "ws: a cancelled receive loses no message",
            HYPERCORN,
            None,
            ["cancelled", "0", "cancelled", "1", "cancelled", "2", ("disconnect", 1006, "")],
        ),
        Difference("ws: the app closes", HYPERCORN, None, [("disconnect", 1000, "")]),
        Difference(
            "app: a client that is gone is ConnectionClosed, always",
            HYPERCORN,
            None,
            ["one", 1006, 1006, 1006],
        ),
        Difference("ws: a close before accept is 403", HYPERCORN, None, [("disconnect", 1000, "")]),
        Difference(
            "ws: a refusal can be an HTTP response", HYPERCORN, None, [("disconnect", 1000, "")]
        ),
    ],
    "Hypercorn drops in silence what an app sends to a client that is gone": [
        Difference(
            "ws: a client that leaves before accept is gone",
            HYPERCORN,
            None,
            ["waiting", "websocket.disconnect", "sent"],
        ),
        Difference(
            "ws: a client that vanishes is 1006",
            HYPERCORN,
            None,
            ["one", ("disconnect", 1006, ""), "sent"],
        ),
        Difference(
            "ws: the client closes",
            HYPERCORN,
            None,
            hang_up(("disconnect", 1006, ""), "sent", "sent"),
        ),
    ],
    "Hypercorn lets an app close twice": [
        Difference(
            "ws: nothing can be sent after a close", HYPERCORN, None, ["error", "sent", "error"]
        )
    ],
    "Hypercorn closes with 1011 for an app that ended without a close": [
        Difference(
            "ws: returning without a close is 1006", HYPERCORN, ["hello", ("closed", 1011, "")]
        ),
        Difference("ws: raising after accept is 1006", HYPERCORN, ["hello", ("closed", 1011, "")]),
    ],
    "Hypercorn begins a refusal with its first body, and until then can still accept": [
        Difference(
            "ws: a refusal that has begun cannot be taken back",
            HYPERCORN,
            [("closed", 1011, "")],
            ["sent"],
        )
    ],
    "Hypercorn and wsproto find headers of text out too late to answer, or not at all": [
        Difference("ws: accept headers are bytes", HYPERCORN, [("refused", 0, "")]),
        Difference(
            "ws: accept headers are bytes",
            WSPROTO,
            [None, ("x-one", "1"), ("closed", 1006, "")],
            ["sent"],
        ),
    ],
    "h11 takes header text, and checks the length only when it has noted the end": [
        Difference("http: header text raises", WSPROTO, [200, b"", "cut"], ["sent"]),
        Difference("http: too short a body raises and is cut", WSPROTO, [200, b"he", "silence"]),
    ],
    "wsproto cuts a long close reason by itself (and so Hypercorn)": [
        Difference(
            "ws: a close reason has room for 123 bytes",
            place,
            [("closed", 1000, "ü" * 61)],
            ["sent"],
        )
        for place in (WSPROTO, HYPERCORN)
    ],
    "wsproto sends 1000 for a code that is for local use only": [
        Difference("ws: a forbidden close code raises", WSPROTO, None, ["sent", "error", "error"])
    ],
    "sansio sends nothing for a message with nothing in it; wsproto takes bytes for text": [
        Difference("ws: a message has text or bytes", SANSIO, None, ["sent", "error", "error"]),
        Difference(
            "ws: a message has text or bytes",
            WSPROTO,
            [b"one", ("closed", 1000, "")],
            ["error", "sent", "error"],
        ),
    ],
    "sansio sends a subprotocol that was not offered: it is the client that fails": [
        Difference("ws: a subprotocol that was not offered raises", SANSIO, None, ["sent"])
    ],
    "sansio ignores a close while the transport closes, later it raises OSError": [
        Difference(
            "ws: the client closes",
            SANSIO,
            None,
            hang_up(("disconnect", 4003, "enough"), "OSError", "sent"),
        )
    ],
    "uvicorn tells of a disconnect twice, the second time as 1005, then receive() hangs": [
        Difference(
            "ws: a disconnect is told again",
            place,
            None,
            hang_up(("disconnect", 4003, "enough"), ("disconnect", 1005, ""), "hangs"),
        )
        for place in (SANSIO, WSPROTO)
    ],
    "uvicorn says 1005 for a lost connection; RFC 6455 7.1.5 says 1006": [
        Difference(
            "ws: a client that vanishes is 1006",
            place,
            None,
            ["one", ("disconnect", 1005, ""), "OSError"],
        )
        for place in (SANSIO, WSPROTO)
    ],
}

ROWS = {(row.case, row.place): row for rows in DIFFERENCES.values() for row in rows}


@pytest.fixture(scope="session")
def ports() -> Iterator[dict[str, int]]:
    with (
        uvicorn_server(board, http="httptools", ws="websockets-sansio") as sansio,
        uvicorn_server(board, http="h11", ws="wsproto") as wsproto,
        hypercorn_server(board) as hypercorn,
    ):
        yield {SANSIO: sansio, WSPROTO: wsproto, HYPERCORN: hypercorn}


@contextlib.asynccontextmanager
async def reach(place: str, ports: dict[str, int], run: tuple[str, str]) -> AsyncIterator[Peer]:
    if place == TESTING:
        async with Client(board, max_message=MAX_MESSAGE) as client:
            yield MemoryPeer(client, run)
    else:
        yield LivePeer(ports[place], run)


def expected(name: str, place: str) -> tuple[list[Any], list[Any]]:
    """Return what client and app must have seen."""
    case, row = CASES[name], ROWS.get((name, place))
    client = case.client if row is None or row.client is None else row.client
    saw = case.saw if row is None or row.saw is None else row.saw
    return client, saw


@pytest.mark.live
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", CASES)
async def test_a_rule_holds_everywhere(name: str, place: str, ports: dict[str, int]) -> None:
    case: Case = CASES[name]
    run, header = board.enter(case.app)
    async with reach(place, ports, header) as peer:
        client = await case.script(peer, run)
        async with asyncio.timeout(DEADLINE):
            await asyncio.wrap_future(run.ended)
    assert (client, run.saw) == expected(name, place)


def test_every_difference_is_one() -> None:
    for (name, place), row in ROWS.items():
        case = CASES[name]
        assert place != TESTING, "the in-process client is what the rules describe"
        assert row.client != case.client, row
        assert row.saw != case.saw, row


def test_case_names_are_unique() -> None:
    assert len(CASES) == sum(map(len, KINDS.values()))
    assert len(ROWS) == sum(map(len, DIFFERENCES.values()))
