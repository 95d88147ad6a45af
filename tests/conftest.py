"""What every test may use: a Chromium for each worker; and in CI nothing is skipped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, expect, sync_playwright

from tests.notebooks import chromium as chromiums
from tests.tiers import Watch, is_quick
from tests.workers import BySharing, how_many, place

# How long an example takes says how busy the machine is. In CI a run is the same as the last.
settings.register_profile(
    "house",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")

# In the milliseconds of Playwright.
PATIENCE = 20_000

_MIXED: set[Path] = set()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests of a worker."""
    path = chromiums.find()
    assert path, chromiums.ADVICE
    # What a page is expected to show may take a busy machine longer than the five seconds it has.
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromiums.ARGUMENTS)
        yield browser
        browser.close()


def pytest_configure(config: pytest.Config) -> None:
    """Hold the tests of the quick tier to what they promise, where no others run."""
    if config.option.markexpr == "quick":
        config.pluginmanager.register(Watch())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Say how many workers `-n auto` is."""
    return how_many()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BySharing | None:
    """Keep tests that share something dear on one worker."""
    return BySharing(config, log) if config.option.dist == "loadfile" else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests by what they need; a run may then leave some out.

    Let the files whose tests drive a browser come after all others; no file may have both kinds.

    Playwright's synchronous interface keeps an event loop running in the main thread from its first
    use to the end of the run, and no other loop can run there meanwhile. A file is run in one
    piece by one worker, so its first test decides when.
    """
    for item in items:
        if _uses(item, "chromium"):
            item.add_marker("browser")
        if is_quick(item):
            item.add_marker("quick")
    items.sort(key=lambda item: (_turn(item), place(item.nodeid.partition("::")[0])))
    kinds = {(item.path, _turn(item) > 0) for item in items}
    _MIXED.update(path for path, late in kinds if late and (path, False) in kinds)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test in a file that has both kinds."""
    if item.path in _MIXED:
        pytest.fail("move the tests that drive a browser to a file of their own, …_browser.py")


def _turn(item: pytest.Item) -> int:
    """Return when a test's turn is: last where it needs the static site, which others make first.

    Those that open the site in a browser come before: no worker waits for it with nothing to do.
    """
    if _uses(item, "chromium"):
        return 1
    return 2 if _uses(item, "site_folder") else 0


def _uses(item: pytest.Item, fixture: str) -> bool:
    return fixture in getattr(item, "fixturenames", ())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in CI that has skipped something."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
