"""The notebook's side of a lab: its frontend, handlers' output, redefinition, nested loops."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Any

from playground.doctor.report import Finding, aside, right, wrong
from playground.notebook import kernel
from playground.notebook.nested import nested_runs_allowed_by, patched_by_others
from playground.recorder import Recorder
from playground.traffic.log import Log


def frontend() -> Finding:
    """Look where the lab runs."""
    ip = kernel.shell()
    if ip is None:
        return right("runs in", "a script or a Python prompt, without IPython")
    if not hasattr(ip, "kernel"):
        return right("runs in", f"IPython {version('ipython')} in a terminal")
    return right("runs in", f"a Jupyter kernel (ipykernel {version('ipykernel')})")


def output(running: bool) -> Finding:
    """Try where a handler's output goes, with nothing to print."""
    if not running:
        return aside("output", "goes where Python sends it: the lab is stopped")
    lost = [name for name in ("stdout", "stderr") if not _is_routed(name)]
    if lost:
        told = f"what handlers print to {' and '.join(lost)} is not recorded"
        why = "Something has replaced sys." + " and sys.".join(lost)
        return wrong("output", told, f"{why} since; lab.restart() takes it back.")
    under = " and appears under the cell of its code" if kernel.shell() is not None else ""
    return right("output", f"what a handler prints is recorded{under}")


def _is_routed(name: str) -> bool:
    """Print nothing in a handler of a recorder of its own, which is asked where to print it."""
    asked: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        getattr(sys, name).write("")

    recorder = Recorder(app, Log(), home=lambda: asked.append(name))
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    running: Any = recorder(scope, None, None)  # type: ignore[arg-type]
    try:
        running.send(None)
    except StopIteration:
        return bool(asked)
    except Exception:  # there is nothing to write to, or it cannot be written to
        return False
    running.close()
    return False


def redefinition(served: Any, name: str, running: bool, watching: bool) -> Finding:
    """Look whether what the followed name stands for will be served when it is another."""
    part = "redefinition"
    if kernel.shell() is None:
        return aside(part, "there are no cells here; lab.swap(…) puts other code on stage")
    if not name:
        told = f"what is served is no class but {type(served).__name__}, which is not followed"
        return aside(part, told, "Serve it under a name, as in app = …, serve(app).")
    if not running:
        return aside(part, f"{name} is not followed: the lab is stopped")
    if not watching:
        told = f"nobody looks for {name} after a cell"
        return wrong(part, told, "Something has taken the lab's callback; lab.restart() sets it.")
    if kernel.named(name) is None:
        told = f"the notebook has no name {name} any more"
        return wrong(part, told, f"Run the cell that defines {name}, or call lab.swap(…).")
    return right(part, f"{name} is followed: run a cell that defines it again, and it is served")


def nested_runs() -> Finding:
    """Look whether asyncio has been patched, and by whom."""
    part = "nested runs"
    if by := nested_runs_allowed_by():
        told = f"allowed by {by}, so that tasks in this process are plain Python and slower"
        return right(part, told, "playground.forbid_nested_run() takes it back.")
    if patched_by_others():
        told = "allowed by nest_asyncio, which something else has applied; tasks are slower"
        return right(part, told, "playground.allow_nested_run() does it so that it can be undone.")
    return right(part, "refused by asyncio, as by default: a cell awaits main() itself")
