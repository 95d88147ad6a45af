"""Waiting for what the log will say, when whoever does it is not the lab's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from playground.clients.asking import check_timeout
from playground.traffic.filter import Filter
from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.transports import Transport, count
from playground.transports.waiting import HOW, Late, interruptible

# The log calls nobody, so one looks again: so often that a cell seems to go on at once.
EVERY: Final = 0.01

# Entries taken from the log in one go: taking them all would take longer than the loop may be held.
AT_ONCE: Final = 2_000


class Watching:
    """Waits for entries of a lab's log.

    Args:
        log: The log.
        transport: Says whether the lab runs.
    """

    def __init__(self, log: Log, transport: Transport) -> None:
        self._log = log
        self._transport = transport

    async def until(
        self, wanted: str | Callable[[Entry], bool], *, after: int, timeout: float
    ) -> Entry:
        """Wait for the first entry that is asked for, and return it; see `Lab.until`."""
        check_timeout(timeout)
        asked = Filter(wanted) if isinstance(wanted, str) else wanted
        before = self._log.last
        try:
            with interruptible(self._transport.blocker):
                async with asyncio.timeout(timeout):
                    return await self._first(asked, after)
        except TimeoutError:
            others = self._log.last - before
            doubt = f"; {asked.doubt}" if isinstance(asked, Filter) and asked.doubt else ""
            raise Late(self._in_vain(wanted, timeout, others) + doubt) from None

    async def _first(self, wanted: Filter | Callable[[Entry], bool], looked: int) -> Entry:
        now = asyncio.get_running_loop().time
        while True:
            entries = self._log.since(looked, AT_ONCE)
            pause = now() + EVERY
            for entry in entries:
                if isinstance(wanted, Filter):
                    found = wanted(entry, self._log.exchange(entry.exchange))
                else:
                    found = wanted(entry)
                if found:
                    return entry
                looked = entry.seq
                # A long log, or a costly expression, holds up neither the loop nor the deadline.
                if now() > pause:
                    break
            else:
                if len(entries) < AT_ONCE:
                    await asyncio.sleep(EVERY)
                    continue
            await asyncio.sleep(0)

    def _in_vain(self, wanted: object, timeout: float, others: int) -> str:
        if not self._log.recording:
            remedy = "nothing is recorded: switch Record on"
        elif not self._transport.running:
            remedy = "the lab is stopped: lab.restart() starts it again"
        elif blocker := self._transport.blocker(0.0):
            remedy = f"{blocker}; {HOW}"
        else:
            came = f"{count(others, 'other')} came" if others else "and no other did"
            remedy = f"{came}; lab.log has them all, and timeout= waits longer"
        asked_for = f"that matches {wanted!r}" if isinstance(wanted, str) else "that was asked for"
        return f"no entry {asked_for} came within {timeout:g} s; {remedy}"
