"""What of a processor the Code face takes while somebody looks at it, with 200 sockets open.

Run with ``python -m benchmarks.code``. It is asked as a view asks, with the pauses that it is told;
counted is the processor time of the whole process beside that of the same process at rest.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from micropie import App
from playground import serve
from playground.lab import parts_of
from playground.widgets.standing import code_seen

SOCKETS = 200
SECONDS = 10.0


class Chat(App):
    """Waits."""

    async def ws_chat(self, ws: Any) -> None:
        """Wait for messages."""
        await ws.accept()
        async for message in ws:
            await ws.send_text(message)


async def watched(look: bool, controls: Any) -> tuple[float, int]:
    """Return the share of a processor that is taken, and how often it was looked."""
    began, used, looks, key = time.perf_counter(), time.process_time(), 0, ""
    while time.perf_counter() - began < SECONDS:
        pause = 0.1
        if look:
            answer = await asyncio.to_thread(code_seen, controls, {"key": key})
            key, pause, looks = answer["key"], answer["pause"], looks + 1
        await asyncio.sleep(pause)
    return (time.process_time() - used) / (time.perf_counter() - began), looks


async def main() -> None:
    """Measure it over both transports."""
    for transport in ("server", "memory"):
        lab = serve(Chat, name=f"code-{transport}", transport=transport)
        for number in range(SOCKETS):
            await lab.connect("/chat", client=f"c{number}")
        controls = parts_of(lab).views.controls
        rest, _ = await watched(False, controls)
        share, looks = await watched(True, controls)
        print(f"{transport:7} {SOCKETS} sockets: {share - rest:.1%} of a core, {looks} looks in "
              f"{SECONDS:.0f} s; {rest:.1%} at rest")  # fmt: skip
        lab.stop()


if __name__ == "__main__":
    asyncio.run(main())
