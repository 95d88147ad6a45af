"""What everybody in the process uses is left as it is by an app's code, and by nobody else's."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import copy
import io
import pickle
import sys
import threading
import types
from collections.abc import Iterator
from unittest import mock

import pytest

from playground.notebook.shared_names import constructing, guard


@pytest.fixture
def kept() -> Iterator[None]:
    """Have the code of the test count as an app's."""
    with constructing():
        yield


def on_a_thread(work: object) -> BaseException | None:
    """Run something on a thread of its own; return what it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()  # type: ignore[operator]
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised[0] if raised else None


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (builtins, "len", None),
        (builtins, "print", 5),
        (asyncio, "sleep", None),
        (asyncio, "wait_for", lambda *given: None),
        (asyncio.events, "get_running_loop", None),
        (asyncio.events, "get_running_loop", print),
        (asyncio, "AbstractEventLoop", object),
        (asyncio, "events", object()),
        (threading, "excepthook", None),
        (sys, "stdin", None),
        (sys, "modules", None),
    ],
)
@pytest.mark.usefixtures("kept")
def test_what_would_break_everybody_is_refused_at_that_line(
    module: types.ModuleType, name: str, value: object
) -> None:
    before = getattr(module, name)
    with pytest.raises(RuntimeError, match=f"expected {module.__name__}.{name} to stay as"):
        setattr(module, name, value)
    assert getattr(module, name) is before


@pytest.mark.usefixtures("kept")
def test_a_name_is_not_taken_from_everybody() -> None:
    with pytest.raises(RuntimeError, match="got del builtins"):
        del builtins.print
    assert callable(print)


@pytest.mark.parametrize("value", [None, object(), io.BytesIO])
@pytest.mark.parametrize("name", ["stdout", "stderr"])
@pytest.mark.usefixtures("kept")
def test_a_stream_that_none_can_write_to_is_refused_with_a_remedy(name: str, value: object) -> None:
    before = getattr(sys, name)
    value = value if value is not io.BytesIO else type("NoFlush", (), {"write": print})()
    with pytest.raises(RuntimeError, match=rf"sys.{name} .* with contextlib.redirect_{name}"):
        setattr(sys, name, value)
    assert getattr(sys, name) is before


@pytest.mark.usefixtures("kept")
def test_a_mock_and_names_of_ones_own_are_no_harm() -> None:
    with mock.patch("asyncio.sleep") as sleep, mock.patch.object(builtins, "open"):
        assert asyncio.sleep is sleep
    asyncio.mine = 1  # type: ignore[attr-defined]
    asyncio.mine = None  # type: ignore[attr-defined]
    del asyncio.mine  # type: ignore[attr-defined]
    with contextlib.redirect_stdout(io.StringIO()) as text:
        print("seen")
    assert text.getvalue() == "seen\n"


@pytest.mark.usefixtures("kept")
def test_a_line_that_changes_nothing_is_no_harm() -> None:
    asyncio.sleep = asyncio.sleep
    with pytest.raises(RuntimeError, match=r"got del asyncio\.events\.get_running_loop"):
        del asyncio.events.get_running_loop
    sys.argv = [*sys.argv]


@pytest.mark.usefixtures("kept")
def test_a_module_that_is_kept_is_a_module_still() -> None:
    assert isinstance(sys, types.ModuleType)
    assert pickle.loads(pickle.dumps(sys)) is sys
    assert copy.deepcopy(builtins) is builtins
    assert type(sys)("new").__name__ == "new"  # as some ask for the type of modules


def test_a_thread_that_is_no_cell_is_refused_too() -> None:
    guard.begin()
    try:
        error = on_a_thread(lambda: setattr(builtins, "len", None))
    finally:
        guard.end()
    assert isinstance(error, RuntimeError)
    assert len("kept") == 4


def test_a_cell_may_do_as_ever_but_threads_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    guard.begin()
    try:
        monkeypatch.setattr(sys, "stdin", None)
        assert sys.stdin is None
        with pytest.raises(RuntimeError, match=r"threading\.excepthook to stay"):
            threading.excepthook = None  # type: ignore[assignment]
    finally:
        guard.end()


def test_a_hook_that_a_cell_has_lost_before_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", None)
    guard.begin()
    guard.end()
    assert threading.excepthook is threading.__excepthook__


def test_all_is_as_it_was_once_nobody_needs_it() -> None:
    before = {name: type(sys.modules[name]) for name in ("sys", "builtins", "asyncio")}
    with constructing(), constructing():
        pass
    assert {name: type(sys.modules[name]) for name in before} == before
