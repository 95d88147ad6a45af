"""What an exported test forgives: what changes by itself, and what its writer names.

Law of the room: a test forgives in the place where the record has something that changes, and
nowhere else.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from playground.exports import changing
from playground.exports.changing import Ignored, Span
from playground.traffic.record import Record

Ignore = str | re.Pattern[str]

# A time is one that changes if it is no further than that from the recording or from the test: a
# message may say when somebody came, or when something will end.
_BEFORE: Final = 31 * 86_400
_AFTER: Final = 366 * 86_400

# One step of a JSON path: .name .* ..name [0] [*] ['name'] (RFC 9535, the part that names places).
_STEP: Final = re.compile(
    r"(?P<dots>\.\.?)(?:(?P<name>[^\W\d][\w-]*)|(?P<all>\*))"
    r"|(?P<deep>\.\.)?\[(?:(?P<place>\d+)|(?P<every>\*)|'(?P<one>[^']*)'|\"(?P<two>[^\"]*)\")\]"
)
_NAMES: Final = re.compile(r"[^\W\d][\w-]*(?:\.[^\W\d][\w-]*|\[(?:\d+|\*)\])*")

# A step of the paths that `changing.without` makes.
_ANY_STEP: Final = r"\[(?:\d+|'(?:[^'\\]|\\.)*'|\"[^\"]*\")\]"

_CODE: Final = '''\
{code}

IGNORED = Ignored(
    ({paths}),
    ({texts}),
)

# Times from shortly before the recording until a while from now change; others are data.
SPAN = Span({start}, datetime.now(UTC).timestamp() + {after})


def assert_like(message, expected):
    """Assert that a message is what is expected, but for what changes by itself."""
    assert plain(message, expected, IGNORED, SPAN) == expected
'''


class Forgiving:
    """Writes what changes in a message as its kind, such as ``<uuid>``.

    Args:
        record: Says which times are those of the recording.
        ignore: Beside UUIDs and times: JSON paths and regular expressions.

    Raises:
        ValueError: If one of them cannot be read.
    """

    def __init__(self, record: Record, ignore: Ignore | Sequence[Ignore] = ()) -> None:
        given: Any = ignore  # somebody writes a number
        is_one = isinstance(given, str | re.Pattern) or not isinstance(given, Iterable)
        several = [given] if is_one else list(given)
        read = [_read(each) for each in several]
        self.ignored = Ignored(
            tuple(pattern for is_path, pattern in read if is_path),
            tuple(pattern for is_path, pattern in read if not is_path),
        )
        times = [entry.at for entry in record] or [0.0]
        self.span = Span(float(int(min(times))) - _BEFORE, float(int(max(times))) + _AFTER)

    def expected(self, data: Any) -> Any:
        """Return what a test is to expect of a message."""
        return changing.plain(data, "", self.ignored, self.span)

    def code(self) -> str:
        """Return the code that a test needs to forgive as much."""
        source = inspect.getsource(changing).partition("# ---\n")[2].strip()
        paths, texts = (
            "".join(f"re.compile({each.pattern!r}, {each.flags & ~re.UNICODE}), " for each in group)
            for group in self.ignored
        )
        return _CODE.format(
            code=source, paths=paths, texts=texts, start=self.span.start, after=_AFTER
        )


def _read(ignore: Ignore) -> tuple[bool, re.Pattern[str]]:
    """Return whether something is a JSON path, and its pattern."""
    if isinstance(ignore, re.Pattern):
        return False, ignore
    if not isinstance(ignore, str) or not ignore:
        raise ValueError(
            f"expected ignore= to be JSON paths and regular expressions, got {ignore!r}; "
            "write ignore=['id', '$.user.name', r'v\\d+']"
        )
    if ignore.startswith("$"):
        return True, re.compile(_path(ignore[1:], ignore))
    if _NAMES.fullmatch(ignore):
        return True, re.compile(_path(f"..{ignore}", ignore))
    text = ignore[1:-1] if len(ignore) > 2 and ignore[0] == ignore[-1] == "/" else ignore
    try:
        return False, re.compile(text)
    except re.error as error:
        raise ValueError(
            f"expected ignore= to have a regular expression, got {ignore!r}; {error}"
        ) from None


def _path(steps: str, whole: str) -> str:
    """Return the pattern of the paths that a JSON path means."""
    pattern, place = r"\$", 0
    while place < len(steps):
        found = _STEP.match(steps, place)
        if found is None:
            raise ValueError(
                f"expected ignore= to have a JSON path such as '$.user.id', '$.items[*].id' or "
                f"'$..id', got {whole!r}; what begins at {steps[place:]!r} cannot be read"
            )
        pattern += _pattern(found)
        place = found.end()
    return pattern


def _pattern(step: re.Match[str]) -> str:
    before = f"(?:{_ANY_STEP})*" if step["deep"] or step["dots"] == ".." else ""
    if step["all"] or step["every"]:
        return before + _ANY_STEP
    if step["place"]:
        return before + rf"\[{step['place']}\]"
    name = next(each for each in (step["name"], step["one"], step["two"]) if each is not None)
    return before + re.escape(f"[{name!r}]")
