"""A crowd in a process of its own, which ends with this one, whatever becomes of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from playground.outside.programs import Program
from playground.swarm import endings
from playground.swarm.apart import MARK, order
from playground.swarm.limits import check_room
from playground.swarm.plan import Plan
from playground.swarm.running import Running
from playground.swarm.standing import Standing

# It imports what this process would: the learner's modules too.
_START: Final = (
    "import sys; sys.path[:] = {paths!r}; from playground.swarm.apart import main; main()"
)
# So much of what a script has printed is shown when its process broke down.
_SHOWN: Final = 2000
# Seconds without a turn of its loop after which it says where it stands. Twice, and it is ended.
_STILL: Final = 1.5
# Seconds for a process to be gone that has closed its output.
_END: Final = 5.0


class Apart(Running):
    """A crowd in a process of its own.

    Args:
        plan: What it does.
        base: Where the server is, as ``"ws://127.0.0.1:8000"``.
        script: A script's name, and the text of a module that has it; None for none.

    Raises:
        ValueError: The system does not let a process have so many sockets.
    """

    def __init__(self, plan: Plan, base: str, script: tuple[str, str] | None = None) -> None:
        check_room(plan.clients)
        super().__init__(plan, scripted=script is not None)
        self._standing = Standing(script[1] if script else "")
        start = _START.format(paths=[str(Path(each).absolute()) for each in sys.path])
        command = [sys.executable, "-c", start]
        self._program = Program(command, Path.cwd(), heard=self._hear, ended=self._fell_silent)
        self._program.tell(order(plan, base, script, _STILL))

    def resize(self, clients: int) -> None:
        """Have more clients come, or the newest leave."""
        check_room(clients)
        self.wanted = clients
        self._program.tell(json.dumps({"clients": clients}))

    def stop(self, why: str) -> None:
        """Have all of them leave now; say why."""
        if not self.over:
            self.why = self.why or why
            self._program.tell(json.dumps({"stop": True}))

    def end(self) -> None:
        """End the process, if it has not ended by itself."""
        self._program.stop()

    def _hear(self, line: str) -> bool:
        if line.startswith(MARK):
            self._take(json.loads(line[1:]))
            return True
        if not self._standing.heard(line):
            return line == "\n"
        if self._standing.stuck and not self.over:
            self.why = endings.STUCK.format(self._standing.stuck)
            self.finish()
        return True

    def _take(self, said: dict[str, Any]) -> None:
        if "tally" in said:
            self._standing.turned()
            self.tally.take(said["tally"])
        if "broken" in said:
            self.why = said["broken"]
        if "over" in said:
            self.whole = True
            self.finish()

    def _fell_silent(self) -> None:
        """Take notice that it says nothing any more."""
        program = vars(self).get("_program")
        if not self.over:
            self.why = self.why or endings.of(program and program.wait(_END))
        self.finish()

    @property
    def printed(self) -> str:
        """What its script has printed, the end of it."""
        return self._program.text.strip()[-_SHOWN:]
