"""Entries say what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.traffic.model import Entry, beside, close_phrase


@pytest.mark.parametrize(
    ("code", "phrase"),
    [
        (1000, "normal closure"),
        (1012, "service restart"),
        (3001, "registered application code"),
        (4001, "private application code"),
        (999, ""),
    ],
)
def test_a_close_code_has_a_phrase(code: int, phrase: str) -> None:
    assert close_phrase(code) == phrase


@pytest.mark.parametrize(
    ("body", "said"),
    [("404 Not Found", "Not Found"), ("no badge", "no badge"), ("4041 sold", "4041 sold")],
)
def test_a_refusal_says_its_status_once(body: str, said: str) -> None:
    assert beside(404, body) == said


def test_a_message_that_nothing_caused_is_spontaneous() -> None:
    tick = Entry(1, 0.0, 1, "text", "server", "tick")
    assert tick.spontaneous
    assert not tick._replace(cause=1).spontaneous
    assert not tick._replace(sender="client").spontaneous


@pytest.mark.parametrize(
    ("data", "written"), [(b"\x89PNG", b"\x89PNG"), ("hö\ud800", b"h\xc3\xb6?"), ("", b"")]
)
def test_one_message_is_saved_as_it_went_over_the_wire(
    tmp_path: Path, data: str | bytes, written: bytes
) -> None:
    path = tmp_path / "message.bin"
    Entry(1, 0.0, 1, "binary", "client", data).save(path)
    assert path.read_bytes() == written
    Entry(1, 0.0, 1, "binary", "client", b"again").save(str(path))
    assert path.read_bytes() == b"again"


def test_what_has_no_data_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="an entry with data, got #7, a accept that has none"):
        Entry(7, 0.0, 1, "accept", "server").save(tmp_path / "x")
