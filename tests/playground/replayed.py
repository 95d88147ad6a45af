"""An app whose conversations are recorded and had again."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from micropie import App


class Chat(App):
    """A chat with all that can happen in one."""

    def __init__(self) -> None:
        super().__init__()
        self.here: list[Any] = []

    async def ws_chat(self, ws: Any, name: str = "nobody") -> None:
        """Pass on what anybody says to everybody."""
        await ws.accept(subprotocol="json" if "json" in ws.subprotocols else None)
        self.here.append(ws)
        try:
            await ws.send_text(f"welcome {name}")
            async for message in ws:
                for other in list(self.here):
                    await other.send_text(f"{name}: {message}")
        finally:
            self.here.remove(ws)

    async def ws_bytes(self, ws: Any) -> None:
        """Answer bytes with bytes, twice as many."""
        await ws.accept()
        async for message in ws:
            await ws.send_bytes(message * 2)

    async def ws_clock(self, ws: Any) -> None:
        """Tick, and answer what is said."""
        await ws.accept()
        ticking = asyncio.get_running_loop().create_task(self._tick(ws))
        try:
            async for message in ws:
                await ws.send_text(f"heard {message}")
        finally:
            ticking.cancel()

    async def _tick(self, ws: Any) -> None:
        for number in range(1_000):
            await asyncio.sleep(0.01)
            await ws.send_text(f"tick {number}")

    async def ws_crash(self, ws: Any) -> None:
        """Fail."""
        await ws.accept()
        await ws.receive_text()
        raise KeyError("room")

    async def ws_bye(self, ws: Any) -> None:
        """Close first."""
        await ws.accept()
        await ws.send_text("one moment")
        await ws.close(4000, "enough")

    async def greet(self, name: str) -> str:
        """Answer a request."""
        return f"Hello {name}"

    async def shout(self, text: str) -> dict[str, str]:
        """Answer a form."""
        return {"said": text.upper()}

    async def wait(self) -> str:
        """Answer when somebody has said something."""
        before = len(self.here)
        while len(self.here) == before:
            await asyncio.sleep(0.001)
        return "somebody came"

    async def count(self) -> Any:
        """Answer in parts."""
        for number in range(3):
            yield f"{number}\n"
            await asyncio.sleep(0)

    def stamped(self, text: str) -> str:
        """Return text with what is other each time."""
        now = datetime.now(UTC)
        seen = {"text": text, "born": "1815-12-10T08:00:00Z", "count": 1700000000}
        times = {"at": time.time(), "ms": time.time_ns() // 1_000_000, "when": now.isoformat()}
        user = {"id": uuid4().hex, "token": secrets.token_urlsafe(8)}
        return json.dumps({"id": str(uuid4()), **seen, **times, "users": [user]})

    async def stamp(self, text: str) -> str:
        """Answer with a stamp."""
        return self.stamped(text)

    async def stamps(self) -> Any:
        """Stream stamps."""
        for number in range(3):
            yield f"data: {number} {uuid4()} {datetime.now()} v{secrets.randbelow(10**6)}\n\n"
            await asyncio.sleep(0)

    async def ws_stamps(self, ws: Any) -> None:
        """Stamp what is said, for everybody."""
        await ws.accept()
        self.here.append(ws)
        async for message in ws:
            for other in list(self.here):
                await other.send_text(self.stamped(message))
