"""A fresh app with a recorder, a log and clients of its own, on the clock that runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import unquote

from micropie import App
from micropie.listing import Route, routes
from micropie.testing import Client
from playground.clients.pool import ClientPool
from playground.clients.reasons import Reasons
from playground.recorder import Recorder
from playground.recorder.tap import CLIENT, ERROR_HOOK, Receive, Scope, Send
from playground.traffic.log import Log
from playground.transports.memory import MemoryTransport, client_of

_NAME = b"x-playground-client"
_HOOK = "playground.error_hook"

# What the clients of an exercise are called, before the name that its script gives them.
_CHECK = "check"

Reasoning = Callable[[Log, Callable[[], list[Route]]], Reasons]


class ClockLog(Log):
    """A log whose times are those of the clock that runs, after the beginning of the first."""

    def begin(self, *fields: Any, **more: Any) -> int:
        """Begin an exchange; see `Log.begin`."""
        if len(fields) > 6:
            fields = (*fields[:6], _now(), *fields[7:])
        return super().begin(*fields, **more)

    def append(self, at: float, *fields: Any, **more: Any) -> int | None:
        """Add a row; see `Log.append`."""
        return super().append(_now(), *fields, **more)

    @property
    def take(self) -> Callable[[Any], None]:
        """A function that takes a row; see `Log.take`."""
        take = super().take
        return lambda row: take((row[0], _now(), *row[2:]))


def _now() -> float:
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return 0.0


class ClockTransport(MemoryTransport):
    """Leads a pool's clients to an in-process client that is there already."""

    def __init__(self, client: Client) -> None:
        super().__init__(client.app)
        self._given = client

    def start(self) -> None:
        """Take the running loop, and the client."""
        self._loop = asyncio.get_running_loop()
        self._client = self._given


class Apart:
    """An app that is made for one run, and what its clients are.

    Args:
        make: Makes an app; called again for another worker.
        locate: Returns what to call a source file, such as ``In[5]``.
        reasons: Given the log and what returns the routes, knows why the app failed.
        revision: The number of the code.

    Attributes:
        log: The traffic of this run.
        app: The app.
        seen: The number of the newest row before each step.
    """

    def __init__(
        self,
        make: Callable[[], Any],
        locate: Callable[[str], str | None],
        reasons: Reasoning,
        revision: int = 0,
    ) -> None:
        self._make = make
        self._locate = locate
        self._reasons = reasons
        self._revision = revision
        self.log: Log = ClockLog()
        self.seen: list[int] = []
        self._last = 0
        self.app = make()
        self.recorder = self._recorded(self._heard)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Whose hook it is, the recorder puts its own in place of.
        await self.recorder({**scope, _HOOK: scope.get(ERROR_HOOK)}, receive, send)

    async def _heard(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have an exception go into the log, and to whoever listens outside."""
        outer: Any = scope.get(_HOOK)
        log: Any = scope.get(ERROR_HOOK)

        def both(error: BaseException, request: object = None) -> bool:
            return bool(log is not None and log(error, request)) | bool(outer(error, request))

        if outer is not None:
            scope[ERROR_HOOK] = both
        if CLIENT in scope:
            scope[CLIENT] = named(scope[CLIENT])
        await self.app(scope, receive, send)

    def _recorded(self, app: Any) -> Recorder:
        revision = self._revision
        recorder = Recorder(app, self.log, revision=lambda: revision, locate=self._locate)
        recorder.silent = True  # it would be shown once for each order
        return recorder

    def end(self) -> None:
        """Note that all is said: what comes now is clients that are sent away."""
        self._last = self.log.last

    def whole(self) -> Log:
        """Return the traffic of this run, to its end."""
        return Log.restored(self.log.filter(lambda entry: entry.seq <= self._last))

    def pool(self, client: Client) -> ClientPool:
        """Return the clients that reach it by an in-process one."""
        transport = ClockTransport(client)
        transport.start()
        return ClientPool(
            transport,
            _at_once,
            self._reasons(self.log, self.routes),
            self.recorder.callers.naming,
        )

    def routes(self) -> list[Route]:
        """Return the routes of the app."""
        return routes(self.app) if isinstance(self.app, App) else []

    @contextlib.asynccontextmanager
    async def another(self, clients: ClientPool) -> AsyncIterator[ClientPool]:
        """Make the app once more, as another worker would; its acts wait for no turn."""
        recorder = self._recorded(self._make())
        transport = ClockTransport(client_of(recorder))
        transport.start()
        naming = recorder.callers.naming
        yield ClientPool(transport, _at_once, clients.reasons, naming)

    def name_clients(self) -> None:
        """Call clients in the log as the script does."""
        for exchange in self.log.exchanges:
            self.log.rename(exchange.id, named(exchange.client))


def called(path: str, headers: list[tuple[bytes, bytes]]) -> str:
    """Return what the client of a request is called, by the header that says it."""
    said = dict(headers).get(_NAME, b"").partition(b";")[0]
    return named(unquote(said.decode("latin-1")))


def named(client: str) -> str:
    """Return a client's name as a script gave it: ``ada`` for ``check-ada``."""
    if client == _CHECK:
        return "the client"
    return client.removeprefix(f"{_CHECK}-")


async def _at_once(timeout: float | None = None) -> None:
    """Wait for nothing: the code is there."""
