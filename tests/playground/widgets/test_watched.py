"""A face is kept up while somebody looks, or was shown it a moment ago and could not say hello."""

from __future__ import annotations

from typing import Any

import pytest

from playground.traffic.log import Log
from playground.widgets.follower import Follower
from playground.widgets.watched import Watched, Welcome, number_of, text_of


def test_a_welcome_is_due_soon_then_less_often_and_ends() -> None:
    welcome = Welcome()
    assert not welcome.due(0.0)
    welcome.expect(10.0)
    times = [10.0 + tick / 20 for tick in range(14_000)]
    due = [at for at in times if welcome.due(at)]
    assert due[0] == 10.0
    assert sum(at < 20.0 for at in due) == pytest.approx(40, abs=8)
    assert sum(20.0 <= at < 40.0 for at in due) == pytest.approx(10, abs=2)
    assert 600.0 < due[-1] < 610.0


def test_nobody_is_welcomed_who_was_heard() -> None:
    welcome = Welcome()
    welcome.expect(0.0)
    welcome.heard()
    assert not welcome.due(1.0)
    assert not welcome.waiting(1.0)


def test_it_is_watched_from_its_display_until_the_last_view_has_left() -> None:
    face = Watched(Follower(Log()))
    assert not face.watched
    face.displayed()
    assert face.watched
    assert face.follower.running
    face.arrived({"view": "a"})
    face.arrived({"view": "b"})
    face.heard_bye({"view": "a"}, [])
    assert face.watched
    face.heard_bye({"view": "b"}, [])
    assert not face.watched
    assert face.follower.stop()
    face.close()


@pytest.mark.parametrize("value", [-1, "3", 1.5, None])
def test_a_number_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="expected a number of at least 0 as 'seq', got"):
        number_of({"seq": value}, "seq")


def test_a_text_that_is_too_long_is_refused() -> None:
    assert text_of({}, "path") == ""
    with pytest.raises(ValueError, match="at most 3 characters as 'path'"):
        text_of({"path": "/abc"}, "path", 3)
