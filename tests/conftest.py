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
    """Let the files whose tests drive a browser come last; no file may be of both kinds.

    Playwright's synchronous interface keeps an event loop running in the main thread from its first
    use to the end of the run, and no other loop can run there meanwhile. A file is run in one
    piece by one worker, so its first test decides when.
    """
    items.sort(key=_comes_last)
    kinds = {(item.path, _comes_last(item)) for item in items}
    mixed = sorted(path.name for path, last in kinds if last and (path, False) in kinds)
    if mixed:
        raise pytest.UsageError(
            f"expected tests that drive a browser in files of their own, got both kinds in "
            f"{', '.join(mixed)}; move them to a file that ends with _browser.py"
        )


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
