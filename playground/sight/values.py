"""A value as a short text, without running any code of the user's.

A `__repr__` may be slow, may raise, and may say more than a page should show; so what Python itself
makes is written out, and of all else the class and the attributes.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import pathlib
import re
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from types import BuiltinFunctionType, FrameType, FunctionType, MethodType
from typing import Any, Final

from playground.traffic.escapes import escaped
from playground.traffic.quoted import Quoted
from playground.traffic.redact import REDACTED
from playground.traffic.secret_names import is_secret, secrecy

Named = Callable[[object], str | dict[str, object] | None]
"""Returns what to call an object, such as a socket after its client; or those of its attributes
that are shown; None for all of them."""

# Of a value, a text in it, a collection in it, and a collection in that.
LONGEST: Final = 200
TEXT: Final = 60
ITEMS: Final = 10
DEPTH: Final = 3

# Their `repr` is Python's own, and short.
_PLAIN: Final = frozenset(
    {
        type(None), bool, float, complex, type(Ellipsis), type(NotImplemented), range, slice,
        datetime.date, datetime.datetime, datetime.time, datetime.timedelta, datetime.timezone,
        decimal.Decimal, fractions.Fraction, uuid.UUID, pathlib.PurePosixPath,
        pathlib.PureWindowsPath, pathlib.PosixPath,
    }
)  # fmt: skip
_BRACKETS: Final[dict[type[Any], tuple[str, str]]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("{", "}"),
    deque: ("[", "]"),
}

_TIMES: Final = (datetime.datetime, datetime.time)
_FUNCTIONS: Final = (FunctionType, MethodType, BuiltinFunctionType)

# The largest whole number that is written out: Python refuses to write far larger ones.
_LARGE: Final = 10**40

_CO_OPTIMIZED: Final = 0x1

# So much of a text is searched, beyond the request's own credentials: a scheme, an address and a
# JWT are known by their beginnings.
_SEARCHED: Final = 4096

# Numbers that a credential may be; what else Python makes is none.
_NUMBERS: Final = frozenset({float, complex, decimal.Decimal, fractions.Fraction, uuid.UUID})

# A key of a collection of credentials that is a word, and not one of them.
_WORD: Final = re.compile(r"[A-Za-z_]{1,20}")

_NOTHING: Final = Quoted(())


def variables_of(frame: FrameType, named: Named, quoted: Quoted = _NOTHING) -> dict[str, str]:
    """Return the local variables of a function that waits, as text; in its own thread only.

    Args:
        frame: Where it stands.
        named: Names objects.
        quoted: Knows the credentials of the request that it answers.
    """
    if not frame.f_code.co_flags & _CO_OPTIMIZED:
        return {}  # a class or a module that is being made: what is there belongs to it
    values = frame.f_locals
    found = {
        str(name): text_of(value, named, quoted, name)
        for name, value in list(values.items())
        if not name.startswith((".", "__"))
    }
    if type(values) is dict:
        # Python before 3.13 keeps in the frame the copy that it has made, and with it every object
        # that a variable held then.
        values.clear()
    return found


def text_of(
    value: object, named: Named = lambda _: None, quoted: Quoted = _NOTHING, name: str = ""
) -> str:
    """Return a value as text of at most 200 characters or so.

    Args:
        value: Any object.
        named: Names objects.
        quoted: Knows the credentials of a request.
        name: What the value is called; "" if it has no name.
    """
    said = _Writer(named, quoted).text(value, DEPTH, _secret(name))
    text = escaped(quoted.redacted(said))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def is_pythons_own(value: Any) -> bool:
    """Return whether a value's `repr` and `==` are Python's alone: a time may have another zone."""
    if type(value) in _TIMES:
        return value.tzinfo is None or type(value.tzinfo) is datetime.timezone
    return True


class _Writer:
    """Writes one value out.

    A method's `under` is the name that says that a value, or what holds it, is a credential; "" if
    none does.
    """

    def __init__(self, named: Named, quoted: Quoted) -> None:
        self._named = named
        self._quoted = quoted
        self._inside: set[int] = set()

    def text(self, value: object, depth: int, under: str) -> str:
        # Not `isinstance`: it asks the object, and not only its type.
        kind = type(value)
        if kind in _PLAIN:
            if not is_pythons_own(value):
                return f"<{kind.__name__}>"
            return _hidden(under, repr(value)) if kind in _NUMBERS else repr(value)
        if issubclass(kind, str | bytes | bytearray):
            return self._cut(value, under)
        if issubclass(kind, enum.Enum):
            return f"{kind.__name__}.{object.__getattribute__(value, '_name_')}"
        if issubclass(kind, int):
            return _hidden(under, _number(int.__int__(value)))  # type: ignore[arg-type]
        shown = self._named(value)
        if type(shown) is str:
            return shown
        if issubclass(kind, type):
            return f"<class {type.__getattribute__(value, '__name__')}>"
        if id(value) in self._inside:
            return "…"
        self._inside.add(id(value))
        try:
            return self._many(value, shown, depth, under)
        finally:
            self._inside.discard(id(value))

    def _many(self, value: Any, shown: object, depth: int, under: str) -> str:
        """Return the text of what holds others: a collection, or an object with attributes.

        `shown` are those of its attributes that are to be shown, if that is a dict.
        """
        if issubclass(type(value), dict):
            pairs = self._pairs(value, depth, under)
            return "{" + _joined(pairs, dict.__len__(value), depth) + "}"
        for kind, (opening, closing) in _BRACKETS.items():
            if issubclass(type(value), kind):
                items = self._items(kind, value, depth, under)
                return opening + _joined(items, kind.__len__(value), depth) + closing
        if issubclass(type(value), _FUNCTIONS):
            return f"<function {value.__qualname__}>"
        attributes = shown if isinstance(shown, dict) else attributes_of(value)
        return self._object(type(value).__name__, attributes, depth, under)

    def _items(self, kind: type[Any], value: Any, depth: int, under: str) -> Iterator[str]:
        name = ""
        for at, each in enumerate(kind.__iter__(value)):
            yield self.text(each, depth - 1, name or under)
            # A pair of name and value, such as a header.
            pair = kind in (tuple, list) and at == 0 and kind.__len__(value) == 2
            name = _secret(each) if pair else ""

    def _pairs(self, value: dict[Any, Any], depth: int, under: str) -> Iterator[str]:
        for key, each in dict.items(value):
            word = type(key) is str and _WORD.fullmatch(key) and secrecy(under) == "always"
            name = self.text(key, 1, "" if word else under)
            yield f"{name}: {self.text(each, depth - 1, _secret(key) or under)}"

    def _object(self, called: str, attributes: dict[str, object], depth: int, under: str) -> str:
        shown = {name: each for name, each in attributes.items() if not str(name).startswith("_")}
        if not shown or depth <= 1:
            return f"<{called}>"
        parts = (
            f"{name}={self.text(each, depth - 1, _secret(name) or under)}"
            for name, each in shown.items()
        )
        return f"{called}({_joined(parts, len(shown), depth)})"

    def _cut(self, value: Any, under: str) -> str:
        """Return the beginning of a text or of bytes, as Python writes it."""
        base = _base(value)
        most = TEXT + max(_SEARCHED, self._quoted.longest)
        start = base.__getitem__(value, slice(most))
        said = str.__str__(start) if base is str else bytes(start).decode("latin-1")
        if said and under and is_secret(under, said):
            return REDACTED
        said = self._quoted.redacted(said)
        whole = len(said) <= TEXT and base.__len__(value) <= most
        shown = repr(said[:TEXT] if base is str else said[:TEXT].encode("latin-1"))
        return shown if whole else f"{shown}…"


def _base(value: Any) -> Any:
    return next(kind for kind in (str, bytes, bytearray) if issubclass(type(value), kind))


def _secret(name: object) -> str:
    """Return a name if it says that what is called so may be a credential; else ""."""
    if not issubclass(type(name), str | bytes):
        return ""
    base = _base(name)
    start = base.__getitem__(name, slice(_SEARCHED))
    said = str.__str__(start) if base is str else bytes(start).decode("latin-1")
    return said if secrecy(said) else ""


def _hidden(under: str, shown: str) -> str:
    return REDACTED if under and is_secret(under, shown) else shown


def _number(whole: int) -> str:
    return repr(whole) if abs(whole) < _LARGE else f"<a number of {whole.bit_length()} bits>"


def attributes_of(value: object) -> dict[str, object]:
    """Return the attributes that are set on an object itself; none if it shows none."""
    try:
        attributes = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return attributes if type(attributes) is dict else {}


def _joined(parts: Iterable[str], count: int, depth: int) -> str:
    if not count:
        return ""
    if depth <= 0:
        return f"…{count}"
    shown = list(islice(parts, ITEMS))
    return ", ".join([*shown, f"… {count - ITEMS} more"] if count > ITEMS else shown)
