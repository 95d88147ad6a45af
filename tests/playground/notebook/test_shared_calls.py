"""A handler ends, or cripples, the process of everybody by no call; who may, calls as ever."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from playground.notebook.shared_calls import SharedCalls
from playground.notebook.shared_names import constructing


@pytest.fixture
def kept() -> Iterator[None]:
    """Have the code of the test count as an app's."""
    with constructing():
        yield


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: os._exit(3), r"expected the process to go on, got os\._exit\(3\); it ends"),
        (lambda: os.abort(), r"got os\.abort\(\)"),
        (lambda: os.kill(os.getpid(), signal.SIGTERM), r"got os\.kill"),
        (lambda: signal.raise_signal(signal.SIGTERM), r"got signal\.raise_signal"),
        (lambda: os.execv("no-such-program", ["no"]), r"got os\.execv\('no-such-program'"),
        (lambda: os.execlp("no-such-program", "no"), r"got os\.execlp"),
        (lambda: sys.setrecursionlimit(5), r"a recursion limit of at least 500, got .*\(5\)"),
        (lambda: asyncio._set_running_loop(None), r"the running event loop to stay as it is"),
        (lambda: asyncio.events._set_running_loop(None), r"the running event loop to stay"),
    ],
)
@pytest.mark.usefixtures("kept")
def test_what_ends_or_cripples_the_process_is_refused(call: Callable[[], None], said: str) -> None:
    with pytest.raises(RuntimeError, match=said):
        call()


@pytest.mark.skipif(not hasattr(signal, "alarm"), reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: signal.alarm(9), r"got signal\.alarm\(9\); .* asyncio\.timeout\(9\)"),
        (lambda: signal.setitimer(signal.ITIMER_PROF, 9.5), r"setitimer\(2, 9\.5\).*\(9\.5\)"),
        (lambda: signal.pthread_kill(threading.get_ident(), signal.SIGUSR1), r"pthread_kill"),
        (lambda: os.kill(os.getppid(), signal.SIGTERM), r"got os\.kill"),
        (lambda: os.killpg(os.getpgrp(), signal.SIGTERM), r"got os\.killpg"),
    ],
)
@pytest.mark.usefixtures("kept")
def test_a_signal_that_ends_the_process_is_refused(call: Callable[[], None], said: str) -> None:
    with pytest.raises(RuntimeError, match=said):
        call()


@pytest.mark.usefixtures("kept")
def test_what_harms_nobody_is_done() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + 1)
    assert sys.getrecursionlimit() == limit + 1
    sys.setrecursionlimit(limit)
    os.kill(os.getpid(), 0)
    getattr(signal, "alarm", int)(0)
    asyncio.new_event_loop().close()


def test_a_library_and_a_forked_child_call_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    monkeypatch.setattr(os, "_exit", done.append)
    calls = SharedCalls(lambda depth: True)
    calls.begin()
    try:
        with pytest.raises(RuntimeError, match="got os"):
            os._exit(1)
        calls._is_apps = lambda depth: False
        os._exit(2)
        calls._is_apps = lambda depth: True
        monkeypatch.setattr(os, "getpid", lambda: -5)
        os._exit(3)
    finally:
        calls.end()
    assert done == [2, 3]
    assert os._exit == done.append
