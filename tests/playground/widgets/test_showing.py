"""The newest view of a log follows; the earlier stand as they stood, bounded, and can go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from playground.traffic.log import Log
from playground.widgets.follower import Follower
from playground.widgets.ladder import Ladder
from playground.widgets.names import Names
from playground.widgets.showing import MOST_STANDING, Showing
from playground.widgets.traffic import TrafficTable
from tests.playground.widgets.panel_page import Ears
from tests.playground.widgets.traffic_log import chat, say


class Cells:
    """A notebook's cells, as they are run one after the other."""

    def __init__(self) -> None:
        self.number, self.cell, self.place = 0, "", ""
        self.began: list[Callable[[], object]] = []
        self.ended: list[Callable[[], object]] = []

    def listen(self, began: Callable[[], object], ended: Callable[[], object]) -> None:
        self.began.append(began)
        self.ended.append(ended)

    def run(self, cell: str, work: Callable[[], Any] = lambda: None) -> Any:
        self.number += 1
        self.cell, self.place = cell, f"In[{self.number}]"
        for each in self.began:
            each()
        found = work()
        for each in self.ended:
            each()
        return found


class Notebook:
    """Views of a log in cells that are run."""

    def __init__(self) -> None:
        self.log, self.cells, self.names = Log(), Cells(), Names()
        self.follower = Follower(self.log)
        self.showing = Showing(self.log, self.cells)
        self.alice = chat(self.log, "alice")["alice"]
        self.views: list[TrafficTable] = []

    def made(self, kind: type[TrafficTable] = TrafficTable) -> TrafficTable:
        view = kind(self.log, self.names, self.follower, None, self.showing)
        self.views.append(view)
        return view

    def show(self, cell: str, kind: type[TrafficTable] = TrafficTable) -> TrafficTable:
        def work() -> TrafficTable:
            view = self.made(kind)
            view._repr_mimebundle_()
            return view

        shown: TrafficTable = self.cells.run(cell, work)
        return shown

    def say(self, text: str) -> None:
        self.cells.run("says", lambda: say(self.log, self.alice, text))


@pytest.fixture
def notebook() -> Iterator[Notebook]:
    made = Notebook()
    yield made
    for view in made.views:
        view.close()
    made.follower.stop()


def rows_of(view: TrafficTable) -> list[str | bytes | None]:
    return [entry.data for entry in view._log]


def hello(view: TrafficTable, since: int = 0) -> dict[str, Any]:
    ears = Ears(view)
    ears.hear("hello", since=since)
    return ears.told("rows")[-1]


def test_the_newest_view_follows_and_the_earlier_stands_with_the_rows_before_that_cell(
    notebook: Notebook,
) -> None:
    first = notebook.show("a")
    notebook.say("one")

    def work() -> TrafficTable:
        say(notebook.log, notebook.alice, "of the later cell")
        view = notebook.made(Ladder)
        view._repr_mimebundle_()
        return view

    second = notebook.cells.run("b", work)
    notebook.say("two")
    assert first.stands == {"last": 2, "before": "In[3]"}
    assert rows_of(first) == ["/chat", "one"]
    assert [row["seq"] for row in hello(first)["rows"]] == [1, 2]
    assert second.stands == {}
    assert second.of != first.of


def test_views_of_one_cell_follow_side_by_side_and_share_what_is_selected(
    notebook: Notebook,
) -> None:
    def work() -> list[TrafficTable]:
        views = [notebook.made(), notebook.made(Ladder)]
        for view in views:
            view._repr_mimebundle_()
        return views

    table, ladder = notebook.cells.run("a", work)
    notebook.say("one")
    assert table.stands == ladder.stands == {}
    assert table.of == ladder.of


def test_a_view_that_stands_is_followed_by_nobody_and_answers_at_once(notebook: Notebook) -> None:
    first = notebook.show("a")
    notebook.say("one")
    notebook.show("b")
    notebook.say("two")
    assert first not in notebook.follower._faces
    assert [row["seq"] for row in hello(first)["rows"]] == [1, 2]
    assert first not in notebook.follower._faces
    ears = Ears(first)
    ears.hear("find", search=1, query="one")
    (found,) = ears.told("found")
    assert (found["places"], [row["seq"] for row in found["rows"]], found["begins"]) == (
        [1],
        [2],
        True,
    )
    ears.hear("detail", seq=2)
    assert ears.told("detail")[-1]["text"] == "one"
    ears.hear("clear")
    assert "stands" in ears.told("reply")[-1]["error"]
    assert len(notebook.log) == 3


def test_a_cell_that_clears_the_log_leaves_the_picture_above_it(notebook: Notebook) -> None:
    first = notebook.show("a")
    notebook.say("one")
    notebook.cells.run("clears", notebook.log.clear)
    assert rows_of(first) == ["/chat", "one"]
    assert first.stands["before"] == "In[3]"


def test_who_clears_by_a_button_clears_what_follows(notebook: Notebook) -> None:
    first = notebook.show("a")
    notebook.log.clear()
    notebook.say("one")
    assert first.stands == {}
    assert rows_of(first) == ["one"]


def test_a_view_goes_on_when_somebody_asks_and_stands_again_later(notebook: Notebook) -> None:
    first = notebook.show("a")
    notebook.show("b")
    notebook.say("one")
    ears = Ears(first)
    ears.hear("follow")
    assert ears.told("reply")[-1]["error"] is None
    assert first.stands == {}
    assert rows_of(first) == ["/chat", "one"]
    notebook.show("c")
    assert first.stands["last"] == 2


def test_a_cell_that_is_run_again_takes_its_view_away_and_keeps_how_it_was_set_up(
    notebook: Notebook,
) -> None:
    first = notebook.show("a")
    first.look = {"picture": "Ladder", "filter": "client:alice", "selected": 4, "frozen": True}
    other = notebook.show("b")
    again = notebook.show("a")
    assert first.closed
    assert again.look["picture"] == "Ladder"
    assert again.look["filter"] == "client:alice"
    assert "selected" not in again.look
    assert other.stands
    assert not again.stands


def test_the_same_view_shown_by_a_later_cell_is_another_one(notebook: Notebook) -> None:
    view = notebook.show("a")
    view.look = {"picture": "Ladder"}
    shown = notebook.cells.run("b", view.to_show)
    notebook.views.append(shown)
    assert shown is not view
    assert shown.look["picture"] == "Ladder"
    assert notebook.cells.run("c", shown.to_show) is shown


def test_old_views_let_their_rows_go_at_last(notebook: Notebook) -> None:
    views = [notebook.show(f"cell {number}") for number in range(MOST_STANDING + 3)]
    assert [view.stands.get("gone", False) for view in views[:3]] == [True, True, False]
    assert len(views[0]._log) == 0
    assert len(views[2]._log) == 1
    Ears(views[0]).hear("follow")
    assert len(views[0]._log) == 1


def test_a_panel_has_earlier_views_stand(notebook: Notebook) -> None:
    first = notebook.show("a")
    notebook.cells.run("b", lambda: notebook.showing.shown(None))
    assert first.stands
