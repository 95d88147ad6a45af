"""The doctor says what is possible where no kernel reaches a board."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from playground.classroom import examining
from playground.classroom.desk import desk

CODE = "print(classroom.code()) gives a line that the teacher pastes into the board."


def line(**how: str) -> SimpleNamespace:
    return SimpleNamespace(**{"called": "bob", "name": "bob", "away": "", "over": "", **how})


def test_nothing_is_said_where_nobody_asked_for_a_board(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    assert examining.board() is None


def test_where_each_learner_is_alone_there_is_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "bob")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    found = examining.board()
    assert found is not None
    assert (found.state, found.remedy) == ("aside", CODE)
    monkeypatch.setattr(sys, "platform", "emscripten")
    found = examining.board()
    assert found is not None
    assert (found.said, found.remedy) == ("Python in the browser reaches no other kernel", CODE)


def test_a_board_that_is_away_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "line", line())
    found = examining.board()
    assert found is not None
    assert (found.state, found.said) == ("right", "joined as bob")
    monkeypatch.setattr(desk, "line", line(away="nobody serves there"))
    found = examining.board()
    assert found is not None
    assert found.state == "wrong"
    assert "(nobody serves there)" in found.said
    assert found.remedy.endswith(CODE)
