"""One run, from names to results: who cannot take part is left out, and the results say so."""

from __future__ import annotations

import os
import sys

from benchmarks.frameworks.counting import count
from benchmarks.frameworks.importing import import_cost
from benchmarks.frameworks.packages import install
from benchmarks.frameworks.processes import CONTENDERS, Contender, Process
from benchmarks.frameworks.results import Results
from benchmarks.frameworks.rounds import Plan, measure

# Fresh processes that a package is imported in.
_IMPORTS = 7


def run(
    names: list[str], workloads: list[str], plan: Plan, *, counting: bool, around: bool
) -> Results:
    """Measure what is asked for.

    Args:
        counting: Whether to count instructions.
        around: Whether to measure memory and imports.
    """
    results = Results(names)
    contenders = _installed(names, results)
    results.contenders = [each.name for each in contenders]
    if plan.launches:
        results.times = measure(contenders, workloads, plan)
        for name, times in results.times.items():
            for contender, wrong in times.refused.items():
                results.refuse(contender, {name: wrong})
    if counting:
        _count(contenders, workloads, results)
    if around:
        _look_around(contenders, results)
    results.notes += busy(os.getloadavg()[0], os.cpu_count() or 1)
    return results


def busy(load: float, cores: int) -> list[str]:
    """Return a warning for a machine that others work on too, this run being one process' work."""
    if load <= cores:
        return []
    said = f"the machine was busy (load {load:.1f} on {cores} cores)"
    return [f"{said}: ratios of CPU time may be off by a tenth, and times by much more"]


def _installed(names: list[str], results: Results) -> list[Contender]:
    able = []
    for name in names:
        try:
            install(CONTENDERS[name])
        except RuntimeError as error:
            results.notes.append(f"{name} is left out: {error}")
        else:
            able.append(CONTENDERS[name])
    return able


def _count(contenders: list[Contender], workloads: list[str], results: Results) -> None:
    for each in contenders:
        print(f"counting instructions of {each.name}", file=sys.stderr)
        try:
            counted = count(each, workloads)
        except RuntimeError as error:
            results.notes.append(f"no instructions of {each.name}: {error}")
            continue
        for workload, number in counted.instructions.items():
            results.instructions.setdefault(workload, {})[each.name] = number
        results.refuse(each.name, counted.refused)


def _look_around(contenders: list[Contender], results: Results) -> None:
    print("memory and imports", file=sys.stderr)
    for each in contenders:
        try:
            if each.package:
                results.imports[each.name] = import_cost(each, _IMPORTS)
            with Process(each) as process:
                held = process.ask("memory")
        except RuntimeError as error:
            results.notes.append(f"no import or memory of {each.name}: {error}")
        else:
            results.idle.update({each.name: held} if held is not None else {})
