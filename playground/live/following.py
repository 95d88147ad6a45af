"""Which name of the notebook is followed for what is served, and what that stands for now.

A class is followed by its own name. An instance, or any other app, has none: it is followed by the
variable that it was served under; given as an expression, such as `serve(Chat())`, by the class,
of which an instance is made in the same way.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from playground.live.advice import is_app, name_of
from playground.live.fingerprint import is_notebooks
from playground.notebook import kernel

_MISSING: Final = object()


@dataclass(frozen=True)
class Followed:
    """What is followed.

    Attributes:
        name: The variable, or class, of the notebook; "" for nothing.
        make: Makes an instance of the class that the name stands for; None where the name stands
            for what is served itself.
        why_not: Why a later cell will not change what is served, as a sentence; "" if one may.
    """

    name: str = ""
    make: Callable[[type], Any] | None = None
    why_not: str = ""

    def standing(self, served: Any) -> Any:
        """Return what the name stands for now, or a reloaded module; None for nothing of use.

        Args:
            served: What is served: of another kind, it is not what was meant by its name.
        """
        found = kernel.named(self.name) if self.name else None
        if self.make is not None and hasattr(found, "made_anew"):
            return found
        if self.make is not None or isinstance(served, type):
            return found if isinstance(found, type) and is_app(found) else None
        return found if is_app(found) else None


def reloaded(served: Any) -> Any:
    """Return the class that a module has in place of a served one since it was imported again."""
    if not isinstance(served, type) or is_notebooks(served) or "." in served.__qualname__:
        return None
    found = getattr(sys.modules.get(served.__module__), served.__name__, None)
    is_other = isinstance(found, type) and found.__module__ == served.__module__
    return found if is_other and found is not served and is_app(found) else None


def imported_as(app: Any) -> Followed:
    """Return how an app is followed that was named as text: a class is, when it is reloaded."""
    return Followed(name_of(app)) if isinstance(app, type) else Followed()


def following(served: Any, before: Followed | None = None, frame: Any = None) -> Followed:
    """Return by which name what is served is followed.

    Args:
        served: A class, an instance or an ASGI app.
        before: What was followed before, for what has no name of its own any more.
        frame: That of the call which gets it, to see what stands there.
    """
    space = kernel.namespace() or (frame.f_globals if frame is not None else {})
    given = _given(frame, space)
    names = [name for name, value in list(space.items()) if value is served and _is_users(name)]
    if isinstance(served, type) or inspect.isroutine(served):
        own = name_of(served)
        if before is not None and before.make is None and frame is None and before.name in names:
            return Followed(before.name)  # as after `Chat = Other`
        if isinstance(served, type) and not is_notebooks(served) and not names and own in space:
            # A module's, whose name stands for another one here.
            return before or Followed()
        if own in names or not names:
            return Followed(own, why_not=_unnamed(served, own, space))
    if isinstance(given, ast.Name) and given.id in names:
        return Followed(given.id)
    if names:
        return Followed(names[0])
    if before is not None:
        return before
    return _by_class(served, given, space)


def _is_users(name: str) -> bool:
    return not name.startswith("_")


def _unnamed(served: Any, own: str, space: Mapping[str, Any]) -> str:
    """Return what to say of a class or function that no name of the notebook stands for."""
    if not is_notebooks(served) or own in space:
        return ""
    return (
        f"{own} is not followed: no name of the notebook stands for it; "
        f"write {own} = … and serve({own}), and a cell that does that again is noticed"
    )


def _by_class(served: Any, given: ast.expr | None, space: Mapping[str, Any]) -> Followed:
    """Return how an instance is followed that stands in the call as an expression."""
    kind = type(served)
    own = kind.__name__
    if space.get(own) is kind and is_notebooks(kind):
        # What knows what it was made with is asked first: no argument is too hard to read.
        make = getattr(served, "made_anew", None) or _maker(given, own, space)
        if make is not None:
            return Followed(own, make)
        why = "is not known what it was made with"
    elif hasattr(served, "made_anew") and not is_notebooks(kind):
        # Whole as it comes: no cell can change it, and to serve another one is to run this cell.
        return Followed()
    else:
        why = "no name of the notebook stands for it"
    return Followed(
        why_not=f"this {own} is not followed: {'it ' if why.startswith('is') else ''}{why}; "
        f"write app = {own}(…) and serve(app), and a cell that binds app anew is noticed"
    )


def _maker(
    given: ast.expr | None, own: str, space: Mapping[str, Any]
) -> Callable[[type], Any] | None:
    """Return what makes an instance as a call does: its arguments as they were, if known."""
    if not isinstance(given, ast.Call) or not isinstance(given.func, ast.Name):
        return None
    if given.func.id != own:
        return None
    values = [_value(each, space) for each in given.args]
    named = {each.arg: _value(each.value, space) for each in given.keywords}
    if None in named or any(each is _MISSING for each in (*values, *named.values())):
        return None
    options = {name: value for name, value in named.items() if name is not None}
    return lambda kind: kind(*values, **options)


def _value(node: ast.expr, space: Mapping[str, Any]) -> Any:
    """Return the value of an argument: a constant, or what a name stands for."""
    if isinstance(node, ast.Name):
        return space.get(node.id, _MISSING)
    try:
        return ast.literal_eval(node)
    except ValueError:
        return _MISSING


def _given(frame: Any, space: Mapping[str, Any]) -> ast.expr | None:
    """Return the first argument of the call at which a frame stands, as it is written.

    Only in the notebook itself: in a function, a name there is nobody else's.
    """
    if frame is None or frame.f_globals is not space:
        return None
    # Its variables themselves are not asked for: a frame that was asked keeps them.
    if frame.f_code.co_flags & inspect.CO_NEWLOCALS:
        return None
    call = _call_at(frame)
    if call is None:
        return None
    named = [each.value for each in call.keywords if each.arg == "app"]
    return next(iter([*call.args, *named]), None)


def _call_at(frame: types.FrameType) -> ast.Call | None:
    positions = list(frame.f_code.co_positions())
    line, end_line, column, end_column = positions[frame.f_lasti // 2]
    if line is None or end_line is None:
        return None
    lines = linecache.getlines(frame.f_code.co_filename)[line - 1 : end_line]
    if not lines or column is None or end_column is None:
        return None
    lines[-1] = _cut(lines[-1], 0, end_column)
    lines[0] = _cut(lines[0], column, None)
    try:
        node = ast.parse("".join(lines).strip(), mode="eval").body
    except SyntaxError:
        return None
    return node if isinstance(node, ast.Call) else None


def _cut(line: str, start: int, end: int | None) -> str:
    # Python counts the columns of a line in bytes.
    return line.encode()[start:end].decode("utf-8", "replace")
