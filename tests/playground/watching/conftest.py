"""Folders to serve from, whose modules are forgotten with them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from playground import stop_all
from tests.playground.watching.folders import Folder, chat

_marks = count()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    made = Folder(tmp_path, f"w{next(_marks)}")
    made.save("chat", chat("one"))
    yield made
    stop_all()
    for name in [each for each in sys.modules if made.mark in each]:
        del sys.modules[name]
    assert [each for each in threading.enumerate() if "watching" in each.name] == []
