"""What runs a change's tests elsewhere calls what is there, and ends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOW = ROOT / ".github" / "workflows" / "tests.yml"
JOBS: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"]

# What names a command of make, for people or for machines, beside the README.
NAMING = (
    ".devcontainer/devcontainer.json",
    ".github/pull_request_template.md",
    ".github/workflows/tests.yml",
    ".pre-commit-config.yaml",
    "CONTRIBUTING.md",
    "docs/how-to/make-a-release.md",
    "docs/teaching/set-up.md",
)


def targets() -> set[str]:
    """Return what `make` can be asked for."""
    return set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def commands(job: str) -> str:
    """Return what a job runs."""
    return "\n".join(step.get("run", "") for step in JOBS[job]["steps"])


@pytest.mark.parametrize("file", NAMING)
def test_every_command_of_make_that_is_named_is_there(file: str) -> None:
    named = set(re.findall(r"(?:[`$:\"] ?)make ([a-z]+)", (ROOT / file).read_text("utf-8")))
    assert named - targets() == set()


def test_every_job_ends() -> None:
    assert [name for name, job in JOBS.items() if job.get("timeout-minutes", 360) > 60] == []


def test_where_there_is_no_make_none_is_called() -> None:
    assert "windows-latest" in JOBS["elsewhere"]["strategy"]["matrix"]["system"]
    assert "make " not in commands("elsewhere")


def test_everything_is_run_once_as_the_readme_says() -> None:
    assert [name for name in JOBS if ".ci/run" in commands(name)] == ["everything"]
