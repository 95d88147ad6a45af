"""A code to paste: it comes through a mail, and nothing else is taken for one."""

from __future__ import annotations

import base64
import textwrap
import zlib

import pytest

from playground.classroom import codes, limits
from playground.classroom.messages import Standing

STANDS = [Standing("echo", "done", "", 2, 3, 5.0), Standing("chat", "open", "got 'hi' für 'Hü'")]


def test_a_code_says_how_somebody_stands() -> None:
    code = codes.written("bob", STANDS)
    assert codes.read(code) == ("bob", STANDS)
    assert len(codes.written("bob", [Standing(f"exercise-{n}", "done") for n in range(40)])) < 400


def test_a_code_survives_a_mail() -> None:
    code = codes.written("bob", STANDS)
    mailed = "\n> ".join(['"', *textwrap.wrap(code, 40), '"'])
    assert codes.read(mailed) == ("bob", STANDS)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "hello",
        codes.written("bob", STANDS)[:-12],
        "class1." + base64.b64encode(zlib.compress(b"0" * 50_000_000)).decode(),
        "class1." + base64.b64encode(zlib.compress(b'["bob", [["echo"]]]')).decode(),
        "class1." + base64.b64encode(zlib.compress(b"3")).decode(),
        "class1." + base64.b64encode(zlib.compress(b"[" * 100_000)).decode(),
        "class1.####",
        None,
    ],
)
def test_what_is_no_code_is_refused_with_a_remedy(code: str) -> None:
    with pytest.raises(ValueError, match=r"paste all of what print\(classroom\.code\(\)\)"):
        codes.read(code)


def test_a_code_holds_no_more_than_a_board_takes() -> None:
    many = [Standing(f"e{number}", "open", "x" * 2000) for number in range(500)]
    _, stands = codes.read(codes.written("b" * 500, many))
    assert len(stands) == limits.EXERCISES
