"""Waiting for what the log will say, when whoever does it is not the lab's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from playground.lab.ground import Ground
from playground.traffic.model import Entry
from playground.transports import count

# The log calls nobody, so one looks again: so often that a cell seems to go on at once.
EVERY: Final = 0.01


class Watching(Ground):
    """A lab whose traffic a cell can wait for."""

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
        is_wanted = self._condition(wanted)
        before, looked = self.log.last, after
        try:
            async with asyncio.timeout(timeout):
                while True:
                    for entry in self.log.since(looked):
                        if is_wanted(entry):
                            return entry
                        looked = entry.seq
                    await asyncio.sleep(EVERY)
        except TimeoutError:
            others = self.log.last - before
            raise TimeoutError(self._in_vain(wanted, timeout, others)) from None

    def _condition(self, wanted: str | Callable[[Entry], bool]) -> Callable[[Entry], bool]:
        from playground.traffic.filter import Filter

        if not isinstance(wanted, str):
            return wanted
        asked = Filter(wanted)
        return lambda entry: asked(entry, self.log.exchange(entry.exchange))

    def _in_vain(self, wanted: object, timeout: float, others: int) -> str:
        if not self.log.recording:
            remedy = "nothing is recorded: switch Record on"
        elif not self.running:
            remedy = "the lab is stopped: lab.restart() starts it again"
        else:
            came = f"{count(others, 'other')} came" if others else "and no other did"
            remedy = f"{came}; lab.log has them all, and timeout= waits longer"
        asked_for = f"that matches {wanted!r}" if isinstance(wanted, str) else "that was asked for"
        return f"no entry {asked_for} came within {timeout:g} s; {remedy}"
