"""How a process ended that has not said so is a clause that says what to do."""

from __future__ import annotations

import os
import signal

import pytest

from playground.swarm import endings

KILLED = "its process was killed (SIGKILL), as a system does with what takes too much"


@pytest.mark.skipif(os.name == "nt", reason="has no such signals")
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (256 - signal.SIGSEGV, "its process crashed (SIGSEGV)"),
        (256 - signal.SIGKILL, KILLED),
        (3, "its script ended the whole process, with code 3; `return` ends one client"),
        (1, endings.UNKNOWN),
        (None, endings.UNKNOWN),
    ],
)
def test_an_ending_is_told(code: int | None, words: str) -> None:
    assert endings.of(code).startswith(words)
