"""`check`: the function by which a learner has exercises checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from playground.checks.audience import audience
from playground.checks.checks import Checks
from playground.checks.exercises import find
from playground.lab import Lab, parts_of

# A lab lives as long as its kernel, and so do its exercises.
_of_labs: Final[dict[Lab, Checks]] = {}


def check(
    exercise: str | Iterable[str], lab: Lab, *, orders: bool = False, to: Any = None
) -> Checks:
    """Try the app of a lab with scripted clients, and show in sentences what they saw.

    They are played against a fresh instance of the code on stage, so that nothing happens to the
    app's state and its other clients. In the log they are called ``check``, ``check-bob`` and so
    on. No view shows what they do, unless its filter asks for it: ``client:check*``, or the word
    ``check``. What is checked once is checked again by itself whenever you change the code.

    Args:
        exercise: The name of an exercise, or several names.
        lab: The lab, as `serve` gave it.
        orders: Whether what is done is also played in every order with at most two departures from
            first come, first served, for three seconds each; see `Lab.explore`.
        to: The address of the class's board, to take part in it under your login's name from now
            on; `playground.classroom.join` does so under another.

    Returns:
        All the exercises of the lab so far. As the last line of a cell they are shown as a board.
        Each is checked when the call returns, after 15 seconds at most; with the memory
        transport, where nothing may wait, write ``await check(…)``.

    Raises:
        ValueError: If there is no exercise of that name, or `to` is no address.
        TypeError: If it is not a lab.
    """
    if not isinstance(lab, Lab):
        raise TypeError(f"expected a lab, got {lab!r}; pass what serve(…) returned")
    names = [exercise] if isinstance(exercise, str) else list(exercise)
    found = [find(name) for name in names]
    if to is not None:
        audience().join(to)
    checks = _of_labs.get(lab)
    if checks is None or not checks.is_of(parts_of(lab)):
        checks = _of_labs[lab] = Checks(lab)
    parts_of(lab).redefinition.look()
    checks.add(found, orders)
    checks.wait()
    return checks
