"""How to call a handler: its parameters, looked at once, and how a request fills them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from itertools import product
from types import FunctionType, MethodType
from typing import Any

from micropie.conversions import Conversion, conversion_for
from micropie.requests import MISSING, Request


class Unbound(Exception):
    """A request does not fill a handler's parameters; the text says which, and is safe to show."""


# One parameter to fill: its name, its default or `MISSING`, and what a value is converted by.
Slot = tuple[str, Any, Conversion | None]


class Plan:
    """How to call one handler.

    Args:
        raw: What the class or the instance holds under the handler's name.
        bound: What calling the handler looks like from outside: its signature is what counts.
        call: What is called.
        implicit: Names that the handler's first parameter has, which no value may collide with.
        socket: Whether the first parameter is for the WebSocket.

    Attributes:
        name: What the handler is found by.
        found: What reading that name from the class or the instance gave.
        bare: Whether there is nothing to fill.
        names: What the parameters are called, beside `*args` and `**kwargs`.
        parameters: As Python describes them, without the socket's.
        takes_rest: Whether there is a `**kwargs`.
    """

    __slots__ = (
        "_keyword",
        "_positional",
        "_taken",
        "_variadic",
        "bare",
        "bound",
        "call",
        "found",
        "name",
        "names",
        "parameters",
        "raw",
        "takes_path",
        "takes_rest",
        "takes_socket",
    )

    def __init__(
        self,
        raw: Any,
        bound: Any,
        call: Callable[..., Any],
        implicit: frozenset[str],
        socket: bool,
    ) -> None:
        self.name = ""
        self.raw = self.found = raw
        self.bound = bound
        self.call = call
        parameters = _parameters(bound)
        first = parameters[0].kind if parameters else None
        self.takes_socket = first in (*POSITIONAL, inspect.Parameter.VAR_POSITIONAL)
        self._taken = implicit
        if socket and first in POSITIONAL:
            self._taken |= {parameters.pop(0).name}
        self._positional = [_slot(item) for item in parameters if item.kind in POSITIONAL]
        self._keyword = [
            _slot(item) for item in parameters if item.kind is inspect.Parameter.KEYWORD_ONLY
        ]
        kinds = {item.kind for item in parameters}
        self._variadic = inspect.Parameter.VAR_POSITIONAL in kinds
        self.takes_rest = inspect.Parameter.VAR_KEYWORD in kinds
        self.takes_path = bool(self._positional) or self._variadic
        self.bare = not parameters
        self.parameters = parameters
        self.names = frozenset(slot[0] for slot in (*self._positional, *self._keyword))
        self._taken |= self.names

    def arguments(
        self, request: Request, find: Callable[[Request, str], Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """Fill the parameters, from the path by position, then by name.

        Args:
            request: Where the values come from.
            find: Returns the value that a request has for a name, or `MISSING`.

        Raises:
            Unbound: A value is missing, or does not convert.
        """
        path = request._path_params
        if path is None:
            path = request.path_params
        given = len(path)
        positional = []
        index = 0
        for name, default, conversion in self._positional:
            if index < given:
                value = path[index]
                index += 1
            else:
                value = find(request, name)
            if value is MISSING or conversion is not None:
                value = _settled(name, value, default, conversion)
            positional.append(value)
        if self._variadic:
            positional.extend(path[index:])
            index = given
        keyword: dict[str, Any] = {}
        for name, default, conversion in self._keyword:
            if index < given:
                value = path[index]
                index += 1
            else:
                value = find(request, name)
            keyword[name] = _settled(name, value, default, conversion)
        return positional, keyword

    def rest(self, keyword: dict[str, Any], values: dict[str, Any]) -> None:
        """Add to the keyword arguments what `**kwargs` takes: names that are not taken yet."""
        for name, value in values.items():
            if name not in self._taken:
                keyword.setdefault(name, value)

    def is_filled_by(self, names: Callable[[str], bool], path_length: int) -> bool:
        """Say whether more of a body could change nothing about the arguments."""
        if self.takes_rest or not self.names:
            return False
        if self._variadic:
            slots = [*self._positional[path_length:], *self._keyword]
        else:
            slots = [*self._positional, *self._keyword][path_length:]
        named = [slot[0] for slot in slots]
        return bool(named) and all(names(name) for name in named)


POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _parameters(bound: Any) -> list[inspect.Parameter]:
    """List the parameters; none where Python cannot tell, e.g. for a method without `self`."""
    called = [bound]
    if not isinstance(bound, FunctionType | MethodType):
        # A decorator that is a class and binds: Python takes it for one that is written in C.
        called.append(bound.__call__)
    for each, evaluate in product(called, (True, False)):
        try:
            return list(inspect.signature(each, eval_str=evaluate).parameters.values())
        except Exception:
            # Evaluating an annotation runs any code: a name that exists for type checkers only.
            continue
    return []


def _slot(parameter: inspect.Parameter) -> Slot:
    default = MISSING if parameter.default is parameter.empty else parameter.default
    return parameter.name, default, conversion_for(parameter.annotation)


def _settled(name: str, value: Any, default: Any, conversion: Conversion | None) -> Any:
    """Return what a parameter gets for a value that was found, or was not."""
    if value is MISSING:
        if default is MISSING:
            raise Unbound(f"Missing required parameter '{name}'")
        return default
    if conversion is None:
        return value
    try:
        return conversion.convert(value)
    except ValueError:
        # The value itself is not repeated: the answer is HTML, and a reason has 123 bytes.
        raise Unbound(f"Invalid parameter '{name}': expected {conversion.expected}") from None


def first_names(raw: Any) -> frozenset[str]:
    """Return what a method and the functions it wraps call their first parameter."""
    names = set()
    while raw is not None:
        code = getattr(raw, "__code__", None)
        if code is not None and code.co_argcount and not code.co_posonlyargcount:
            names.add(code.co_varnames[0])
        inner = (getattr(raw, name, None) for name in ("__wrapped__", "__func__", "func"))
        raw = next((item for item in inner if item is not None), None)
    return frozenset(names)
