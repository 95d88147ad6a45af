"""The board's kernel side: what it tells, and what is left of it in a saved notebook."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from playground import check, serve
from playground.checks import Checks
from tests.playground.lab_apps import Echo, Loud
from tests.playground.widgets.panel_page import Ears

pytestmark = pytest.mark.live


@pytest.fixture
def checks() -> Iterator[Checks]:
    checks = check("echo-upper", serve(Echo, name="<echo>"))
    yield checks
    checks.board.close()
    checks.lab.panel.follower.stop()


def test_it_tells_each_exercise_with_what_is_missing(checks: Checks) -> None:
    ears = Ears(checks.board)
    ears.hear("hello")
    (state,) = ears.told("state")
    (exercise,) = state["exercises"]
    assert (state["lab"], state["done"]) == ("<echo>", 0)
    assert (exercise["name"], exercise["state"], exercise["revision"]) == ("echo-upper", "open", 1)
    assert exercise["fault"] == "sent 'hi', expected 'HI', got 'Echo: hi'"
    assert exercise["steps"] == ["connected to /echo", "sent 'hi'"]


def test_it_tells_of_new_code_and_only_of_news(checks: Checks) -> None:
    ears = Ears(checks.board)
    ears.hear("hello")
    checks.board.follower.stop()
    ears.told("state")
    checks.board.settled()
    checks.board.keep_up(True)
    assert ears.told("state") == []
    checks.lab.swap(Loud)
    checks.wait()
    checks.board.settled()
    checks.board.keep_up(True)
    assert [state["done"] for state in ears.told("state")] == [1]


def test_a_view_can_have_it_checked_again(checks: Checks) -> None:
    ears = Ears(checks.board)
    before = checks.lab.log.last
    ears.hear("again")
    checks.wait()
    assert [reply["error"] for reply in ears.told("reply")] == [None]
    assert checks.lab.log.last > before


def test_a_saved_notebook_keeps_it_as_text_and_html(checks: Checks) -> None:
    data, _ = checks.board._repr_mimebundle_()
    assert data["text/plain"] == repr(checks)
    assert "Sent 'hi', expected 'HI', got 'Echo: hi'." in data["text/plain"]
    assert "expected &#x27;HI&#x27;" in data["text/html"]
    assert "<b>Exercises · 0 of 1 done</b>" in data["text/html"]
