"""What of a message changes by itself, found where the same code was played twice.

Law of the room: a mask says where in a message something changes, and holds all the rest of it: so
it forgives nothing else, and no other message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

from playground.exports.changing import Ignored, Span, plain, without

# A word or number, or one other character: what changes, changes as a whole.
_TOKENS: Final = re.compile(r"\w+|\W", re.DOTALL)

# What may stand in such a place: one word, number or time.
_ANYTHING: Final = r"[\w.:+-]{0,100}?"

# Between two that change it is a part of them, as in an id of base64url, where it was by chance.
_JOINING: Final = re.compile(r"[.:+-]")

# What `changing.without` puts there.
_IGNORED: Final = '"<ignored>"'

# Longer messages are compared as they are: to look for what changes in them takes too long.
_LONGEST: Final = 20_000
_MOST_PLACES: Final = 200


class Mask(NamedTuple):
    """Places of a message that change by themselves.

    Attributes:
        paths: Of a JSON value: patterns of the paths, as `exports.changing` has them.
        rest: What is left of the JSON without them.
        text: Of other text: the pattern of all of it.
        kept: How many characters of it do not change.
    """

    paths: tuple[re.Pattern[str], ...]
    rest: str
    text: re.Pattern[str] | None
    kept: int

    def fits(self, message: str) -> bool:
        """Return whether a message is like that, whatever stands in these places."""
        if self.text is not None:
            return self.text.fullmatch(message) is not None
        value = _json(message)
        return value is not None and _written(without(value, "$", self.paths)) == self.rest


def mask_of(one: str, other: str) -> Mask | None:
    """Return where two messages of the same code differ; None if they have nothing in common."""
    if max(len(one), len(other)) > _LONGEST:
        return None
    first, second = _json(one), _json(other)
    if first is not None and second is not None:
        paths = tuple(dict.fromkeys(_changes(first, second, "$")))
        if not paths or len(paths) > _MOST_PLACES or "$" in paths:
            return None
        patterns = tuple(re.compile(re.escape(each)) for each in paths)
        rest = _written(without(first, "$", patterns))
        return Mask(patterns, rest, None, len(rest.replace(_IGNORED, "")))
    return _text_mask(_TOKENS.findall(one), _TOKENS.findall(other))


def _text_mask(one: list[str], other: list[str]) -> Mask | None:
    pattern, kept, words = "", 0, 0
    opcodes = SequenceMatcher(None, one, other, False).get_opcodes()
    for place, (what, start, end, _, _) in enumerate(opcodes):
        same = "".join(one[start:end])
        if what != "equal":
            pattern += "" if pattern.endswith(_ANYTHING) else _ANYTHING
        elif not (0 < place < len(opcodes) - 1 and _JOINING.fullmatch(same)):
            pattern += re.escape(same)
            kept += len(same)
            words += sum(each.isalnum() for each in one[start:end])
    return Mask((), "", re.compile(pattern, re.DOTALL), kept) if words else None


def _json(message: str) -> Any:
    """Return the value of a JSON object or list; None for anything else."""
    if not message.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(message)
    except (ValueError, RecursionError):
        return None


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _changes(one: Any, other: Any, path: str) -> Iterator[str]:
    """Yield the paths at which two JSON values differ, as deep as they have the same places."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one:
            yield from _changes(one[name], other[name], f"{path}[{name!r}]")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (each, its) in enumerate(zip(one, other, strict=True)):
            yield from _changes(each, its, f"{path}[{place}]")
    elif one != other or type(one) is not type(other):
        yield path


class Masks:
    """All that is known to change by itself, with what one has named.

    Args:
        ignored: What one has named.
        span: Between which seconds since 1970 a time is one that changes.
    """

    def __init__(self, ignored: Ignored, span: Span) -> None:
        self.ignored = ignored
        self.span = span
        self.found: dict[Mask, None] = {}

    def learn(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        """Take in what the same code has said the one time and the other."""
        for one, other in pairs:
            if isinstance(one, str) and isinstance(other, str):
                a, b = self._plain(one), self._plain(other)
                mask = mask_of(a, b) if a != b else None
                if mask is not None:
                    self.found[mask] = None

    def key(self, message: str | bytes) -> Any:
        """Return what is compared of a message."""
        said = self._plain(message)
        if isinstance(said, str):
            # Of several that fit, the one that says least: the like of it finds the same.
            for mask in sorted(self.found, key=lambda each: each.kept):
                if mask.fits(said):
                    return mask
        return said

    def patterns(self) -> Sequence[re.Pattern[str]]:
        """Return what was found as patterns of whole messages, for a test to ignore."""
        return [
            re.compile(rf"\A{each.text.pattern}\Z", re.DOTALL)
            for each in self.found
            if each.text is not None
        ]

    def paths(self) -> Sequence[re.Pattern[str]]:
        """Return the paths of JSON that were found to change, for a test to ignore."""
        return [path for each in self.found for path in each.paths]

    def _plain(self, message: Any) -> Any:
        return plain(message, "", self.ignored, self.span)
