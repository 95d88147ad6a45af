"""The quick tier: tests that start no process, browser or server, and what holds them to that.

`make quick` runs them. A test is one of them unless it or its file is marked `live`, it needs a
fixture that starts something, or it is a case for a server by its name.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest

# Fixtures that start something, wherever they are used.
_STARTING = frozenset(
    {"chromium", "kernel", "outcomes", "server", "shared_redis", "site", "site_folder"}
    | {"built", "built_wheel", "unpacked", "wheel"}
)
_FOR_A_SERVER = re.compile(r"\[.*\b(server|uvicorn|hypercorn|redis)\b")

# What Python tells audit hooks of when a process or a server is started (PEP 578).
_STARTS = {
    "os.exec": "a process",
    "os.fork": "a process",
    "os.forkpty": "a process",
    "os.posix_spawn": "a process",
    "os.spawn": "a process",
    "os.system": "a process",
    "socket.bind": "a server",
    "subprocess.Popen": "a process",
}


def is_quick(item: pytest.Item) -> bool:
    """Return whether a test is said to start no process, browser or server."""
    if item.get_closest_marker("live") or item.get_closest_marker("soak"):
        return False
    fixtures = getattr(item, "fixturenames", ())
    return _STARTING.isdisjoint(fixtures) and not _FOR_A_SERVER.search(item.name)


class Watch:
    """Fails a test of the quick tier that starts something all the same.

    An audit hook cannot be taken back, so this is registered only where the quick tier alone runs.
    """

    def __init__(self) -> None:
        self._started: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _STARTS:
            self._started.append(f"{_STARTS[event]} ({event})")

    def pytest_runtest_logstart(self) -> None:
        """Forget what was started before: a module may ask the platform as it is imported."""
        self._started.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Any:
        """Look after the test and its fixtures, what they share with others included."""
        result = yield
        if self._started:
            pytest.fail(
                f"expected a test of the quick tier to start nothing, got {self._started[0]}; "
                "mark it with @pytest.mark.live, or its file with pytestmark = pytest.mark.live",
                pytrace=False,
            )
        return result
