"""The filter box's grammar, for entries: words, "quoted words", /regex/, client: kind: size> …

Law of the room: it means what the table's box means. What that is stands as cases in
``tests/javascript/filter-cases.json``, which the tests of both run.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Final, NamedTuple, get_args

from playground.traffic.model import Entry, Exchange, Kind, Sender, close_phrase
from playground.traffic.socketio import reading, speaks
from playground.traffic.summary import framed, handler_of

Condition = Callable[[Entry, Exchange | None], bool]
Value = Callable[[Entry, Exchange | None], str]

_QUOTED: Final = r'"(?:\\.|[^"\\])*"'
_PART: Final = re.compile(
    rf"""
    (?<!\S) (?P<minus>-?)
    (?: /(?P<regex>(?:\\.|[^/\\])+)/(?P<flag>i?)
      | "(?P<quoted>(?:\\.|[^"\\])+)"
      | (?P<field>[A-Za-z]+) (?P<sign>>=|<=|[:=><]) (?P<value>(?:{_QUOTED}|[^\s"])*)
      | (?P<word>\S+)
    ) (?!\S)""",
    re.VERBOSE,
)
_ALTERNATIVE: Final = re.compile(rf"(?:{_QUOTED}|[^,\"])+")
_NUMBER: Final = re.compile(r"\d+")
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)([kM]?)", re.IGNORECASE)
_UNITS: Final = {"": 1, "k": 1_000, "m": 1_000_000}
_COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
_CHOICES: Final = {"dir": get_args(Sender), "kind": get_args(Kind)}
_WHOLE: Final[dict[str, Value]] = {
    "client": lambda entry, exchange: exchange.client.lower() if exchange else "",
    "dir": lambda entry, exchange: entry.sender,
    "kind": lambda entry, exchange: entry.kind,
}
_WITHIN: Final[dict[str, Value]] = {
    "path": lambda entry, exchange: exchange.path.lower() if exchange else "",
    "where": lambda entry, exchange: (entry.where or "").lower(),
}
_NUMBERS: Final[dict[str, Callable[[Entry], int | None]]] = {
    "size": lambda entry: entry.size,
    "code": lambda entry: entry.code,
    "rev": lambda entry: entry.revision,
}
FIELDS: Final = (*_WHOLE, *_WITHIN, *_NUMBERS, "cause")
"""What may stand before a colon."""


class FilterError(ValueError):
    """A filter cannot be read.

    Attributes:
        part: The part of it that is at fault, as it was written.
    """

    def __init__(self, part: str, expected: str, remedy: str) -> None:
        super().__init__(f"expected {expected}, got {part!r}; {remedy}")
        self.part = part


class Part(NamedTuple):
    """One ``field:value`` of a filter.

    Attributes:
        text: As it was written.
        field, sign, values: ``size``, ``>`` and its alternatives, without quotes.
        negated: Whether a minus stands before it.
    """

    text: str
    field: str
    sign: str
    values: tuple[str, ...]
    negated: bool


class Filter:
    """What a query asks of an entry. Made for one pass: show it the entries in their order.

    Args:
        query: Parts between blanks, all of which must hold; a minus turns one round. A word,
            ``"quoted words"`` or a ``/regular expression/`` (``/i`` in any case) is looked for in
            the data (bytes in hex), path, client, line, kind, code, note and what a Socket.IO
            packet is (``"event say"``). The fields are
            `FIELDS`: alternatives by comma or said again, ``size``, ``code`` and ``rev`` with
            ``> < >= <=`` too.

    Raises:
        FilterError: With a sentence that says which part it is and what to write instead.
    """

    def __init__(self, query: str) -> None:
        self.query = query
        self._conditions = _conditions(query)

    def __call__(self, entry: Entry, exchange: Exchange | None) -> bool:
        """Return whether an entry is asked for."""
        return all(condition(entry, exchange) for condition in self._conditions)


def _conditions(query: str) -> list[Condition]:
    parts, words = [], []
    for match in _PART.finditer(query):
        if match["field"] and not _is_word(match):
            parts.append(_part(match))
        else:
            words.append(_turned(_search(match), bool(match["minus"])))
    found: list[Condition] = []
    # Causes first: theirs is the one condition that must see every entry.
    parts.sort(key=lambda each: each.field != "cause")
    for field, negated in dict.fromkeys((each.field, each.negated) for each in parts):
        same = [each for each in parts if (each.field, each.negated) == (field, negated)]
        found += [_turned(each, negated) for each in _asked(field, same)]
    return found + words


def _turned(condition: Condition, negated: bool) -> Condition:
    return (lambda entry, exchange: not condition(entry, exchange)) if negated else condition


def _is_word(match: re.Match[str]) -> bool:
    """Return whether what looks like a field is text: ``alice:``, ``http://…``, ``x=1``."""
    if match["field"].lower() in FIELDS:
        return False
    return match["sign"] != ":" or not match["value"] or match["value"].startswith("//")


def _search(match: re.Match[str]) -> Condition:
    """Return whether a word or a regular expression is in an entry, each field by itself."""
    if match["regex"]:
        find = _pattern(match).search
    else:
        wanted = _unquoted(match["quoted"]) if match["quoted"] else match[0][len(match["minus"]) :]
        find = re.compile(re.escape(wanted), re.IGNORECASE).search
    # Thousands of entries share an exchange, and it need be looked through but once.
    in_exchange: dict[int, bool] = {}

    def condition(entry: Entry, exchange: Exchange | None) -> bool:
        if exchange is not None:
            if exchange.id not in in_exchange:
                found = find(exchange.path) or find(exchange.client)
                in_exchange[exchange.id] = found is not None
            if in_exchange[exchange.id]:
                return True
        if any(find(text) for text in _texts(entry)):
            return True
        return speaks(exchange) and find(reading(entry, exchange)) is not None

    return condition


def _pattern(match: re.Match[str]) -> re.Pattern[str]:
    try:
        return re.compile(match["regex"], re.IGNORECASE if match["flag"] else 0)
    except re.error as error:
        remedy = f"{error}; to look for it as it stands, put it in quotes"
        raise FilterError(match[0], "a regular expression", remedy) from None


def _texts(entry: Entry) -> tuple[str, ...]:
    """Return what words are looked for in, beside the exchange; what a row of the table shows."""
    data = entry.data
    return (
        data.hex(" ") if isinstance(data, bytes) else data or "",
        entry.kind,
        entry.where or "",
        "" if entry.code is None else str(entry.code),
        _noted(entry),
    )


def _noted(entry: Entry) -> str:
    if entry.kind == "close":
        return close_phrase(entry.code or 0)
    if entry.kind == "frame":
        return framed(entry)
    return handler_of(entry) if entry.kind == "exception" else entry.note or ""


def _part(match: re.Match[str]) -> Part:
    text, field, sign = match[0], match["field"].lower(), match["sign"]
    if field not in FIELDS:
        raise _unknown(text, field)
    if sign in _COMPARISONS and field not in _NUMBERS:
        raise FilterError(text, f"a colon after {field}", f"write {field}:{match['value']}")
    values = tuple(_unquoted(each) for each in _ALTERNATIVE.findall(match["value"]))
    if not values:
        raise FilterError(
            text, f"a value after {field}{sign}", f"write one, as in {_EXAMPLES[field]}"
        )
    return Part(text, field, sign, values, bool(match["minus"]))


_EXAMPLES: Final = {
    "client": "client:alice",
    "dir": "dir:server",
    "kind": "kind:text,binary",
    "path": "path:/chat",
    "where": "where:In[5]",
    "size": "size>100 or size<2k",
    "code": "code:1011 or code>=400",
    "rev": "rev:3",
    "cause": "cause:12, the number of an entry",
}


def _unknown(text: str, field: str) -> FilterError:
    near = get_close_matches(field, FIELDS, 1)
    hint = f"did you mean {near[0]}:? " if near else ""
    remedy = f"{hint}to look for it as text, put it in quotes"
    return FilterError(text, f"one of the fields {', '.join(FIELDS)}", remedy)


def _unquoted(text: str) -> str:
    inner = text[1:-1] if text[:1] == text[-1:] == '"' and len(text) > 1 else text
    return re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL)


def _asked(field: str, parts: list[Part]) -> list[Condition]:
    """Return the conditions of all parts for one field: alternatives, and comparisons."""
    if field in _NUMBERS:
        return _numeric(field, parts)
    if field == "cause":
        return [_caused({_number(each, value) for each in parts for value in each.values})]
    values = [value.lower() for each in parts for value in each.values]
    if field in _WITHIN:
        read = _WITHIN[field]
        return [lambda entry, exchange: _has(read(entry, exchange), values)]
    for each in parts:
        _check_choice(each)
    exactly = _WHOLE[field]
    return [lambda entry, exchange: exactly(entry, exchange) in values]


def _has(text: str, values: list[str]) -> bool:
    return any(value in text for value in values)


def _check_choice(part: Part) -> None:
    choices = _CHOICES.get(part.field, ())
    for value in part.values if choices else ():
        if value.lower() not in choices:
            near = get_close_matches(value.lower(), choices, 1) or choices[:1]
            expected = f"one of {', '.join(choices)} after {part.field}:"
            raise FilterError(part.text, expected, f"write it as in {part.field}:{near[0]}")


def _numeric(field: str, parts: list[Part]) -> list[Condition]:
    number = _NUMBERS[field]
    equal = [each for each in parts if each.sign not in _COMPARISONS]
    found: list[Condition] = []
    if equal:
        wanted = {_number(each, value) for each in equal for value in each.values}
        found.append(lambda entry, exchange: number(entry) in wanted)
    for each in parts:
        if each.sign in _COMPARISONS:
            found.append(_compared(number, each))
    return found


def _compared(number: Callable[[Entry], int | None], part: Part) -> Condition:
    holds = _COMPARISONS[part.sign]
    if len(part.values) > 1:
        raise FilterError(part.text, "one number", "write each comparison as a part of its own")
    limit = _number(part, part.values[0])

    def condition(entry: Entry, exchange: Exchange | None) -> bool:
        found = number(entry)
        return found is not None and holds(found, limit)

    return condition


def _number(part: Part, value: str) -> float:
    found = (_SIZE if part.field == "size" else _NUMBER).fullmatch(value)
    if not found:
        remedy = f"write it as in {_EXAMPLES[part.field]}"
        raise FilterError(part.text, f"a number after {part.field}{part.sign}", remedy)
    if part.field == "size":
        return float(found[1]) * _UNITS[found[2].lower()]
    return int(value)


def _caused(linked: set[float]) -> Condition:
    """Return whether an entry is one of those named, or was set off by one, however far back."""

    def condition(entry: Entry, exchange: Exchange | None) -> bool:
        if entry.seq in linked or entry.cause in linked:
            linked.add(entry.seq)
            return True
        return False

    return condition
