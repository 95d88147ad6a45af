"""None reaches a view as null, in a browser's Python too."""

from __future__ import annotations

import pytest

from playground.widgets import face as faces
from playground.widgets.face import Face
from playground.widgets.null import null, with_null


def test_here_none_is_null_already() -> None:
    assert null() is None


def test_none_is_replaced_wherever_it_is() -> None:
    given = {"a": None, "b": [None, (1, None)], "c": {"d": None}, "e": "None", "f": b"\x00", "g": 0}
    assert with_null(given, "null") == {
        "a": "null",
        "b": ["null", [1, "null"]],
        "c": {"d": "null"},
        "e": "None",
        "f": b"\x00",
        "g": 0,
    }


def test_what_a_face_tells_has_the_null_of_its_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []
    monkeypatch.setattr(faces, "_NULL", "null")
    monkeypatch.setattr(Face, "send", lambda self, message, buffers=None: sent.append(message))
    Face().tell({"kind": "reply", "error": None})
    assert sent == [{"kind": "reply", "error": "null"}]
