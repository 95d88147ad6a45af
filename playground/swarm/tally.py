"""What has become of a crowd so far, as numbers: who is there, what was said, what went wrong."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from playground.swarm.histogram import Histogram

# So many kinds of mishap are told apart; whatever comes after them is one kind more.
_KINDS: Final = 20
OTHERS: Final = "something else"
_LONGEST: Final = 200


class Tally:
    """The numbers of a crowd. They only grow, but for `open`.

    Attributes:
        began: How many clients have tried to connect.
        opened: How many have connected.
        failed: How many could not.
        open: How many are connected now.
        messages: How many messages they have sent.
        heard: How many they have received.
        answered: How many of those were the first after a message of theirs.
        errors: How often each kind of mishap was met.
        latency: From a message of a client's to the next one that it received.
        opening: Seconds from the first client's coming until the last one had connected.
    """

    def __init__(self) -> None:
        self.began = self.opened = self.failed = self.open = 0
        self.messages = self.heard = self.answered = 0
        self.errors: Counter[str] = Counter()
        self.latency = Histogram()
        self.opening = 0.0
        self._told: Counter[int] = Counter()

    @property
    def mishaps(self) -> int:
        """How much went wrong, of whatever kind."""
        return self.errors.total()

    def missed(self, kind: str, count: int = 1) -> None:
        """Count a mishap."""
        kind = " ".join(kind.split())[:_LONGEST]
        known = kind in self.errors or len(self.errors) < _KINDS
        self.errors[kind if known else OTHERS] += count

    def report(self) -> dict[str, Any]:
        """Return what is to be told since the last report, as something JSON can say."""
        cells = self.latency.cells
        news = [(cell, more) for cell in cells if (more := cells[cell] - self._told[cell])]
        self._told = Counter(cells)
        counts = {name: getattr(self, name) for name in _NUMBERS}
        return {**counts, "errors": dict(self.errors), "cells": news, "ends": self.latency.ends}

    def take(self, report: dict[str, Any]) -> None:
        """Take over what the crowd's own tally has reported."""
        for name in _NUMBERS:
            setattr(self, name, report[name])
        self.errors = Counter(report["errors"])
        self.latency.take(report["cells"], *report["ends"])


_NUMBERS: Final = (
    *("began", "opened", "failed", "open"),
    *("messages", "heard", "answered", "opening"),
)
