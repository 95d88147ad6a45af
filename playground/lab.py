"""Lab: an app that is being served, its traffic and its clients, as one object."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from micropie import App
from micropie.routing import Route, routes
from playground import kernel, output
from playground.advice import advice_for, check_app
from playground.clients import Client
from playground.guard import Guard
from playground.programme import Programme, instance_of
from playground.recorder import Recorder, now
from playground.redefinition import Redefinition
from playground.stage import OnSwap, Stage
from playground.traffic.log import Log
from playground.transports import HandshakeRefused, Response, Transport, count
from playground.urls import Address, browser_address, websocket_url
from playground.visitors import HeaderItems, Visitors, body_of

if TYPE_CHECKING:
    from playground.widgets.console import Console
    from playground.widgets.panel import Panel
    from playground.widgets.routes import RouteList
    from playground.widgets.traffic import TrafficTable

TransportName = Literal["server", "memory"]

# An app's start-up may take this many seconds; a call from a cell waits a little longer.
STARTUP_DEADLINE = 10.0
STOP_DEADLINE = 5.0


class Lab:
    """An app being served. Made by `serve`.

    Attributes:
        name: What it is called.
        log: Its traffic: a sequence of entries.
        on_swap: What becomes of open sockets when the code changes.
    """

    def __init__(
        self,
        name: str,
        transport: TransportName,
        log: Log,
        *,
        port: int,
        on_swap: OnSwap,
        origins: Iterable[str],
        url: str | None,
    ) -> None:
        self.name = name
        self.log = log
        self.on_swap: OnSwap = on_swap
        self._given_url = url
        self._stage = Stage(deadline=STARTUP_DEADLINE)
        self._guard = Guard(self._stage, origins)
        self._programme = Programme(self._stage, self._write, kernel.place_of)
        self._recorder = Recorder(
            self._guard,
            log,
            revision=self._stage.revision_now,
            locate=kernel.place_of,
            home=lambda: self._programme.home,
        )
        self._transport = _transport(transport, self._recorder, port, self._write, self._closing)
        self._visitors = Visitors(self._transport, self._ready, self._advice)
        self._redefinition = Redefinition(self, self._complaint)
        self._settled: asyncio.Future[Any] | None = None

    # -- serving ---------------------------------------------------------------------------------

    def begin(self, app: Any) -> None:
        """Start serving. Called by `serve`.

        Raises:
            StartupFailed: Then nothing is left running.
        """
        self._transport.start()
        try:
            self._put_on_stage(app)
        except BaseException:
            self._transport.stop(STOP_DEADLINE)
            raise
        self._attend()

    def serve_again(self, app: Any) -> None:
        """Serve under the same name: new code is swapped in, the same code goes on."""
        if self._programme.same(app) or app is self._programme.served:
            self._programme.stay(app)
            if not self.running:
                self.restart()
        elif self.running:
            self._put_on_stage(app)
        else:
            self.begin(app)

    def fits(self, transport: str, port: int) -> bool:
        """Return whether this lab can go on for a `serve` with these wishes."""
        return self._transport.name == transport and port in (0, self._transport.port)

    def swap(self, app: Any, *, on_swap: OnSwap | None = None) -> int | Awaitable[int]:
        """Put other code on stage; open sockets are treated as `on_swap` says.

        Args:
            app: An `App` subclass, an instance, or any ASGI app.
            on_swap: For this once, instead of the lab's own.

        Returns:
            The new revision's number; with the memory transport an awaitable of it.

        Raises:
            StartupFailed: Then the old code goes on serving.
        """
        check_app(app)
        return self._put_on_stage(app, on_swap)

    def _put_on_stage(self, app: Any, on_swap: OnSwap | None = None) -> int | Awaitable[int]:
        instance = self._programme.make(app)
        policy = on_swap or self.on_swap
        self._visitors.reconnect = policy == "close"
        for client in self.clients.values():
            client.reconnects = policy == "close"
        number: int | Awaitable[int] = self._have(self._programme.put(app, instance, policy))
        return number

    def _have(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Have something done on the stage: at once, or where nothing may block, soon."""
        done = self._transport.call(work, STARTUP_DEADLINE + 2)
        if isinstance(done, asyncio.Future):
            self._settled = done
            # A failure is told in the panel and the log; whoever awaits it gets it raised.
            done.add_done_callback(lambda task: task.cancelled() or task.exception())
        return done

    def _attend(self) -> None:
        output.route(self)
        self._redefinition.start()

    def stop(self) -> None:
        """Stop serving: sockets are closed with 1012, the port is free again.

        What that cut off is said in the log. Stopping what is stopped does nothing.
        """
        if not self.running:
            return
        cut = self._transport.stop(STOP_DEADLINE)
        self._redefinition.stop()
        self._write("lab", f"stopped: {cut}")
        output.unroute(self)

    async def _closing(self) -> None:
        """The last thing done where the app lives: clients see the end, the app shuts down."""
        await self._visitors.see_the_end()
        failure = await self._stage.clear()
        if failure:
            self._write("lab", f"shutdown: {failure}")

    def restart(self) -> None:
        """Stop, make the app anew, and serve it on the same port; the revision stays what it is."""
        instance = instance_of(self._programme.served)
        self.stop()
        self._transport.start()
        self._have(self._programme.again(instance))
        self._attend()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start a coroutine where the app lives, from any thread, and do not wait for it."""
        self._transport.spawn(work)

    def _write(self, kind: Literal["swap", "lab"], text: str) -> None:
        size, revision = len(text.encode()), self._stage.revision
        self.log.append(now(), 0, kind, "lab", text, size, revision=revision)

    # -- live code -------------------------------------------------------------------------------

    @property
    def served(self) -> Any:
        """What was given to `serve`: a class, an instance, or an ASGI app."""
        return self._programme.served

    def look(self) -> None:
        """Serve the class that the served one's name stands for now, if that is a new one."""
        self._redefinition.look()

    def forget_places(self) -> None:
        """Find out anew which cell each line belongs to: one run again has another number."""
        self._recorder.forget_places()

    def _complaint(self, error: Exception) -> str:
        """Say in a few lines why a redefined class is not on stage."""
        cause = error.__cause__ or error
        where, trace = self._recorder.trace(cause.__traceback__)
        told = f"{self.name}: the new class is not on stage; revision {self.revision} still serves."
        lines = [told, trace if where else "", f"{type(cause).__name__}: {cause}"]
        return "\n".join(line for line in lines if line)

    async def _ready(self) -> None:
        """See that what the cell has defined so far is on stage.

        Where nothing may block a swap is still under way; it is waited for here.
        """
        self.look()
        settled = self._settled
        if settled is not None:
            await asyncio.wait({settled})
            self._settled = None
            if not self._stage.revision:  # the very first start-up failed, and nobody could be told
                await settled

    def source(self, revision: int | None = None) -> str:
        """Return the source of a revision, by default of the newest."""
        revisions = self._programme.revisions
        return revisions.get(revision or len(revisions.kept)).source

    def diff(self, old: int, new: int) -> str:
        """Return how the source changed from one revision to another, as a unified diff."""
        return self._programme.revisions.diff(old, new)

    @property
    def revision(self) -> int:
        """The number of the code on stage, from 1; while the lab is stopped, of the last there."""
        return self._stage.revision or len(self._programme.revisions.kept)

    @property
    def app(self) -> Any:
        """The instance on stage."""
        return self._programme.app

    @property
    def note(self) -> str:
        """A sentence about what is wrong with the app, "" if nothing is known to be."""
        return self._programme.note

    # -- addresses -------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether clients can connect."""
        return self._transport.running

    @property
    def port(self) -> int | None:
        """The TCP port on 127.0.0.1; None for the memory transport."""
        return self._transport.port

    @property
    def local_url(self) -> str:
        """The address for programs on this machine; "" for the memory transport."""
        return f"http://127.0.0.1:{self.port}/" if self.port else ""

    @property
    def address(self) -> Address:
        """The address a browser should use, how it was found, and what it may lack."""
        if self.port is None:
            return Address("", "in-process", "There is no network here, so no address.")
        return browser_address(self.port, given=self._given_url)

    @property
    def url(self) -> str:
        """The address a browser should use; "" for the memory transport."""
        return self.address.url

    def ws_url(self, path: str = "/") -> str:
        """Return the WebSocket address of a path, for a browser."""
        return websocket_url(self.url) + path.removeprefix("/") if self.url else ""

    def trust(self, origin: str) -> None:
        """Let pages of another origin talk to the app; the page that shows the notebook is one."""
        self._guard.trust(origin)

    # -- visits ----------------------------------------------------------------------------------

    @property
    def clients(self) -> dict[str, Client]:
        """The lab's own clients by name, closed ones too."""
        return self._visitors.clients

    @property
    def sockets(self) -> int:
        """How many WebSockets are open, whoever opened them."""
        return self._stage.sockets

    def handlers(self) -> list[Route]:
        """Return what the app on stage serves; empty for a foreign ASGI app."""
        return routes(self.app) if isinstance(self.app, App) else []

    def _advice(self, refusal: HandshakeRefused) -> str:
        return advice_for(refusal.status, refusal.path, self.handlers(), "websocket")

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
            headers: More request headers.
            subprotocols: What it offers to speak, best first.
            timeout: Seconds for the handshake.

        Raises:
            HandshakeRefused: If the app refuses, with status, body and advice.
            TimeoutError: If no answer came.
        """
        return await self._visitors.connect(path, client, headers, subprotocols, timeout)

    async def request(
        self,
        method: str,
        path: str = "/",
        *,
        headers: HeaderItems = (),
        json: Any = None,
        form: Mapping[str, str] | None = None,
        body: str | bytes = b"",
        timeout: float = 10.0,
    ) -> Response:
        """Send an HTTP request.

        Args:
            method: ``"GET"``, ``"POST"`` …
            path: Path and query.
            headers: Request headers.
            json, form, body: What to send: a JSON value, form fields, or the body itself.
            timeout: Seconds for the whole response.

        Raises:
            TimeoutError: If there was no whole response in time.
        """
        content = body_of(json, form, body)
        return await self._visitors.request(method, path, headers, content, timeout)

    async def get(self, path: str = "/", **options: Any) -> Response:
        """Send a GET request; see `request`."""
        return await self.request("GET", path, **options)

    async def post(self, path: str = "/", **options: Any) -> Response:
        """Send a POST request; see `request`."""
        return await self.request("POST", path, **options)

    # -- looking ---------------------------------------------------------------------------------

    @functools.cached_property
    def panel(self) -> Panel:
        """The whole panel: status, routes, clients and traffic."""
        from playground.controls import LabControls
        from playground.widgets.panel import Panel

        return Panel(LabControls(self), self.log)

    @property
    def traffic(self) -> TrafficTable:
        """The traffic table alone."""
        return self.panel.traffic

    @property
    def routes(self) -> RouteList:
        """The routes alone."""
        return self.panel.routes

    def console(self, client: str | None = None) -> Console:
        """Return the client console alone, with one of the clients chosen."""
        console = self.panel.console
        if client is not None:
            console.choose(client)
        return console

    def __repr__(self) -> str:
        if not self.running:
            return f"<Lab {self.name}: stopped; lab.restart() starts it again>"
        where = self.local_url or "in this loop (no network)"
        open_now = count(self.sockets, "socket")
        return f"<Lab {self.name}: revision {self.revision} at {where}, {open_now} open>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if kernel.shell() is None:
            return {"text/plain": repr(self)}
        return self.panel._repr_mimebundle_(include=include, exclude=exclude)


def _transport(
    name: TransportName,
    app: Any,
    port: int,
    write: Callable[[Literal["swap", "lab"], str], None],
    closing: Callable[[], Coroutine[Any, Any, None]],
) -> Transport:
    if name == "memory":
        from playground.transports.memory import MemoryTransport

        return MemoryTransport(app, closing)
    from playground.transports.server import ServerTransport

    return ServerTransport(app, port, functools.partial(write, "lab"), closing)
