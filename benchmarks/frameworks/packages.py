"""The frameworks we are compared with: pinned, from PyPI, each in a folder of its own.

They stay out of the environment: each folder is on the path of one process only, so that two
packages may have the same name, as the released MicroPie and ours do.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.frameworks.processes import Contender

# Says what a folder holds; written last, so that a broken install is not taken for a whole one.
_LIST = "installed.json"


def install(contender: Contender) -> None:
    """Put a contender's packages into its folder, if they are not there already.

    Raises:
        RuntimeError: pip could not get them.
    """
    folder = contender.folder
    if folder is None or _installed(folder) == list(contender.requirements):
        return
    print(f"installing {contender.requirements[0]} into {folder}", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    got = [*pip, "install", "--retries=1", f"--target={folder}", *contender.requirements]
    done = subprocess.run(got, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["nothing"]
        raise RuntimeError(
            f"expected pip to install {' '.join(contender.requirements)}, got {said[-1]!r}; "
            "is PyPI within reach?"
        )
    (folder / _LIST).write_text(json.dumps(contender.requirements))


def _installed(folder: Path) -> object:
    try:
        return json.loads((folder / _LIST).read_text())
    except (OSError, ValueError):
        return None
