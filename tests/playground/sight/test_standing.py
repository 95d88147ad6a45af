"""What is said of a handler reads as a sentence, and keeps nothing but text."""

from __future__ import annotations

from typing import Any

import pytest

from playground.sight import Frame, Standing, Standings


def standing(**fields: Any) -> Standing:
    frame = Frame("Chat.ws_echo", "In[5]:12", "async for message in ws:", {"n": "1"})
    known: dict[str, Any] = {
        "client": "alice",
        "exchange": 1,
        "route": "/echo",
        "revision": 2,
        "where": "In[5]:12",
        "waits_for": "receive",
        "since": 3.2,
        "frames": (frame,),
    }
    return Standing(**{**known, **fields})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "alice /echo, Chat.ws_echo, In[5]:12: waits for a message, for 3 s"),
        (
            {"since": 0.1},
            "alice /echo, Chat.ws_echo, In[5]:12: waits for a message, since just now",
        ),
        ({"waits_for": "lock"}, "alice /echo, Chat.ws_echo, In[5]:12: waits for a lock, for 3 s"),
        ({"waits_for": "running", "since": 0.0}, "alice /echo, Chat.ws_echo, In[5]:12: runs"),
        ({"waits_for": "paused"}, "alice /echo, Chat.ws_echo, In[5]:12: is paused, for 3 s"),
        (
            {"frames": (), "where": None},
            "alice /echo, not in your code: waits for a message, for 3 s",
        ),
        ({"task": "ticks"}, "task ticks, Chat.ws_echo, In[5]:12: waits for a message, for 3 s"),
    ],
)
def test_a_standing_is_a_sentence(fields: dict[str, Any], said: str) -> None:
    assert str(standing(**fields)) == said


def test_standings_are_a_list_with_lines_and_tasks() -> None:
    task = standing(task="ticks", waits_for="sleep")
    assert repr(Standings([standing(tasks=(task,))])).splitlines() == [
        "alice /echo, Chat.ws_echo, In[5]:12: waits for a message, for 3 s",
        "    async for message in ws:",
        "  task ticks, Chat.ws_echo, In[5]:12: sleeps, for 3 s",
        "      async for message in ws:",
    ]


def test_where_nobody_is_at_work_it_says_so() -> None:
    assert repr(Standings()) == "No handler is at work."
