"""Whether a real kernel is interrupted, and its lab or itself restarted, with messages under way.

Run with ``python -m benchmarks.endings_kernel``: on each transport, while a handler is paused, a
message held both ways, or every message delayed, a cell that waits is interrupted 50 times, the lab
restarted 50 times, and the kernel 5 times. After each of them a message is answered; a cell that
has not ended after a minute is one that hangs, and ends the program.

``--rounds 5`` is a short one.
"""

from __future__ import annotations

import argparse
import time
from queue import Empty
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

# Seconds after which a cell counts as one that hangs.
HANGS = 60.0

BEGIN = """
from micropie import App
from playground import serve

class Echo(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(message)

def free():
    for point in lab.breakpoints:
        point.remove()
    lab.network.calm()
"""
SERVE = "lab = serve(Echo, transport={!r})"
CONNECT = "bob = await lab.connect('/echo', client='bob')"
STATES = {
    "paused": "lab.break_at('client:bob one')\n"
    "for text in ('one', 'two'): await bob.send(text)\nawait lab.paused(timeout=30)",
    "held": "lab.network.hold('bob', 'to client')\nawait bob.send('one')\n"
    "await lab.until('client:bob dir:server kind:text', timeout=30, after=mark)\n"
    "lab.network.hold('bob')\nawait bob.send('two')",
    "delayed": "lab.network('bob', delay=.05, jitter=.05, seed=1)\n"
    "for text in ('one', 'two'): await bob.send(text)",
}
WAIT = "print('waits', flush=True)\nwhile True: await bob.receive(timeout=1000)"
AGAIN = (
    "free()\ncid = await lab.connect('/echo', client='cid')\nawait cid.send('again')\n"
    "print(await cid.receive(timeout=30))\nawait cid.close()\nawait bob.close()"
)


class Kernel:
    """A kernel and the cells it runs."""

    def __init__(self) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel()
        self.connect()

    def connect(self) -> None:
        """Wait until it listens."""
        self.client: BlockingKernelClient = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=HANGS)

    def restart(self) -> None:
        """Restart it."""
        self.client.stop_channels()
        self.manager.restart_kernel()
        self.connect()

    def run(self, code: str, interrupt: bool = False) -> tuple[str, str]:
        """Run a cell to its end; return what it printed and what it raised.

        Args:
            code: The cell.
            interrupt: Whether to interrupt it once it has printed something.
        """
        asked, printed, raised = self.client.execute(code), "", ""
        end = time.monotonic() + HANGS
        while time.monotonic() < end:
            try:
                message: dict[str, Any] = self.client.get_iopub_msg(timeout=1)
            except Empty:
                continue
            if message["parent_header"].get("msg_id") != asked:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    printed += content["text"]
                    if interrupt:
                        self.manager.interrupt_kernel()
                        interrupt = False
                case "error":
                    raised = f"{content['ename']}: {content['evalue']}"
                case "status" if content["execution_state"] == "idle":
                    return printed, raised
        raise SystemExit(f"hangs: {code}")

    def must(self, code: str) -> str:
        """Run a cell that may not raise."""
        printed, raised = self.run(code)
        if raised:
            raise SystemExit(f"{raised} in {code}")
        return printed

    def end(self) -> None:
        """Shut it down."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def one(kernel: Kernel, transport: str, state: str, deed: str) -> str:
    """Play one round; return what is wrong with it, or "" if nothing is."""
    kernel.must(f"mark = lab.log.last\n{CONNECT}\n{STATES[state]}")
    if deed == "interrupt":
        _, raised = kernel.run(WAIT, interrupt=True)
        if not raised.startswith(("KeyboardInterrupt", "CancelledError")):
            return f"interrupted, raised {raised!r}"
    elif deed == "restart the lab":
        kernel.must("lab.restart()")
    else:
        kernel.restart()
        kernel.must(BEGIN)
        kernel.must(f"{SERVE.format(transport)}\n{CONNECT}")
    heard = kernel.must(AGAIN)
    return "" if heard.split() == ["again"] else f"{deed}, heard {heard!r}"


def main() -> None:
    """Print what came of it."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=50)
    rounds = options.parse_args().rounds
    deeds = {
        "interrupt": rounds,
        "restart the lab": rounds,
        "restart the kernel": rounds // 10 or 1,
    }
    for transport in ("memory", "server"):
        kernel = Kernel()
        try:
            kernel.must(BEGIN)
            kernel.must(SERVE.format(transport))
            for state in STATES:
                for deed, times in deeds.items():
                    wrong, longest = [], 0.0
                    for _ in range(times):
                        began = time.perf_counter()
                        found = one(kernel, transport, state, deed)
                        longest = max(longest, time.perf_counter() - began)
                        wrong += [found] if found else []
                    told = f"{times} rounds, {len(wrong)} wrong, the longest took {longest:.1f} s"
                    print("\n    ".join([f"{transport}, {state}, {deed}: {told}", *wrong[:5]]))
        finally:
            kernel.end()


if __name__ == "__main__":
    main()
