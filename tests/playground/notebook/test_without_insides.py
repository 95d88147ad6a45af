"""Without the private names of IPython and nest-asyncio the notebook side goes on with less."""

from __future__ import annotations

import asyncio
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import IPython
import pytest

from playground.notebook import kernel, nested
from playground.notebook.output.displays import Displays


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An IPython shell that shows none of its insides."""
    registered: list[Any] = []
    events = SimpleNamespace(
        register=lambda name, callback: registered.append(callback),
        unregister=lambda name, callback: registered.remove(callback),
    )
    made = SimpleNamespace(compile=object(), events=events, registered=registered)
    monkeypatch.setattr(kernel, "shell", lambda: made)
    return made


def test_a_cell_without_a_number_is_called_by_its_file(shell: Any) -> None:
    assert kernel.place_of("/tmp/ipykernel_1/5.py") == "5.py"
    assert kernel.cell_files() == []


def test_a_watch_is_taken_to_go_on_until_it_is_stopped(shell: Any) -> None:
    watch = kernel.Watch(lambda ran: None)
    assert not watch.watching
    watch.start()
    assert watch.watching
    watch.stop()
    assert not watch.watching
    assert shell.registered == []


def test_display_is_left_alone_where_it_publishes_in_another_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "IPython.core.display_functions"
    monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace())
    displays = Displays({})
    displays.route()
    displays.unroute()
    assert not hasattr(sys.modules[name], "publish_display_data")


async def test_a_loop_that_counts_no_runs_is_taken_to_be_in_one() -> None:
    assert not hasattr(asyncio.get_running_loop(), "_num_runs_pending")
    nested.forbid_nested_run()
    assert not nested.patched_by_others()
