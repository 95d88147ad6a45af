"""A soak of a few seconds; the program that it runs takes as long as it is told to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]


def test_clients_that_vanish_leave_nothing_behind() -> None:
    size = ["--seconds", "1", "--clients", "20", "--rounds", "2"]
    command = [sys.executable, "-m", "benchmarks.soak", *size]
    ran = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[0].split()[0] == "clients"
    assert lines[-1] == "nothing was left behind"
    assert int(lines[-2].split()[0]) >= 2 * 20 * 3
