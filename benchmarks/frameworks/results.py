"""What a run has found, and which bars it misses."""

from __future__ import annotations

import dataclasses
import platform
import sys
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from typing import Any

from benchmarks.frameworks.importing import Import
from benchmarks.frameworks.processes import CONTENDERS
from benchmarks.frameworks.rounds import Times, paired
from benchmarks.frameworks.workloads import WORKLOADS

# Who the bars are for, and beside whom.
OURS, RAW = "ours", "raw"

# Bars that are no workload's.
ROUTES_BAR = 1.05
ROUTES_INSTRUCTIONS_BAR = 1.03
IDLE_BAR = 1500.0
IMPORT_BAR = 5.0


@dataclass
class Results:
    """All figures of a run.

    Attributes:
        times: CPU times by workload.
        instructions: Instructions an operation takes, by workload and contender.
        idle: Bytes of an idle WebSocket by contender.
        imports: Cost of an import by contender.
        refused: What was wrong with an answer, by contender and workload.
        notes: What else could not be measured, and why.
    """

    contenders: list[str]
    times: dict[str, Times] = field(default_factory=dict)
    instructions: dict[str, dict[str, float]] = field(default_factory=dict)
    idle: dict[str, float] = field(default_factory=dict)
    imports: dict[str, Import] = field(default_factory=dict)
    refused: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def refuse(self, contender: str, wrong: dict[str, str]) -> None:
        """Note what was wrong with a contender's answers, by workload."""
        if wrong:
            self.refused.setdefault(contender, {}).update(wrong)

    def cpu_ratios(self) -> dict[str, dict[str, float]]:
        """Return CPU time by workload and contender, as a ratio to raw ASGI."""
        return {
            workload: {
                name: ratio
                for name in times.rounds
                if (ratio := times.ratio(name, RAW)) is not None
            }
            for workload, times in self.times.items()
        }

    def instruction_ratios(self) -> dict[str, dict[str, float]]:
        """Return instructions by workload and contender, as a ratio to raw ASGI."""
        return {
            workload: {name: count / counts[RAW] for name, count in counts.items()}
            for workload, counts in self.instructions.items()
            if RAW in counts
        }

    def route_ratios(self) -> dict[str, float]:
        """Return what the last of 1000 routes costs beside the last of 10, by contender."""
        few, many = self.times.get("routes10"), self.times.get("routes1000")
        if few is None or many is None:
            return {}
        found = {name: paired(many.rounds.get(name), few.rounds[name]) for name in few.rounds}
        return {name: ratio for name, ratio in found.items() if ratio is not None}

    def route_instruction_ratios(self) -> dict[str, float]:
        """Return the same for instructions."""
        few, many = (self.instructions.get(name, {}) for name in ("routes10", "routes1000"))
        return {name: many[name] / count for name, count in few.items() if name in many}

    def idle_over_raw(self) -> dict[str, float]:
        """Return the bytes that an idle WebSocket holds more than a raw one, by contender."""
        if RAW not in self.idle:
            return {}
        return {name: held - self.idle[RAW] for name, held in self.idle.items()}

    def missed(self) -> list[str]:
        """Return the bars that our framework does not reach, in words."""
        return [
            f"{what}: {got:.2f}, bar {bar:g}"
            for what, got, bar in self._barred()
            if got is not None and got > bar
        ]

    def _barred(self) -> list[tuple[str, float | None, float]]:
        found: list[tuple[str, float | None, float]] = []
        cpu, instructions = self.cpu_ratios(), self.instruction_ratios()
        for name, workload in WORKLOADS.items():
            if workload.cpu is not None:
                found.append((f"{name}, CPU", cpu.get(name, {}).get(OURS), workload.cpu))
            if workload.instructions is not None:
                got = instructions.get(name, {}).get(OURS)
                found.append((f"{name}, instructions", got, workload.instructions))
        return [
            *found,
            ("1000 routes : 10, CPU", self.route_ratios().get(OURS), ROUTES_BAR),
            (
                "1000 routes : 10, instructions",
                self.route_instruction_ratios().get(OURS),
                ROUTES_INSTRUCTIONS_BAR,
            ),
            ("idle WebSocket, bytes over raw", self.idle_over_raw().get(OURS), IDLE_BAR),
            ("import, ms", self._import_time(), IMPORT_BAR),
        ]

    def _import_time(self) -> float | None:
        return self.imports[OURS].milliseconds if OURS in self.imports else None

    def as_json(self) -> dict[str, Any]:
        """Return everything, raw rounds left out."""
        return {
            "about": about(self.contenders),
            "cpu_microseconds": {
                workload: {name: times.median(name) for name in times.rounds}
                for workload, times in self.times.items()
            },
            "cpu_ratio": self.cpu_ratios(),
            "refused": self.refused,
            "instructions": self.instructions,
            "instruction_ratio": self.instruction_ratios(),
            "routes_1000_to_10": {
                "cpu": self.route_ratios(),
                "instructions": self.route_instruction_ratios(),
            },
            "idle_websocket_bytes": self.idle,
            "imports": {name: dataclasses.asdict(cost) for name, cost in self.imports.items()},
            "missed": self.missed(),
            "notes": self.notes,
        }


def about(contenders: list[str]) -> dict[str, Any]:
    """Return what the figures were taken with."""
    servers = {name: version(name) for name in ("uvicorn", "uvloop", "httptools", "websockets")}
    given = {name: CONTENDERS[name].version for name in contenders}
    return {
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "platform": f"{sys.platform} {platform.machine()}",
        "versions": {**{name: each for name, each in given.items() if each}, **servers},
    }
