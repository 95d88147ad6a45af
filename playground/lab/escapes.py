"""What leaves the app's code where nobody waits for it: told in the log, and under its cell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any, Final

from micropie.misnamed import explain
from playground.live.callbacks import only_callback
from playground.live.staging import Staging
from playground.notebook import kernel
from playground.recorder import Recorder, tap_of
from playground.sight.chains import frames_of
from playground.stage import Stage, context_of, in_lifespan
from playground.transports.cancelling import CANCELLED
from playground.transports.guarded_loop import STOPPED
from playground.transports.held_loop import Watcher

STUBBORN: Final = (
    "{name}, {line}, goes on though it was cancelled; where it catches asyncio.CancelledError, "
    "raise it again"
)
"""What is said of a handler that nothing ends."""


def watcher(
    recorder: Recorder, stage: Stage, staging: Staging, tell: Callable[[str], None]
) -> Watcher:
    """Return who knows the app, for the loop on which it lives.

    Args:
        recorder: Writes down what its code raises.
        stage: Where it stands; when the loop has ended, nothing stands there any more.
        staging: Knows its code.
        tell: Writes a sentence into the log.
    """

    def begun() -> tuple[str, str] | None:
        return only_callback(staging.served)

    def escaped(error: BaseException, source: object) -> bool:
        explain(error)
        left = isinstance(source, asyncio.Task | asyncio.Handle)
        context = context_of(source) if left else None  # type: ignore[arg-type]
        sure = error.args in ((STOPPED,), (CANCELLED,))
        return recorder.escaped(error, context, begun, sure=sure)

    def ended(why: str) -> None:
        stage.forget()
        tell(why)

    told: set[str] = set()

    def stubborn(task: asyncio.Task[Any]) -> None:
        frames = [(kernel.place_of(each.f_code.co_filename), each) for each in frames_of(task)]
        own = [(place, each) for place, each in frames if place is not None]
        if not own:
            return
        place, frame = own[-1]
        name = own[0][1].f_code.co_name
        said = STUBBORN.format(name=name, line=f"{place} line {frame.f_lineno}")
        if said in told:
            return
        told.add(said)
        tell(said)
        if (home := staging.home_of(f"{place}, line {frame.f_lineno}")) is not None:
            kernel.say_in(home, said)

    stage.stubborn = stubborn
    return Watcher(is_apps, escaped, tap_of, tell, ended, stubborn)


def is_apps(context: Context) -> bool:
    """Return whether the app's code runs in a context: a handler, a start-up, what they began."""
    return tap_of(context) is not None or context.get(in_lifespan, False)
