"""A real ipykernel, and what each cell that ran in it has put out, by cell."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from types import TracebackType
from typing import Any

from jupyter_client.manager import KernelManager

DEADLINE = 30.0


class Cell:
    """What one execution has put out so far."""

    def __init__(self) -> None:
        self.streams: dict[str, str] = defaultdict(str)
        self.error: dict[str, Any] | None = None
        self.result: dict[str, Any] | None = None
        self.displays: list[dict[str, Any]] = []
        self.idle = False

    @property
    def out(self) -> str:
        return self.streams["stdout"]

    @property
    def err(self) -> str:
        return self.streams["stderr"]

    @property
    def value(self) -> str:
        assert self.result is not None
        return str(self.result["text/plain"])


class Kernel:
    """Starts a kernel, runs cells, keeps every output with the cell it belongs to.

    Args:
        path: A folder whose packages come first, such as another ipykernel.
    """

    def __init__(self, path: str = "") -> None:
        self._environment = {**os.environ, **({"PYTHONPATH": path} if path else {})}
        self.manager = KernelManager(kernel_name="python3")
        self.cells: dict[str, Cell] = defaultdict(Cell)

    def __enter__(self) -> Kernel:
        self.manager.start_kernel(env=self._environment)
        self._connect()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def _connect(self) -> None:
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=DEADLINE)

    def restart(self) -> None:
        self.client.stop_channels()
        self.manager.restart_kernel()
        self._connect()

    def start(self, code: str) -> str:
        """Begin to run a cell; return its id."""
        return str(self.client.execute(code, store_history=True))

    def run(self, code: str, *, check: bool = True) -> Cell:
        """Run a cell to its end."""
        cell = self.cells[self.finish(self.start(code))]
        if check and cell.error is not None:
            raise AssertionError("\n".join(cell.error["traceback"]))
        return cell

    def finish(self, cell: str) -> str:
        self.until(lambda: self.cells[cell].idle)
        return cell

    def until(self, condition: Any) -> None:
        """Take in what the kernel puts out until a condition holds."""
        end = time.monotonic() + DEADLINE
        while not condition():
            left = end - time.monotonic()
            assert left > 0, "the kernel did not get there in time"
            self._take(self.client.get_iopub_msg(timeout=left))

    def _take(self, message: dict[str, Any]) -> None:
        cell, content = self.cells[message["parent_header"].get("msg_id", "")], message["content"]
        kind = message["msg_type"]
        if kind == "stream":
            cell.streams[content["name"]] += content["text"]
        elif kind == "error":
            cell.error = content
        elif kind == "execute_result":
            cell.result = content["data"]
        elif kind == "display_data":
            cell.displays.append(content["data"])
        elif kind == "status" and content["execution_state"] == "idle":
            cell.idle = True
