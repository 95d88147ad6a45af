"""Progress beside the notebooks: it is kept, and what cannot be read is never written over."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from playground.classroom import keeping
from playground.classroom.course import NOTEBOOKS
from playground.classroom.progress import Progress


@pytest.fixture(autouse=True)
def _done_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_done_here", {})


def done(*names: str) -> None:
    for name in names:
        keeping.note(name)


def test_what_is_done_is_kept_for_the_next_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done("echo-twice", "chat-left")
    keeping.kept(tmp_path)
    monkeypatch.setattr(keeping, "_done_here", {})
    done("chat-left", "echo-reverse")
    first, again = keeping.kept(tmp_path), keeping.kept(tmp_path)
    assert first.done == again.done == ("echo-twice", "chat-left", "echo-reverse")
    text = (tmp_path / keeping.NAME).read_text()
    assert json.loads(text) == {"schema": keeping.SCHEMA, "version": 1, "done": list(first.done)}
    assert os.listdir(tmp_path) == [keeping.NAME]


def test_outside_a_notebook_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_FOLDER", tmp_path)
    done("echo-twice")
    assert os.listdir(tmp_path) == []
    monkeypatch.setattr(keeping, "in_notebook", lambda: True)
    done("chat-left")
    assert os.listdir(tmp_path) == [keeping.NAME]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{half", "cannot be read"),
        ('{"done": ["all"]}', "it is something else"),
        (json.dumps({"schema": keeping.SCHEMA, "version": 2}), "of another version, 2"),
        (json.dumps({"schema": keeping.SCHEMA, "version": 1, "done": 3}), "no list"),
        ("x" * 200_000, "too long"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_and_left(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / keeping.NAME
    file.write_text(text)
    done("echo-twice")
    kept = keeping.kept(tmp_path)
    assert why in kept.problem
    assert "rename it" in kept.problem
    assert (kept.done, file.read_text()) == (("echo-twice",), text)


def test_a_folder_that_cannot_be_written_to_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refused)
    done("echo-twice")
    kept = keeping.kept(tmp_path)
    assert kept.problem.startswith("What is done is not kept: progress.json cannot be written here")
    assert (kept.done, os.listdir(tmp_path)) == (("echo-twice",), [])


def test_progress_shows_the_course_and_what_else_is_done() -> None:
    shown = Progress(keeping.Kept(("echo-twice", "<mine>"), "Not kept."))
    number = sum(map(len, NOTEBOOKS.values()))
    assert repr(shown).startswith(f"The course · 1 of {number} exercises done\n")
    rows = [" ".join(line.split()) for line in repr(shown).splitlines()]
    assert "00-start ○ echo-reverse ✓ echo-twice" in rows
    assert "others ✓ <mine>" in rows
    assert repr(shown).endswith("Not kept.")
    assert "&lt;mine&gt;" in shown._repr_html_()
    assert "<mine>" not in shown._repr_html_()
