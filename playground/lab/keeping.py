"""A lab's kept conversations, had again by each new code: beside the cells, and never on stage.

Law of the file: putting code on stage waits for nothing that happens here.
"""

from __future__ import annotations

import asyncio
import functools
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Final

from playground.clients.pool import ClientPool
from playground.exports.conversations import near
from playground.exports.forgiving import Ignore
from playground.lab.code import Code
from playground.live.drafts import instance_of
from playground.live.staging import Staging
from playground.notebook import kernel
from playground.replays.again import again, expected_of, masks_of
from playground.replays.beside import beside
from playground.replays.difference import Difference
from playground.replays.kept import Kept, KeptConversations
from playground.replays.outside import Reason, made_anew, why_not
from playground.replays.playing import PACES, Pace, Player
from playground.replays.room import with_the_room
from playground.traffic.apart import without_checks
from playground.traffic.log import Log
from playground.traffic.record import Record, Selection

# Real seconds that one conversation may take: by itself, and when somebody waits for it …
_BY_ITSELF: Final = 1.0
_ASKED: Final = 5.0

# … and one more for so many rows, of which a busy machine has five times as many in a second.
_ROWS_A_SECOND: Final = 1_000

# Seconds in which a swap ends before a replay takes the processor.
_AFTER: Final = 0.005


class Keeping:
    """Keeps conversations, and has them again.

    Args:
        staging: Knows the code on stage, and says when there is other code.
        log: Where conversations come from.
        pool: Sees that new code is there.
        code: Says when it is.
    """

    def __init__(self, staging: Staging, log: Log, pool: ClientPool, code: Code) -> None:
        self._staging = staging
        self._log = log
        self._pool = pool
        self._code = code
        self._changed = threading.Condition()
        # How often it was asked, and what of that is done.
        self._asked = self._done = 0
        self._works = False
        self._waiting: list[Future[None]] = []
        self.kept = KeptConversations(self._wait, self._until_ready)
        staging.listeners.append(self._put_on_stage)

    def keep(
        self, name: str, which: str, ignore: Ignore | Sequence[Ignore] = (), outside: bool = False
    ) -> Kept:
        """Keep the conversations that a filter finds; see `Lab.keep`."""
        if not isinstance(name, str):
            raise TypeError(f'expected a name, got {name!r}; write it as text: lab.keep("tea")')
        return self._added(name, which, self._wanted(which), ignore, outside)

    def keep_one(self, name: str, exchange: int) -> Kept:
        """Keep one conversation, in the place of another that is kept by this name."""
        return self._added(name, "", {exchange})

    def alone(self, name: str, exchange: int) -> Kept:
        """Return one conversation that is kept nowhere, once it was had again."""
        kept = Kept(name, "", self._whole({exchange}), {exchange})
        self._have_now(kept)
        return kept

    def _added(
        self,
        name: str,
        which: str,
        wanted: set[int],
        ignore: Ignore | Sequence[Ignore] = (),
        outside: bool = False,
    ) -> Kept:
        kept: Kept
        kept = Kept(
            name or self.kept.free_name(), which, self._whole(wanted), wanted,
            ignore=ignore, outside=outside,
            forget=lambda: self.kept.drop(kept), ready=self._wait,
        )  # fmt: skip
        self.kept.add(kept)
        self._ask()
        return kept

    def _wanted(self, which: str = "") -> set[int]:
        """Return the conversations that a filter finds something of; all for "".

        Raises:
            ValueError: There are none.
            FilterError: The filter cannot be read.
        """
        log = near(without_checks(self._log[:]))
        wanted = {entry.exchange for entry in log.filter(which) if entry.exchange}
        if not wanted:
            what = f"that {which!r} finds" if which else "in the log"
            raise ValueError(
                f"expected a conversation {what}, got none; lab.log shows what there is"
            )
        return wanted

    def _whole(self, wanted: set[int]) -> Selection:
        found = with_the_room(near(without_checks(self._log[:])), wanted)
        if not found:
            raise ValueError(
                "expected a conversation that clients had, got one of a check, or one that the log "
                "has let go; a check has its own again by itself"
            )
        return found

    async def replay(
        self,
        record: Record,
        name: str,
        pace: Pace,
        ignore: Ignore | Sequence[Ignore],
        outside: bool,
    ) -> Difference:
        """Have a record again by the code on stage; see `Lab.replay`."""
        if pace not in PACES:
            raise ValueError(f"expected a pace of {', '.join(map(repr, PACES))}, got {pace!r}")
        if not record.exchanges:
            raise ValueError(
                "expected a record with conversations, got one without any; a browser writes down "
                "what it does while its developer tools are open"
            )
        await self._pool.ready()
        await self._code.settled()
        staging = self._staging
        served = self._served(staging.served, outside)
        expected = expected_of(record, name)
        masks = masks_of(expected, ignore)
        seconds = _seconds(_ASKED, expected.record)
        player = self._player(served, staging.revision, seconds)
        what = f"revision {staging.revision}"
        work = functools.partial(again, expected, player, masks, what, pace)
        return (await beside(work, 2 * seconds)).difference

    async def compare(self, old: int, new: int, which: str, outside: bool) -> Difference:
        """Have conversations again by two revisions; see `Lab.compare`."""
        await self._pool.ready()
        await self._code.settled()
        revisions = self._staging.revisions
        served = [self._served(revisions.get(number).again(), outside) for number in (old, new)]
        wanted = self._wanted(which)
        expected = expected_of(self._whole(wanted), "the log", wanted)
        seconds = _seconds(_ASKED, expected.record)
        players = [
            self._player(each, number, seconds)
            for each, number in zip(served, (old, new), strict=True)
        ]
        masks = masks_of(expected)

        def work() -> Difference:
            first = again(expected, players[0], masks, f"revision {old}")
            then = expected._replace(
                heard=first.heard, name=f"revision {old}", record=first.played.log[:]
            )
            return again(then, players[1], masks, f"revision {new}").difference

        return await beside(work, 4 * seconds)

    def _served(self, served: Any, outside: bool) -> type:
        """Return what can be made anew, and reaches nobody that it should not.

        Raises:
            ValueError: It cannot, or it does.
        """
        why = why_not(served, self._staging.app)
        if why is not None and why.reaches_stage and not (outside and isinstance(served, type)):
            raise ValueError(why.sentence)
        return made_anew(served)

    def _player(
        self, served: type, revision: int, seconds: float, is_over: Callable[[], bool] | None = None
    ) -> Player:
        made = functools.partial(instance_of, served)
        over = is_over if is_over is not None else lambda: False
        return Player(made, kernel.place_of, revision, seconds, over)

    # After each swap.

    def _put_on_stage(self, swapped: bool) -> None:
        if swapped and len(self.kept):
            self._ask()

    def _ask(self) -> None:
        """Have all be had again by what is on stage, soon; what is under way is given up."""
        if sys.platform == "emscripten":
            self._asked += 1
            asyncio.get_running_loop().call_soon(self._work)
            return
        with self._changed:
            self._asked += 1
            if self._works:
                return
            self._works = True
        threading.Thread(target=self._work, name="playground-kept", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._changed:
                if self._done == self._asked:
                    self._ended()
                    return
                asked = self._asked
            if sys.platform != "emscripten":
                time.sleep(_AFTER)  # the swap ends meanwhile
            self._have_all(asked)
            with self._changed:
                self._done = asked

    def _ended(self) -> None:
        self._works = False
        self._changed.notify_all()
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if each.set_running_or_notify_cancel():
                each.set_result(None)

    def _have_all(self, asked: int) -> None:
        staging = self._staging
        served, revision = staging.served, staging.revision
        if not revision:
            return  # the first is on its way
        try:
            reason = why_not(served, staging.app)
        except Exception as error:
            reason = Reason(f"Its code cannot be read: {error}.")
        for kept in list(self.kept.values()):
            if asked != self._asked:
                return
            self._have(kept, served, revision, reason, lambda: asked != self._asked)

    def _have(
        self,
        kept: Kept,
        served: Any,
        revision: int,
        reason: Reason | None,
        is_over: Callable[[], bool],
    ) -> None:
        off = reason is not None and not (kept.outside and isinstance(served, type))
        kept.why = reason.sentence if reason is not None and off else ""
        if off:
            kept.difference = None
            return
        seconds = _seconds(_BY_ITSELF, kept.expected.record)
        player = self._player(served, revision, seconds, is_over)
        try:
            came = again(kept.expected, player, kept.masks, f"revision {revision}")
        except Exception as error:
            kept.difference, kept.why = None, f"It could not be had again: {error}."
            return
        if not is_over():
            kept.take(came, revision, served)

    def _have_now(self, kept: Kept) -> None:
        """Have one again, on the thread that asks."""
        staging = self._staging
        reason = why_not(staging.served, staging.app)
        self._have(kept, staging.served, staging.revision, reason, lambda: False)
        kept.served = staging.served

    def _is_ready(self) -> bool:
        return self._done == self._asked

    def _wait(self, seconds: float) -> None:
        """Wait until all were had again, where there are threads."""
        if sys.platform == "emscripten" or not self._staging.revision:
            return
        with self._changed:
            self._changed.wait_for(self._is_ready, seconds)

    async def _until_ready(self, seconds: float) -> None:
        await self._pool.ready()
        await self._code.settled()
        done: Future[None] = Future()
        with self._changed:
            if self._is_ready():
                return
            self._waiting.append(done)
        async with asyncio.timeout(seconds):
            await asyncio.wrap_future(done)


def _seconds(least: float, record: Record) -> float:
    """Return how long a record may take."""
    return least + len(record) / _ROWS_A_SECOND
