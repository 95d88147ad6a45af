"""What an application serves, as a list: for people who look at it, not for requests."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, NamedTuple

from micropie.handlers import RESERVED, definition, handler_of, may_be_handler
from micropie.plans import POSITIONAL, Plan
from micropie.routing import plan_for


class Parameter(NamedTuple):
    """One parameter of a handler, as documentation."""

    name: str
    annotation: str | None
    default: object
    required: bool
    variadic: bool


class Route(NamedTuple):
    """One path that an application serves."""

    kind: str
    path: str
    handler: str
    parameters: tuple[Parameter, ...]
    doc: str | None


def routes(app: Any) -> list[Route]:
    """List what an application serves, HTTP and WebSocket, in the order of definition.

    Args:
        app: An `App`, or a subclass of it.
    """
    return [_route(name, plan) for name, plan in handlers(app)]


def handlers(app: Any) -> Iterator[tuple[str, Plan]]:
    """Yield each handler's name and how it is called, in the order of definition.

    Args:
        app: An `App`, or a subclass of it.
    """
    kind: type = app if isinstance(app, type) else type(app)
    target: object = object() if isinstance(app, type) else app
    reserved: frozenset[str] = getattr(kind, RESERVED, frozenset())
    for name in _names(kind, target, reserved):
        raw = definition(target, kind, reserved, name)
        own = name in getattr(target, "__dict__", {})
        bound = handler_of(raw, target, kind, own) if may_be_handler(raw) else None
        if bound is not None:
            yield name, plan_for(raw, bound, target, own, name.startswith("ws_"))


def _names(kind: type, target: object, reserved: frozenset[str]) -> list[str]:
    names: dict[str, None] = {}
    for klass in reversed(kind.__mro__):
        if RESERVED not in vars(klass) and klass is not object:
            names.update(dict.fromkeys(vars(klass)))
    names.update(dict.fromkeys(getattr(target, "__dict__", {})))
    return [name for name in names if not name.startswith(("_", "ws__")) and name not in reserved]


def _route(name: str, plan: Plan) -> Route:
    is_socket = name.startswith("ws_")
    segment = name.removeprefix("ws_") if is_socket else name
    parts = [] if segment == "index" else [segment]
    takes_all = False
    for parameter in plan.parameters:
        if parameter.kind in POSITIONAL:
            parts.append(f"{{{parameter.name}}}")
        elif parameter.kind is parameter.VAR_POSITIONAL:
            parts.append(f"{{{parameter.name}…}}")
            takes_all = True
        elif parameter.kind is parameter.KEYWORD_ONLY and not takes_all:
            parts.append(f"{{{parameter.name}}}")
    doc = (plan.bound.__doc__ or "").strip().partition("\n")[0].strip()
    return Route(
        "websocket" if is_socket else "http",
        "/" + "/".join(parts),
        name,
        tuple(_parameter(parameter) for parameter in plan.parameters),
        doc or None,
    )


def _parameter(parameter: inspect.Parameter) -> Parameter:
    empty = parameter.empty
    variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    return Parameter(
        parameter.name,
        _annotation(parameter.annotation),
        None if parameter.default is empty else parameter.default,
        parameter.default is empty and not variadic,
        variadic,
    )


def _annotation(annotation: Any) -> str | None:
    if annotation is inspect.Parameter.empty:
        return None
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
