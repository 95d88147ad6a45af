"""The board as a person sees it: in Chromium."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from playground.checks import Result, showing
from playground.traffic.log import Log
from playground.widgets import Board
from playground.widgets.face import Face
from playground.widgets.follower import Follower
from tests.playground.widgets.face_page import FaceOnPage
from tests.playground.widgets.panel_page import StandIn

STEPS = ("connected to /echo", "sent '<b>hi</b>'")
OPEN = Result("echo-upper", "Shout.", "open", "sent '<b>hi</b>', got nothing", STEPS, 1)


class Exercises:
    """Stands in for a lab's exercises."""

    def __init__(self) -> None:
        self.results = [OPEN, Result("quiet", "Say nothing.", "checking")]
        self.asked = 0
        self.standing: dict[str, object] = {}

    def state(self) -> dict[str, object]:
        return {**showing.state("Echo", self.results), "class": self.standing}

    def again(self) -> None:
        self.asked += 1
        self.results = [Result("echo-upper", "Shout.", "done", "", STEPS, 2), self.results[1]]

    def ask_for_help(self, exercise: str) -> str:
        self.standing = {**self.standing, "helped": [exercise]}
        return ""

    def still_html(self) -> str:
        return ""


def test_a_learner_sees_what_is_missing_and_has_it_checked_again(
    on_page: Callable[[Face], FaceOnPage], page: Page
) -> None:
    exercises = Exercises()
    shown = on_page(Board(StandIn(), Follower(Log()), exercises))
    shown.render()
    rows = page.get_by_role("listitem").filter(has=page.locator(".mpp-exercise-name"))
    expect(page.get_by_role("status")).to_have_text("0 of 2 done")
    expect(rows.nth(0)).to_contain_text("open · revision 1")
    expect(page.locator(".mpp-exercise-fault")).to_have_text("Sent '<b>hi</b>', got nothing.")
    expect(rows.nth(1)).to_contain_text("checking …")
    page.get_by_text("What the check did").click()
    expect(page.locator(".mpp-steps-list li")).to_have_text(list(STEPS))
    page.get_by_role("button", name="Check again").click()
    shown.until(lambda: page.get_by_role("status").inner_text() == "1 of 2 done")
    assert exercises.asked == 1
    expect(rows.nth(0)).to_contain_text("done · revision 2")
    expect(page.locator(".mpp-exercise-fault")).to_have_count(0)
    expect(page.locator(".mpp-steps-list li").first, "what is unfolded stays so").to_be_visible()


def test_a_learner_on_the_board_of_the_class_asks_for_help(
    on_page: Callable[[Face], FaceOnPage], page: Page
) -> None:
    exercises = Exercises()
    exercises.standing = {"as": "bob", "here": True, "away": "", "helped": []}
    shown = on_page(Board(StandIn(), Follower(Log()), exercises))
    shown.render()
    expect(page.locator(".mpp-board-joined")).to_have_text("on the class's board as bob")
    page.get_by_role("button", name="Ask for help").click()
    helping = page.locator(".mpp-helping")
    shown.until(lambda: helping.inner_text() == "Your teacher is asked for help.")
    assert exercises.standing["helped"] == ["echo-upper"]


def test_a_learner_sees_why_the_board_of_the_class_hears_nothing(
    on_page: Callable[[Face], FaceOnPage], page: Page
) -> None:
    exercises = Exercises()
    exercises.standing = {"as": "bob", "here": False, "away": "", "helped": []}
    shown = on_page(Board(StandIn(), Follower(Log()), exercises))
    shown.render()
    joined = page.locator(".mpp-board-joined")
    expect(joined).to_have_text("joining the class's board …")
    exercises.standing = {**exercises.standing, "away": "The board is not there.", "helped": ["x"]}
    page.get_by_role("button", name="Check again").click()
    shown.until(lambda: joined.is_hidden())
    expect(page.locator(".mpp-board-away")).to_have_text("The board is not there.")


def test_a_kernel_that_is_gone_is_said(on_page: Callable[[Face], FaceOnPage], page: Page) -> None:
    shown = on_page(Board(StandIn(), Follower(Log()), Exercises()))
    shown.render()
    shown.wire.cut = True
    expect(page.get_by_role("alert")).to_contain_text("does not answer", timeout=20_000)
    expect(page.get_by_role("button", name="Check again")).to_be_disabled()
