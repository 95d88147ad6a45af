"""Code that catches everything is left at one of its lines, where Python tells of each."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from playground.watchdog import each_line
from playground.watchdog.breaking import break_out, can_raise
from playground.watchdog.each_line import is_told_of_lines, raised_at_each_line

pytestmark = pytest.mark.skipif(not can_raise(), reason="this Python raises in no other thread")

FILE = "/a/cell.py"
# Whatever is raised within is caught, and so it is where that is raised once more.
CODE = """
def catches_all(turned, over):
    while not over.is_set():
        try:
            try:
                turned.set()
            finally:
                turned.set()
        except BaseException:
            turned.set()

def catches_all_for_ever(turned, over):
    turned.set()
    while True:
        try: turned.none
        except: pass
"""
NAMES: dict[str, Any] = {}
exec(compile(CODE, FILE, "exec"), NAMES)


class Stop(BaseException):
    """What is raised."""


def locate(filename: str) -> str | None:
    return "In[1]" if filename == FILE else None


class Running:
    """Work on a thread.

    Attributes:
        turned: Set each time it goes round.
        stopped: Set when `Stop` has left it.
    """

    def __init__(self, name: str) -> None:
        self.turned, self.over, self.stopped = (threading.Event() for _ in range(3))
        self.thread = threading.Thread(target=self._run, args=(NAMES[name],), daemon=True)
        self.thread.start()
        assert self.turned.wait(5)

    def _run(self, work: Any) -> None:
        try:
            work(self.turned, self.over)
        except Stop:
            self.stopped.set()

    def goes_on(self) -> bool:
        self.turned.clear()
        return self.turned.wait(5) and not self.stopped.is_set()


@contextmanager
def running(name: str = "catches_all") -> Iterator[Running]:
    found = Running(name)
    yield found
    found.over.set()
    found.thread.join(5)
    assert not found.thread.is_alive()


def test_what_catches_everything_is_left_where_python_tells_of_lines() -> None:
    with running() as one, running() as other:
        with raised_at_each_line(one.thread, Stop, locate):
            assert one.stopped.wait(5) if is_told_of_lines() else one.goes_on()
        assert other.goes_on()


def test_after_it_nothing_is_raised_in_the_same_code() -> None:
    with running() as one, raised_at_each_line(one.thread, Stop, locate):
        assert one.stopped.wait(5) if is_told_of_lines() else one.goes_on()
    with running() as other:
        assert other.goes_on()


def test_only_the_run_that_blocks_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(each_line, "outermost", lambda thread, locate: 0)
    with running() as one, raised_at_each_line(one.thread, Stop, locate):
        assert one.goes_on()


def test_where_others_are_told_of_lines_nothing_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(each_line, "_TOOLS", ())
    with running() as one, raised_at_each_line(one.thread, Stop, locate):
        assert one.goes_on()


def test_a_thread_is_broken_out_of_what_catches_everything() -> None:
    # On Python 3.12 all that is raised where threads take turns comes inside of its `try`.
    with running("catches_all_for_ever") as one:
        assert break_out(one.thread, Stop, locate, one.stopped.wait)
