"""What changes in a message by itself, from one time to the next: UUIDs, times, what one names.

Law of the room: what stands below the line goes into exported tests as it stands, so that a test
forgives just what its writer did; it needs the standard library alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

# ---

# RFC 9562: versions 1 to 8, with and without hyphens.
UUID = re.compile(
    r"(?<!\w)[0-9A-Fa-f]{8}(-?)[0-9A-Fa-f]{4}\1[1-8][0-9A-Fa-f]{3}\1"
    r"[89ABab][0-9A-Fa-f]{3}\1[0-9A-Fa-f]{12}(?!\w)"
)

# ISO 8601 with a time of day, or seconds, milli-, micro- or nanoseconds since 1970.
TIME = re.compile(
    r"(?<![\w.])(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\d{10}(?:\d{3}){0,3}(?:\.\d+)?)(?!\w)"
)


class Ignored(NamedTuple):
    """What else is not looked at: places in JSON, as patterns of paths, and patterns of text."""

    paths: tuple[re.Pattern[str], ...] = ()
    texts: tuple[re.Pattern[str], ...] = ()


class Span(NamedTuple):
    """Between which seconds since 1970 a time is one that changes; others are data."""

    start: float
    end: float


def plain(message: Any, expected: Any, ignored: Ignored, span: Span) -> Any:
    """Return a message with what changes by itself written as its kind, such as ``<uuid>``.

    What is expected to be there as it is stays, so that a date in the data is compared.
    """
    if isinstance(message, bytes):
        kept = expected.decode(errors="replace") if isinstance(expected, bytes) else ""
        try:
            return plain(message.decode(), kept, ignored, span).encode()
        except UnicodeDecodeError:
            return message
    if not isinstance(message, str):
        return message
    known = expected if isinstance(expected, str) else ""
    text = without_paths(message, ignored.paths)
    for pattern in ignored.texts:
        text = pattern.sub("<ignored>", text)
    text = UUID.sub(lambda found: found[0] if found[0] in known else "<uuid>", text)
    return TIME.sub(
        lambda found: "<time>" if found[0] not in known and is_recent(found[0], span) else found[0],
        text,
    )


def without_paths(text: str, paths: Iterable[re.Pattern[str]]) -> str:
    """Return JSON without the values at some places; what is no JSON as it is."""
    if not paths or not text.lstrip().startswith(("{", "[")):
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    left = without(value, "$", paths)
    return text if left == value else json.dumps(left, ensure_ascii=False)


def without(value: Any, path: str, paths: Iterable[re.Pattern[str]]) -> Any:
    """Return a JSON value with ``<ignored>`` where a path is matched."""
    if any(each.fullmatch(path) for each in paths):
        return "<ignored>"
    if isinstance(value, dict):
        return {name: without(each, f"{path}[{name!r}]", paths) for name, each in value.items()}
    if isinstance(value, list):
        return [without(each, f"{path}[{place}]", paths) for place, each in enumerate(value)]
    return value


def is_recent(text: str, span: Span) -> bool:
    """Return whether a time lies within the span."""
    if "-" in text:
        try:
            when = datetime.fromisoformat(text)
            seconds = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return False
    else:
        seconds = float(text) / 10 ** (len(text.partition(".")[0]) - 10)
    return span.start <= seconds <= span.end
