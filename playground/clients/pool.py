"""ClientPool: the lab's own clients by name, and its HTTP requests. Each name is one browser."""

from __future__ import annotations

import asyncio
import contextlib
import json as jsonlib
import sys
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from playground.clients.asking import (
    check_headers,
    check_length,
    check_method,
    check_path,
    check_subprotocols,
    check_text,
    check_timeout,
    json_text,
    pairs_of,
)
from playground.clients.client import Client, Naming
from playground.clients.cookies import Cookies
from playground.clients.reasons import Reasons
from playground.clients.streaming import ResponseStream
from playground.traffic.escapes import escaped
from playground.traffic.model import LAB_STOPPED
from playground.traffic.redact import redact_path
from playground.transports import (
    Coming,
    HandshakeRefused,
    LoopBlocked,
    Response,
    ResponseBroken,
    Transport,
    whole,
)
from playground.transports.waiting import Late, interruptible

HeaderItems = Mapping[str, str] | Iterable[tuple[str, str]]
FormItems = Mapping[str, str] | Iterable[tuple[str, str]]

# What clients are called that nobody named.
NAMES = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi")

# What HTTP requests from a cell are called in the log.
NOTEBOOK = "notebook"


class Clients(dict[str, Client]):
    """Clients by name."""

    def __repr__(self) -> str:
        return escaped(super().__repr__())


class ClientPool:
    """The clients of a lab by name, and the requests that are sent from its cells.

    Args:
        transport: How they reach it.
        ready: Awaited before each connection and request, so that the newest code is on stage;
            given the seconds that it may take.
        reasons: Knows why the app failed.
        naming: Given a client's name, the header that says it, and that the client is the lab's.
        others: Returns the names that guests have now.
        headers: What they all send besides their own.
        comes_back: Returns whether clients connect again by themselves after "service restart".

    Attributes:
        clients: By name, in the order they first connected; closed ones too.
    """

    def __init__(
        self,
        transport: Transport,
        ready: Callable[..., Awaitable[None]],
        reasons: Reasons,
        naming: Naming,
        others: Callable[[], Collection[str]] = tuple,
        headers: HeaderItems = (),
        comes_back: Callable[[], bool] = lambda: False,
    ) -> None:
        self.transport = transport
        self.ready = ready
        self.reasons = reasons
        self.naming = naming
        self._others = others
        self.headers = pairs_of(headers, "headers")
        self.clients = Clients()
        self._comes_back = comes_back
        self._cookies: dict[str, Cookies] = {}

    def cookies(self, name: str = NOTEBOOK) -> Cookies:
        """Return the cookies of a client, which need not have connected yet."""
        return self._cookies.setdefault(name, Cookies(name))

    def share_cookies(self, other: ClientPool) -> None:
        """Have the clients be the same browsers as those of another pool, by their names."""
        self._cookies = other._cookies

    def forget_cookies(self) -> None:
        """Forget the cookies of all clients."""
        for each in list(self._cookies.values()):
            each.clear()

    async def connect(
        self,
        path: str,
        name: str | None = None,
        headers: HeaderItems = (),
        subprotocols: Sequence[str] = (),
        timeout: float = 5.0,
        browser: str | None = None,
    ) -> Client:
        """Connect a client; one of the same name that is still open is closed first.

        Its cookies are those of `browser`, by default those of its own name.
        """
        check_path(path)
        check_headers(given := pairs_of(headers, "headers"))
        check_subprotocols(subprotocols)
        check_timeout(timeout)
        await self.ready(timeout)
        name = name or self.free_name()
        client = Client(
            self.transport,
            name,
            path,
            naming=self.naming,
            headers=[*self.headers, *given],
            subprotocols=subprotocols,
            ready=self.ready,
            comes_back=self._comes_back,
            cookies=self.cookies(browser or name),
            reasons=self.reasons,
        )
        try:
            await self.transport.run(self._connected(client, timeout), timeout)
        except LoopBlocked as late:
            who = escaped(client.name)
            raise Late(
                f"{who} got no answer to its handshake within {timeout:g} s; {late}"
            ) from None
        return client

    async def _connected(self, client: Client, timeout: float) -> None:
        before = self.clients.get(client.name)
        self.clients[client.name] = client
        if before is not None and before.state == "open":
            with contextlib.suppress(Exception):
                await before.close(1000, "connected again")
        try:
            await client.open(timeout)
        except HandshakeRefused as refusal:
            status, body, why = refusal.status, refusal.body, client.why()
            raise HandshakeRefused(status, body, client.path, why, refusal.headers) from None

    def free_name(self) -> str:
        """Return a client name that is not in use: alice, bob, carol … then client-9."""
        busy = ("connecting", "open")
        taken = {name for name, client in self.clients.items() if client.state in busy}
        taken.update(self._others())
        free = (name for name in NAMES if name not in taken)
        numbered = (f"client-{number}" for number in range(len(NAMES) + 1, sys.maxsize))
        return next(free, None) or next(name for name in numbered if name not in taken)

    async def request(
        self,
        method: str,
        path: str,
        headers: HeaderItems = (),
        content: tuple[list[tuple[str, str]], bytes] = ([], b""),
        timeout: float = 10.0,
        name: str = NOTEBOOK,
    ) -> Response:
        """Send an HTTP request with a body from `body_of`; the log calls its sender by a name."""
        check_timeout(timeout)
        ask = await self._asking(method, path, headers, content, name, timeout)
        what = escaped(redact_path(f"{method.upper()} {path}"))
        since = self.reasons.now()
        try:
            late = partial(self.reasons.late, name, since)
            answer = await self.transport.run(_whole(ask, timeout, what, late), timeout)
        except LoopBlocked as blocked:
            raise Late(f"{_unanswered(what, timeout)}; {blocked}") from None
        except ResponseBroken as broken:
            why = self.reasons.failure(name, since)
            raise (ResponseBroken(method, path, why) if why else broken) from None
        self.cookies(name).take(path, answer.headers)
        if answer.status < 400:
            return answer
        why = self.reasons.failure(name, since) or self._meant(answer, path)
        return replace(answer, why=why)

    def _meant(self, answer: Response, path: str) -> str:
        return self.reasons.meant(answer.status, path, answer.body)

    @contextlib.asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        headers: HeaderItems = (),
        content: tuple[list[tuple[str, str]], bytes] = ([], b""),
        timeout: float | None = 10.0,
        name: str = NOTEBOOK,
    ) -> AsyncIterator[ResponseStream]:
        """Send an HTTP request and read the response as it comes; at the end it is let go of."""
        if timeout is not None:
            check_timeout(timeout)
        ask = await self._asking(method, path, headers, content, name, timeout)
        what = escaped(redact_path(f"{method.upper()} {path}"))
        late = partial(self.reasons.late, name, self.reasons.now())
        try:
            coming = await self.transport.run(_within(ask, timeout, what, late), timeout)
        except LoopBlocked as blocked:
            raise Late(f"{_unanswered(what, timeout)}; {blocked}") from None
        async with ResponseStream(self.transport, coming, what, timeout) as answer:
            self.cookies(name).take(path, answer.headers)
            yield answer

    async def _asking(
        self,
        method: str,
        path: str,
        headers: HeaderItems,
        content: tuple[list[tuple[str, str]], bytes],
        name: str,
        timeout: float | None,
    ) -> Callable[[], Awaitable[Coming]]:
        """Return what sends a request, once that has been looked over and new code is on stage."""
        check_method(method)
        check_path(path)
        check_headers(given := pairs_of(headers, "headers"))
        extra, body = content
        check_length(given, body)
        await self.ready(timeout)
        if (prepare := self.transport.prepare) is not None:
            with interruptible(self.transport.blocker):
                await asyncio.to_thread(prepare)
        sent = [self.naming(name), *self.headers, *extra, *given]
        sent = self.cookies(name).added(path, sent)
        return partial(self.transport.ask, method.upper(), path, headers=sent, body=body)

    def will_stop(self) -> None:
        """Have the clients say of 1012, which is to come, that the lab was stopped."""
        for client in list(self.clients.values()):
            client.ending = LAB_STOPPED

    def give_up(self, reason: str) -> None:
        """Take every connection for lost: the loop they are on is blocked."""
        for client in list(self.clients.values()):
            client.give_up(reason)

    async def see_the_end(self) -> None:
        """Wait, half a second at most, until every client has noticed that the server is gone."""
        listeners = [client.listener for client in self.clients.values() if client.listener]
        if listeners:
            await asyncio.wait(listeners, timeout=0.5)


def body_of(
    json: Any, form: FormItems | None, body: str | bytes
) -> tuple[list[tuple[str, str]], bytes]:
    """Return the content-type header and the body for what a request is to send."""
    if json is not None:
        json_text(json)  # which refuses what the app would
        return [("content-type", "application/json")], jsonlib.dumps(json).encode()
    if form is not None:
        fields = pairs_of(form, "form")
        for each in fields:
            check_text("".join(map(str, each)))
        kind = "application/x-www-form-urlencoded"
        return [("content-type", kind)], urlencode(fields).encode()
    if isinstance(body, str):
        check_text(body)
        return [], body.encode()
    if not isinstance(body, bytes | bytearray | memoryview):
        raise TypeError(
            f"expected body= as text or bytes, got {body!r}; write json= for a value as JSON, "
            f"form= for fields of a form, or body={str(body)!r}"
        )
    return [], bytes(body)


async def _within(
    work: Callable[[], Awaitable[Coming]],
    timeout: float | None,
    what: str,
    late: Callable[[], str],
) -> Coming:
    try:
        async with asyncio.timeout(timeout):
            return await work()
    except TimeoutError:
        raise Late(_unanswered(what, timeout, late())) from None


async def _whole(
    ask: Callable[[], Awaitable[Coming]], timeout: float, what: str, late: Callable[[], str]
) -> Response:
    coming = None
    try:
        async with asyncio.timeout(timeout):
            coming = await ask()
            return await whole(coming)
    except TimeoutError:
        if coming is None:
            raise Late(_unanswered(what, timeout, late())) from None
        raise Late(_unended(what, timeout, coming)) from None


def _unanswered(what: str, timeout: float | None, why: str = "") -> str:
    within = "" if timeout is None else f" within {timeout:g} s"
    return f"{what} was not answered{within}" + (f"; {why}" if why else "")


def _unended(what: str, timeout: float, coming: Coming) -> str:
    method, _, path = what.partition(" ")
    given = repr(path) if method == "GET" else f"{path!r}, method={method!r}"
    return (
        f"{what} was answered with {coming.status}, and the response did not end within "
        f"{timeout:g} s; pass timeout= to wait longer, or read it as it comes: "
        f"async with lab.stream({given}) as answer"
    )
