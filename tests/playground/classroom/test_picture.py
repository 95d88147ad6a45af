"""What a board shows: who is stuck, what many meet, and nobody's name where none is wanted."""

from __future__ import annotations

import json

import pytest

from playground.classroom.messages import Help, Standing
from playground.classroom.picture import ago, picture, text
from playground.classroom.roster import Roster
from tests.playground.classroom.test_roster import SVG, Clock, entered

NO_ACCEPT = "the handler raised RuntimeError; call await ws.accept() in In[{}]:3"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def roster(clock: Clock) -> Roster:
    roster = Roster(clock)
    for number, name in enumerate(["ada", "bob", "carol"]):
        learner = entered(roster, number, name)
        roster.take(learner, [Standing("own", "open", NO_ACCEPT.format(number), 2, 4)])
    roster.take(learner, [Standing("echo-twice", "done"), Standing("own", "open", "other")])
    return roster


def test_the_same_sentence_of_several_cells_is_one(roster: Roster) -> None:
    sentences = picture(roster, names=True)["sentences"]
    assert [(each["met"], each["text"]) for each in sentences] == [
        (2, "the handler raised RuntimeError; call await ws.accept()"),
        (1, "other"),
    ]


def test_the_course_comes_first(roster: Roster) -> None:
    shown = picture(roster, names=True)
    assert shown["exercises"] == ["echo-twice", "own"]
    states = [[cell and cell["state"] for cell in each["cells"]] for each in shown["learners"]]
    assert states == [[None, "open"], [None, "open"], ["done", "open"]]


def test_who_meets_the_same_sentence_for_five_minutes_is_stuck(
    roster: Roster, clock: Clock
) -> None:
    clock.now += 299
    assert picture(roster, names=True)["stuck"] == 0
    clock.now += 1
    for each in roster.learners():
        roster.take(each, [])
    shown = picture(roster, names=True)
    assert (shown["stuck"], shown["learners"][0]["cells"][1]["for"]) == (3, "5 min")
    assert shown["headline"] == "3 learners · 1 of 6 done · 3 stuck"
    ada = roster.learners()[0]
    roster.take(ada, [Standing("own", "open", "a new one")])
    assert picture(roster, names=True)["stuck"] == 2


def test_who_left_and_who_asks_for_help_is_said(roster: Roster, clock: Clock) -> None:
    ada, bob, _carol = roster.learners()
    roster.leave(ada)
    roster.help(bob, Help("own", SVG))
    clock.now += 185
    roster.take(bob, [])
    shown = picture(roster, names=True)
    # Carol's kernel is still connected, and stands still.
    away = [each["away"] for each in shown["learners"]]
    assert away == ["left 3 min ago", "", "silent for 3 min"]
    assert "3 learners · 2 not here · " in shown["headline"]
    assert "1 asks for help" in shown["headline"]
    assert SVG not in json.dumps(shown)


def test_without_names_nobody_is_named(roster: Roster) -> None:
    told = json.dumps(picture(roster, names=False)) + text(picture(roster, names=False))
    assert [name for name in ("ada", "bob", "carol") if name in told] == []


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "less than a minute"), (60, "1 min"), (7199, "119 min"), (7200, "2 h")],
)
def test_how_long_is_said_in_minutes(seconds: float, said: str) -> None:
    assert ago(seconds) == said
