"""An exception that waits for a thread in C puts off no other thread."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Iterator

import pytest

from micropie.testing.noticing import calls_noticed
from micropie.testing.pending import forget_pending, take_back


class Late(BaseException):
    pass


def raise_in(thread: threading.Thread) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Late)
    )


class InC:
    """A thread that waits in C, until it is let go, and then runs on until it meets `Late`."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.lock.acquire()
        self.in_c = threading.Event()
        self.runs_on = True
        self.met = False
        self.thread = threading.Thread(target=self._wait, daemon=True)
        self.thread.start()
        assert self.in_c.wait(10)

    def _wait(self) -> None:
        try:
            self.in_c.set()
            self.lock.acquire()
            while self.runs_on:
                pass
        except Late:
            self.met = True

    def end(self) -> None:
        self.runs_on = False
        if self.lock.locked():
            self.lock.release()
        self.thread.join(10)


@pytest.fixture
def in_c() -> Iterator[InC]:
    waiting = InC()
    yield waiting
    waiting.end()


def profiled() -> bool:
    """Return whether code that is looked at comes to its end."""
    done = threading.Event()

    def work() -> None:
        with calls_noticed(lambda said: None):
            for _ in range(100):
                (lambda: None)()
        done.set()

    threading.Thread(target=work, daemon=True).start()
    return done.wait(10)


def test_who_is_looked_at_goes_on_while_another_thread_waits_in_c(in_c: InC) -> None:
    raise_in(in_c.thread)
    assert profiled()


def test_what_waits_is_met_all_the_same(in_c: InC) -> None:
    raise_in(in_c.thread)
    forget_pending()
    in_c.lock.release()
    in_c.thread.join(10)
    assert in_c.met


def test_what_is_taken_back_is_not_met_and_puts_off_nobody(in_c: InC) -> None:
    raise_in(in_c.thread)
    take_back(in_c.thread.ident or 0)
    in_c.runs_on = False
    in_c.lock.release()
    in_c.thread.join(10)
    assert not in_c.met
    done = threading.Event()

    def work() -> None:
        sys.setprofile(lambda *told: None)
        for _ in range(100):
            (lambda: None)()
        sys.setprofile(None)
        done.set()

    threading.Thread(target=work, daemon=True).start()
    assert done.wait(10)


def test_taking_back_holds_up_nobody_who_is_profiled(in_c: InC) -> None:
    done = threading.Event()

    def work() -> None:
        sys.setprofile(lambda *told: None)
        try:
            take_back(in_c.thread.ident or 0)
            (lambda: None)()
        finally:
            sys.setprofile(None)
        done.set()

    threading.Thread(target=work, daemon=True).start()
    assert done.wait(10)
