"""What pages are told is made once for all of them, and anew only when something has changed."""

from __future__ import annotations

import json

import pytest

from playground.classroom.messages import Standing
from playground.classroom.roster import Roster
from playground.classroom.sending import Sending
from tests.playground.classroom.test_roster import Clock, entered


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def roster(clock: Clock) -> Roster:
    roster = Roster(clock)
    roster.take(entered(roster, 1, "bob"), [Standing("echo", "open", "no")])
    return roster


def test_pages_that_show_the_same_share_it(
    roster: Roster, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = Sending(roster)
    first = sending.text("8765", names=True)
    assert json.loads(first)["learners"][0]["name"] == "bob"
    with monkeypatch.context() as patched:
        patched.setattr("playground.classroom.sending.picture", None)
        assert sending.text("8765", names=True) is first
    # Time has gone by, and nothing is shown otherwise.
    clock.now += 3
    assert sending.text("8765", names=True) is first
    roster.take(roster.learners()[0], [Standing("echo", "done")])
    assert json.loads(sending.text("8765", names=True))["done"] == 1
    clock.now += 300
    assert "silent for 5 min" in sending.text("8765", names=True)


def test_who_has_no_key_shares_no_names(roster: Roster) -> None:
    sending = Sending(roster)
    assert "bob" in sending.text("8765", names=True)
    assert "bob" not in sending.text("8765", names=False)
