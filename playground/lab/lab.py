"""The lab itself: put together from its sides, and its life from `begin` to `stop`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any, Literal

from playground import kernel, output
from playground.beacon import Beacon
from playground.cloakroom import cloakroom
from playground.guard import Guard
from playground.lab.code import Code
from playground.lab.ground import STARTUP_DEADLINE, STOP_DEADLINE, TransportName
from playground.lab.health import Health
from playground.lab.rehearsing import Rehearsing
from playground.lab.spilling import Spilling
from playground.lab.views import Views
from playground.lab.watching import Watching
from playground.live.carrying import Carry
from playground.live.programme import Programme
from playground.live.redefinition import Redefinition
from playground.recorder import Recorder, doing
from playground.rehearsals import Rehearsals
from playground.stage import OnSwap, Stage, in_handler
from playground.traffic.log import Log
from playground.traffic.socketio import is_clients
from playground.transports import Transport
from playground.transports.endings import ending
from playground.visitors import Visitors


class Lab(Code, Rehearsing, Views, Watching, Health, Spilling):
    """An app being served. Made by `serve`.

    Attributes:
        name: What it is called.
        log: Its traffic: a sequence of entries.
        on_swap: What becomes of open sockets when the code changes.
        carry: What of the app's state goes on when the code changes.
        frames: Whether the frames of new connections are wanted in the log; see `see_frames`.
    """

    def __init__(
        self,
        name: str,
        transport: TransportName,
        log: Log,
        *,
        port: int,
        on_swap: OnSwap,
        carry: Carry,
        frames: bool,
        origins: Iterable[str],
        url: str | None,
    ) -> None:
        self.name = name
        self.log = log
        self.on_swap = on_swap
        self.carry = carry
        self._given_url = url
        self._stage = Stage(
            deadline=STARTUP_DEADLINE, on_trouble=self.tell, carried=doing, bound=_bound
        )
        self._rehearsals = Rehearsals(self._stage)
        self._guard = Guard(self._rehearsals, origins)
        self._programme = Programme(self._stage, self._write)
        self._recorder = Recorder(
            self._guard,
            log,
            revision=self._stage.revision_now,
            locate=kernel.place_of,
            home=lambda: self._programme.home,
            in_handler=in_handler,
            ending=ending,
            raised=output.troubles(lambda: self._programme.home).show,
        )
        self._beacon = Beacon(cloakroom(self._recorder), lambda: self.revision)
        self._transport = _transport(transport, self._beacon, port, self._write, self._closing)
        self._visitors = Visitors(self._transport, self._ready, self._advice)
        self._redefinition = Redefinition(self)
        self.see_frames(frames)
        self._settled = None
        self._spill = None

    def begin(self, app: Any) -> None:
        """Start serving. Called by `serve`.

        Args:
            app: What `serve` was given.

        Raises:
            NotOnStage: Then nothing is left running.
        """
        draft = self._draft(app)
        self._transport.start()
        self._or_stop(lambda: self._put_on_stage(draft))
        self._attend()

    def _or_stop(self, action: Callable[[], object]) -> None:
        """Do something without which there is nothing to serve."""
        try:
            action()
        except BaseException:
            self._transport.stop(STOP_DEADLINE)
            raise

    def serve_again(self, app: Any, *, because: str = "") -> None:
        """Serve under the same name: new code is swapped in, the same code goes on.

        Args:
            app: What `serve` was given.
            because: What led to it, for the log.
        """
        if self._programme.same(app) or app is self._programme.served:
            self._programme.stay(app)
            if not self.running:
                self.restart()
        elif self.running:
            self._put_on_stage(self._draft(app, because=because, if_new=True))
        else:
            self.begin(app)

    def fits(self, transport: str, port: int) -> bool:
        """Return whether this lab can go on for a `serve` with these wishes.

        Args:
            transport: The transport that is wanted.
            port: The port that is wanted; 0 for any.
        """
        return self._transport.name == transport and port in (0, self._transport.port)

    def _attend(self) -> None:
        output.route(self)
        self._redefinition.start()
        self._go_on_spilling()

    def stop(self) -> None:
        """Stop serving: sockets are closed with 1012, the port is free again.

        What that cut off is said in the log. Stopping what is stopped does nothing.
        """
        if not self.running:
            self._rest_spilling()
            return
        try:
            said = str(self._transport.stop(STOP_DEADLINE))
        except BaseException as error:
            said = str(error) or type(error).__name__
            raise
        finally:
            self._redefinition.stop()
            self._write("lab", f"stopped: {said}")
            output.unroute(self)
            self._rest_spilling()

    async def _closing(self) -> None:
        """The last thing done where the app lives: clients see the end, the app shuts down."""
        await self._visitors.see_the_end()
        failure = await self._stage.clear()
        if failure:
            self._write("lab", f"shutdown: {failure}")

    def restart(self) -> None:
        """Stop, make the app anew, and serve it on the same port; the revision stays what it is.

        Raises:
            NotOnStage: If it does not start this time; then the lab is stopped.
        """
        number = self._programme.number
        instance = self._draft(self._programme.served, number=number).instance
        self.stop()
        self._transport.start()
        self._or_stop(lambda: self._have(self._programme.again(instance), number))
        self._attend()


def _bound(scope: Mapping[str, Any]) -> str:
    """Return why a connection cannot go on with other code, "" if it can.

    Engine.IO's server keeps what it knows of a connection in the handler's own object; to another
    one it would be a client that never shook hands, and its client would wait for ever.
    """
    query = scope.get("query_string", b"").decode("latin-1")
    return "Socket.IO connects again" if is_clients(f"?{query}") else ""


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
