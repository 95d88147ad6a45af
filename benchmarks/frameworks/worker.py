"""The process of one contender: it is told over a pipe what to do, and answers with figures.

Run as ``python -m benchmarks.frameworks.worker MODULE FOLDER``: the contender's file, and where its
packages are, if not in the environment. Each line that comes in is a JSON list, a command and its
arguments; each line that goes out is the answer to it.
"""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import importlib
import json
import os
import sys
import time
from typing import Any

import uvloop

from benchmarks.frameworks import memory
from benchmarks.frameworks.checking import check
from benchmarks.frameworks.lifespan import start
from benchmarks.frameworks.workloads import WORKLOADS

# Operations that bring the interpreter onto its fast paths before anything is measured, and the
# seconds after which they will have done: under callgrind some of them take a tenth of one.
WARM = 100
WARM_SECONDS = 2.0
WARM_STEP = 10

# Operations that callgrind counts: few enough to be quick, enough that a collection of garbage is
# shared fairly. A message makes next to none, so more are counted; of operations that take so many
# seconds, fewer.
COUNTED = 150
COUNTED_MESSAGES = 1000
COUNTED_SLOW = 15
SLOW = 0.02

# Seconds a command may take, callgrind's slowness included. Who takes longer hangs, and is ended.
LIMIT = 120


class Worker:
    """One contender's apps, and what drives them."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._apps: dict[str, Any] = {}
        self._drives: dict[str, Any] = {}

    def prepare(self, name: str) -> str | None:
        """Check the answer to a workload; return what is wrong with it, if anything."""
        workload = WORKLOADS[name]
        try:
            app = self._app(workload.app)
            drive, wrong = self._loop.run_until_complete(check(workload, app))
        except Exception as error:
            return str(error) if isinstance(error, Lacking) else f"it failed: {error!r}"
        # Who does no work cannot be right.
        if wrong is not None and self._module != "null":
            return wrong
        self._drives[name] = drive
        self._warm(name)
        # What lives as long as the process is no work for a later collection.
        gc.freeze()
        return None

    def run(self, name: str, count: int) -> float:
        """Return the seconds of CPU time that so many operations took."""
        drive = self._drives[name]
        gc.collect()
        began = time.process_time()
        self._loop.run_until_complete(drive(count))
        return time.process_time() - began

    def count(self, name: str) -> int:
        """Run some operations and then twice as many, with a mark for callgrind around each.

        Returns:
            How many the first were; 0 where the answer was wrong, and nothing ran.
        """
        if name not in self._drives:
            return 0
        slow = self.run(name, WARM_STEP) > WARM_STEP * SLOW
        operations = COUNTED_SLOW if slow else COUNTED
        if WORKLOADS[name].kind == "echo" and not WORKLOADS[name].through_uvicorn:
            operations = COUNTED_MESSAGES
        mark()
        self.run(name, operations)
        mark()
        self.run(name, 2 * operations)
        mark()
        return operations

    def memory(self) -> float | None:
        """Return the bytes that an idle WebSocket holds."""
        return self._loop.run_until_complete(memory.slope(self._app("plain")))

    def _warm(self, name: str) -> None:
        began = time.process_time()
        for _ in range(0, WARM, WARM_STEP):
            if time.process_time() - began < WARM_SECONDS:
                self.run(name, WARM_STEP)

    def _app(self, which: str) -> Any:
        if which not in self._apps:
            module = importlib.import_module(f"benchmarks.frameworks.contenders.{self._module}")
            if which == "sessions" and not hasattr(module, which):
                raise Lacking("it brings no sessions")
            app = module.routed(int(which)) if which.isdigit() else getattr(module, which)()
            self._loop.run_until_complete(start(app))
            self._apps[which] = app
        return self._apps[which]


class Lacking(Exception):
    """A framework does not have what is asked for."""


def mark() -> None:
    """Let callgrind write down what it has counted: it is told to whenever this is called."""
    os.getpriority(os.PRIO_PROCESS, 0)


def main() -> None:
    """Do what the lines say until there are no more."""
    module, folder = sys.argv[1:]
    # What a framework prints is no answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    # Each encodes JSON with the standard library or with what it brings itself.
    sys.modules["orjson"] = None  # type: ignore[assignment]
    if folder:
        sys.path.insert(0, folder)
    worker = Worker(module)
    for line in sys.stdin:
        faulthandler.dump_traceback_later(LIMIT, exit=True)
        command, *arguments = json.loads(line)
        print(json.dumps(getattr(worker, command)(*arguments)), file=answers, flush=True)
        faulthandler.cancel_dump_traceback_later()
    # Tasks that still wait are of no interest to anybody, and nobody shall complain of them.
    os._exit(0)


if __name__ == "__main__":
    main()
