"""The quick tier starts nothing: a test in it that does so all the same fails, and hears why."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

CONFTEST = """
from tests.tiers import Watch, is_quick

def pytest_configure(config):
    config.pluginmanager.register(Watch())

def pytest_collection_modifyitems(items):
    items[:] = [item for item in items if is_quick(item)]
"""
TESTS = """
import pytest, socket, subprocess, sys

def test_nothing(): pass

def test_a_process(): subprocess.run([sys.executable, "-c", ""])

def test_a_server():
    with socket.create_server(("127.0.0.1", 0)): pass

@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)): yield

def test_a_fixture_of_any_name(listening): pass

@pytest.fixture
def chromium(): raise AssertionError("it is not asked for")

def test_a_browser(chromium): pass

@pytest.mark.live
def test_marked(): raise AssertionError("it is not run")

@pytest.mark.parametrize("transport", ["memory", "server"])
def test_both(transport): assert transport == "memory"
"""


def test_a_test_that_starts_something_fails_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_some.py").write_text(TESTS)
    tests = str(Path(__file__).parent)
    found = (
        f"import sys, pytest; sys.path.insert(0, {tests!r}); sys.exit(pytest.main(sys.argv[1:]))"
    )
    options = ["-q", "-c", "/dev/null", "--rootdir", str(tmp_path), "-p", "no:cacheprovider"]
    command = [sys.executable, "-c", found, *options, "-p", "no:asyncio", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wrong = re.findall(r"^ERROR \S+::(\w+)", done.stdout, re.MULTILINE)
    assert wrong == ["test_a_process", "test_a_server", "test_a_fixture_of_any_name"], done.stdout
    assert re.search(r"5 passed, .*3 errors", done.stdout)
    assert "got a process (subprocess.Popen); mark it with @pytest.mark.live" in done.stdout
    assert "got a server (socket.bind); mark it with" in done.stdout
