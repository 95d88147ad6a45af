"""A file that looks as if somebody were still writing has to stay as it is for longer."""

from __future__ import annotations

import pytest

from playground.watching.writing import LONG, QUIET, quiet_for

OLD = b"import a\n\ndef one():\n    return 1\n\ndef two():\n    return 2\n"


@pytest.mark.parametrize(
    ("old", "new", "seconds"),
    [
        (OLD, OLD, 0.0),
        (None, None, 0.0),
        (OLD, None, QUIET),
        (None, b"x = 1", QUIET),
        (OLD, OLD.replace(b"1", b"3"), QUIET),
        (OLD, OLD.replace(b"2", b"3"), QUIET),
        (OLD, OLD + b"\ndef three(): pass\n", QUIET),
        (OLD, OLD.replace(b"import a\n", b""), QUIET),
        (OLD.strip(), OLD.replace(b"1", b"3").strip(), QUIET),
        (OLD, OLD.replace(b"1", b"3").strip(), QUIET),
        (OLD, OLD[: OLD.index(b"def two")], LONG),
        (OLD, OLD.replace(b"import a", b"import b")[:-12], LONG),
        (OLD, OLD + b"\ndef thr", LONG),
        (OLD, b"", LONG),
        (OLD, b"#" * 8191 + b"\n", LONG),
    ],
)
def test_how_long_a_file_has_to_stay_as_it_is(
    old: bytes | None, new: bytes | None, seconds: float
) -> None:
    assert quiet_for(old, new) == seconds
