"""The name of an uploaded file never has a path."""

from __future__ import annotations

import ntpath
import posixpath
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropie.filenames import UNNAMED, extended_name, safe_name


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("a.txt", "a.txt"),
        ("Übung 1 (final).tar.gz", "Übung 1 (final).tar.gz"),
        ("日本語.pdf", "日本語.pdf"),
        (".env", ".env"),
        ("a\u200d\U0001f468.png", "a\u200d\U0001f468.png"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/etc/passwd", "passwd"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("C:a.txt", "a.txt"),
        ("\\\\server\\share\\a.txt", "a.txt"),
        ("a/b\\c/d.txt", "d.txt"),
        ("a.txt:stream", "a.txt_stream"),
        ("a\0.txt", "a.txt"),
        ("a.txt\0.exe", "a.txt.exe"),
        ("a\r\nb\tc.txt", "abc.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("\u2066a\u2069\ufeff.txt\u200b", "a.txt"),
        ("a\u2028b\x7f\x85.txt", "ab.txt"),
        ("a\ud800.txt", "a.txt"),
        ("", UNNAMED),
        (".", UNNAMED),
        ("..", UNNAMED),
        ("...", UNNAMED),
        ("  ", UNNAMED),
        (". . .", UNNAMED),
        ("../", UNNAMED),
        ("a/..", UNNAMED),
        (".\u200b.", UNNAMED),
        ("a.txt. . ", "a.txt"),
        (" a.txt", "a.txt"),
        ("CON", "_CON"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("nul .tar.gz", "_nul .tar.gz"),
        ("COM1.txt", "_COM1.txt"),
        ("lpt9", "_lpt9"),
        ("COM¹.log", "_COM¹.log"),
        ("aux.", "_aux"),
        ("CONIN$", "_CONIN$"),
        ("C\u200bON", "_CON"),
        ("console.txt", "console.txt"),
        ("COM10.txt", "COM10.txt"),
        ("nullable", "nullable"),
    ],
)
def test_a_name_is_one_component(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_a_long_name_is_cut_and_keeps_its_suffix() -> None:
    assert safe_name("a" * 999 + ".txt") == "a" * 250 + ".txt"
    assert safe_name("ä" * 999) == "ä" * 127
    assert safe_name("a." + "x" * 999) == "a." + "x" * 252


@given(st.text() | st.text(alphabet="./\\\\: \0aCONnul1", max_size=12))
def test_any_name_is_safe(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert safe not in (".", "..")
    assert len(safe.encode()) <= 255
    assert posixpath.basename(safe) == ntpath.basename(safe) == safe
    assert ntpath.splitdrive(safe)[0] == ""
    assert safe == safe.strip()
    assert not safe.endswith(".")
    assert not {unicodedata.category(char) for char in safe} & {"Cc", "Cs", "Zl", "Zp"}
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("form-data; filename*=UTF-8''a%20b", "a b"),
        ("form-data; FileName* = utf-8'de'%C3%A4 ", "ä"),
        ("form-data; filename*=UTF-8''%ff", "\ufffd"),
        ("form-data; filename*=UTF-8''", ""),
        ("form-data; filename=a", None),
        ("form-data; filename*=a", None),
        ("form-data; filename*=utf-7''a", None),
        ("form-data; name=\"; filename*=UTF-8''a\"", None),
        ("", None),
    ],
)
def test_an_extended_name_is_read(disposition: str, name: str | None) -> None:
    assert extended_name(disposition) == name
