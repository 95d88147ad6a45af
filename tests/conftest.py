"""What every test may use: one Chromium, and the rule that in CI nothing is skipped."""

from __future__ import annotations

import os
from collections.abc import Iterator

import chromium as chromiums
import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

# How long an example takes says how busy the machine is. In CI a run is the same as the last.
settings.register_profile(
    "house",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests of a run."""
    path = chromiums.find()
    assert path, chromiums.ADVICE
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromiums.ARGUMENTS)
        yield browser
        browser.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests that drive a browser come last, and the tests of a file stay together.

    Playwright's synchronous interface keeps an event loop running in the main thread from its first
    use to the end of the run, and no other loop can run there meanwhile.
    """
    items.sort(key=_comes_last)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    if _uses(item, "site_folder"):
        return "the static site, made once"
    return f"{item.path.name} in a browser" if _comes_last(item) else str(item.path)


def _comes_last(item: pytest.Item) -> bool:
    return _uses(item, "chromium") or _uses(item, "site_folder")


def _uses(item: pytest.Item, fixture: str) -> bool:
    return fixture in getattr(item, "fixturenames", ())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in CI that has skipped something."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
