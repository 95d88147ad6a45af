"""At which lines of the app's a handler can stand still, and where such a line is in newer code.

A handler stands still as it receives or sends, so at a line that awaits. Which those are is read
off the code that runs, and not off a text that may have been changed since: that also says which
line of newer code is the same.
"""

from __future__ import annotations

import dis
import linecache
import sys
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any, Final, NamedTuple

from playground.live.fingerprint import class_of, code_within
from playground.notebook import kernel

# Where a function gives up its turn: `await`, `async for`, `async with`.
_WAITS: Final = "SEND"
_JUMPS: Final = frozenset({*dis.hasjrel, *dis.hasjabs})

# So many lines are named.
_NAMED: Final = 6


class Spot(NamedTuple):
    """A line at which a handler can stand still.

    Attributes:
        line: As rows have it, such as ``"In[5]:12"``.
        function: Whose line it is, such as ``"Chat.ws_chat"``.
        does: What the function does there: the same code is the same line.
        text: Its text, if that is known.
        filename: The cell or file, as Python has it: a cell that runs again has another number.
    """

    line: str
    function: str
    does: tuple[tuple[str, str], ...]
    text: str
    filename: str

    @property
    def now(self) -> str:
        """The line, as rows have it from now on."""
        return f"{kernel.place_of(self.filename)}:{self.number}"

    @property
    def number(self) -> int:
        """The number of the line."""
        return int(self.line.rpartition(":")[2])

    def is_among(self, others: Iterable[Spot]) -> bool:
        """Return whether some lines have it, in the same place, whatever that is called now."""
        here = (self.filename, self.number)
        return any((each.filename, each.number) == here for each in others)


def spots_of(app: Any) -> list[Spot]:
    """Return every line of an app, and of what stands beside it, at which a handler can stand."""
    found = {each.line: each for code in _codes(app) for each in _spots(code)}
    return list(found.values())


def advice(line: str, spots: Iterable[Spot]) -> str:
    """Return why nothing can stand still at a line, as a clause, where its text is known; "" else.

    Args:
        line: The line, which is no spot.
        spots: Those there are.
    """
    place, _, number = line.rpartition(":")
    there = sorted({each.number for each in spots if each.line.rpartition(":")[0] == place})
    if not there:
        return ""
    near = sorted(sorted(there, key=lambda each: abs(each - int(number)))[:_NAMED])
    others = f" and {len(there) - len(near)} more" if len(there) > len(near) else ""
    nearest = min(there, key=lambda each: (abs(each - int(number)), each))
    lines = f"line{'s' * (len(there) > 1)} {', '.join(map(str, near))}{others}"
    return (
        f"a handler stands still where it awaits something, in {place} at {lines}; "
        f"write line='{place}:{nearest}'"
    )


def moved(old: Spot, before: Iterable[Spot], now: Iterable[Spot]) -> Spot | None:
    """Return where a line is in newer code; None if it is there no more.

    The line that does the same is the same one. Where none does, it is the line at its place, if
    the function waits as often as before.

    Args:
        old: The line.
        before: The lines of the older code.
        now: Those of the newer.
    """
    there = [each for each in before if each.function == old.function]
    here = [each for each in now if each.function == old.function]
    alike = [each for each in here if each.does == old.does]
    if alike:
        earlier = sum(each.does == old.does and each.number < old.number for each in there)
        return alike[min(earlier, len(alike) - 1)]
    place = next((place for place, each in enumerate(there) if each.line == old.line), -1)
    return here[place] if len(here) == len(there) and place >= 0 else None


def _codes(app: Any) -> Iterator[CodeType]:
    """Yield the code of the user's functions: the app's, and those beside it."""
    known: set[CodeType] = set()
    for function in _functions(app):
        if kernel.place_of(function.__code__.co_filename) is not None:
            for code in code_within(function.__code__):
                if code not in known:
                    known.add(code)
                    yield code


def _functions(app: Any) -> Iterator[FunctionType]:
    kind = app if isinstance(app, FunctionType) else class_of(app)
    yield from _held([kind])
    spaces: list[dict[str, Any]] = []
    shell = kernel.shell()
    if shell is not None:
        spaces.append(shell.user_ns)
    kinds = kind.__mro__ if isinstance(kind, type) else (kind,)
    modules = [sys.modules.get(getattr(each, "__module__", "")) for each in kinds]
    spaces += [vars(each) for each in dict.fromkeys(modules) if each is not None]
    for space in spaces:
        yield from _held(list(space.values()))


def _held(values: Iterable[Any]) -> Iterator[FunctionType]:
    for value in values:
        if isinstance(value, FunctionType):
            yield value
        elif isinstance(value, type):
            for base in value.__mro__:
                held = list(vars(base).values())
                # A decorated method, or a property, holds the function that it was made of.
                inner = (getattr(each, "__wrapped__", each) for each in held)
                yield from (each for each in inner if isinstance(each, FunctionType))


def _spots(code: CodeType) -> Iterator[Spot]:
    place = kernel.place_of(code.co_filename)
    does: dict[int, list[tuple[str, str]]] = {}
    waits: list[int] = []
    for each in dis.get_instructions(code):
        number = each.positions.lineno if each.positions else None
        if number is None:
            continue
        if each.opname == _WAITS:
            waits.append(number)
        if each.opcode not in _JUMPS:
            does.setdefault(number, []).append((each.opname, each.argrepr))
    for number in sorted(set(waits)):
        text = linecache.getline(code.co_filename, number).strip()
        yield Spot(
            f"{place}:{number}", code.co_qualname, tuple(does[number]), text, code.co_filename
        )
