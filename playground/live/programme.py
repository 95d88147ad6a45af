"""The programme: what stands on the stage, what stood there before, and why something does not."""

from __future__ import annotations

import asyncio
import contextvars
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from micropie import App
from micropie.listing import routes
from playground import kernel
from playground.advice import doubts, name_of
from playground.live.carrying import Carry, carry_over
from playground.live.complaints import NotOnStage
from playground.live.fingerprint import fingerprint, functions
from playground.live.revisions import Revision, Revisions
from playground.live.sources import Statement, statements_of
from playground.live.uses import Change, Uses
from playground.stage import OnSwap, Stage, StartupFailed, Swapped
from playground.transports import count

Write = Callable[[Literal["swap", "lab"], str], object]


@dataclass(frozen=True)
class Draft:
    """Code that is to go on stage: all that takes time is known before the old code is troubled.

    Attributes:
        number: Its revision if it stood there before; a new one gets the next.
        served: A class, an instance or an ASGI app.
        instance: Made of it.
        statements: Its source.
        seen: Its fingerprint, None if it is no class.
        uses: The names it uses.
        handlers: The names of its handlers; none of a foreign app.
        because: What led to it, if it was not defined itself.
        if_new: Only to be put on stage if what stands there by then is not the same.
    """

    number: int | None
    served: Any
    instance: Any
    statements: tuple[Statement, ...]
    seen: Any
    uses: Uses
    handlers: frozenset[str]
    because: str
    if_new: bool

    @property
    def source(self) -> str:
        """Its source text, bases first; "" if there is none to be had."""
        return "\n\n\n".join(each.source for each in self.statements)


class Programme:
    """The revisions of one app, and the one on stage.

    Args:
        stage: Where it stands.
        write: Adds a sentence to the log.

    Attributes:
        served: What `serve` was given: a class, an instance or an ASGI app.
        app: The instance on stage.
        number: The revision on stage, or last there; 0 before any.
        note: A sentence about what is wrong, "" if nothing is.
        home: The context of the cell that defined the code on stage.
        revisions: All of them, oldest first.
        listeners: Called where the app lives whenever code has been put on stage.
    """

    def __init__(self, stage: Stage, write: Write) -> None:
        self.stage = stage
        self.write = write
        self.served: Any = None
        self.app: Any = None
        self.number = 0
        self.note = ""
        self.home: contextvars.Context | None = None
        self.revisions = Revisions()
        self.listeners: list[Callable[[], object]] = []
        self._seen: Any = None
        self._uses = Uses(None, (), {})
        self._handlers: frozenset[str] = frozenset()
        # One for each loop: the next life of a server may have another.
        self._locks: weakref.WeakKeyDictionary[Any, asyncio.Lock] = weakref.WeakKeyDictionary()

    # -- in the cell, which a slow constructor may block -----------------------------------------

    def draft(
        self, served: Any, *, number: int | None = None, because: str = "", if_new: bool = False
    ) -> Draft:
        """Make an app ready for the stage.

        Args:
            served: A class, an instance or an ASGI app.
            number: The revision it is, if it stood there before.
            because: What led to it, if it was not defined itself.
            if_new: Put it on stage only if what stands there by then is not the same.

        Raises:
            NotOnStage: If its constructor raises, or it has no handler at all.
        """
        try:
            instance = instance_of(served)
            handlers = _handlers(instance)
            self._check_handlers(served, instance, handlers)
        except Exception as error:
            raise self.failed(error, number) from error
        statements = statements_of(served, kernel.cell_files())
        seen = fingerprint(served) if isinstance(served, type) else None
        uses = Uses(served, statements, kernel.namespace())
        return Draft(number, served, instance, statements, seen, uses, handlers, because, if_new)

    def _check_handlers(self, served: Any, instance: Any, handlers: frozenset[str]) -> None:
        if isinstance(instance, App) and self._handlers and not handlers:
            raise StartupFailed(
                f"{name_of(served)} has no handler any more; "
                "are its methods indented under the class?"
            )

    def same(self, served: Any) -> bool:
        """Return whether a class does just what the one on stage does."""
        return isinstance(served, type) and self._seen == fingerprint(served)

    def stay(self, served: Any) -> None:
        """Run again, not changed: the code on stage goes on, its output moves to this cell."""
        self.served = served
        self.home = contextvars.copy_context()

    def changed_under_it(self) -> Change:
        """Return what of the notebook's names that the code on stage uses stands for other code."""
        return self._uses.changed()

    # -- where the app lives ---------------------------------------------------------------------

    async def put(self, draft: Draft, on_swap: OnSwap, carry: Carry = False) -> int:
        """Put a draft on stage and return its revision. Call it in the cell's context.

        Args:
            draft: What to put there.
            on_swap: What becomes of open sockets.
            carry: What of the old instance's state the new one gets before it starts.

        Raises:
            NotOnStage: Then the old code goes on, and `note` says so.
        """
        async with self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            if draft.if_new and draft.seen is not None and draft.seen == self._seen:
                self.stay(draft.served)
            else:
                await self._put(draft, on_swap, carry)
            return self.number

    async def _put(self, draft: Draft, on_swap: OnSwap, carry: Carry) -> None:
        number = draft.number or self.revisions.next_number
        lost = self._lost(draft) if on_swap == "handover" else []
        try:
            carried = carry_over(self.app, draft.instance, carry)
            swapped = await self.stage.swap(draft.instance, on_swap, revision=number)
        except (AttributeError, StartupFailed) as failure:
            raise self.failed(failure, number) from failure.__cause__
        self._remember(draft, number)
        # Those that nobody can take over are told of apart.
        self._tell(swapped._replace(sockets=swapped.sockets - len(lost)), draft, carried)
        if lost:
            self._tell_lost(lost, draft)
        self._announce()

    def _lost(self, draft: Draft) -> list[str]:
        """Return the handlers that open sockets have and the draft has not, one for each socket."""
        if not isinstance(draft.instance, App):
            return []
        gone = self._handlers - draft.handlers
        wanted = [
            f"ws_{path.strip('/').partition('/')[0] or 'index'}" for path in self.stage.paths()
        ]
        return [handler for handler in wanted if handler in gone]

    async def again(self, instance: Any) -> None:
        """Put the revision that stood there last on stage anew, with fresh state."""
        try:
            await self.stage.swap(instance, revision=self.number)
        except StartupFailed as failure:
            raise self.failed(failure, self.number) from failure.__cause__
        self.app = instance
        self.write("lab", f"started again with revision {self.number}")
        self._announce()

    def _announce(self) -> None:
        for listener in list(self.listeners):
            listener()

    def _remember(self, draft: Draft, number: int) -> None:
        self.stay(draft.served)
        self.app, self.number = draft.instance, number
        self.note = doubts(draft.instance)
        self._seen, self._uses, self._handlers = draft.seen, draft.uses, draft.handlers
        self.revisions.keep(_revision(draft, number))

    def failed(self, error: BaseException, number: int | None) -> NotOnStage:
        """Say in `note` and in the log why a revision is not on stage; return what to raise.

        Args:
            error: What kept it off.
            number: The revision, if it stood there before.
        """
        number = number or self.revisions.next_number
        cause = error.__cause__ if isinstance(error, StartupFailed) else error
        if cause is None or isinstance(cause, TimeoutError):
            why = str(error)  # our own sentence says more
        else:
            why = f"{type(cause).__name__}: {cause}"
        serving = self.stage.revision
        rest = f"; revision {serving} still serves" if serving else ""
        told = f"evision {number} did not start{rest}: {why}"
        self.note = f"R{told}"
        self.write("lab", self.note)
        return NotOnStage(f"r{told}")

    def _tell(self, swapped: Swapped, draft: Draft, carried: list[str]) -> None:
        place = self.revisions.get(swapped.revision).place
        told = [f"revision {swapped.revision} on stage", place]
        # Going back is said first: what begins with a revision reads as the step from the last one.
        told.insert(0 if draft.number else len(told), draft.because)
        if carried:
            told.append(f"{', '.join(carried)} carried over")
        if swapped.sockets > 0:
            did = {"handover": "handed over", "close": "closed with 1012", "keep": "kept"}
            told.append(f"{count(swapped.sockets, 'socket')} {did[swapped.on_swap]}")
        for why, sockets in swapped.bound.items():
            told.append(f"{count(sockets, 'socket')} closed with 1012: {why}")
        self.write("swap", " · ".join(part for part in told if part))

    def _tell_lost(self, handlers: list[str], draft: Draft) -> None:
        """Say under the cell, and in the log, which sockets have no handler any more."""
        told = (
            f"{name_of(draft.served)} has no {' and no '.join(sorted(set(handlers)))} any more: "
            f"{count(len(handlers), 'socket')} closed with 1012"
        )
        self.write("lab", told)
        kernel.say(told)


def _revision(draft: Draft, number: int) -> Revision:
    files = [each.filename for each in draft.statements[-1:]]
    files += [each.__code__.co_filename for each in functions(draft.served)]
    places = (kernel.place_of(file) for file in files)
    # A class in a function cannot be made again without the function's variables.
    local = "<locals>" in getattr(draft.served, "__qualname__", "")
    try:
        served = weakref.ref(draft.served)
    except TypeError:
        served = None
    return Revision(
        number,
        name_of(draft.served),
        next((place for place in places if place), ""),
        draft.source,
        statements=() if local or not isinstance(draft.served, type) else draft.statements,
        served=served,
    )


def _handlers(app: Any) -> frozenset[str]:
    return (
        frozenset(route.handler for route in routes(app)) if isinstance(app, App) else frozenset()
    )


def instance_of(served: Any) -> Any:
    """Return an app's instance: a class is called, anything else is one already."""
    return served() if isinstance(served, type) else served
