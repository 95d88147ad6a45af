"""An exception is raised in another thread while the reader's own code is on top, and only then."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from playground.watchdog.breaking import break_out, can_raise, raise_on_top, take_back
from playground.watchdog.stacks import Named, blockage, own_codes, rests

pytestmark = pytest.mark.skipif(not can_raise(), reason="this Python raises in no other thread")


class Stop(BaseException):
    """What is raised."""


def locate(filename: str) -> str | None:
    return "In[1]" if filename == __file__ else None


@contextmanager
def running(work: Callable[[], object]) -> Iterator[tuple[threading.Thread, threading.Event]]:
    """Run work on a thread; yield it, and what is set when it has ended with `Stop`."""
    began, stopped = threading.Event(), threading.Event()

    def run() -> None:
        began.set()
        try:
            work()
        except Stop:
            stopped.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert began.wait(5)
    yield thread, stopped


def spin() -> None:
    while True:
        pass


def test_a_loop_without_an_end_is_broken_out() -> None:
    with running(spin) as (thread, stopped):
        assert break_out(thread, Stop, locate, stopped.wait)
        assert stopped.is_set()


def test_code_that_catches_it_now_and_then_is_tried_again() -> None:
    caught: list[int] = []

    def stubborn() -> None:
        while len(caught) < 3:
            try:
                spin()
            except Stop:
                caught.append(1)
        spin()

    with running(stubborn) as (thread, stopped):
        assert break_out(thread, Stop, locate, stopped.wait)
        assert len(caught) == 3


def test_a_text_that_was_given_to_exec_is_the_users_own_too() -> None:
    names = {"__name__": "__main__"}
    exec("def work():\n    while True:\n        pass", names)
    with running(names["work"]) as (thread, stopped):  # type: ignore[arg-type]
        found = blockage(thread, 1.0, Named(lambda file: None, lambda scope: ""))
        assert found is not None
        assert (found.handler, found.place, found.line in (2, 3)) == ("work", "<string>", True)
        assert break_out(thread, Stop, lambda file: None, stopped.wait)


@pytest.mark.parametrize("name", ["<string>", "<mine>"])
def test_a_text_that_the_users_code_has_run_is_broken_out_at_the_line_that_runs_it(
    name: str,
) -> None:
    text = compile("while True:\n    pass", name, "exec")
    # Whatever names it is given.
    with running(lambda: exec(text, {})) as (thread, stopped):
        found = blockage(thread, 1.0, Named(locate, lambda scope: ""))
        assert found is not None
        assert (found.place, found.function) == ("In[1]", "<lambda>")
        assert break_out(thread, Stop, locate, stopped.wait)
        assert stopped.is_set()


def test_nothing_is_raised_in_a_function_of_c() -> None:
    free = threading.Event()
    with running(lambda: free.wait(30)) as (thread, stopped):
        assert not break_out(thread, Stop, locate, stopped.wait)
        free.set()
        thread.join(5)
        assert not thread.is_alive()
        assert not stopped.is_set(), "what was to be raised was not taken back"


def test_it_is_raised_only_where_it_may_be() -> None:
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            pass

    with running(work) as (thread, stopped):
        assert not raise_on_top(thread, Stop, frozenset({spin.__code__}))
        over.set()
        thread.join(5)
        assert not stopped.is_set()


def test_a_thread_that_has_ended_is_left_alone() -> None:
    with running(lambda: None) as (thread, _):
        thread.join(5)
        assert not raise_on_top(thread, Stop, frozenset({spin.__code__}))
        take_back(thread)
        assert own_codes(thread, locate) == []
        assert not rests(thread)
