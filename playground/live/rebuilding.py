"""Rebuilding a class whose base class was defined again, by running its class statement once more.

A class keeps the base that it was made with. Running its statement alone, decorators and all, does
what running its cell again would do, without the rest of the cell.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from playground.live.fingerprint import fingerprint, is_notebooks
from playground.live.proof import unlike_values
from playground.live.sources import Unknown, look_for

Named = Callable[[str], Any]


class CannotRebuild(RuntimeError):
    """A class has an outdated base class and cannot be made again from its source."""


def definitions(kind: type, named: Named) -> tuple[Any, ...]:
    """Return a class, and what the names of its bases in the notebook stand for, to be compared."""
    return (kind, *(named(base.__name__) for base in kind.__mro__ if is_notebooks(base)))


def outdated(kind: type, named: Named) -> list[str]:
    """Return the names of a class's bases that were defined again and do something else now."""
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
    kind: type,
    named: Named,
    bind: Callable[[str, Any], None],
    files: Iterable[str],
    tell: Callable[[str], object] = lambda sentence: None,
) -> Any:
    """Make a class again, and each of the notebook's classes between it and what was redefined.

    Args:
        kind: The class.
        named: What a name stands for in the notebook.
        bind: Makes a name stand for something in the notebook.
        files: Where to look for classes without methods, newest first.
        tell: Told of attributes that are again what the statement says.

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
            made[each.__name__] = _made_again(each, made, files, tell)
    for name, value in made.items():
        bind(name, value)
    return made.get(kind.__name__, kind)


def _made_again(
    kind: type, known: dict[str, Any], files: list[str], tell: Callable[[str], object]
) -> Any:
    statement = look_for(kind, files)
    if isinstance(statement, Unknown):
        why = statement.why
    elif "<locals>" in kind.__qualname__ or not statement.is_once:
        why = "its statement stands in a function, a class or a loop"
    else:
        made = statement.run(known)
        if isinstance(statement.node, ast.ClassDef):
            for name in unlike_values(kind, statement.node):
                tell(f"{kind.__name__}.{name} is {vars(made)[name]!r} again, as its class says")
        return made
    raise CannotRebuild(
        f"expected the class statement of {kind.__name__} as it ran, found none: {why}; "
        "run the cell that defines it again, and it has its new base"
    )
