"""A lab's life: start, stop and restart."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

from playground.lab.code import Code
from playground.lab.files import Files
from playground.lab.gating import Gating
from playground.lab.remarks import Remarks
from playground.lab.spilling import Spilling
from playground.lab.unblocking import Unblocking
from playground.live.following import Followed
from playground.live.redefinition import Redefinition
from playground.live.staging import Staging
from playground.notebook import output
from playground.recorder import current_tap
from playground.traffic.giving_back import give_back
from playground.transports import Transport
from playground.watchdog import Watchdog

STOP_DEADLINE: Final = 5.0


class Life:
    """Starts and stops what has to run for as long as a lab serves.

    Args:
        transport: Lets clients in.
        staging: The revisions, and the one on stage.
        code: Puts code there.
        redefinition: Looks after each cell.
        spilling: Writes the traffic to a file.
        files: Looks after what is saved.
        remarks: Writes into the log.
        watchdog: Looks whether the app's event loop turns.
        unblocking: Sees that it does.
        gating: Holds handlers and messages up.
        ends: Called before it is stopped for good, and not for a restart.
        forget: Called after that.
    """

    def __init__(
        self,
        transport: Transport,
        staging: Staging,
        code: Code,
        redefinition: Redefinition,
        spilling: Spilling,
        files: Files,
        remarks: Remarks,
        watchdog: Watchdog,
        unblocking: Unblocking,
        gating: Gating,
        ends: Callable[[], None],
        forget: Callable[[], None],
    ) -> None:
        self._transport = transport
        self._staging = staging
        self._code = code
        self._redefinition = redefinition
        self._spilling = spilling
        self._files = files
        self._remarks = remarks
        self._watchdog = watchdog
        self._unblocking = unblocking
        self._gating = gating
        self._ends = ends
        self._forget = forget
        # Commands may come from the panel, from a thread, and from a cell at the same time.
        self._commands = threading.RLock()

    def begin(self, app: Any, followed: Followed | None = None) -> None:
        """Start serving an app.

        Args:
            app: The app.
            followed: By which name of the notebook it is followed; found out by default.

        Raises:
            NotOnStage: Then nothing is left running.
        """
        draft = self._code.draft(app, followed=followed)
        with self._command():
            self._start()
            self._or_stop(lambda: self._code.put(draft))
            self._attend()

    def go_on(self, app: Any, followed: Followed | None = None) -> None:
        """Serve under the same name: new code is swapped in, the same code goes on."""
        with self._command():  # one that is being stopped has ended by then
            running = self._transport.running
            if not running:
                if self._code.stays(app, followed):
                    self.restart()
                else:
                    self.begin(app, followed)
        if running:
            self._code.follow(app, followed=followed)

    def fits(self, transport: str, port: int) -> bool:
        """Return whether this lab can go on for a `serve` that wants a transport and a port."""
        return self._transport.name == transport and port in (0, self._transport.port)

    def stop(self) -> None:
        """Stop serving; see `Lab.stop`."""
        with self._command():
            self._ends()
            self._stop(anew=False)
            self._forget()
            give_back()

    def _stop(self, *, anew: bool) -> None:
        if self._transport.running:
            self._end(anew)
        else:
            self._files.rest()
            self._spilling.rest()

    def _end(self, anew: bool) -> None:
        said = ""
        self._unblocking.free(go_on=False, anew=anew)
        self._unblocking.stopping = True
        self._gating.hang_up()
        try:
            said = str(self._transport.stop(STOP_DEADLINE))
        except BaseException as error:
            said = str(error) or type(error).__name__
            raise
        finally:
            self._unblocking.stopping = False
            if not self._transport.running:
                self._gating.forget()
                self._watchdog.stop()
                self._redefinition.stop()
                self._files.rest()
                self._remarks.tell(f"stopped: {said}")
                output.unroute(self)
                self._spilling.rest()

    def restart(self) -> None:
        """Stop, make the app anew, and serve it on the same port; see `Lab.restart`."""
        with self._command():
            if self._transport.running or self._transport.ended_by:
                self._redefinition.look()
                instance = self._anew()
                self._stop(anew=True)
                self._start()
                self._or_stop(lambda: self._code.again(instance))
            else:
                self._stop(anew=True)
                self._start()
                self._or_stop(self._put_the_newest)
            self._attend()

    def _put_the_newest(self) -> None:
        """Put on stage what the learner has run last: a stopped lab has looked after no cell."""
        if not self._redefinition.catch_up():
            self._code.again(self._anew())

    def _anew(self) -> Any:
        staging = self._staging
        draft = self._code.draft(staging.served, number=staging.number, followed=staging.followed)
        return draft.instance

    @contextlib.contextmanager
    def _command(self) -> Iterator[None]:
        """Do one command after another, whichever threads they come from.

        What is refused is refused before anything was done about it.
        """
        self._transport.check_caller()
        with self._commands:
            yield

    def _start(self) -> None:
        self._transport.start()
        self._watchdog.start()

    def _or_stop(self, action: Callable[[], object]) -> None:
        """Do something without which there is nothing to serve."""
        try:
            action()
        except BaseException:
            self._watchdog.stop()
            self._transport.stop(STOP_DEADLINE)
            raise

    def _attend(self) -> None:
        output.route(self, current_tap)
        self._redefinition.start()
        self._spilling.go_on()
        self._files.go_on()
