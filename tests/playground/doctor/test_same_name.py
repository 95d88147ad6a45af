"""The released MicroPie beside ours: both own one import name, and it is said which one wins."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

# What pip leaves of a distribution that is one module.
MODULE = "class App: pass\n__version__ = '0.32'\n"
METADATA = "Metadata-Version: 2.1\nName: micropie\nVersion: 0.32\n"


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A folder in which the other distribution is installed."""
    (tmp_path / "micropie.py").write_text(MODULE)
    about = tmp_path / "micropie-0.32.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(METADATA)
    return tmp_path


def run(program: str, *path: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    return subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=path[0],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.live
def test_in_one_folder_ours_wins_and_the_doctor_says_so(theirs: Path) -> None:
    for name in ("micropie", "playground"):
        (theirs / name).symlink_to(ROOT / name)
    told = run(
        "import playground, micropie; print(micropie.__file__)\n"
        "from playground.doctor.versions import same_name\n"
        "(finding,) = same_name(); print(finding.state, finding.said, finding.remedy)",
        theirs,
    )
    assert told.stderr == ""
    where, said = told.stdout.splitlines()
    assert where == str(theirs / "micropie" / "__init__.py")
    assert said.startswith("aside micropie 0.32 is installed beside micropie-playground")
    assert f"ours wins here: {where}" in said
    assert "pip uninstall micropie" in said


@pytest.mark.live
def test_where_theirs_is_found_first_the_playground_says_what_to_do(theirs: Path) -> None:
    told = run("import playground", theirs, ROOT)
    last = told.stderr.splitlines()[-1]
    assert told.returncode == 1
    assert last.startswith("ImportError: expected the package micropie of micropie-playground, got")
    assert str(theirs / "micropie.py") in last
    assert "pip uninstall micropie" in last


def test_without_it_nothing_is_said() -> None:
    from playground.doctor.versions import same_name

    assert same_name() == []
