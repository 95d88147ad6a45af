"""What a handler's signature, docstring and code say of it, without running any of it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any, Final

from micropie.listing import handlers
from micropie.plans import Plan

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""The methods that a handler may ask for by name, in the order in which they are listed."""

# Whoever reads one of these from its request reads a body.
_BODY_WORDS: Final = frozenset({"body_params", "files", "get_json", "raw_body", "json"})


@dataclass(frozen=True)
class Handler:
    """One handler, as documentation.

    Attributes:
        name: What it is called in its class.
        is_socket: Whether it handles WebSockets.
        path: Where it answers, without segments for its parameters.
        segments: Parameters that its path gives, in order: those it cannot do without.
        others: Parameters that come by name.
        rest: What `*args` is called, "" without one.
        any_name: What `**kwargs` is called, "" without one.
        returns: Its return annotation.
        summary: The docstring's first line.
        description: The docstring's other lines.
        words: Names and texts that its code mentions.
    """

    name: str
    is_socket: bool
    path: str
    segments: tuple[inspect.Parameter, ...]
    others: tuple[inspect.Parameter, ...]
    rest: str
    any_name: str
    returns: Any
    summary: str
    description: str
    words: frozenset[str]

    @property
    def parameters(self) -> tuple[inspect.Parameter, ...]:
        """What it takes by path or by name."""
        return (*self.segments, *self.others)

    @property
    def reads_body(self) -> bool:
        """Whether its code takes a body apart by itself."""
        return bool(self.words & _BODY_WORDS)

    @property
    def named_methods(self) -> list[str]:
        """The HTTP methods that its code tells apart."""
        return [each for each in METHODS if "method" in self.words and each in self.words]

    def address(self, *more: str) -> str:
        """Return its path with its segments as `{name}`, and more of them."""
        names = [*(each.name for each in self.segments), *more]
        return "/".join([self.path.rstrip("/"), *(f"{{{name}}}" for name in names)]) or "/"


def read(app: Any) -> Iterator[Handler]:
    """Yield what is known of each handler of an application, in the order of definition.

    Args:
        app: An `App`, or a subclass of it.
    """
    for name, plan in handlers(app):
        yield _read(name, plan)


def title_of(app: Any) -> str:
    """Return what an application is called: its class."""
    return (app if isinstance(app, type) else type(app)).__name__


def told(app: Any) -> dict[str, str]:
    """Return the docstring of an application's own class, as a `description`."""
    kind = app if isinstance(app, type) else type(app)
    doc = vars(kind).get("__doc__")
    return {"description": inspect.cleandoc(doc)} if isinstance(doc, str) and doc.strip() else {}


def _read(name: str, plan: Plan) -> Handler:
    is_socket = name.startswith("ws_")
    segment = name.removeprefix("ws_")
    segments, others = _divided(plan.parameters)
    summary, _, description = _docstring(plan).partition("\n")
    return Handler(
        name,
        is_socket,
        "/" if segment == "index" else f"/{segment}",
        tuple(segments),
        tuple(others),
        _named(plan, inspect.Parameter.VAR_POSITIONAL),
        _named(plan, inspect.Parameter.VAR_KEYWORD),
        _returns(plan.bound),
        summary.strip(),
        description.strip(),
        frozenset(_words(plan.raw)),
    )


def _divided(
    parameters: list[inspect.Parameter],
) -> tuple[list[inspect.Parameter], list[inspect.Parameter]]:
    """Divide parameters into what the path gives, and what comes by name.

    A path fills them in order, so whatever follows one that may be left out comes by name.
    """
    segments: list[inspect.Parameter] = []
    others: list[inspect.Parameter] = []
    in_path = True
    for each in parameters:
        if each.kind is each.VAR_POSITIONAL:
            in_path = False
        elif each.kind is not each.VAR_KEYWORD:
            in_path = in_path and each.default is each.empty
            (segments if in_path else others).append(each)
    return segments, others


def _named(plan: Plan, kind: Any) -> str:
    return next((each.name for each in plan.parameters if each.kind is kind), "")


def _docstring(plan: Plan) -> str:
    doc = getattr(plan.bound, "__doc__", None)
    return inspect.cleandoc(doc) if isinstance(doc, str) else ""


def _returns(bound: Any) -> Any:
    for evaluate in (True, False):
        try:
            return inspect.signature(bound, eval_str=evaluate).return_annotation
        except Exception:
            # Evaluating an annotation runs any code: a name that exists for type checkers only.
            continue
    return inspect.Signature.empty


def _words(raw: Any) -> Iterator[str]:
    """Yield the names and texts in a handler's code, and in the functions inside it."""
    found = raw
    for name in ("__func__", "func"):
        found = getattr(found, name, found)
    try:
        code = getattr(inspect.unwrap(found), "__code__", None)
    except ValueError:
        return
    waiting = [code] if isinstance(code, CodeType) else []
    while waiting:
        code = waiting.pop()
        yield from code.co_names
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                waiting.append(constant)
            elif isinstance(constant, str):
                yield constant
            elif isinstance(constant, tuple | frozenset):
                yield from (each for each in constant if isinstance(each, str))
