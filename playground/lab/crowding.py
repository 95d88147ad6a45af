"""A crowd of clients at a lab: begun, watched, ended with the lab, and told of in one row."""

from __future__ import annotations

import sys
from typing import Final

from playground.clients.pool import ClientPool
from playground.lab.code import Code
from playground.lab.remarks import Remarks
from playground.recorder import CrowdTap, Recorder
from playground.swarm import Crowd, Plan, endings
from playground.swarm.plan import checked
from playground.swarm.process import Apart
from playground.swarm.running import Running
from playground.swarm.swarming import CLOSING, PATIENCE, Script
from playground.swarm.travelling import check_script, packed
from playground.swarm.within import Within
from playground.transports import Transport
from playground.transports.waiting import interruptible

# Seconds that a crowd may be late, for a machine that is busy with it, and to start a process.
_LATE: Final = 20.0
_STUCK: Final = "its script does not await, so it could not end; await what takes long"
_STOPPED: Final = "the lab is stopped; lab.restart() starts it again"


class Crowding:
    """Has crowds talk to a lab, one at a time.

    Args:
        transport: How they reach the app.
        recorder: Writes few of them down.
        pool: Sees that new code is there.
        code: Says when it is.
        remarks: Writes the row that tells of a crowd.

    Attributes:
        running: The crowd at work, or the last one; None before any.
    """

    def __init__(
        self,
        transport: Transport,
        recorder: Recorder,
        pool: ClientPool,
        code: Code,
        remarks: Remarks,
    ) -> None:
        self._transport = transport
        self._recorder = recorder
        self._pool = pool
        self._code = code
        self._remarks = remarks
        self.running: Running | None = None
        self.last: Crowd | None = None

    async def swarm(self, plan: Plan, script: Script | None) -> Crowd:
        """Have a crowd come and talk; see `Lab.swarm`."""
        plan = checked(plan)
        if script is not None:
            check_script(script)
        if not self._transport.running and not self._transport.ended_by:
            raise RuntimeError(_STOPPED)
        await self._pool.ready()
        await self._code.settled()
        if self.running is not None and not self.running.over:
            raise RuntimeError(
                "expected one crowd at a time, got another while one talks; await that one first"
            )
        tap = CrowdTap(self._recorder)
        running = self.running = self._begin(plan._replace(mark=tap.mark), script)
        self._recorder.crowds.append(tap)
        self.last = None
        try:
            with interruptible(self._transport.blocker):
                await self._to_its_end(running)
        except BaseException:
            running.why = running.why or "it was interrupted"
            raise
        finally:
            running.end()
            running.finish()
            if running.printed:
                sys.stdout.write(f"{running.printed}\n")
            self._recorder.crowds.remove(tap)
            self.last = crowd = Crowd(running, tap.raised)
            self._remarks.tell(f"a crowd: {crowd.sentence()}")
        return crowd

    def stop(self, why: str) -> None:
        """Have the crowd at work leave, if there is one; from any thread."""
        if self.running is not None:
            self.running.stop(why)

    def _begin(self, plan: Plan, script: Script | None) -> Running:
        port = self._transport.port
        if port is None:
            return Within(plan, self._transport, script)
        return Apart(plan, f"ws://127.0.0.1:{port}", packed(script) if script else None)

    def resize(self, clients: int) -> None:
        """Have more clients come, or the newest leave.

        Raises:
            ValueError: There cannot be so many.
            RuntimeError: No crowd talks.
        """
        if self.running is None or self.running.over:
            raise RuntimeError("expected a crowd that talks, got none; await lab.swarm(…) first")
        checked(self.running.plan._replace(clients=clients))
        self.running.resize(clients)

    def forget(self) -> None:
        """Forget the crowd that is over: it stays in the log."""
        if self.running is not None and self.running.over:
            self.running = self.last = None

    async def _to_its_end(self, running: Running) -> None:
        plan = running.plan
        time = plan.ramp + plan.seconds + PATIENCE + 2 * CLOSING + _LATE
        if not await running.wait(time):
            running.why = _STUCK
        elif not running.whole:
            running.why = running.why or endings.UNKNOWN  # what it has said last is printed
