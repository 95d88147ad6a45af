"""Binder's address of the course is made from where the repository lies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lite.binder import START, address
from lite.downloads import HERE

ROOT = HERE.parent
NOTEBOOK = "urlpath=lab%2Ftree%2Fnotebooks%2F00-start.ipynb"
GITHUB = f"https://mybinder.org/v2/gh/ada/course/HEAD?{NOTEBOOK}"


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/ada/course",
        "https://github.com/ada/course.git",
        "https://github.com/ada/course/",
        "git@github.com:ada/course.git",
        "ssh://git@github.com:22/ada/course.git",
    ],
)
def test_each_way_to_name_a_repository_leads_to_the_same_address(remote: str) -> None:
    assert address(remote) == GITHUB


def test_a_password_in_a_remote_does_not_get_into_the_address() -> None:
    assert address("https://ada:secret@github.com/ada/course.git") == GITHUB
    assert "secret" not in address("https://ada:secret@git.example.org:8443/ada/course")


def test_other_hosts_have_addresses_too() -> None:
    gitlab = "https://mybinder.org/v2/gl/group%2Fada%2Fcourse/HEAD"
    assert address("git@gitlab.com:group/ada/course.git") == f"{gitlab}?{NOTEBOOK}"
    own = "https://mybinder.org/v2/git/https%3A%2F%2Fgit.example.org%3A8443%2Fada%2Fcourse/HEAD"
    assert address("https://git.example.org:8443/ada/course") == f"{own}?{NOTEBOOK}"


@pytest.mark.parametrize("remote", ["/srv/course", "../course", "file:///srv/course.git"])
def test_a_folder_is_nothing_that_binder_can_reach(remote: str) -> None:
    with pytest.raises(ValueError, match="push this one to a public host"):
        address(remote)


def test_the_notebook_that_it_opens_is_there() -> None:
    assert (ROOT / START.removeprefix("lab/tree/")).is_file()


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def said(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the program in a folder."""
    command = [sys.executable, "-m", "lite.binder"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.live
def test_it_says_the_address_and_the_badge_or_what_to_do(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert "has no remote yet" in said(tmp_path).stderr
    git(tmp_path, "remote", "add", "origin", "git@github.com:ada/course.git")
    done = said(tmp_path)
    assert done.stdout.startswith(f"{GITHUB}\n")
    assert f"[![Binder](https://mybinder.org/badge_logo.svg)]({GITHUB})" in done.stdout
    git(tmp_path, "remote", "set-url", "origin", "/srv/course")
    failed = said(tmp_path)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "expected a repository that Binder can reach" in failed.stderr
