"""What a lab's clients do, as its user holds it: each name is one browser, with its cookies."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from playground.clients.asking import check_client
from playground.clients.awaiting import to_be_awaited
from playground.clients.client import Client
from playground.clients.cookies import Cookies
from playground.clients.misasked import says_what_to_write
from playground.clients.pool import NOTEBOOK, FormItems, HeaderItems, body_of
from playground.clients.streaming import ResponseStream
from playground.lab.parts import Parts
from playground.recorder import Present
from playground.swarm import Crowd, Plan
from playground.swarm.plan import ramp_for
from playground.swarm.swarming import Script
from playground.traffic.model import Entry
from playground.transports import Response


@says_what_to_write("connect", "request", "get", "post", "stream")
@to_be_awaited("lab")
class Browsing:
    """The clients of a lab. Each name is one browser: its requests and sockets share cookies."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @property
    def clients(self) -> dict[str, Client]:
        """The lab's own clients by name, closed ones too."""
        return self._parts.pool.clients

    @property
    def guests(self) -> list[Present]:
        """Who else has a WebSocket open, in the order they came: pages, programs, other notebooks.

        Each has a ``name``, as the log has it, and a ``path`` without its query. The lab can watch
        them, and not send for them.
        """
        return self._parts.entrance.recorder.guests()

    async def connect(
        self,
        path: str = "/",
        *,
        client: str | None = None,
        headers: HeaderItems = (),
        subprotocols: Sequence[str] = (),
        timeout: float = 5.0,
    ) -> Client:
        """Connect a WebSocket client.

        Args:
            path: Path and query, such as ``"/chat/lobby?name=Ada"``.
            client: Its name; by default the next of alice, bob, carol … A client of the same name
                that is still open is closed first, so that a cell can be run again.
            headers: More request headers. A ``Cookie`` among them is sent instead of its cookies.
            subprotocols: What it offers to speak, best first.
            timeout: Seconds for the handshake.

        Raises:
            HandshakeRefused: If the app refuses, with status, body and advice.
            TimeoutError: If no answer came.
        """
        check_client(client)
        return await self._parts.pool.connect(path, client, headers, subprotocols, timeout)

    async def request(
        self,
        method: str,
        path: str = "/",
        *,
        client: str | None = None,
        headers: HeaderItems = (),
        json: Any = None,
        form: FormItems | None = None,
        body: str | bytes = b"",
        timeout: float = 10.0,
    ) -> Response:
        """Send an HTTP request.

        Args:
            method: ``"GET"``, ``"POST"`` …
            path: Path and query.
            client: Who asks; by default the notebook. It sends the cookies that its answers and
                sockets have set before, and keeps what this one sets. Redirects are not followed.
            headers: Request headers. A ``Cookie`` among them is sent instead of the client's.
            json, form, body: What to send: a JSON value, form fields, or the body itself.
            timeout: Seconds for the whole response.

        Raises:
            TimeoutError: If there was no whole response in time.
        """
        content = body_of(json, form, body)
        return await self._parts.pool.request(
            method, path, headers, content, timeout, _asker(client)
        )

    async def get(
        self,
        path: str = "/",
        *,
        client: str | None = None,
        headers: HeaderItems = (),
        json: Any = None,
        form: FormItems | None = None,
        body: str | bytes = b"",
        timeout: float = 10.0,
    ) -> Response:
        """Send a GET request; see `request`.

        Args:
            path: Path and query.
            client, headers, json, form, body, timeout: As for `request`.
        """
        return await self.request(
            "GET", path,
            client=client, headers=headers, json=json, form=form, body=body, timeout=timeout,
        )  # fmt: skip

    async def post(
        self,
        path: str = "/",
        *,
        client: str | None = None,
        headers: HeaderItems = (),
        json: Any = None,
        form: FormItems | None = None,
        body: str | bytes = b"",
        timeout: float = 10.0,
    ) -> Response:
        """Send a POST request; see `request`.

        Args:
            path: Path and query.
            client, headers, json, form, body, timeout: As for `request`.
        """
        return await self.request(
            "POST", path,
            client=client, headers=headers, json=json, form=form, body=body, timeout=timeout,
        )  # fmt: skip

    @contextlib.asynccontextmanager
    async def stream(
        self,
        path: str = "/",
        *,
        client: str | None = None,
        method: str = "GET",
        headers: HeaderItems = (),
        json: Any = None,
        form: FormItems | None = None,
        body: str | bytes = b"",
        timeout: float | None = 10.0,
    ) -> AsyncIterator[ResponseStream]:
        """Send an HTTP request, and read the response as it comes, within an ``async with`` block.

        Leaving the block ends the request: the app sees that its client has left.

        Args:
            path: Path and query.
            client: Who asks, as for `request`.
            method: ``"GET"``, ``"POST"`` …
            headers: Request headers.
            json, form, body: What to send: a JSON value, form fields, or the body itself.
            timeout: Seconds to wait for the status, and for each part; None for any time.

        Yields:
            The response: its status and headers, and its body in parts, lines or events.

        Raises:
            TimeoutError: If no status, or no part, came in time, though the app is blocked.
            ResponseBroken: If the connection ended before the response did: the app failed, or the
                lab was stopped or restarted.
        """
        content = body_of(json, form, body)
        pool = self._parts.pool
        who = _asker(client)
        async with pool.stream(method, path, headers, content, timeout, who) as answer:
            yield answer

    async def swarm(
        self,
        path: str = "/",
        *,
        clients: int = 1000,
        ramp: float | None = None,
        seconds: float = 10.0,
        every: float = 1.0,
        message: str | bytes = "hi",
        script: Script | None = None,
    ) -> Crowd:
        """Have a crowd of WebSocket clients come and talk; return how long they waited for answers.

        They live in a process of their own (with ``transport="memory"`` in this one), and end with
        the lab, the cell or the kernel. The panel shows them meanwhile. The log has the first five,
        ``crowd-1`` to ``crowd-5``, with 100 messages each, and one row that tells of all.

        Args:
            path: Path and query, such as ``"/chat/lobby"``.
            clients: How many; at most 10,000.
            ramp: Seconds in which they come; by default 200 come in a second, and all in five.
            seconds: Seconds for which they talk after that.
            every: Seconds from one message of a client's to its next, answered or not.
            message: What each sends.
            script: Instead: ``async def script(client, number)``, which each plays once. It goes to
                the other process as its source, with what it uses.

        Raises:
            TypeError, ValueError: One of these makes no sense, cannot go to another process, or the
                system does not allow so many open files; the message says which.
            RuntimeError: Another crowd talks, or the lab is stopped.
        """
        ramp = ramp_for(clients) if ramp is None else ramp
        plan = Plan(path, clients, ramp, seconds, every, message)
        return await self._parts.crowding.swarm(plan, script)

    def cookies(self, client: str | None = None) -> Cookies:
        """Return the cookies of a client, to look at, set, delete or clear like a dict.

        They stay when the code changes or the lab restarts; `stop` forgets those of all clients.

        Args:
            client: Its name; by default that of whoever asks without a name.
        """
        return self._parts.pool.cookies(_asker(client))

    async def until(
        self,
        wanted: str | Callable[[Entry], bool],
        *,
        after: int = 0,
        timeout: float = 5.0,
    ) -> Entry:
        """Wait until the log has an entry that is asked for, and return the first of them.

        For what a page, a phone or another program does. What the lab's own clients are told is
        waited for with their `receive`.

        Args:
            wanted: What `Log.filter` takes: text such as ``"client:dan kind:close"``, or a function
                that is given each entry.
            after: Only entries with a higher `seq` count: ``lab.log.last`` for those to come.
            timeout: Seconds to wait.

        Raises:
            FilterError: If a part of the text cannot be read; it says which, and what to write.
            TimeoutError: If none came in time; it says how many others did.
        """
        return await self._parts.watching.until(wanted, after=after, timeout=timeout)


def _asker(client: str | None) -> str:
    """Return what whoever asks is called in the log."""
    check_client(client)
    return client or NOTEBOOK
