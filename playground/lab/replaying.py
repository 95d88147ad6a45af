"""Conversations had again by other code, as the lab's user holds them."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from reprlib import repr as short
from typing import TYPE_CHECKING

from playground.clients.awaiting import to_be_awaited
from playground.exports.forgiving import Ignore
from playground.lab.in_short import in_short
from playground.lab.parts import Parts
from playground.replays.difference import Difference
from playground.replays.kept import Kept, KeptConversations
from playground.traffic.log import Log
from playground.traffic.record import Record

if TYPE_CHECKING:
    from playground.replays.playing import Pace


@to_be_awaited("lab")
class Replaying:
    """Kept conversations, and what was recorded had again."""

    _parts: Parts

    @in_short
    def keep(
        self,
        name: str = "",
        which: str = "",
        *,
        ignore: Ignore | Sequence[Ignore] = (),
        outside: bool = False,
    ) -> Kept:
        """Keep conversations: each new code has them again, and it is said what differs.

        ::

            lab.keep("tea", "client:alice")  # then change the class: the status line says more

        They are had with an instance of their own, on a clock of their own, beside the cells;
        neither the stage nor the log notices. What others said and heard who had a WebSocket open
        meanwhile goes with them, so that a broadcast that is lost is missing; `Kept.whom` says who.

        Args:
            name: What to call them; ``kept-1`` … by default. The same name replaces.
            which: A filter; whole conversations are kept of which it finds something. All if "".
            ignore: What may be otherwise: JSON paths, names, regular expressions; see
                `Record.to_pytest`. UUIDs, times and what differs from one time to the next by
                itself are found.
            outside: Have them again also where that is felt outside of the app's instance.

        Raises:
            ValueError: If there is no such conversation, or `ignore` cannot be read.
            FilterError: If `which` cannot be read.
        """
        return self._parts.keeping.keep(name, which, ignore, outside)

    @property
    def kept(self) -> KeptConversations:
        """The kept conversations by name, with what the newest code has said otherwise.

        ``del lab.kept["tea"]`` forgets one; ``await lab.kept.ready()`` waits for the newest code.
        """
        return self._parts.keeping.kept

    @in_short
    async def replay(
        self,
        record: Record | str | PathLike[str],
        *,
        pace: Pace = "answered",
        ignore: Ignore | Sequence[Ignore] = (),
        outside: bool = False,
    ) -> Difference:
        """Have recorded conversations again by the code on stage; return what comes out otherwise.

        ::

            await lab.replay("chrome.har")

        It is done on a clock, beside the cells, with an instance of its own.

        Args:
            record: A log, what a filter has found in one, or the path of a ``.har`` (of Chrome,
                Firefox, Playwright …) or ``.jsonl`` file.
            pace: When a client does what it did: once it was ``"answered"`` as far as it was then,
                as ``"timed"``, or all ``"at once"``.
            ignore: What may be otherwise; see `keep`.
            outside: Also where a replay reaches the app on stage.

        Raises:
            ValueError: If there is nothing to have again, or the app cannot be made anew.
            FileNotFoundError: If there is no such file.
            TypeError: If it is neither a record nor a path.
        """
        if not isinstance(record, Record | str | PathLike) or not str(record):
            raise (ValueError if record == "" else TypeError)(
                f"expected a log, a part of one, or the path of a file, got {short(record)}; write "
                "lab.replay(lab.log.filter(…)), or lab.replay('chrome.har')"
            )
        name = "the record" if isinstance(record, Record) else str(record)
        loaded = record if isinstance(record, Record) else Log.load(record)
        return await self._parts.keeping.replay(loaded, name, pace, ignore, outside)

    @in_short
    async def compare(
        self, old: int, new: int, which: str = "", *, outside: bool = False
    ) -> Difference:
        """Have the same conversations with two revisions; return what comes out otherwise.

        Args:
            old, new: The numbers of two revisions.
            which: A filter that finds the conversations in the log; all if "".
            outside: Also where a replay reaches the app on stage.

        Raises:
            LookupError: If there is no such revision, or nothing to make it of.
            ValueError: If there is no such conversation, or the app cannot be made anew.
        """
        return await self._parts.keeping.compare(old, new, which, outside)
