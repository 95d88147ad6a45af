"""CPU time, in rounds in which the contenders take turns.

A machine that is busy with something else slows all of one round alike: so each contender's time
is divided by raw ASGI's of the same round, and the median of the ratios is what counts. How a
process happens to lie in memory can make it a few per cent faster or slower for as long as it
lives: so the processes are started afresh several times.
"""

from __future__ import annotations

import statistics
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.frameworks.processes import Contender, Process

# Operations of the first measurement, which says how many make a slice.
_FIRST = 20


@dataclass(frozen=True)
class Plan:
    """How thoroughly to measure.

    Attributes:
        launches: How often the processes are started.
        rounds: Rounds between two starts.
        slice: Seconds of CPU time that one measurement takes: long beside the clock's grain, short
            beside the changes in what else the machine does.
    """

    launches: int = 5
    rounds: int = 16
    slice: float = 0.006


@dataclass
class Times:
    """Microseconds that an operation of one workload took.

    Attributes:
        rounds: By contender, round by round.
        refused: What was wrong with a contender's answer; it was not timed.
    """

    rounds: dict[str, list[float]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def median(self, name: str) -> float:
        """Return a contender's median time."""
        return statistics.median(self.rounds[name])

    def ratio(self, name: str, base: str = "raw") -> float | None:
        """Return the median of each round's ratio; None where one of the two has no time."""
        return paired(self.rounds.get(name), self.rounds.get(base))


def paired(times: list[float] | None, base: list[float] | None) -> float | None:
    """Return the median of the ratios of what was measured in the same rounds."""
    if not times or not base:
        return None
    return statistics.median(one / other for one, other in zip(times, base, strict=True))


def measure(contenders: list[Contender], workloads: list[str], plan: Plan) -> dict[str, Times]:
    """Time all workloads, with a process for each contender."""
    times = {name: Times() for name in workloads}
    for number in range(1, plan.launches + 1):
        print(f"CPU time, launch {number} of {plan.launches}", file=sys.stderr)
        with ExitStack() as stack:
            processes = [stack.enter_context(Process(each)) for each in contenders]
            _launch(processes, times, plan)
    for each in times.values():
        for name in each.refused:
            each.rounds.pop(name, None)
    return times


def _launch(processes: list[Process], times: dict[str, Times], plan: Plan) -> None:
    counts = {
        (workload, each): _prepare(each, workload, times[workload], plan)
        for workload in times
        for each in processes
    }
    for number in range(plan.rounds):
        first = number % len(processes)
        for workload in times:
            for each in processes[first:] + processes[:first]:
                count = counts[workload, each]
                if count:
                    taken = each.ask("run", workload, count) / count * 1e6
                    times[workload].rounds.setdefault(each.contender.name, []).append(taken)


def _prepare(process: Process, workload: str, times: Times, plan: Plan) -> int:
    """Have an answer checked; return how many operations make a slice, 0 if it is wrong."""
    wrong = process.ask("prepare", workload)
    if wrong is not None:
        times.refused[process.contender.name] = wrong
        return 0
    taken: float = process.ask("run", workload, _FIRST)
    return max(1, round(_FIRST * plan.slice / max(taken, 1e-6)))
