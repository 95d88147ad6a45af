"""Each revision has a number, its source and a way back; what nobody uses is let go."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.live.revisions import Revision, Revisions
from playground.live.sources import source_of, statement_of, statements_of
from tests.playground.definitions import cell, defined

CHAT = "class Chat({base}):\n    def mark(self): return {mark!r}\n"


def revision(served: Any, **options: Any) -> Revision:
    statements = statements_of(served)
    kept: dict[str, Any] = {"statements": statements, "served": weakref.ref(served), **options}
    return Revision(1, served.__name__, "In[1]", "", **kept)


def test_the_source_of_a_class_from_a_cell_is_found() -> None:
    assert source_of(defined(CHAT.format(base="", mark=1))).startswith("class Chat():\n    def")
    assert source_of(object()) == ""


def test_the_source_has_its_decorators_and_is_the_right_one_of_two() -> None:
    text = (
        "def same(x): return x\n"
        "class Chat:\n    def first(self): ...\n"
        "@same\n@same\nclass Chat:\n    @same\n    def second(self): ...\n"
    )
    names = cell(text)
    assert source_of(names["Chat"]).splitlines()[:3] == ["@same", "@same", "class Chat:"]
    assert "first" not in source_of(names["Chat"])


def test_a_class_without_methods_is_looked_for_in_the_cells_by_what_they_set() -> None:
    made = type("Chat", (), {"__module__": "__main__", "limit": 1})
    cell("class Chat:\n    limit = 1\n", filename="<cell a>")
    cell("class Chat:\n    limit = 2\n", filename="<cell b>")
    found = statement_of(made, ["<cell b>", "<cell a>"])
    assert found is not None
    assert found.source.endswith("limit = 1")
    assert statement_of(made, ["<cell b>"]) is None


def test_a_cell_with_a_syntax_error_or_an_await_is_no_obstacle() -> None:
    assert source_of(cell("def f(): ...")["f"]) == "def f(): ..."
    statement = statement_of(type("Nix", (), {}), ["<no such file>"])
    assert statement is None


def test_a_revision_is_had_again_as_it_is_while_somebody_holds_it() -> None:
    served = defined(CHAT.format(base="", mark=1))
    assert revision(served).again() is served


def test_a_revision_that_was_let_go_is_made_again_over_the_bases_it_had() -> None:
    names = cell("class Room:\n    def seats(self): return 1\n")
    cell(CHAT.format(base="Room", mark="old"), names)
    kept = revision(names["Chat"])
    cell("class Room:\n    def seats(self): return 2\n", names)
    cell(CHAT.format(base="Room", mark="new"), names)
    gc.collect()
    assert kept.served is not None
    assert kept.served() is None
    again = kept.again()
    assert (again().mark(), again().seats()) == ("old", 1)
    assert names["Chat"]().mark() == "new"
    assert names["Room"]().seats() == 2


def test_a_future_statement_of_its_cell_counts_when_it_is_made_again() -> None:
    names = cell(
        "from __future__ import annotations\nclass Chat:\n    def f(self, x: Unknown): ...\n"
    )
    kept = revision(names.pop("Chat"))
    gc.collect()
    assert kept.again().f.__annotations__ == {"x": "Unknown"}


def test_its_lines_are_those_of_its_cell() -> None:
    names = cell("# a comment\n\nclass Chat:\n    def f(self): ...\n")
    before = names["Chat"].f.__code__
    kept = revision(names.pop("Chat"))
    gc.collect()
    after = kept.again().f.__code__
    assert (after.co_filename, after.co_firstlineno) == (before.co_filename, 4)


def test_what_has_no_source_and_was_let_go_cannot_be_had_again() -> None:
    class Local: ...

    kept = revision(Local, statements=())
    del Local
    gc.collect()
    with pytest.raises(LookupError, match=r"run the cell that defined it again \(In\[1\]\)"):
        kept.again()


def test_a_revision_that_is_kept_again_takes_its_own_place() -> None:
    revisions = Revisions()
    for number in (1, 2, 3):
        revisions.keep(Revision(number, "Chat", "", f"source {number}"))
    revisions.keep(Revision(2, "Chat", "", "source 2 again"))
    assert [each.source for each in revisions.kept] == ["source 1", "source 2 again", "source 3"]


@given(st.lists(st.text("ab\n", max_size=20), min_size=1, max_size=5))
def test_a_diff_with_itself_is_empty_and_numbers_count_from_one(sources: list[str]) -> None:
    revisions = Revisions([Revision(n, "Chat", "In[1]", s) for n, s in enumerate(sources, 1)])
    assert revisions.next_number == len(sources) + 1
    for number in range(1, len(sources) + 1):
        assert revisions.diff(number, number) == ""
    with pytest.raises(LookupError, match="from 1 to"):
        revisions.get(0)


@pytest.mark.parametrize("number", [True, "2", 1.0, [1]])
def test_a_revision_goes_by_a_whole_number(number: Any) -> None:
    revisions = Revisions([Revision(1, "Chat", "In[1]", "source")])
    with pytest.raises(TypeError, match="expected the number of a revision, such as 2, got"):
        revisions.get(number)
