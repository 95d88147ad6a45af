"""The gates of a lab: put together with its recorder and stage, and reached from any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from playground.gates.breakpoints import Working
from playground.gates.gates import Gates
from playground.lab.asking import clients_in
from playground.recorder import Recorder, client_of, doing, now
from playground.recorder.gated import Passed
from playground.recorder.websocket import WebSocketTap
from playground.stage import Stage
from playground.traffic.log import Log
from playground.transports import Transport
from playground.transports.endings import break_off
from playground.transports.waiting import answer_here

T = TypeVar("T")

# Seconds for the app's event loop to take a rule.
_DEADLINE: Final = 5.0


class Gating:
    """Everything that may hold up a lab's messages.

    Args:
        log: The lab's.
        recorder: Has the connections.
        stage: Knows which of them are with new code.
        transport: Knows the event loop.
    """

    def __init__(self, log: Log, recorder: Recorder, stage: Stage, transport: Transport) -> None:
        self._log = log
        self._recorder = recorder
        self._stage = stage
        self._transport = transport
        self.gates = Gates(
            log,
            recorder.sockets.values,
            self._tell_of_new,
            self._at_work,
            _owner,
            self._why_cancelled,
            Passed,
            recorder.places.lines,
        )

    def _tell_of_new(self, opened: Callable[[Any], None] | None) -> None:
        self._recorder.opened = opened

    def _why_cancelled(self, socket: WebSocketTap) -> str:
        """Return why a handler is cancelled: by a swap, or for a reason that the stage has not."""
        for each in self._stage.connections:
            run = each.run
            if run is not None and run.cancelled and _belongs(each.scope, socket):
                return "new code took its connection, when its time to finish was over"
        return "" if self._transport.running else "the lab was stopped"

    def _at_work(self) -> Working:
        seq, _, revision = doing.get()
        return Working(seq, _owner(), revision or self._recorder.revision())

    def there(self, function: Callable[[], T]) -> T:
        """Call a function that does not wait on the app's event loop; return what it returns.

        Raises:
            LoopBlocked: If the loop did not turn within five seconds.
        """
        runner = self._transport.runner()
        if runner is None or threading.current_thread() is runner.thread:
            return function()
        future: Future[T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(function())
            except BaseException as error:
                future.set_exception(error)

        try:
            runner.loop.call_soon_threadsafe(work)
        except RuntimeError:  # it has just ended, and with it every connection
            return function()
        return answer_here(future, _DEADLINE, self._transport.blocker)

    def cut(self, client: str) -> int:
        """Cut every line of a client; return how many. Used on the app's event loop.

        Raises:
            RuntimeError: If the server does not show them.
        """
        lines = [each for each in self.sockets() if each.client == client]
        for each in lines:
            self.gates.gate_of(each).cut()
            if not break_off(each.from_server):
                raise RuntimeError(
                    "expected a server that shows its connections, got one that does not; "
                    "with transport='memory' a line can be cut"
                )
        return len(lines)

    def sockets(self) -> list[WebSocketTap]:
        """Return the connections that are open."""
        return [each for each in list(self._recorder.sockets.values()) if each.is_open]

    def clients(self) -> list[str]:
        """Return the clients that have, or had, a WebSocket."""
        return clients_in(self._log)

    def say(self, text: str) -> None:
        """Write into the log what the network does from now on."""
        revision = self._stage.revision
        self._log.append(now(), 0, "link", "lab", text, len(text.encode()), revision=revision)

    def hang_up(self) -> None:
        """Let everybody go on, and lose what is in flight: the lab is about to stop."""
        runner = self._transport.runner()
        if runner is None:
            self.gates.hang_up("the lab was stopped")
        elif self.gates.are_there:
            self.there(lambda: self.gates.hang_up("the lab was stopped"))

    def forget(self) -> None:
        """Forget every connection: their event loop has ended, or is left behind."""
        self.gates.forget_all()
        self._recorder.sockets.clear()


def _owner() -> WebSocketTap | None:
    tap = doing.get()[1]
    return tap if isinstance(tap, WebSocketTap) else None


def _belongs(scope: Any, socket: WebSocketTap) -> bool:
    return client_of(scope) == socket.client and tap_of_scope(scope) is socket


def tap_of_scope(scope: Any) -> Any:
    """Return what records the exchange of a scope that was given to an app."""
    return getattr(scope.get("micropie.error_hook"), "__self__", None)
