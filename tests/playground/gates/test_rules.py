"""What holds for a client in a direction, of all the rules there are."""

from __future__ import annotations

from typing import Any

import pytest

from playground.gates.rules import CLEAR, WINDOW, Rule, Rules, words_of


def rules(*made: Rule) -> Rules:
    found = Rules()
    for each in made:
        found.add(each)
    return found


def weather(client: str | None = None, **fields: Any) -> Rule:
    return Rule("weather", client, **fields)


def test_without_rules_nothing_is_in_the_way() -> None:
    assert rules().way("bob", "to app") == CLEAR
    assert not rules()


@pytest.mark.parametrize(
    ("rule", "to_app", "to_client"),
    [
        (weather("bob", delay=1.0), 1.0, 1.0),
        (weather(None, delay=1.0), 1.0, 1.0),
        (weather("bob", direction="to app", delay=1.0), 1.0, 0.0),
        (weather("bob", direction="to client", delay=1.0), 0.0, 1.0),
        (weather("ann", delay=1.0), 0.0, 0.0),
    ],
)
def test_a_rule_is_for_its_client_and_direction(
    rule: Rule, to_app: float, to_client: float
) -> None:
    made = rules(rule)
    assert made.way("bob", "to app").delay == to_app
    assert made.way("bob", "to client").delay == to_client


def test_the_newest_counts_and_the_one_before_again_when_it_ends() -> None:
    first, second = weather(delay=1.0), weather("bob", delay=2.0)
    made = rules(first, second)
    assert made.way("bob", "to app").delay == 2.0
    assert made.way("ann", "to app").delay == 1.0
    made.end([second])
    assert made.way("bob", "to app").delay == 1.0
    made.end([second, first])
    assert made.way("bob", "to app") == CLEAR


def test_a_newer_rule_without_a_delay_makes_a_clear_way() -> None:
    made = rules(weather(delay=1.0), weather("bob"))
    assert made.way("bob", "to app") == CLEAR
    assert made.way("ann", "to app") != CLEAR


def test_a_hold_holds_beside_the_weather_whichever_is_newer() -> None:
    hold, late = Rule("hold", "bob"), weather(delay=1.0)
    for made in (rules(hold, late), rules(late, hold)):
        way = made.way("bob", "to client")
        assert (way.held, way.delay) == (True, 1.0)


def test_who_is_exempt_is_not_held() -> None:
    made = rules(Rule("hold", exempt={"bob"}))
    assert made.way("bob", "to app") == CLEAR
    assert made.way("ann", "to app").held


def test_a_slow_reader_has_a_small_window_one_way_alone() -> None:
    made = rules(Rule("slow", "bob", "to client"))
    assert made.way("bob", "to client").window == WINDOW
    assert made.way("bob", "to app") == CLEAR


def test_groups_are_apart_and_who_is_in_none_is_not() -> None:
    groups = (frozenset({"ann", "bob"}), frozenset({"cid"}))
    made = rules(Rule("parts", None, "to client", groups=groups))
    assert made.way("ann", "to client").apart == {"cid"}
    assert made.way("cid", "to client").apart == {"ann", "bob"}
    assert made.way("dan", "to client") == CLEAR
    assert made.way("ann", "to app") == CLEAR


def test_an_exercise_rules_its_own_clients_and_those_that_connect_again() -> None:
    everybody = rules(weather(delay=1.0, among="check"))
    assert everybody.way("bob", "to app") == CLEAR
    assert everybody.way("checker", "to app") == CLEAR
    assert everybody.way("check", "to app").delay == 1.0
    assert everybody.way("check-bob", "to app").delay == 1.0
    bob = rules(weather("check-bob", delay=1.0, alike=True))
    assert bob.way("check-bob-2", "to app").delay == 1.0
    assert bob.way("check-bobby", "to app") == CLEAR
    assert rules(weather("bob", delay=1.0)).way("bob-2", "to app") == CLEAR


def test_the_seed_is_another_for_each_client_and_direction() -> None:
    made = rules(weather(jitter=1.0, seed=7))
    ways = [made.way(each, "to app").seed for each in ("ann", "bob")]
    assert ways == ["7/ann/to app", "7/bob/to app"]
    assert made.way("ann", "to client").seed == "7/ann/to client"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (weather("bob", delay=0.2), "network, bob: delay 0.2 s"),
        (weather(delay=0.2, jitter=0.1, seed=7), "network, everybody: delay 0.2 s ± 0.1 s, seed 7"),
        (weather("bob", jitter=0.1, seed=7), "network, bob: delay 0 to 0.1 s, seed 7"),
        (weather("bob", delay=0.1, jitter=0.3, seed=7), "network, bob: delay 0 to 0.4 s, seed 7"),
        (weather("bob", rate=2_000), "network, bob: 2000 bytes/s"),
        (weather("bob"), "network, bob: no delay"),
        (weather("bob", direction="to app", delay=1), "network, bob, to app: delay 1 s"),
    ],
)
def test_a_rule_is_said_as_it_works(rule: Rule, said: str) -> None:
    assert words_of(rule) == said
