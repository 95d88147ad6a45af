"""A real ipykernel, and what each cell that ran in it has put out, by cell."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from queue import Empty
from types import TracebackType
from typing import Any

from jupyter_client.manager import KernelManager

DEADLINE = 30.0

# A cell that is at work until it is interrupted. Python may lose an interrupt just before a long
# sleep, so it sleeps shortly; it does not flush, since it would be interrupted in there.
BUSY = "import time\nprint('busy')\nwhile True:\n    time.sleep(0.05)"


class Cell:
    """What one execution has put out so far."""

    def __init__(self) -> None:
        self.streams: dict[str, str] = defaultdict(str)
        self.error: dict[str, Any] | None = None
        self.result: dict[str, Any] | None = None
        self.displays: list[dict[str, Any]] = []
        self.idle = False
        self.number = 0  # as In[…] names it

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
        self.client.wait_for_ready(timeout=3 * DEADLINE)

    def restart(self) -> None:
        self.client.stop_channels()
        self.manager.restart_kernel()
        self._connect()

    def start(self, code: str, *, stop_on_error: bool = True) -> str:
        """Begin to run a cell; return its id. Those begun after it run, or not, if it fails."""
        return str(self.client.execute(code, store_history=True, stop_on_error=stop_on_error))

    def run(self, code: str, *, check: bool = True) -> Cell:
        """Run a cell to its end."""
        cell = self.cells[self.finish(self.start(code))]
        if check and cell.error is not None:
            raise AssertionError("\n".join(cell.error["traceback"]))
        return cell

    def interrupted(self, code: str = BUSY, sign: str = "busy") -> Cell:
        """Interrupt a cell once it has said something; return it at its end."""
        cell = self.start(code)
        self.until(lambda: sign in self.cells[cell].out)
        self.manager.interrupt_kernel()
        return self.cells[self.finish(cell)]

    def finish(self, cell: str) -> str:
        self.until(lambda: self.cells[cell].idle)
        return cell

    def until(self, condition: Any, seconds: float = DEADLINE) -> None:
        """Take in what the kernel puts out until a condition holds."""
        end = time.monotonic() + seconds
        while not condition():
            assert end > time.monotonic(), "the kernel did not get there in time"
            try:
                self._take(self.client.get_iopub_msg(timeout=min(seconds, 1.0)))
            except Empty:
                assert self.manager.is_alive(), "the kernel has died"

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
        elif kind == "execute_input":
            cell.number = content["execution_count"]
        elif kind == "status" and content["execution_state"] == "idle":
            cell.idle = True
