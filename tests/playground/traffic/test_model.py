"""Entries say what they are."""

from __future__ import annotations

import pytest

from playground.traffic.model import Entry, close_phrase


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


def test_a_message_that_nothing_caused_is_spontaneous() -> None:
    tick = Entry(1, 0.0, 1, "text", "server", "tick")
    assert tick.spontaneous
    assert not tick._replace(cause=1).spontaneous
    assert not tick._replace(sender="client").spontaneous
