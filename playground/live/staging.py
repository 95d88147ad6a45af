"""Staging: putting an app's code on stage, remembering its revisions, saying why one failed.

A `Stage` knows connections, and nothing of the code behind it but a number; `Staging` knows which
code that is, what was there before and what is carried over; `Code` (`playground/lab/code.py`) asks
for it from a cell.
"""

from __future__ import annotations

import asyncio
import contextvars
import dataclasses
import weakref
from collections.abc import Callable
from typing import Any, Final, Literal

from micropie import App
from micropie.failures import is_failure
from micropie.listing import Route
from playground.live.advice import cannot_be_made, doubts, hides_entry, name_of, not_set_up
from playground.live.carrying import Carry, carry_over, check_named, not_carried
from playground.live.constructing import loop_goes_on
from playground.live.drafts import (
    Draft,
    file_of,
    handler_names,
    instance_of,
    revision_of,
    sources_known,
)
from playground.live.fingerprint import class_of, fingerprint, is_notebooks, is_of_same_module
from playground.live.following import Followed, following
from playground.live.foreign import routes_of
from playground.live.homes import Homes
from playground.live.in_place import Mark, changed_in_place, is_as_marked, mark_of
from playground.live.revisions import Revisions
from playground.live.saying import words_of
from playground.live.sources import Statement
from playground.live.takings import Held, takings
from playground.live.tracebacks import NotOnStage
from playground.live.uses import Change, Uses
from playground.notebook import kernel
from playground.notebook.cells import cells
from playground.stage import OnSwap, Stage, StartupFailed, Swapped
from playground.transports import count
from playground.transports.interrupts import Interrupted

# An app's start-up may take this many seconds; a call from a cell waits a little longer.
STARTUP_DEADLINE: Final = 10.0

_NO_END: Final = (
    "an app does not end the kernel, so leave out what calls sys.exit(), such as argparse, which "
    "looks for the arguments of a command"
)

Write = Callable[[Literal["swap", "lab"], str], object]


class Staging:
    """The revisions of one app, and the one on stage.

    `draft` runs in the cell, which a slow constructor may block; `put` and `again` run on the event
    loop on which the app lives.

    Args:
        stage: Where it stands.
        write: Adds a sentence to the log.

    Attributes:
        served: What `serve` was given: a class, an instance or an ASGI app.
        app: The instance on stage.
        followed: By which name of the notebook that is followed.
        number: The revision on stage, or last there; 0 before any.
        note: A sentence about what is wrong, "" if nothing is.
        revisions: All of them, oldest first.
        listeners: Called on the app's event loop whenever code has been put on stage, with whether
            that was a swap: else the same code was started again.
    """

    def __init__(self, stage: Stage, write: Write) -> None:
        self.stage = stage
        self.write = write
        self.served: Any = None
        self.followed = Followed()
        self.app: Any = None
        self.number = 0
        self.note = ""
        self._homes: Homes | None = None
        self.revisions = Revisions()
        self.listeners: list[Callable[[bool], object]] = []
        self._seen: Any = None
        self._mark: Mark | None = None
        self._uses = Uses(None, (), {})
        self._handlers: frozenset[str] = frozenset()
        # One lock for each event loop: a server that is started again may have another loop.
        self._locks: weakref.WeakKeyDictionary[Any, asyncio.Lock] = weakref.WeakKeyDictionary()

    @property
    def revision(self) -> int:
        """The number of the code on stage, from 1; while nothing is, of the last there."""
        return self.stage.revision or self.number

    def routes(self) -> list[Route]:
        """Return what the app on stage serves, as far as a foreign ASGI app says so."""
        return routes_of(self.app)

    def draft(
        self,
        served: Any,
        *,
        number: int | None = None,
        because: str = "",
        if_new: bool = False,
        followed: Followed | None = None,
        make: Callable[[], Any] | None = None,
    ) -> Draft:
        """Make an app ready for the stage.

        Args:
            served: A class, an instance or an ASGI app.
            number: The revision it is, if it stood there before.
            because: What led to it, if it was not defined itself.
            if_new: Put it on stage only if what stands there by then is not the same.
            followed: By which name it is followed; found out by default.
            make: Makes the instance that is served, where there is none yet.

        Raises:
            NotOnStage: If its constructor raises, or it has no handler at all.
        """
        try:
            if make is None and (why := cannot_be_made(served)):
                raise StartupFailed(why)
            with loop_goes_on():
                served = served if make is None else make()
                instance = instance_of(served)
            if why := not_set_up(instance) or hides_entry(instance):
                raise StartupFailed(why)
            handlers = handler_names(instance)
            self._check_handlers(served, instance, handlers)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not is_failure(error):
                raise self._interrupted(served).with_traceback(error.__traceback__) from None
            if not is_failure(error):
                raise
            raise self.failed(error, number) from error
        sources = sources_known(served)
        seen = fingerprint(served) if isinstance(served, type) else None
        known = tuple(each for each in sources if isinstance(each, Statement))
        kind = class_of(served)
        uses = Uses(kind if is_notebooks(kind) else served, known, kernel.namespace())
        followed = followed or following(served, self.followed if self.served is not None else None)
        return Draft(
            number, served, instance, sources, followed, seen, uses, handlers, because,
            file_of(served, sources), if_new,
        )  # fmt: skip

    def _interrupted(self, served: Any) -> Interrupted:
        """Return what to raise in a cell that was interrupted while an app was made."""
        serving = self.stage.revision
        rest = f"revision {serving} still serves" if serving else "nothing is served"
        return Interrupted(f"interrupted while {name_of(served)} was made; {rest}")

    def _check_handlers(self, served: Any, instance: Any, handlers: frozenset[str]) -> None:
        if isinstance(instance, App) and self._handlers and not handlers:
            raise StartupFailed(
                f"{name_of(served)} has no handler any more; "
                "are its methods indented under the class?"
            )

    def same(self, served: Any) -> bool:
        """Return whether a class does exactly what the one on stage does."""
        return isinstance(served, type) and self._is_same(served, fingerprint(served))

    def _is_same(self, served: Any, seen: Any) -> bool:
        is_same = seen is not None and seen == self._seen
        return is_same and is_of_same_module(self.served, served)

    def home(self) -> contextvars.Context | None:
        """Return the context (`contextvars`) of the cell that defined the handler at work here."""
        return self._homes.home() if self._homes is not None else None

    def home_of(self, trace: str) -> contextvars.Context | None:
        """Return the context of the cell that defined the handler which has raised something.

        Args:
            trace: The traceback in the user's code.
        """
        return self._homes.home_of(trace) if self._homes is not None else None

    def stay(self, served: Any, followed: Followed, file: str | None = None) -> None:
        """Keep the code on stage, for a class that was run again unchanged.

        From then on its output appears under the cell that has defined it again.

        Args:
            served: The class.
            followed: By which name it is followed.
            file: The cell or file that defined it; found out by default, in the cell that runs.
        """
        if file is None and is_notebooks(class_of(served)):
            file = cells.born_in(class_of(served))
        self.served = served
        self.followed = followed
        self.look_at_it()
        self._homes = Homes(served, file, contextvars.copy_context())

    def look_at_it(self) -> None:
        """Take the code on stage as it is now: what is changed in place from here on is new."""
        self._mark = mark_of(self.served)

    def changed_in_place(self, text: str = "") -> list[str]:
        """Return which classes of the code on stage are not what they were when it got there.

        Args:
            text: The cell that has run since; without one, only functions are looked at.
        """
        if self._mark is None or is_as_marked(self.served, self._mark):
            return []
        return changed_in_place(self._mark, mark_of(self.served), text)

    def changed_under_it(self) -> Change:
        """Return which of the notebook's names that the code on stage uses stand for other code."""
        return self._uses.changed()

    async def put(
        self, draft: Draft, on_swap: OnSwap, carry: Carry = False, *, checked: bool = False
    ) -> int:
        """Put a draft on stage and return its revision. Call it in the cell's context.

        Args:
            draft: What to put there.
            on_swap: What becomes of open sockets.
            carry: What of the old instance's state the new one gets before it starts.
            checked: Whether a name of which neither has anything is a mistake.

        Raises:
            NotOnStage: Then the old code goes on, and `note` says so.
        """
        async with self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            if draft.if_new and self._is_same(draft.served, draft.seen):
                self.stay(draft.served, draft.followed, draft.file)
            else:
                await self._put(draft, on_swap, carry, checked)
            return self.number

    async def _put(self, draft: Draft, on_swap: OnSwap, carry: Carry, checked: bool) -> None:
        number = draft.number or self.revisions.next_number
        if draft.number:  # what it comes back from may have been on its way here itself
            now = self.revision
            because = f"back from revision {now}" if draft.number != now else "made anew"
            draft = dataclasses.replace(draft, because=because)
        lost = self._lost(draft) if on_swap == "handover" else []
        held = Held(takings(draft.served))
        try:
            if checked:
                check_named(self.app, draft.instance, carry)
            missing = "" if self.app is draft.instance else not_carried(self.app, carry)
            carried = carry_over(self.app, draft.instance, carry)
            swapped = await self.stage.swap(draft.instance, on_swap, revision=number)
        except (AttributeError, StartupFailed) as failure:
            raise self.failed(failure, number) from failure.__cause__
        finally:
            self._give_back(held)
        self._remember(draft, number)
        # Sockets whose handler is gone are counted in an entry of their own.
        self._log_swap(swapped._replace(sockets=swapped.sockets - len(lost)), draft, carried)
        if lost:
            self._report_lost(lost, draft)
        if missing:
            self.write("lab", missing)
            kernel.say(missing, trouble=False)
        self._call_listeners(swapped=True)

    def _give_back(self, held: Held) -> None:
        """Put back what a start-up has taken from everybody, and say so."""
        for each in held.put_back():
            self.write("lab", each.said)
            kernel.say(each.said)

    def _call_listeners(self, *, swapped: bool) -> None:
        for listener in list(self.listeners):
            listener(swapped)

    def _lost(self, draft: Draft) -> list[str]:
        """Return the handlers of open sockets that the draft does not have, one for each socket."""
        if not isinstance(draft.instance, App):
            return []
        gone = self._handlers - draft.handlers
        wanted = [
            f"ws_{path.strip('/').partition('/')[0] or 'index'}" for path in self.stage.paths()
        ]
        return [handler for handler in wanted if handler in gone]

    async def again(self, instance: Any) -> None:
        """Put the revision that was on stage last there again, with fresh state."""
        try:
            await self.stage.swap(instance, revision=self.number)
        except StartupFailed as failure:
            raise self.failed(failure, self.number) from failure.__cause__
        self.app = instance
        self.write("lab", f"started again with revision {self.number}")
        self._call_listeners(swapped=False)

    def _remember(self, draft: Draft, number: int) -> None:
        self.stay(draft.served, draft.followed, draft.file)
        self.app, self.number = draft.instance, number
        self.note = doubts(draft.instance)
        self._seen, self._uses, self._handlers = draft.seen, draft.uses, draft.handlers
        self.revisions.keep(revision_of(draft, number))
        if self.note:
            self.write("lab", self.note)
            kernel.say(self.note)

    def failed(self, error: BaseException, number: int | None) -> NotOnStage:
        """Write to `note` and to the log why a revision is not on stage; return what to raise.

        Args:
            error: What kept it off.
            number: The revision, if it stood there before.
        """
        number = number or self.revisions.next_number
        cause = error.__cause__ if isinstance(error, StartupFailed) else error
        if cause is None or isinstance(cause, TimeoutError):
            why = str(error)  # a sentence of our own, which says more than the exception's type
        else:
            words = words_of(cause)
            why = f"{type(cause).__name__}: {words}" if words else type(cause).__name__
        if isinstance(cause, SystemExit):
            why += f"; {_NO_END}"
        serving = self.stage.revision
        rest = f"; revision {serving} still serves" if serving else ""
        failure = f"{number} did not start{rest}: {why}"
        self.note = f"Revision {failure}"
        self.write("lab", self.note)
        return NotOnStage(f"revision {failure}")

    def goes_on(self, reason: str) -> str:
        """Write to `note` and to the log why other code was not tried; return the sentence."""
        self.note = f"{reason}; revision {self.revision} still serves"
        self.write("lab", self.note)
        return self.note

    def _log_swap(self, swapped: Swapped, draft: Draft, carried: list[str]) -> None:
        place = self.revisions.get(swapped.revision).place
        parts = [f"revision {swapped.revision} on stage", place]
        # Going back comes first: what begins with a revision reads as a step from the last one.
        parts.insert(0 if draft.number else len(parts), draft.because)
        if carried:
            parts.append(f"{', '.join(carried)} carried over")
        if swapped.sockets > 0:
            did = {"handover": "handed over", "close": "closed with 1012", "keep": "kept"}
            parts.append(f"{count(swapped.sockets, 'socket')} {did[swapped.on_swap]}")
        for why, sockets in swapped.bound.items():
            parts.append(f"{count(sockets, 'socket')} closed with 1012: {why}")
        self.write("swap", " · ".join(part for part in parts if part))

    def _report_lost(self, handlers: list[str], draft: Draft) -> None:
        """Write under the cell, and to the log, which sockets have no handler any more."""
        sentence = (
            f"{name_of(draft.served)} has no {' and no '.join(sorted(set(handlers)))} any more: "
            f"{count(len(handlers), 'socket')} closed with 1012"
        )
        self.write("lab", sentence)
        kernel.say(sentence, trouble=False)
