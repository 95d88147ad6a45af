"""The site's Python runs both packages, with no browser yet."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

SMOKE = Path(__file__).with_name("smoke.mjs")

SEEDED = Path(__file__).parents[1] / "micropie" / "testing" / "order_faults.py"

# In the milliseconds of JavaScript.
MINUTE = 60_000


def test_a_lab_lives_in_pyodide(site_folder: Path) -> None:
    node = shutil.which("node")
    assert node, "Node.js is needed for this; install it"
    pyodide = site_folder / "static" / "pyodide"
    done = subprocess.run(
        [node, SMOKE, pyodide, SEEDED], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.pop("entries") > 8
    assert told.pop("longest") <= MINUTE
    assert told == {
        "platform": "emscripten",
        "heard": ["Echo: hello", "HELLO"],
        "page": "hello",
        "visits": ["1", "2"],
        "ticked": "0",
        "refused": 404,
        "note": "There is no network here, so no address.",
        "absent": [],
        "again": ["1 kept", "4 same", "1 kept · 3 same · 1 missing", True, True],
        "seeded": 12,
        # Paused and stepped; held and delivered; delayed; what changed meanwhile; cut.
        "between": [
            "tea", "paused", "1 tea", "cake", "2 cake", "3 pie",
            "+ sold: 'tea'", "+ sold: 'cake'", "+ sold: 'pie'", 1006,
        ],
    }  # fmt: skip
