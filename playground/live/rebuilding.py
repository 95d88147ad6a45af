"""Classes over a base that was defined again: made anew from their own statements.

A notebook's class keeps the base it was made with. To run its statement alone once more, decorators
and all, is what running its cell again would do, without the rest of the cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from playground.live.fingerprint import fingerprint, is_notebooks
from playground.live.sources import statement_of

Named = Callable[[str], Any]


class CannotRebuild(RuntimeError):
    """A class has an outdated base and cannot be made anew from its source."""


def definitions(kind: type, named: Named) -> tuple[Any, ...]:
    """Return what a class and the notebook's classes under it stand for by name, to be compared."""
    return (kind, *(named(base.__name__) for base in kind.__mro__ if is_notebooks(base)))


def outdated(kind: type, named: Named) -> list[str]:
    """Return the names of a class's bases that stand for classes that do something else by now."""
    bases = (base for base in kind.__mro__[1:] if is_notebooks(base))
    return [base.__name__ for base in bases if _is_redefined(base, named)]


def _is_redefined(base: type, named: Named) -> bool:
    now = named(base.__name__)
    # After `class Chat(Chat)` the name stands for a class on top of it.
    return (
        isinstance(now, type)
        and not issubclass(now, base)
        and is_notebooks(now)
        and fingerprint(now) != fingerprint(base)
    )


def rebuilt(
    kind: type, named: Named, bind: Callable[[str, Any], None], files: Iterable[str]
) -> Any:
    """Make a class anew, and each of the notebook's classes between it and what was redefined.

    Args:
        kind: The class.
        named: What a name stands for in the notebook.
        bind: Makes a name stand for something in the notebook.
        files: Where to look for classes without methods, newest first.

    Raises:
        CannotRebuild: If a statement cannot be found, or stands in a function.
        Exception: What a statement raises; then no name was bound.
    """
    files = list(files)
    made: dict[str, Any] = {}
    for each in reversed(kind.__mro__):
        if not is_notebooks(each) or (each is not kind and _is_redefined(each, named)):
            continue
        if any(base.__name__ in made or _is_redefined(base, named) for base in each.__bases__):
            made[each.__name__] = _made_anew(each, made, files)
    for name, value in made.items():
        bind(name, value)
    return made.get(kind.__name__, kind)


def _made_anew(kind: type, known: dict[str, Any], files: list[str]) -> Any:
    statement = None if "<locals>" in kind.__qualname__ else statement_of(kind, files)
    if statement is None:
        raise CannotRebuild(
            f"expected the source of class {kind.__name__} in a cell, found none; "
            "run the cell that defines it again, and it has its new base"
        )
    return statement.run(known)
