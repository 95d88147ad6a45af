"""A lab is put together here: each of its parts (`parts` names them) from those that it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from micropie import App
from playground.clients.pool import ClientPool
from playground.entrance.chain import Entrance, entrance
from playground.lab.addresses import Addresses
from playground.lab.code import Code, Policies
from playground.lab.crowding import Crowding
from playground.lab.escapes import watcher
from playground.lab.exploring import Exploring
from playground.lab.files import Files
from playground.lab.frames import FrameSwitch
from playground.lab.fuzzing import Fuzzing
from playground.lab.gating import Gating
from playground.lab.keeping import Keeping
from playground.lab.life import Life
from playground.lab.network import Network
from playground.lab.parts import Parts, TransportName
from playground.lab.pausing import Pausing
from playground.lab.proved import proved
from playground.lab.reasons import LogReasons
from playground.lab.rehearsing import Rehearsing
from playground.lab.remarks import Remarks
from playground.lab.seeing import Seeing
from playground.lab.spilling import Spilling
from playground.lab.standing import Sight
from playground.lab.taken import Taken
from playground.lab.unblocking import Unblocking
from playground.lab.verifying import Verifying
from playground.lab.views import Views
from playground.lab.watching import Watching
from playground.live.known import Known
from playground.live.redefinition import Redefinition
from playground.live.staging import STARTUP_DEADLINE, Staging
from playground.notebook import kernel, output
from playground.plain.site import PanelSite
from playground.recorder import Recorder, client_of, doing
from playground.stage import Stage
from playground.traffic.log import Log
from playground.traffic.model import LAB_STOPPED
from playground.traffic.socketio import is_clients
from playground.transports import Transport
from playground.transports.endings import ending
from playground.transports.held_loop import Watcher
from playground.watchdog import Named, Watchdog

if TYPE_CHECKING:
    from playground.widgets.controls import Controls


def wired(
    name: str,
    transport_name: TransportName,
    log: Log,
    policies: Policies,
    *,
    port: int,
    origins: Iterable[str],
    url: str | None,
) -> Parts:
    """Make the parts of a lab; nothing is started.

    Args:
        name: What the lab is called.
        transport_name: How clients reach it.
        log: Where its traffic goes.
        policies: What a swap does.
        port, origins, url: See `serve`.
    """
    wiring = _Wiring(name, transport_name, log, policies, port, origins, url)
    wiring.parts = Parts(**{each.name: getattr(wiring, each.name) for each in fields(Parts)})
    return wiring.parts


class _Wiring:
    """Each part, made when another needs it.

    A part that asks for one that is made of it is given a function: nothing calls that before all
    parts are there.
    """

    parts: Parts

    def __init__(
        self,
        name: str,
        transport_name: TransportName,
        log: Log,
        policies: Policies,
        port: int,
        origins: Iterable[str],
        url: str | None,
    ) -> None:
        self.name, self.log, self.policies = name, log, policies
        self._transport_name, self._port = transport_name, port
        self._origins, self._url = origins, url

    @cached_property
    def stage(self) -> Stage:
        return Stage(
            deadline=STARTUP_DEADLINE,
            on_trouble=lambda text: self.remarks.tell(text),
            context_variable=doing,
            stays_with_its_code=_stays_with_its_code,
        )

    @cached_property
    def remarks(self) -> Remarks:
        return Remarks(self.log, lambda: self.stage.revision)

    @cached_property
    def staging(self) -> Staging:
        staging = Staging(self.stage, self.remarks.write)
        self.log.sources = lambda: proved(staging.revisions)
        staging.listeners.append(lambda swapped: self._taken.read())
        return staging

    @cached_property
    def _taken(self) -> Taken:
        return Taken(self._recorder, self.staging, self.remarks.tell)

    @cached_property
    def entrance(self) -> Entrance:
        made = _entrance(self.stage, self.staging, self.log, self._origins)
        self.stage.raised = lambda error: made.recorder.escaped(
            error, None, lambda: None, sure=True
        )
        return made

    @property
    def _recorder(self) -> Recorder:
        return self.entrance.recorder

    @cached_property
    def transport(self) -> Transport:
        closing = _closing(lambda: self.pool, self.stage, self.remarks)
        watching = watcher(self._recorder, self.stage, self.staging, self.remarks.tell)
        isolation = self.entrance.isolation
        return _transport(self._transport_name, isolation, self._port, watching, closing)

    @cached_property
    def watchdog(self) -> Watchdog:
        made = Watchdog(
            self.transport.runner,
            Named(kernel.place_of, client_of),
            lambda said: self.unblocking.noticed(said),
            lambda: self.unblocking.still(),
            lambda: self._taken.look(),
        )
        self.transport.blocker = made.blocker
        return made

    @cached_property
    def unblocking(self) -> Unblocking:
        return Unblocking(
            self.watchdog,
            self.transport,
            self.staging,
            self.pool,
            kernel.place_of,
            self.remarks.tell,
            lambda: self.gating.forget(),
        )

    @cached_property
    def frames(self) -> FrameSwitch:
        return FrameSwitch(self.transport, self._recorder, self.remarks.tell)

    @cached_property
    def _known(self) -> Known:
        return Known()

    @cached_property
    def code(self) -> Code:
        return Code(
            self.staging, self.transport, self._known, self.policies, lambda: self.unblocking.free()
        )

    @cached_property
    def redefinition(self) -> Redefinition:
        transport = self.transport
        return Redefinition(
            self.staging,
            self.code,
            self._known,
            lambda: transport.running or bool(transport.ended_by),
            self._forget_places,
            self.remarks.tell,
        )

    def _forget_places(self) -> None:
        self._recorder.forget_places()
        self.pausing.after_cell()

    @cached_property
    def pool(self) -> ClientPool:
        policies, recorder = self.policies, self._recorder
        return ClientPool(
            self.transport,
            _ready(self.code, self.redefinition),
            self._reasons,
            recorder.callers.naming,
            others=lambda: {each.name for each in recorder.guests()},
            comes_back=lambda: policies.latest == "close",
        )

    @cached_property
    def _reasons(self) -> LogReasons:
        staging = self.staging
        return LogReasons(
            self.log,
            lambda: staging.routes() if isinstance(staging.app, App) else [],
            lambda: self.gating.gates,
            lambda: self.sight.look(variables=False).standings,
        )

    @cached_property
    def rehearsing(self) -> Rehearsing:
        rehearsals, tell = self.entrance.rehearsals, self.remarks.tell
        return Rehearsing(self.staging, rehearsals, self.transport, self.pool, self.code, tell)

    @cached_property
    def exploring(self) -> Exploring:
        return Exploring(self.staging, self.pool, self.code)

    @cached_property
    def crowding(self) -> Crowding:
        return Crowding(self.transport, self._recorder, self.pool, self.code, self.remarks)

    @cached_property
    def fuzzing(self) -> Fuzzing:
        return Fuzzing(self.log, self.staging, self.pool, self.code)

    @cached_property
    def keeping(self) -> Keeping:
        return Keeping(self.staging, self.log, self.pool, self.code)

    @cached_property
    def addresses(self) -> Addresses:
        return Addresses(self.transport, self._url)

    @cached_property
    def watching(self) -> Watching:
        return Watching(self.log, self.transport)

    @cached_property
    def sight(self) -> Sight:
        return Sight(self.log, self._recorder, self.transport)

    @cached_property
    def seeing(self) -> Seeing:
        tell = self.remarks.tell
        return Seeing(self.log, self._recorder, self.stage, self.staging, self.transport, tell)

    @cached_property
    def gating(self) -> Gating:
        return Gating(self.log, self._recorder, self.stage, self.transport)

    @cached_property
    def network(self) -> Network:
        return Network(self.gating)

    @cached_property
    def pausing(self) -> Pausing:
        told = Verifying(self.staging, self.log), self.remarks.tell
        made = Pausing(self.gating, self.log, self.sight, self.transport, *told)
        self.staging.listeners.append(made.follow)
        return made

    @cached_property
    def spilling(self) -> Spilling:
        return Spilling(self.log, self.remarks.tell)

    @cached_property
    def files(self) -> Files:
        made = Files(self.staging, self.code, self.transport, self.remarks)
        self.redefinition.is_looked_after = made.is_followed
        return made

    @cached_property
    def life(self) -> Life:
        return Life(
            self.transport,
            self.staging,
            self.code,
            self.redefinition,
            self.spilling,
            self.files,
            self.remarks,
            self.watchdog,
            self.unblocking,
            self.gating,
            lambda: _will_stop(self.pool, self._recorder, self.crowding),
            lambda: _has_stopped(self.pool, self._recorder, self.panel_site),
        )

    @cached_property
    def views(self) -> Views:
        return Views(lambda: _controls(self.parts), self.log)

    @cached_property
    def panel_site(self) -> PanelSite:
        identity, panel = self.entrance.identity, lambda: self.parts.views.panel
        return PanelSite(self.name, panel, self.transport, identity)


def _will_stop(pool: ClientPool, recorder: Recorder, crowding: Crowding) -> None:
    """Have clients and log say of 1012, which is to come, that the lab was stopped."""
    crowding.stop(LAB_STOPPED)
    pool.will_stop()
    recorder.stops_for = LAB_STOPPED


def _has_stopped(pool: ClientPool, recorder: Recorder, site: PanelSite) -> None:
    site.rest()
    pool.forget_cookies()
    recorder.stops_for = ""


def _entrance(stage: Stage, staging: Staging, log: Log, origins: Iterable[str]) -> Entrance:
    return entrance(
        stage,
        log,
        trusted=origins,
        revision=lambda: staging.revision,
        locate=kernel.place_of,
        home=staging.home,
        ending=ending,
        raised=output.handler_exceptions(staging.home_of).show,
    )


def _closing(
    pool: Callable[[], ClientPool], stage: Stage, remarks: Remarks
) -> Callable[[], Coroutine[Any, Any, None]]:
    async def closing() -> None:
        """The last thing done where the app lives: clients see the end, the app shuts down."""
        await pool().see_the_end()
        failure = await stage.clear()
        if failure:
            remarks.tell(f"shutdown: {failure}")

    return closing


def _ready(code: Code, redefinition: Redefinition) -> Callable[..., Awaitable[None]]:
    async def ready(timeout: float | None = None) -> None:
        """See that what the cell has defined so far is on stage, within so many seconds."""
        redefinition.look()
        if code.is_awaited_here():
            await code.settled(timeout)

    return ready


def _stays_with_its_code(scope: Mapping[str, Any]) -> str:
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
    watching: Watcher,
    closing: Callable[[], Coroutine[Any, Any, None]],
) -> Transport:
    if name == "memory":
        from playground.transports.memory_thread import memory_transport

        return memory_transport(app, closing, watching)
    from playground.transports.server import ServerTransport

    return ServerTransport(app, port, watching.trouble, closing, watching)


def _controls(parts: Parts) -> Controls:
    from playground.lab.controls import LabControls

    return LabControls(parts)
