"""Instructions an operation takes, counted by callgrind: the same from run to run within 0.3 %.

A process runs a workload so many times and then twice as many; what the second run took more, by
the operation, is the cost of one. What each run costs once cancels.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.frameworks.processes import ROOT, Contender, command

# What the worker calls between its runs (see `worker.mark`): callgrind writes its counts down then.
_MARK = "--dump-before=getpriority"


@dataclass
class Counted:
    """What callgrind counted of one contender.

    Attributes:
        instructions: Per operation, by workload.
        refused: What was wrong with an answer, by workload; it was not counted.
    """

    instructions: dict[str, float]
    refused: dict[str, str]


def count(contender: Contender, workloads: list[str]) -> Counted:
    """Count instructions of the workloads that a contender can do.

    Raises:
        RuntimeError: valgrind is not there, or the contender ended under it.
    """
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise RuntimeError("expected valgrind to count instructions; install it, or leave --instr")
    with tempfile.TemporaryDirectory() as folder:
        out = f"--callgrind-out-file={folder}/out"
        callgrind = ["nice", valgrind, "--tool=callgrind", "-q", "--error-limit=no", _MARK, out]
        answers = _asked([*callgrind, *command(contender)], contender, workloads)
        prepared, operations = answers[: len(workloads)], answers[len(workloads) :]
        counted = {
            name: int(number) for name, number in zip(workloads, operations, strict=True) if number
        }
        refused = {
            name: str(wrong)
            for name, wrong in zip(workloads, prepared, strict=True)
            if wrong is not None
        }
        return Counted(differences(Path(folder), counted), refused)


def _asked(program: list[str], contender: Contender, workloads: list[str]) -> list[Any]:
    """Let a worker prepare and count all workloads; return its answers."""
    questions = [[verb, name] for verb in ("prepare", "count") for name in workloads]
    done = subprocess.run(
        program,
        cwd=ROOT,
        input="".join(f"{json.dumps(each)}\n" for each in questions),
        capture_output=True,
        text=True,
        # One order of hashes, so that a set is walked the same way in every run.
        env={**os.environ, "PYTHONHASHSEED": "0"},
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or len(answers) < len(questions):
        said = done.stderr.strip().splitlines() or ["nothing"]
        asked = questions[len(answers)] if len(answers) < len(questions) else "all"
        raise RuntimeError(f"expected {contender.name} to answer {asked!r}, got {said[-1]!r}")
    return answers


def differences(folder: Path, operations: dict[str, int]) -> dict[str, float]:
    """Return instructions per operation from three counts of each workload.

    Args:
        folder: Where callgrind wrote, in this order: what came before, so many operations, and
            twice as many; then the next workload.
        operations: How many they were, by workload.
    """
    counts = [_total(folder / f"out.{number}") for number in range(1, 3 * len(operations) + 1)]
    return {
        name: (counts[3 * place + 2] - counts[3 * place + 1]) / number
        for place, (name, number) in enumerate(operations.items())
    }


def _total(dump: Path) -> int:
    found = re.search(r"^(?:summary|totals): (\d+)", dump.read_text(), re.MULTILINE)
    assert found is not None, dump
    return int(found[1])
