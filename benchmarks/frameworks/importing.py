"""What importing a framework costs in a kernel that runs: the asyncio it needs is there already."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

from benchmarks.frameworks.processes import CACHE, ROOT, Contender

# A kernel has these, and all that they import. Where there is no ipykernel, the most of it.
_PROGRAM = """
import importlib, json, sys, time
try:
    import ipykernel.kernelapp, ipykernel.ipkernel
except ImportError:
    import asyncio, email.utils, http, json, logging, ssl, tempfile, uuid
folder, package = sys.argv[1:]
sys.path.insert(0, folder)
before = len(sys.modules)
began = time.process_time()
importlib.import_module(package)
print(json.dumps([(time.process_time() - began) * 1000, len(sys.modules) - before]))
"""


@dataclass(frozen=True)
class Import:
    """What an import costs.

    Attributes:
        milliseconds: CPU time of the fastest: what else the machine does only adds to it.
        modules: How many modules it adds.
    """

    milliseconds: float
    modules: int


def import_cost(contender: Contender, rounds: int) -> Import:
    """Import a contender's package in so many fresh processes, after one that compiles it.

    Raises:
        RuntimeError: It cannot be imported.
    """
    _, *found = [_measured(contender) for _ in range(rounds + 1)]
    return Import(min(taken for taken, _ in found), found[0][1])


def _measured(contender: Contender) -> tuple[float, int]:
    arguments = [str(contender.folder or ROOT), contender.package]
    program = [sys.executable, "-c", _PROGRAM, *arguments]
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(CACHE / "pycache")}
    # What is measured is not the compiler, whatever the machine is set up to keep of its work.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["nothing"]
        raise RuntimeError(f"expected to import {contender.package}, got {said[-1]!r}")
    milliseconds, modules = json.loads(done.stdout)
    return milliseconds, modules
