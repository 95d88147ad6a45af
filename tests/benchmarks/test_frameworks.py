"""The benchmark of frameworks runs, checks what it times, and says what it could not do."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.frameworks import counting, processes
from benchmarks.frameworks.__main__ import options, save
from benchmarks.frameworks.checking import check
from benchmarks.frameworks.contenders import null, raw
from benchmarks.frameworks.importing import Import, import_cost
from benchmarks.frameworks.processes import CONTENDERS, ROOT, Contender, Process
from benchmarks.frameworks.results import Results
from benchmarks.frameworks.rounds import Plan, Times
from benchmarks.frameworks.running import busy, run
from benchmarks.frameworks.tables import report
from benchmarks.frameworks.workloads import WORKLOADS

QUICKEST = Plan(launches=1, rounds=1, slice=0.0005)


@pytest.fixture(autouse=True)
def _uvicorn_speaks_again() -> Iterator[None]:
    """Give uvicorn's loggers their levels back: what is timed here keeps them silent."""
    loggers = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.error", "uvicorn.access")]
    levels = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def app_for(workload: str, module: object) -> object:
    """Return the app that a workload asks."""
    which = WORKLOADS[workload].app
    if which.isdigit():
        return module.routed(int(which))  # type: ignore[attr-defined]
    return getattr(module, which)()


@pytest.mark.live
def test_raw_and_ours_answer_every_workload_rightly() -> None:
    results = run(["raw", "ours"], list(WORKLOADS), QUICKEST, counting=False, around=False)
    assert results.refused == {}
    for name in WORKLOADS:
        ratios = results.cpu_ratios()[name]
        assert ratios["raw"] == 1
        assert ratios["ours"] > 0
    assert results.route_ratios().keys() == {"raw", "ours"}
    said = report(results)
    assert [each.title for each in WORKLOADS.values() if f"| {each.title} " not in said] == []


@pytest.mark.live
def test_the_command_prints_a_table_and_writes_json(tmp_path: Path) -> None:
    written = tmp_path / "figures.json"
    chosen = ["--contenders=ours", "--workloads=hello,ws_echo", "--launches=1", "--rounds=1"]
    command = [sys.executable, "-m", "benchmarks.frameworks", *chosen, f"--json={written}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "| WS echo, a message " in done.stdout
    figures = json.loads(written.read_text())
    assert figures["cpu_ratio"].keys() == {"hello", "ws_echo"}
    assert figures["cpu_ratio"]["hello"].keys() == {"raw", "ours"}
    assert "uvicorn" in figures["about"]["versions"]


def test_the_command_names_what_it_knows(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options(["--contenders=raw,flask"])
    said = capsys.readouterr().err
    assert "starlette" in said
    assert "'flask'" in said


@pytest.mark.parametrize("name", WORKLOADS)
async def test_raw_answers_rightly(name: str) -> None:
    _, wrong = await check(WORKLOADS[name], app_for(name, raw))
    assert wrong is None


@pytest.mark.parametrize(
    "name",
    ["json", "params", "post", "session_new", "session_rw", "missing1000", "uv_json", "uv_post"],
)
async def test_a_wrong_answer_is_seen(name: str) -> None:
    _, wrong = await check(WORKLOADS[name], app_for(name, null))
    assert wrong is not None
    assert wrong.startswith("expected ")


@pytest.mark.parametrize("name", ["ws_echo", "uv_ws_echo"])
async def test_an_echo_of_something_else_is_seen(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(null.ANSWER, "text", "something else")
    _, wrong = await check(WORKLOADS[name], null.plain())
    assert wrong is not None
    assert "something else" in wrong


async def test_a_connection_that_stays_open_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(null, "CLOSE", {"type": "websocket.send", "text": "hello"})
    _, wrong = await check(WORKLOADS["ws_connect"], null.plain())
    assert wrong is not None
    assert "websocket.close" in wrong


@pytest.mark.parametrize("name", ["ws_echo", "uv_ws_echo"])
async def test_a_refused_connection_is_seen(name: str) -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        await send({"type": "websocket.close", "code": 1008})  # type: ignore[operator]

    with pytest.raises(RuntimeError, match="expected"):
        await check(WORKLOADS[name], app)


async def test_a_message_without_an_answer_is_seen() -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        await send({"type": "websocket.accept"})  # type: ignore[operator]

    with pytest.raises(RuntimeError, match="expected 3 answers, got 0"):
        await check(WORKLOADS["ws_echo"], app)


@pytest.mark.live
def test_a_contender_imports_from_its_own_folder_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "micropie.py").write_text("raise ImportError('the other MicroPie')")
    monkeypatch.setattr(processes, "CACHE", tmp_path)
    other = Contender("other", "micropie_app", "micropie", ("micropie==0",))
    with Process(other) as process:
        assert process.ask("prepare", "hello") == "it failed: ImportError('the other MicroPie')"


@pytest.mark.live
def test_a_contender_that_cannot_be_had_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "CACHE", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    far = Contender("far", "starlette_app", "starlette", ("starlette==1.10.0",))
    monkeypatch.setitem(CONTENDERS, "far", far)
    results = run(["raw", "far"], ["hello"], QUICKEST, counting=False, around=False)
    assert results.contenders == ["raw"]
    assert results.cpu_ratios()["hello"] == {"raw": 1}
    assert "far is left out: expected pip to install starlette==1.10.0" in report(results)


@pytest.mark.live
def test_a_contender_that_ends_is_named() -> None:
    with Process(CONTENDERS["raw"]) as process, pytest.raises(RuntimeError, match="expected raw"):
        process.ask("no such command")


@pytest.mark.live
def test_an_idle_websocket_and_an_import_have_a_cost() -> None:
    cost = import_cost(CONTENDERS["ours"], rounds=1)
    assert cost.milliseconds > 0
    assert cost.modules > 1
    with Process(CONTENDERS["ours"]) as process:
        held = process.ask("memory")
    assert held > 0 if Path("/proc/self/statm").exists() else held is None


def test_a_busy_machine_does_not_change_a_ratio() -> None:
    times = Times({"raw": [1.0, 10.0, 1.0], "ours": [2.0, 20.0, 2.0]})
    assert times.ratio("ours") == 2
    assert times.median("ours") == 2
    assert times.ratio("falcon") is None


def test_a_busy_machine_is_told_of() -> None:
    assert busy(2.0, 2) == []
    assert "load 7.5 on 2 cores" in busy(7.5, 2)[0]


def test_bars_that_are_missed_are_marked() -> None:
    results = Results(
        ["raw", "ours", "starlette"],
        times={
            "hello": Times({"raw": [1.0], "ours": [9.0], "starlette": [11.0]}),
            "json": Times({"raw": [1.0], "ours": [1.0]}),
        },
        instructions={"hello": {"raw": 1000, "ours": 9000}},
        idle={"raw": 20_000, "ours": 30_000},
        imports={"ours": Import(99.0, 3)},
        refused={"starlette": {"json": "no reason", "post": "no reason"}},
    )
    assert results.missed() == [
        "hello, CPU: 9.00, bar 2.4",
        "hello, instructions: 9.00, bar 2.1",
        "idle WebSocket, bytes over raw: 10000.00, bar 1500",
        "import, ms: 99.00, bar 5",
    ]
    said = report(results)
    assert "|    1.00 | 2.4 | 9.00 ! |     11.00 |" in said
    assert "|    1.00 | 1.4 |   1.00 |         – |" in said
    assert "| ours | 30000 | +10000 ! |" in said
    assert "| ours |  99.0 ! |" in said
    assert "starlette was not measured at json, post: no reason" in said


def test_saved_tables_replace_the_last_ones(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("# Benchmarks\n\n## Last results\n\nold\n")
    save("new", page)
    assert page.read_text() == "# Benchmarks\n\n## Last results\n\nnew\n"


def test_the_page_has_a_place_for_tables() -> None:
    assert "\n## Last results\n\n20" in (ROOT / "benchmarks" / "README.md").read_text()


def test_instructions_are_the_difference_of_two_runs(tmp_path: Path) -> None:
    counts = [70_000, 1_000 + 150 * 30, 1_000 + 300 * 30, 5_000, 900 + 15 * 7, 900 + 30 * 7]
    for number, count in enumerate(counts, start=1):
        (tmp_path / f"out.{number}").write_text(f"events: Ir\n\nsummary: {count}\n")
    operations = {"hello": 150, "json": 15}
    assert counting.differences(tmp_path, operations) == {"hello": 30, "json": 7}


def test_instructions_need_valgrind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    results = run(["raw"], ["hello"], Plan(0, 0), counting=True, around=False)
    assert "no instructions of raw: expected valgrind" in report(results)
