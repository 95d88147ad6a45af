"""The roster: who is who, how many, and that nobody writes in another's rows."""

from __future__ import annotations

import pytest

from playground.classroom import limits
from playground.classroom.messages import Help, Standing
from playground.classroom.roster import Full, Learner, Removed, Roster

SVG = "<svg></svg>"


class Clock:
    """Seconds that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def secret(number: int) -> str:
    return f"{number:032x}"


def entered(roster: Roster, number: int, name: str, called: str = "") -> Learner:
    return roster.enter(secret(number), name, called)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def roster(clock: Clock) -> Roster:
    return Roster(clock)


def names(roster: Roster) -> list[str]:
    return [each.name for each in roster.learners()]


def test_a_name_that_is_taken_is_counted(roster: Roster) -> None:
    for number, name in enumerate(["bob", "Bob", "bob", "bob (2)"]):
        entered(roster, number, name)
    assert names(roster) == ["bob", "Bob (2)", "bob (3)", "bob (2) (2)"]


def test_who_comes_back_is_the_same(roster: Roster, clock: Clock) -> None:
    bob = entered(roster, 1, "bob")
    roster.take(bob, [Standing("echo", "done")])
    roster.leave(bob)
    assert bob.left == 1000.0
    clock.now = 1060.0
    again = entered(roster, 1, "bob")
    assert again is bob
    assert (again.left, list(again.rows)) == (None, ["echo"])


def test_who_has_two_kernels_leaves_with_the_second(roster: Roster) -> None:
    bob = entered(roster, 1, "bob")
    entered(roster, 1, "bob")
    roster.leave(bob)
    assert bob.left is None
    roster.leave(bob)
    assert bob.left is not None


def test_a_new_board_gives_the_name_of_the_old_one(roster: Roster) -> None:
    entered(roster, 2, "bob", "bob (2)")
    entered(roster, 1, "bob", "bob")
    assert names(roster) == ["bob (2)", "bob"]
    # But nobody takes a name that is not theirs, nor one that is taken.
    assert entered(roster, 3, "bob", "ada").name == "bob (3)"
    assert entered(roster, 4, "bob", "bob").name == "bob (4)"


def test_somebody_may_take_another_name(roster: Roster) -> None:
    entered(roster, 1, "ada")
    bob = entered(roster, 2, "bob")
    entered(roster, 2, "Ada")
    assert bob.name == "Ada (2)"


def test_a_full_board_lets_go_of_who_left_first(roster: Roster, clock: Clock) -> None:
    learners = [entered(roster, number, "x") for number in range(limits.LEARNERS)]
    with pytest.raises(Full):
        entered(roster, 900, "late")
    roster.leave(learners[5])
    clock.now += 1
    roster.leave(learners[3])
    entered(roster, 900, "late")
    assert learners[5] not in roster.learners()
    assert learners[3] in roster.learners()
    assert len(roster.learners()) == limits.LEARNERS


def test_who_is_removed_stays_away_and_is_told(roster: Roster) -> None:
    bob = entered(roster, 1, "bob")
    told: list[str] = []
    roster.on_removal(bob, lambda: told.append("bob"))
    assert roster.remove(bob.number) == "bob"
    assert (told, roster.learners(), roster.remove(bob.number)) == (["bob"], [], "")
    with pytest.raises(Removed):
        entered(roster, 1, "bob again")


def test_time_goes_by_sentence(roster: Roster, clock: Clock) -> None:
    bob = entered(roster, 1, "bob")
    roster.take(bob, [Standing("echo", "open", "first", ago=20)])
    assert bob.rows["echo"].since == 980.0
    clock.now = 1100.0
    roster.take(bob, [Standing("echo", "open", "first", tries=2, ago=0)])
    assert bob.rows["echo"].since == 980.0
    roster.take(bob, [Standing("echo", "open", "second", tries=3, ago=0)])
    assert bob.rows["echo"].since == 1100.0


def test_help_is_for_what_is_not_done_and_only_a_few_ladders_are_kept(roster: Roster) -> None:
    bob = entered(roster, 1, "bob")
    roster.help(bob, Help("never tried", SVG))
    roster.take(bob, [Standing(f"e{number}", "open", "no") for number in range(5)])
    for number in range(5):
        roster.help(bob, Help(f"e{number}", SVG))
    kept = [name for name, row in bob.rows.items() if row.ladder]
    assert kept == ["e2", "e3", "e4"]
    roster.take(bob, [Standing("e3", "done")])
    assert bob.rows["e3"].ladder == ""
    roster.help(bob, Help("e3", SVG))
    roster.help(bob, Help("e4", ""))
    assert [name for name, row in bob.rows.items() if row.ladder] == ["e2"]
    assert roster.ladder(bob.number, "e2") == SVG
    others = [roster.ladder(9, "e2"), roster.ladder(bob.number, []), roster.ladder(None, None)]
    assert others == ["", "", ""]


def test_there_is_an_end_to_exercises(roster: Roster) -> None:
    for number in range(2):
        bob = entered(roster, number, "bob")
        many = [Standing(f"{number} {each}", "done") for each in range(limits.EXERCISES + 5)]
        roster.take(bob, many)
        assert len(bob.rows) == (limits.EXERCISES, limits.COLUMNS - limits.EXERCISES)[number]
    assert len(roster.exercises()) == limits.COLUMNS


def test_a_code_of_the_same_name_is_the_same_learner(roster: Roster) -> None:
    bob = entered(roster, 1, "bob")
    pasted = roster.paste("bob", [Standing("echo", "done")])
    assert (pasted.name, pasted.pasted, bob.rows) == ("bob (2)", True, {})
    assert roster.paste("Bob", [Standing("chat", "done")]) is pasted
    assert list(pasted.rows) == ["echo", "chat"]
