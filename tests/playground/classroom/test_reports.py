"""A report says what is done in a lab, and of whom only what it is given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from playground import check, classroom, serve
from tests.playground.lab_apps import Echo

pytestmark = pytest.mark.live


def test_a_report_says_what_is_done_and_what_is_wrong(tmp_path: Path) -> None:
    lab = serve(Echo, name="reported")
    with pytest.raises(ValueError, match="exercises were checked, got reported"):
        classroom.report(lab, tmp_path / "none.json")
    check("echo-upper", lab)
    check("echo-upper", lab)
    classroom.report(lab, tmp_path / "bob.json", name="bob")
    told = json.loads((tmp_path / "bob.json").read_text(encoding="utf-8"))
    (exercise,) = told.pop("exercises")
    assert told == {
        "schema": "micropie-playground/report", "version": 1, "name": "bob", "done": 0, "of": 1,
    }  # fmt: skip
    assert exercise.pop("tries") >= 2
    assert exercise == {
        "name": "echo-upper",
        "task": "Answer each message at /echo in capitals.",
        "done": False,
        "sentence": "sent 'hi', expected 'HI', got 'Echo: hi'",
        "revision": 1,
    }


def test_what_is_no_lab_has_no_report(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="expected a lab"):
        classroom.report(Echo, tmp_path / "x.json")  # type: ignore[arg-type]
