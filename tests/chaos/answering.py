"""Programs whose answers are none, and that use a WebSocket as it cannot be."""

from __future__ import annotations

from tests.chaos.kinds import Chapter, Kind
from tests.chaos.programs import GET, TALK, socket, whole

_GONE = """
gone = await _lab.connect("/page", client="gone")
await gone.send("hi")
await gone.receive()
await gone.close()
"""

ANSWERS = Chapter(
    "What it answers is no answer",
    [
        Kind(
            "It returns what is no answer: a function, a class, a coroutine, an exception.",
            "500 and `expected a value as a body, got a function`, with what to do, and the line "
            "of the handler.",
            "Call the function, make an object of the class, `await` the coroutine, `raise` the "
            "exception.",
            [
                whole(f"it returns {odd}", f"async def page(self): return {odd}  # here", GET, says)
                for odd, says in {
                    "lambda: 1": "got a function",
                    "print": "got a function",
                    "App": "got a class",
                    "asyncio.sleep(0)": "await it",
                    "ValueError('x')": "raise it",
                    "{1, 2}": "got a set",
                    "self": "got an object without a text",
                    "'a', 'b'": "expected a status before the body",
                    "1, 2, 3, 4": "return a list of them to answer JSON",
                    "range(3)": "return list(…) of all",
                    "{'a': object()}": "object",
                    "'\\ud800'": "surrogates not allowed",
                }.items()
            ],
        ),
        Kind(
            "It returns the status after the body, or one that is none.",
            "`expected the status before the body, got 'no' before 403; return 403, 'no'`",
            "The status comes first.",
            [
                whole(
                    "the status comes last",
                    "async def page(self): return 'no', 403  # here",
                    GET,
                    "expected the status before the body",
                ),
                whole(
                    "a status that is none",
                    "def page(self): return 99999, 'x'  # here",
                    GET,
                    "expected a status from 200 to 599",
                ),
            ],
        ),
        Kind(
            "It yields something else than text.",
            "`expected chunks of str or bytes`; the body breaks off, since its beginning was sent.",
            "Yield `str` or `bytes`: `yield json.dumps(…)`.",
            [
                whole(
                    "it yields an object",
                    "async def page(self):  # here\n    yield 'a'\n    yield object()",
                    GET,
                    "expected chunks of str or bytes",
                ),
                whole(
                    "it yields nothing",
                    "async def page(self):  # here\n    yield",
                    GET,
                    "yield what is to be sent, or leave it out",
                ),
                whole(
                    "it yields a dict",
                    "async def page(self):  # here\n    yield {'a': 1}",
                    GET,
                    "yield json.dumps(…) of it",
                ),
                whole(
                    "it yields a number without async",
                    "def page(self):  # here\n    yield 5",
                    GET,
                    "expected chunks of str or bytes",
                ),
            ],
        ),
        Kind(
            "It never ends: a stream without an end, a redirect to itself.",
            "`was not answered within`, or that `the response did not end within` the time that "
            "`timeout=` gives. The server goes on.",
            "Give the stream an end, or read it as it comes: `async with lab.stream('/page')`.",
            [
                whole(
                    "a stream without an end",
                    "async def page(self):\n    while True:\n        yield 'x'\n"
                    "        await asyncio.sleep(0.001)",
                    "await _lab.get('/page', timeout=0.5)",
                    "the response did not end within",
                ),
                whole(
                    "a redirect to itself",
                    "async def page(self): return self._redirect('/page')",
                    "print((await _lab.get('/page', timeout=3)).status)",
                    "302",
                ),
                whole(
                    "a page that waits for ever",
                    "async def page(self): await asyncio.Event().wait()",
                    "await _lab.get('/page', timeout=0.2)",
                    "was not answered within",
                ),
            ],
        ),
    ],
)

SOCKETS = Chapter(
    "A WebSocket is used as it cannot be",
    [
        Kind(
            "The handler does not accept, or talks before it does.",
            "The handshake is refused with 500, and `expected an accepted WebSocket, got receiving "
            "before accept; call await ws.accept()`",
            "`await ws.accept()` first.",
            [
                socket("no accept", "async for m in ws: pass  # here", "call await ws.accept()"),
                socket(
                    "it sends first", "await ws.send_text('x')  # here", "sending before accept"
                ),
                socket(
                    "accept unawaited", "ws.accept()\nawait ws.receive()  # here", "ws.accept()"
                ),
                socket("it does nothing", "pass", "call await ws.accept()"),
            ],
        ),
        Kind(
            "It accepts twice, or refuses what it has accepted.",
            "1011, and `expected a connecting WebSocket, got one that is accepted already`",
            "Accept once; `await ws.close()` ends what is open.",
            [
                socket(
                    "it accepts twice",
                    "await ws.accept()\nawait ws.accept()  # here",
                    "got one that is accepted already",
                ),
                socket(
                    "it refuses late",
                    "await ws.accept()\nawait ws.refuse(403)  # here",
                    "use close()",
                ),
            ],
        ),
        Kind(
            "It sends what is no text, or reads as JSON what is none.",
            "1011, and what was expected: `expected str`",
            "`send_json` takes a value, `send_text` a `str`, `send_bytes` the rest.",
            [
                socket(
                    f"it does {code}",
                    f"await ws.accept()\nawait ws.receive_text()\nawait ws.{code}  # here",
                    says,
                )
                for code, says in {
                    "send_text(5)": "expected str",
                    "send_text('\\ud800')": "",
                    "send_bytes('x')": "expected",
                    "send_json(object())": "object",
                    "sendText('x')": "has no attribute 'sendText'",
                }.items()
            ]
            + [
                socket(f"it reads {code}", f"await ws.accept()\nawait ws.{code}()  # here", "")
                for code in ("receive_json",)
            ],
        ),
        Kind(
            "It closes with a code that may not be sent, twice, or sends after it.",
            "`expected a close code that may be sent, got 7; use 1000 or one of 3000 to 4999`. "
            "Closing twice is no mistake; sending afterwards ends the handler.",
            "Nothing can be sent once it is closed.",
            [
                socket(
                    "a close code that is none",
                    "await ws.accept()\nawait ws.close(7)  # here",
                    "expected a close code that may be sent",
                ),
                socket(
                    "it closes twice", "await ws.accept()\nawait ws.close()\nawait ws.close()", ""
                ),
                socket(
                    "it sends when closed",
                    "await ws.accept()\nawait ws.close()\nawait ws.send_text('x')",
                    "is closed: 1000",
                ),
            ],
        ),
        Kind(
            "It sends to a client who has left: a broadcast, a task that goes on.",
            "`ConnectionClosed`, with whose socket it was.",
            "Take who has left off the list, in `finally:`; cancel the task there.",
            [
                whole(
                    "a broadcast to one who has left",
                    """
                    def __init__(self):
                        super().__init__()
                        self.all = []
                    async def ws_page(self, ws):
                        await ws.accept()
                        self.all.append(ws)
                        async for message in ws:
                            for each in self.all: await each.send_text(message)  # here
                    """,
                    _GONE + TALK,
                    "gone",
                ),
                whole(
                    "a task that goes on",
                    """
                    async def ws_page(self, ws):
                        await ws.accept()
                        asyncio.create_task(self.tick(ws))
                        async for message in ws: await ws.send_text(message)
                    async def tick(self, ws):
                        while True:
                            await ws.send_text("tick")  # here
                            await asyncio.sleep(0.01)
                    """,
                    _GONE + 'await _lab.until("kind:exception", timeout=3)',
                    "ConnectionClosed",
                ),
            ],
        ),
        Kind(
            "It catches everything, its own end too.",
            "Nothing; it is ended when its class is defined anew, and its socket with it.",
            "Catch what you expect: `except ValueError`.",
            [
                socket(
                    "it takes no end",
                    "await ws.accept()\nwhile True:\n    try: await asyncio.sleep(3600)\n"
                    "    except asyncio.CancelledError: pass",
                    "",
                    then='client = await _lab.connect("/page", timeout=3)',
                ),
            ],
        ),
    ],
)
