"""The command line of the benchmark."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.frameworks.processes import CONTENDERS, ROOT
from benchmarks.frameworks.results import OURS, RAW
from benchmarks.frameworks.rounds import Plan
from benchmarks.frameworks.running import run
from benchmarks.frameworks.tables import report
from benchmarks.frameworks.workloads import WORKLOADS

# What stands above the tables on the page about them.
_LAST = "## Last results\n"


def options(arguments: list[str]) -> argparse.Namespace:
    """Read the command line.

    Raises:
        SystemExit: It is none of ours, or asks for help.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.frameworks",
        description="What our framework costs beside raw ASGI and the others.",
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="raw ASGI and ours only, in about half a minute")
    add("--instr", action="store_true", help="count instructions too, with valgrind's callgrind")
    add("--contenders", type=_names(CONTENDERS), metavar="A,B", help=", ".join(CONTENDERS))
    add("--workloads", type=_names(WORKLOADS), metavar="A,B", help=", ".join(WORKLOADS))
    add("--launches", type=int, help="how often each process is started")
    add("--rounds", type=int, help="rounds of CPU time between two starts; 0 leaves it out")
    add("--json", type=Path, metavar="FILE", help="write the figures there too")
    add("--save", action="store_true", help="put the tables into benchmarks/README.md")
    return parser.parse_args(arguments)


def _names(known: Mapping[str, object]) -> Callable[[str], list[str]]:
    def read(text: str) -> list[str]:
        names = text.split(",")
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(
                    f"expected one of {', '.join(known)}, got {name!r}"
                )
        return names

    return read


def main(arguments: list[str]) -> None:
    """Measure, and print the tables."""
    chosen = options(arguments)
    names = chosen.contenders or ([RAW, OURS] if chosen.quick else list(CONTENDERS))
    try:
        results = run(
            # Without it there is nothing to hold the others against.
            names if RAW in names else [RAW, *names],
            chosen.workloads or list(WORKLOADS),
            _plan(chosen),
            counting=chosen.instr,
            around=chosen.workloads is None,
        )
    except RuntimeError as error:
        sys.exit(f"the benchmark stopped: {error}")
    tables = report(results)
    print(tables)
    if chosen.save:
        save(tables, ROOT / "benchmarks" / "README.md")
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(results.as_json(), indent=2) + "\n")


def save(tables: str, page: Path) -> None:
    """Put tables in the place of those that end a page."""
    text, heading, _ = page.read_text().partition(_LAST)
    page.write_text(f"{text}{heading}\n{tables}\n")


def _plan(chosen: argparse.Namespace) -> Plan:
    usual = Plan(launches=4) if chosen.quick else Plan()
    launches = usual.launches if chosen.launches is None else chosen.launches
    rounds = usual.rounds if chosen.rounds is None else chosen.rounds
    return Plan(launches if rounds else 0, rounds, usual.slice)


if __name__ == "__main__":
    main(sys.argv[1:])
