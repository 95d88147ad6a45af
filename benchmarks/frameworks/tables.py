"""Results as tables, in Markdown that reads well in a terminal too."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from benchmarks.frameworks.results import (
    IDLE_BAR,
    IMPORT_BAR,
    OURS,
    RAW,
    ROUTES_BAR,
    ROUTES_INSTRUCTIONS_BAR,
    Results,
    about,
)
from benchmarks.frameworks.workloads import WORKLOADS, Workload

# Stands beside a figure of ours that is above its bar.
MISSED = "!"

Row = list[str]


def report(results: Results) -> str:
    """Return all tables, and the bars that are missed."""
    said = about(results.contenders)
    versions = ", ".join(f"{name} {release}" for name, release in said["versions"].items())
    parts = [
        f"{said['date']}, CPython {said['python']}, {said['platform']}: {versions}",
        *_cpu(results),
        *_instructions(results),
        *_idle(results),
        *_imports(results),
        *_refused(results),
        *results.notes,
    ]
    missed = results.missed()
    parts.append(f"missed ({MISSED}): {'; '.join(missed)}" if missed else "no bar is missed")
    return "\n\n".join(parts)


def _cpu(results: Results) -> Iterable[str]:
    ratios = results.cpu_ratios()
    if ratios:
        rows = [
            _ratio_row(name, ratios, results, f"{results.times[name].median(RAW):.2f}", each.cpu)
            for name, each in _measured(ratios)
        ]
        rows += _routes_row(results, results.route_ratios(), ROUTES_BAR)
        yield "CPU time, ratio to raw ASGI:"
        yield _table(["", "raw, µs", "bar", *_others(results)], rows)


def _instructions(results: Results) -> Iterable[str]:
    ratios = results.instruction_ratios()
    if ratios:
        rows = [
            _ratio_row(
                name,
                ratios,
                results,
                f"{results.instructions[name][RAW] / 1000:.1f}",
                each.instructions,
            )
            for name, each in _measured(ratios)
        ]
        rows += _routes_row(results, results.route_instruction_ratios(), ROUTES_INSTRUCTIONS_BAR)
        yield "Instructions, ratio to raw ASGI:"
        yield _table(["", "raw, thousands", "bar", *_others(results)], rows)


def _idle(results: Results) -> Iterable[str]:
    over = results.idle_over_raw()
    if not over:
        return
    rows = [
        [name, f"{results.idle[name]:.0f}", _figure(over[name], _bar(name, IDLE_BAR), "+.0f")]
        for name in results.contenders
        if name in over
    ]
    yield f"An idle WebSocket, bytes (bar for ours: {IDLE_BAR:.0f} over raw):"
    yield _table(["", "held", "over raw"], rows)


def _imports(results: Results) -> Iterable[str]:
    if not results.imports:
        return
    rows = [
        [name, _figure(cost.milliseconds, _bar(name, IMPORT_BAR), ".1f"), str(cost.modules)]
        for name, cost in results.imports.items()
    ]
    yield f"Import in a running kernel (bar for ours: {IMPORT_BAR:g} ms):"
    yield _table(["", "CPU, ms", "modules"], rows)


def _refused(results: Results) -> Iterable[str]:
    for contender, refused in results.refused.items():
        for wrong in dict.fromkeys(refused.values()):
            names = ", ".join(name for name, each in refused.items() if each == wrong)
            yield f"{contender} was not measured at {names}: {wrong}"


def _ratio_row(
    name: str, ratios: dict[str, dict[str, float]], results: Results, raw: str, bar: float | None
) -> Row:
    figures = [_figure(ratios[name].get(each), _bar(each, bar)) for each in _others(results)]
    return [WORKLOADS[name].title, raw, "" if bar is None else f"{bar:g}", *figures]


def _routes_row(results: Results, ratios: dict[str, float], bar: float) -> list[Row]:
    if not ratios:
        return []
    figures = [_figure(ratios.get(name), _bar(name, bar)) for name in _others(results)]
    return [["1000 routes : 10", _figure(ratios.get(RAW), None), f"{bar:g}", *figures]]


def _measured(ratios: dict[str, dict[str, float]]) -> list[tuple[str, Workload]]:
    return [(name, workload) for name, workload in WORKLOADS.items() if RAW in ratios.get(name, {})]


def _others(results: Results) -> list[str]:
    return [name for name in results.contenders if name != RAW]


def _bar(name: str, bar: float | None) -> float | None:
    return bar if name == OURS else None


def _figure(value: float | None, bar: float | None, form: str = ".2f") -> str:
    if value is None:
        return "–"
    return format(value, form) + (f" {MISSED}" if bar is not None and value > bar else "")


def _table(head: Row, rows: list[Row]) -> str:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rule = ["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])]
    lines = [_line(head, widths), f"|{'|'.join(rule)}|", *(_line(row, widths) for row in rows)]
    return "\n".join(lines)


def _line(cells: Row, widths: list[int]) -> str:
    aligned: list[Callable[[str, int], str]] = [str.ljust, *[str.rjust] * (len(cells) - 1)]
    padded = [align(cell, width) for align, cell, width in zip(aligned, cells, widths, strict=True)]
    return f"| {' | '.join(padded)} |"
