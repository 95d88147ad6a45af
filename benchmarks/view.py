"""What a flood of 10,000 messages a second does to the panel, the page and the kernel.

Run with ``python -m benchmarks.view``: a real JupyterLab and a real Chromium, for 20 seconds. The
messages go straight into the lab's log, so that it is the view that is measured and no server.
Where other programs keep the processors busy the page's CPU time is the figure to go by.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import nbformat
from jupyter_client.blocking.client import BlockingKernelClient
from playwright.sync_api import Browser, Page, sync_playwright

from tests.notebooks.chromium import ARGUMENTS, find
from tests.notebooks.driver import KERNEL, Notebook
from tests.notebooks.flood import SERVE, Counted, count, pour, watch, watched
from tests.notebooks.server import jupyterlab

RATE = 10_000
SECONDS = 20

# What Chromium is to note: every task of every thread, and what threads are called.
TRACED = ["toplevel", "__metadata"]

# Leave the flood alone for a moment at both ends: it begins and ends within a second.
EDGE = 1.0


def main() -> None:
    """Measure, and print the figures beside what they should hold."""
    with tempfile.TemporaryDirectory() as name:
        folder, home = Path(name, "notebooks"), Path(name, "home")
        folder.mkdir()
        home.mkdir()
        cells = [nbformat.v4.new_code_cell(source) for source in (SERVE, "", "len(lab.log)", END)]
        nbformat.write(
            nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), folder / "flood.ipynb"
        )
        with jupyterlab(folder, home) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
            context = browser.new_context(viewport={"width": 1300, "height": 900})
            notebook = Notebook(context, server, "flood.ipynb")
            report(notebook, browser, home)
            notebook.close()
            browser.close()


END = "pouring.join(); poured[0]"


def report(notebook: Notebook, browser: Browser, home: Path) -> None:
    """Let the flood come, and print what it did."""
    notebook.run(0)
    notebook.page.locator(".mpp-holds").wait_for()
    before = answers(notebook, home, 5)
    entries = int(notebook.page.locator(".mpp-holds").inner_text().split()[0])
    watch(notebook)
    browser.start_tracing(page=notebook.page, categories=TRACED)
    began = now(notebook.page)
    pour(notebook, 1, RATE, SECONDS)
    meanwhile = answers(notebook, home, SECONDS - 2)
    sent, took = eval(notebook.run(3))  # a tuple of two numbers that we printed
    tasks = tasks_of(browser.stop_tracing())
    updates = watched(notebook)["updates"]
    notebook.page.wait_for_timeout(1_000)
    told = count(notebook)
    say_rate(sent, took)
    say_updates(updates, began + EDGE * 1_000, began + (took - EDGE) * 1_000)
    say_tasks(tasks)
    say_answers("kernel answers a request", before[0], meanwhile[0])
    say_answers("a cell run in the page", before[1], meanwhile[1])
    say_counts(told, sent + entries)


def now(page: Page) -> float:
    """Return the page's own time, in milliseconds."""
    value: float = page.evaluate("() => performance.now()")
    return value


def answers(notebook: Notebook, home: Path, seconds: float) -> tuple[list[float], list[float]]:
    """Ask the kernel now and then; return how long that took, in seconds: by ZMQ, in the page."""
    client = BlockingKernelClient(connection_file=str(connection_file(home, notebook.kernel)))
    client.load_connection_file()
    client.start_channels()
    kernel, cells = [], []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        client.execute_interactive("1", silent=True, timeout=30)
        kernel.append(time.perf_counter() - began)
        began = time.perf_counter()
        notebook.run(2)
        cells.append(time.perf_counter() - began)
        notebook.page.wait_for_timeout(250)
    client.stop_channels()
    return kernel, cells


def tasks_of(trace: bytes) -> list[tuple[float, float]]:
    """Return how long each task of a page's main thread took, and its CPU time, in milliseconds."""
    events = json.loads(trace)["traceEvents"]
    main_threads = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return [
        (event["dur"] / 1_000, event.get("tdur", 0) / 1_000)
        for event in events
        if event.get("ph") == "X"
        and event["name"].endswith("RunTask")
        and (event["pid"], event["tid"]) in main_threads
    ]


def connection_file(home: Path, kernel: str) -> Path:
    """Return the file that says where a kernel listens."""
    return home / "runtime" / f"kernel-{kernel}.json"


def say_rate(sent: int, took: float) -> None:
    """Print how fast the flood was."""
    print(f"{'messages':34}{sent:>10,}   in {took:.1f} s: {sent / took:,.0f} a second")


def say_updates(updates: list[float], began: float, ended: float) -> None:
    """Print how often the panel moved, and how long it rested at most."""
    inside = [at for at in updates if began <= at <= ended]
    rate = len(inside) / (ended - began) * 1_000
    rests = [later - earlier for earlier, later in pairwise([began, *inside, ended])]
    print(f"{'panel updates a second':34}{rate:>10.1f}   at least 5")
    print(f"{'longest rest of the panel':34}{max(rests):>7.0f} ms")


def say_tasks(tasks: list[tuple[float, float]]) -> None:
    """Print how long the page did not answer at most."""
    took, cpu = (max(each) for each in zip(*tasks, strict=True))
    long = sum(each[0] > 100 for each in tasks)
    print(f"{'longest task of the page':34}{took:>7.0f} ms   at most 100 ms; {long} were longer")
    print(f"{'most CPU time of a task':34}{cpu:>7.0f} ms   at most 100 ms")


def say_answers(what: str, before: list[float], meanwhile: list[float]) -> None:
    """Print how long answers took, and how long they took before the flood."""
    most, median = max(meanwhile) * 1_000, statistics.median(meanwhile) * 1_000
    quiet = f"{statistics.median(before) * 1_000:.0f}, at most {max(before) * 1_000:.0f}"
    print(f"{what:34}{most:>7.0f} ms   at most 200 ms; median {median:.0f} ms; without {quiet} ms")


def say_counts(told: Counted, total: int) -> None:
    """Print what the panel shows and what it counts, and whether that is all."""
    shown = f"{told.rows:,} rows shown + {told.missing:,} counted as not shown"
    sum_ = told.rows + told.missing + told.dropped
    print(f"{'counted by the panel':34}{sum_:>10,}   {shown} + {told.dropped:,} let go")
    print(
        f"{'in the log since the start':34}{total:>10,}   {'all' if sum_ == total else 'NOT ALL'}"
    )


if __name__ == "__main__":
    main()
