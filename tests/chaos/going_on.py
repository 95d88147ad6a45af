"""Programs that go on when their client has left, whatever framework they are written for."""

from __future__ import annotations

import textwrap

from tests.chaos.kinds import Chapter, Kind
from tests.chaos.programs import Program, cell, whole

# An app of another kind, whose framework knows by itself that a client has left.
_APP = """
class Socket:
    def __init__(self, receive, send): self.ask, self.tell, self.left = receive, send, False
    async def receive_text(self):
        if self.left: raise RuntimeError('Cannot call "receive" once a client has left')
        event = await self.ask()
        self.left = event["type"] == "websocket.disconnect"
        return event["text"]
    async def send_text(self, text):
        if self.left: raise RuntimeError('Cannot call "send" once a client has left')
        await self.tell({"type": "websocket.send", "text": text})

async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"served"})
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        ws = Socket(receive, send)
"""
_TALK = """
_lab2 = serve(app, name="{name}-other", transport="server" if _lab.port else "memory")
client = await _lab2.connect("/", timeout=3)
await client.send("go", timeout=3)
print(await client.receive(timeout=3))
with contextlib.suppress(TimeoutError): await asyncio.wait_for(client.close(), 3)
print((await _lab2.get("/", timeout=3)).text)
await _lab2.until("kind:exception", timeout=3)
_lab2.stop()
"""


def _elsewhere(name: str, loop: str) -> Program:
    """Return the program of an app whose handler is a loop."""
    return cell(name, _APP + textwrap.indent(loop, " " * 8), _TALK, "leave the loop")


_LEAVES = """
async with _lab.stream("/page", timeout=3) as answer:
    async for chunk in answer: break
await _lab.until("kind:exception", timeout=3)
"""
_GOES_ON = "got one that goes on"

GOING_ON = Chapter(
    "It goes on when its client has left",
    [
        Kind(
            "In FastAPI, Starlette, or any other app: `while True: try: … receive … except "
            "Exception: pass`.",
            "The handler is ended by itself, at once or after a second: `leave the loop`. The "
            "others are served.",
            "`except WebSocketDisconnect: break` before any other `except`.",
            [
                _elsewhere(
                    "another framework asks on",
                    "while True:\n    try: await ws.send_text(await ws.receive_text())\n"
                    "    except Exception: pass",
                ),
                _elsewhere(
                    "another framework asks on, and catches all",
                    "while True:\n    try: await ws.send_text(await ws.receive_text())\n"
                    "    except: pass",
                ),
                _elsewhere(
                    "another framework sends on",
                    "await ws.send_text(await ws.receive_text())\nwhile True:\n"
                    "    try: await ws.receive_text()\n    except Exception: pass\n"
                    "    try: await ws.send_text('tick')\n    except Exception: pass",
                ),
                _elsewhere(
                    "a plain ASGI app asks on",
                    "while True:\n    event = await receive()\n"
                    "    if 'text' in event: await ws.send_text('got')",
                ),
                _elsewhere(
                    "a task of a plain ASGI app asks on",
                    "async def reads():\n    while True:\n        event = await receive()\n"
                    "        if 'text' in event: await ws.send_text('got')\n"
                    "await asyncio.create_task(reads())",
                ),
            ],
        ),
        Kind(
            "A stream catches everything, also what ends it: `try: yield … except: pass`.",
            "It is ended when its client has left: `expected the stream to end when its client has "
            "left, got one that goes on`, with the line.",
            "`except Exception:` in the place of `except:`.",
            [
                whole(
                    "a stream that goes on",
                    "async def page(self):\n    while True:\n"
                    "        try: yield 'tick'  # here\n        except: pass",
                    _LEAVES,
                    _GOES_ON,
                ),
                whole(
                    "a stream that sleeps and goes on",
                    "async def page(self):\n    while True:\n        try:\n"
                    "            yield 'tick'  # here\n            await asyncio.sleep(0.01)\n"
                    "        except BaseException: pass",
                    _LEAVES,
                    _GOES_ON,
                ),
                whole(
                    "a stream in a thread that goes on",
                    "def page(self):\n    while True:\n        try:\n"
                    "            yield 'tick'  # here\n            time.sleep(0.01)\n"
                    "        except: pass",
                    _LEAVES,
                    _GOES_ON,
                ),
                whole(
                    "events that go on",
                    "async def page(self):\n"
                    "    return 200, self._ticks(), [('content-type', 'text/event-stream')]\n"
                    "async def _ticks(self):\n    while True:\n        try:\n"
                    "            yield 'data: tick\\n\\n'  # here\n"
                    "            await asyncio.sleep(0.01)\n        except: pass",
                    _LEAVES,
                    _GOES_ON,
                ),
            ],
        ),
    ],
)
