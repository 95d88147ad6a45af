"""Looking at all handlers of an app at once: their tasks by exchange, and where each stands."""

from __future__ import annotations

import asyncio
import linecache
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from functools import cache
from types import CodeType, FrameType
from typing import Final, NamedTuple

from playground.recorder import Recorder, Tap, now, tap_of
from playground.sight.chains import frames_of
from playground.sight.standing import Frame, Standing, Standings, WaitsFor
from playground.sight.values import Named, variables_of
from playground.sight.waits import what_of
from playground.stage.asyncio_internals import Task, codes_of, context_of
from playground.stage.handler_run import HandlerRun
from playground.stage.running_app import revision_in
from playground.traffic.log import Log
from playground.traffic.quoted import Quoted

Locate = Callable[[str], str | None]
"""Given a file's name, what to call it, such as ``In[5]``; None if it is not the user's own."""

# How far back in the log it is looked when something happened last, and in what steps.
_FAR: Final = 5_000
_STEP: Final = 250

# In these a task carries a handler, or waits for the task that does.
_HANDLER: Final = codes_of(HandlerRun._run, Recorder.__call__)
_WAITS_FOR_HANDLER: Final = codes_of(HandlerRun.to_its_end)


class Running(NamedTuple):
    """What a loop runs at the moment, while it is looked at.

    Attributes:
        task: The task that it runs.
        frames: Where its thread is, the outermost first.
    """

    task: Task | None
    frames: list[FrameType]


def running(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> Running:
    """Return what a loop runs: one that does not turn, or the caller's own.

    Args:
        loop: The loop.
        thread: Where it runs.
    """
    frames, frame = [], sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return Running(asyncio.current_task(loop), frames[::-1])


class Span(NamedTuple):
    """The lines of a function that a handler stands in.

    Attributes:
        filename: The file or cell.
        first: The number of its first line, from 1.
        last: That of its last.
    """

    filename: str
    first: int
    last: int


class _Seen(NamedTuple):
    """One task of an exchange, with its frames."""

    task: Task
    frames: list[FrameType]
    revision: int


class Look:
    """One look at a loop.

    Args:
        log: Where exchanges have their names, and their latest entries.
        locate: Names files.
        named: Names objects.
        running: What runs there; None if nothing does, as in a callback of the loop's own.
        readable: Whether variables are read, which may be done only in the loop's own thread.

    Attributes:
        spans: The functions of the user's that were met, by revision.
    """

    def __init__(
        self,
        log: Log,
        locate: Locate,
        named: Named,
        running: Running | None = None,
        *,
        readable: bool = True,
    ) -> None:
        self._log = log
        # One look asks the same again and again: of 200 handlers, about each other's sockets.
        self._locate = cache(locate)
        self._named = named
        self._running = running
        self._readable = readable
        self.spans: dict[int, set[Span]] = defaultdict(set)
        self._spans: dict[int, Span] = {}

    def standings(self, loop: asyncio.AbstractEventLoop) -> Standings:
        """Return where every handler on a loop stands."""
        exchanges: dict[Tap, list[_Seen]] = defaultdict(list)
        for task in asyncio.all_tasks(loop):
            context = context_of(task)
            tap = None if context is None else tap_of(context)
            if tap is None or context is None or task.done():
                continue
            frames = self._frames(task)
            codes = {frame.f_code for frame in frames}
            if not codes & _WAITS_FOR_HANDLER:
                exchanges[tap].append(_Seen(task, frames, revision_in(context)))
        latest = self._latest([tap.id for tap in exchanges])
        found = [self._handler(tap, exchanges[tap], latest) for tap in exchanges]
        return Standings(sorted((each for each in found if each), key=lambda each: each.exchange))

    def _frames(self, task: Task) -> list[FrameType]:
        running = self._running
        return running.frames if running and task is running.task else frames_of(task)

    def _handler(self, tap: Tap, seen: list[_Seen], latest: dict[int, float]) -> Standing | None:
        """Return where the handler of an exchange stands, with the tasks that it has begun."""
        handlers = [each for each in seen if _carries(each)]
        if not handlers:
            return None
        handler = handlers[-1]
        others = (self._standing(tap, each, latest) for each in seen if each is not handler)
        tasks = sorted((each for each in others if each.frames), key=lambda each: each.task)
        return self._standing(tap, handler, latest, tuple(tasks))

    def _standing(
        self, tap: Tap, seen: _Seen, latest: dict[int, float], tasks: tuple[Standing, ...] = ()
    ) -> Standing:
        exchange = self._log.exchange(tap.id)
        frames = tuple(self._own(seen, tap.quoted))
        return Standing(
            client="" if exchange is None else exchange.client,
            exchange=tap.id,
            route="" if exchange is None else exchange.path,
            revision=seen.revision,
            where=frames[-1].where if frames else None,
            waits_for=self._what(seen),
            since=max(0.0, now() - latest.get(tap.id, now())),
            frames=frames,
            task="" if _carries(seen) else tap.quoted.redacted(seen.task.get_name()),
            tasks=tasks,
        )

    def _what(self, seen: _Seen) -> WaitsFor:
        return "running" if self._runs(seen) else what_of(seen.task, seen.frames)

    def _runs(self, seen: _Seen) -> bool:
        return self._running is not None and seen.task is self._running.task

    def _own(self, seen: _Seen, quoted: Quoted) -> Iterator[Frame]:
        """Yield the frames of the user's own code, the outermost first."""
        for frame in seen.frames:
            place = self._locate(frame.f_code.co_filename)
            if place is None:
                continue
            line, code = frame.f_lineno, frame.f_code
            source = linecache.getline(code.co_filename, line).strip()
            readable = self._readable and not self._runs(seen)
            variables = variables_of(frame, self._named, quoted) if readable else {}
            # By the code's id: hashing code is slow, and most handlers stand in the same.
            span = self._spans.get(id(code))
            if span is None:
                span = self._spans[id(code)] = _span(code)
            self.spans[seen.revision].add(span)
            yield Frame(code.co_qualname, f"{place}:{line}", source, variables)

    def _latest(self, exchanges: Collection[int]) -> dict[int, float]:
        """Return when something happened last on each exchange; at the latest then, at least."""
        left, found, log = set(exchanges), {}, self._log
        end, oldest = log.last, now()
        while left and end > max(log.first - 1, log.last - _FAR):
            start = max(end - _STEP, log.first - 1)
            for entry in reversed(log.since(start, end - start)):
                oldest = entry.at
                if entry.exchange in left:
                    left.discard(entry.exchange)
                    found[entry.exchange] = entry.at
            end = start
        return {**dict.fromkeys(left, oldest), **found}


def _span(code: CodeType) -> Span:
    lines = [line for _, _, line in code.co_lines() if line]
    return Span(code.co_filename, code.co_firstlineno, max(lines, default=code.co_firstlineno))


def _carries(seen: _Seen) -> bool:
    return any(frame.f_code in _HANDLER for frame in seen.frames)
