"""What passed in each notebook of the course, for the documentation's site to show it alive.

As a program: runs the notebooks and writes `docs/site/traffic/`; `python -m tests.notebooks.records`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.notebooks.cleaning import ROOT, scrub
from tests.notebooks.making import kernel_for, notebooks

FOLDER = ROOT / "docs" / "site" / "traffic"

# A notebook clears the log between its parts; the page of it shows all of them. And this cell is
# none of the notebook's.
BEGIN = """\
from playground import Log
Log.clear = lambda self: None
get_ipython().execution_count = 0
"""

# What exercises try is not what the notebook tells of.
END = """\
import json, re
from playground import serving
def told(log):
    return log.filter(lambda entry: not entry.exchange or not re.match(
        "check", log.exchange(entry.exchange).client))
log = max((lab.log for lab in serving.labs.values()), key=lambda log: len(told(log)), default=None)
if log is not None and len(log):
    kept = told(log)
    seen = {entry.revision for entry in kept}
    sheets = [each._asdict() for each in log.sources() if each.revision in seen]
    if kept.exchanges:
        print(json.dumps([kept.to_jsonl(), json.dumps(sheets, indent=1)]))
"""


def record(path: Path) -> tuple[str, str] | None:
    """Run a notebook; return its traffic as JSON lines, and the source of its revisions as JSON."""
    with kernel_for(path) as run:
        run.begin(BEGIN)
        run.pass_()
        said = run.end(END)
    if not said:
        return None
    lines, sheets = json.loads(said)
    return scrub(lines), scrub(sheets) + "\n"


def main() -> int:
    """Record every notebook, or those that are named."""
    FOLDER.mkdir(exist_ok=True)
    for path in [Path(each).resolve() for each in sys.argv[1:]] or notebooks():
        found = record(path)
        for suffix, text in zip((".jsonl", ".json"), found or ("", ""), strict=True):
            file = FOLDER / f"{path.stem}{suffix}"
            if found:
                file.write_text(text, encoding="utf-8")
            else:
                file.unlink(missing_ok=True)
        print(f"{path.name}: {'recorded' if found else 'nothing passed'}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
