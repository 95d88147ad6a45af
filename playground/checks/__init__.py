"""Checks: scripted clients that try a learner's app, and report in sentences what they saw.

Law of the room: a check never raises what the learner did wrong, never waits without a deadline,
and plays apart from the learner's own clients.
"""

from __future__ import annotations

from playground.checks.actor import Actor
from playground.checks.answer import Answer
from playground.checks.checking import check
from playground.checks.checks import Checks
from playground.checks.exercises import Exercise, exercise
from playground.checks.play import Play
from playground.checks.results import Result
from playground.checks.scripts import in_order
from playground.checks.story import Fault

__all__ = [
    "Actor",
    "Answer",
    "Checks",
    "Exercise",
    "Fault",
    "Play",
    "Result",
    "check",
    "exercise",
    "in_order",
]
