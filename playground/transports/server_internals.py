"""Read of a server what uvicorn and the websockets library know, and do not document.

Law of the room: every such name stands here, in one function that says what comes back where the
name is gone. `docs/explanation/private-apis.md` lists them. What uvicorn's server is made to do
otherwise stands in `uvicorn_server.py`, and what is put into a connection in `frames.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from playground.traffic.model import Sender

# The longest line of a handshake, and its most headers: more than any browser sends.
MAX_LINE: Final = 256 * 1024
MAX_HEADERS: Final = 1000


def protocol_of(receive: Any) -> Any:
    """Return uvicorn's object for a connection or request, given its `receive`; None for others."""
    return getattr(receive, "__self__", None)


def websocket_of(protocol: Any) -> Any:
    """Return the `websockets.protocol.Protocol` that such an object has; None if it has none."""
    return getattr(protocol, "conn", None)


def first_close(websocket: Any) -> tuple[Sender, int, str] | None:
    """Return who began the closing handshake (RFC 6455 7.1.5), its code and reason.

    None if nobody has yet, or if the library does not say who was first.
    """
    sent = getattr(websocket, "close_sent", None)
    received = getattr(websocket, "close_rcvd", None)
    if sent and received:
        client_was_first = getattr(websocket, "close_rcvd_then_sent", None)
        if client_was_first is None:
            return None
        sent, received = (None, received) if client_was_first else (sent, None)
    if received:
        return "client", received.code, received.reason
    return ("server", sent.code, sent.reason) if sent else None


def has_left(protocol: Any) -> bool:
    """Return whether the client is gone; False where the server does not show it."""
    return bool(getattr(protocol, "disconnected", False))


def abort_of(protocol: Any) -> Callable[[], object] | None:
    """Return what ends a connection without a word; None where the server does not show it."""
    abort: Callable[[], object] | None = getattr(
        getattr(protocol, "transport", None), "abort", None
    )
    return abort


def connections_of(server: Any) -> list[Any]:
    """Return the open connections of a server; none where it does not show them."""
    return list(getattr(getattr(server, "server_state", None), "connections", ()))


def tasks_of(server: Any) -> set[asyncio.Task[Any]]:
    """Return the tasks in which a server runs the app; none where it does not show them."""
    return set(getattr(getattr(server, "server_state", None), "tasks", ()))


def keep_order(server: Any) -> None:
    """Have a server keep its connections in the order in which they were opened, if it can."""
    state: Any = getattr(server, "server_state", None)
    if isinstance(getattr(state, "connections", None), set):
        state.connections = _InOrder()


def close(connections: Iterable[Any]) -> None:
    """Have connections closed: a WebSocket with 1012. Those that cannot be end with their task."""
    for each in connections:
        shutdown = getattr(each, "shutdown", None)
        if shutdown is not None:
            shutdown()


def hang_up(connections: Iterable[Any]) -> None:
    """End connections from another thread than their own, which is blocked: their clients hear it.

    Nothing is closed, for the loop there still holds the number of each file.
    """
    for each in connections:
        sock = getattr(getattr(each, "transport", None), "get_extra_info", lambda name: None)(
            "socket"
        )
        if sock is not None:
            with contextlib.suppress(OSError), socket.socket(fileno=os.dup(sock.fileno())) as own:
                own.shutdown(socket.SHUT_RDWR)


def is_websocket(connection: Any) -> bool:
    """Return whether a server's connection is a WebSocket; False if it does not show that."""
    return hasattr(connection, "handshake_complete")


def handles_websocket(task: asyncio.Task[Any]) -> bool:
    """Return whether a server's task is that of a WebSocket; False if its name does not say so.

    uvicorn runs an app in `WebSocketsSansIOProtocol.run_asgi` or `RequestResponseCycle.run_asgi`.
    """
    return "WebSocket" in getattr(task.get_coro(), "__qualname__", "")


@contextlib.contextmanager
def generous_handshakes() -> Iterator[None]:
    """Have handshakes that are read meanwhile be as large as requests, if that can be had.

    The websockets library takes lines of 8 kB and 128 headers. In a browser the cookies of all the
    ports of this machine come to more than that.
    """
    import websockets.http11 as limits

    wanted = {"MAX_LINE_LENGTH": MAX_LINE, "MAX_NUM_HEADERS": MAX_HEADERS}
    before = {name: getattr(limits, name, None) for name in wanted}
    if None in before.values():
        yield
        return
    vars(limits).update(wanted)
    try:
        yield
    finally:
        vars(limits).update(before)


def handshake_error(websocket: Any) -> Exception | None:
    """Return why a handshake could not be read, which nobody answers; None if it could."""
    error = getattr(websocket, "handshake_exc", None)
    return error if isinstance(error, Exception) else None


def is_broken(websocket: Any) -> bool:
    """Return whether what came is no WebSocket; False where the library does not show that."""
    return getattr(websocket, "parser_exc", None) is not None


def has_events(websocket: Any) -> bool:
    """Return whether a connection has frames to hand on; True where it does not show that."""
    return bool(getattr(websocket, "events", True))


def is_between_messages(websocket: Any) -> bool:
    """Return whether what a connection reads next begins a message; False where it is not shown."""
    waits = getattr(websocket, "parser", None)
    while (inner := getattr(waits, "gi_yieldfrom", None)) is not None:
        waits = inner
    at_the_beginning = getattr(waits, "__name__", "") == "at_eof"
    return at_the_beginning and getattr(websocket, "current_size", 0) is None


def is_plain(websocket: Any) -> bool:
    """Return whether a connection's frames are but messages, and are neither seen nor compressed.

    False where the library does not show that, and where it is about to send something.
    """
    try:
        return not (websocket.extensions or websocket.writes or websocket.debug)
    except AttributeError:
        return False


def reader_of(websocket: Any) -> Any:
    """Return what a connection reads its bytes from; None where it does not show it."""
    return getattr(websocket, "reader", None)


def newest_write(websocket: Any) -> bytes:
    """Return the newest bytes that a connection is about to send; b"" where it shows none."""
    writes = getattr(websocket, "writes", None)
    return writes[-1] if writes else b""


def compress(server: Any, wanted: bool) -> None:
    """Have a running server take compression, or not, from the next connection on."""
    server.config.ws_per_message_deflate = wanted


def unseen(server: Any) -> str:
    """Return as a sentence what a server does not show of its connections; "" if it does all."""
    state = getattr(server, "server_state", None)
    if hasattr(state, "connections") and hasattr(state, "tasks"):
        return ""
    try:
        number = version("uvicorn")
    except PackageNotFoundError:
        number = "of an unknown version"
    return (
        f"uvicorn {number} does not show its open connections: stopping the lab breaks them off, "
        "and does not count them"
    )


class _InOrder(dict[Any, None]):
    """A set in the order of adding."""

    def add(self, connection: Any) -> None:
        """Add a connection."""
        self[connection] = None

    def discard(self, connection: Any) -> None:
        """Remove a connection, if it is there."""
        self.pop(connection, None)

    remove = discard
