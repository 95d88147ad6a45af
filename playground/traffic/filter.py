"""The query language of the filter box: words, "quoted words", /regex/, client: kind: size> …

Law of the room: a query means here what it means in the table's box, which reads it in JavaScript.
The cases in ``tests/javascript/filter-cases.json`` are run by the tests of both.
"""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Callable
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, NamedTuple, get_args

from playground.traffic import regex_grammar
from playground.traffic.learning import LEARNING, Condition, caused, novel, together
from playground.traffic.model import Entry, Exchange, Kind, Sender, close_phrase
from playground.traffic.regex import MOST_WORK, Allowance, Finder, TooLong
from playground.traffic.regex_grammar import RegexError, RegexRefused
from playground.traffic.socketio import reading, speaks
from playground.traffic.summary import framed, handler_of

Value = Callable[[Entry, Exchange | None], str]
Find = Callable[[str], object]

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
# A word that nearly matches everywhere costs the product of its letters and a text's: 10 ms. Beyond
# that it is looked for in another way, which costs their sum, but means another thing by "in any
# case" for a handful of letters.
_MOST_PRODUCT: Final = 2_000_000
_LONG: Final = 1_000
# So much is said of a part that is one too many: it may have very many alternatives.
_SHOWN: Final = 80
_NUMBER: Final = re.compile(r"\d+")
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)([kM]?)", re.IGNORECASE)
_UNITS: Final = {"": 1, "k": 1_000, "m": 1_000_000}
_COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
MOST_PARTS: Final = 100
"""How many values a filter may look for; those of ``dir`` and ``kind``, of which there are few, do
not count. Each of them is looked for in each entry."""
_CHOICES: Final = {"dir": get_args(Sender), "kind": get_args(Kind), "shape": ("new",)}
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
FIELDS: Final = (*_WHOLE, *_WITHIN, *_NUMBERS, "cause", "shape")
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
    """A query as a test for entries. Made for one pass: give it the entries in their order.

    Args:
        query: Parts between blanks, all of which must hold; a minus turns one round. A word,
            ``"quoted words"`` or a ``/regular expression/`` (``/i`` in any case) is looked for in
            the data (bytes in hex), path, client, line, kind, code, note and what a Socket.IO
            packet is (``"event say"``). The fields are `FIELDS`: alternatives by comma or by
            repeating the field, ``client:al*`` for all whose name begins so, ``size``, ``code`` and
            ``rev`` with ``> < >= <=`` too; ``shape:new`` is as `Novelty` says. Regular expressions
            are those of `re`, without backreferences, look-ahead and look-behind, which make a
            search go back in the text. There may be `MOST_PARTS` words and values.

    Attributes:
        undecided: For each part that took too long to look for in an entry, in how many.

    Raises:
        FilterError: With a sentence that says which part it is and what to write instead.
    """

    def __init__(self, query: str) -> None:
        self.query = query
        self.undecided: Counter[str] = Counter()
        self._allowance = Allowance()
        self._conditions = _conditions(query, self._allowance)

    def __call__(self, entry: Entry, exchange: Exchange | None) -> bool:
        """Return whether an entry matches the query, as far as that can be said (`doubt`)."""
        self._allowance.steps = MOST_WORK
        try:
            return all(condition(entry, exchange) for condition in self._conditions)
        except _Undecided as reason:
            self.undecided[str(reason)] += 1
            return False

    @property
    def steps(self) -> int:
        """How many steps its regular expressions took through the last entry."""
        return MOST_WORK - self._allowance.steps

    @property
    def doubt(self) -> str:
        """What was left out because it takes too long to look through, in a sentence; else ""."""
        if not self.undecided:
            return ""
        part, times = next(iter(self.undecided.items()))
        entries = (
            "1 entry, which may match and is"
            if times == 1
            else (f"{times:,} entries, which may match and are")
        )
        return f"{part} takes too long on {entries} left out; write a simpler expression"


class _Undecided(Exception):
    """Looking for the part that this names takes too long."""


def _conditions(query: str, allowance: Allowance) -> list[Condition]:
    parts: list[Part] = []
    words: list[Condition] = []
    regexes: list[Condition] = []
    values = 0
    for match in _PART.finditer(query):
        part = _part(match) if match["field"] and not _is_word(match) else None
        values += 1 if part is None else 0 if part.field in _CHOICES else len(part.values)
        if values > MOST_PARTS:
            raise FilterError(
                match[0][:_SHOWN],
                f"a filter of at most {MOST_PARTS} words and values",
                "that is one too many: look for fewer, or for several words in quotes",
            )
        if part is not None:
            parts.append(part)
        else:
            kind = regexes if match["regex"] else words
            kind.append(_turned(_search(match, allowance), bool(match["minus"])))
    found: list[Condition] = []
    learning: list[Condition] = []
    for field, negated in dict.fromkeys((each.field, each.negated) for each in parts):
        same = [each for each in parts if (each.field, each.negated) == (field, negated)]
        made = [_turned(each, negated) for each in _asked(field, same)]
        if field in LEARNING:
            learning += made
        else:
            found += made
    if learning:
        found.insert(0, together(learning))
    # Regular expressions last: what they cost is spared where anything else does not hold.
    return found + words + regexes


def _turned(condition: Condition, negated: bool) -> Condition:
    return (lambda entry, exchange: not condition(entry, exchange)) if negated else condition


def _is_word(match: re.Match[str]) -> bool:
    """Return whether what looks like a field is text: ``alice:``, ``http://…``, ``x=1``."""
    if match["field"].lower() in FIELDS:
        return False
    return match["sign"] != ":" or not match["value"] or match["value"].startswith("//")


def _search(match: re.Match[str], allowance: Allowance) -> Condition:
    """Return the condition that a word or a regular expression is in one of an entry's fields."""
    find, find_far = _regex(match, allowance) if match["regex"] else _word(match)
    # Thousands of entries share an exchange, and it need be looked through but once.
    in_exchange: dict[int, bool] = {}

    def condition(entry: Entry, exchange: Exchange | None) -> bool:
        if exchange is not None:
            if exchange.id not in in_exchange:
                in_exchange[exchange.id] = bool(find_far(exchange.path) or find(exchange.client))
            if in_exchange[exchange.id]:
                return True
        data = entry.data
        text = data.hex(" ") if isinstance(data, bytes) else data or ""
        # Long ones come last: what steps are left is for them.
        if len(text) <= _LONG and find_far(text):
            return True
        if any(find(each) for each in _texts(entry)):
            return True
        read = reading(entry, exchange) if speaks(exchange) else ""
        return bool((read and find(read)) or (len(text) > _LONG and find_far(text)))

    def decided(entry: Entry, exchange: Exchange | None) -> bool:
        try:
            return condition(entry, exchange)
        except TooLong:
            raise _Undecided(match[0]) from None

    return decided if match["regex"] else condition


def _word(match: re.Match[str]) -> tuple[Find, Find]:
    """Return what finds a word in a short text, and what does in one of any length."""
    wanted = _unquoted(match["quoted"]) if match["quoted"] else match[0][len(match["minus"]) :]
    find = re.compile(re.escape(wanted), re.IGNORECASE).search
    most, lowered = _MOST_PRODUCT // len(wanted), wanted.lower()
    return find, lambda text: find(text) if len(text) <= most else lowered in text.lower()


def _regex(match: re.Match[str], allowance: Allowance) -> tuple[Find, Find]:
    """Return the same for a regular expression."""
    try:
        find = Finder(regex_grammar.read(match["regex"], bool(match["flag"])), allowance)
        # Kinds and lines of code are the same few again and again.
        return lru_cache(maxsize=256)(find), find
    except RegexRefused as refused:
        expected = "a regular expression that a filter can look for"
        reason = f"it has {refused}, which no filter looks for"
    except RegexError as error:
        expected, reason = "a regular expression", str(error)
    remedy = f"{reason}; to look for it as it stands, put it in quotes"
    raise FilterError(match[0], expected, remedy)


def _texts(entry: Entry) -> tuple[str, ...]:
    """Return the texts that a word is looked for in beside the data, as a row shows them."""
    return (
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
    "shape": "shape:new",
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
        return [caused({_number(each, value) for each in parts for value in each.values})]
    values = frozenset(value.lower() for each in parts for value in each.values)
    if field in _WITHIN:
        read = _WITHIN[field]
        return [lambda entry, exchange: _has(read(entry, exchange), values)]
    for each in parts:
        _check_choice(each)
    if field == "shape":
        return [novel()]
    exactly = _WHOLE[field]
    if field == "client" and any(value.endswith("*") for value in values):
        return [lambda entry, exchange: _is_called(exactly(entry, exchange), values)]
    return [lambda entry, exchange: exactly(entry, exchange) in values]


def _is_called(name: str, values: frozenset[str]) -> bool:
    begins = tuple(value[:-1] for value in values if value.endswith("*"))
    return name in values or name.startswith(begins)


def _has(text: str, values: frozenset[str]) -> bool:
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
