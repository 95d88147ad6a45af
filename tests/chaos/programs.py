"""What a wrong program is, and the places in which the same mistake can be made."""

from __future__ import annotations

import textwrap
from typing import NamedTuple

# Stands behind the line that is wrong: the log, or the cell, has to name it.
LINE = "# here"


class Program(NamedTuple):
    """A wrong program.

    Attributes:
        name: What it is called among the tests.
        wrong: The cell that defines the wrong class: ``{name}`` stands for the class's name.
        then: What is done once it is defined; ``_lab`` is the lab.
        says: What must stand in the log or under a cell.
        blocks: Whether it holds up the loop.
    """

    name: str
    wrong: str
    then: str
    says: str
    blocks: bool = False


class Place(NamedTuple):
    """Where a statement can be wrong: the class around it, and what sets it off."""

    body: str
    then: str


_SAY = """
async def index(self): return "wrong"
async def ws_say(self, ws):
    await ws.accept()
    async for message in ws: await ws.send_text(message)
"""
GET = 'print(await _lab.get("/page", timeout=3))'
TALK = """
client = await _lab.connect("/page", timeout=3)
await client.send("go", timeout=3)
print(await client.receive(timeout=3))
"""
# A stream, a task and a callback end after their page was begun.
_BEGUN = """
with contextlib.suppress(Exception): print(await _lab.get("/page", timeout=3))
await _lab.until("kind:exception", timeout=3)
"""
_SWAPPED = (
    'await _within(3, True, lambda: asyncio.sleep(0, bool(_lab.log.filter("kind:lab failed"))))'
)

PLACES = {
    "handler": Place("async def page(self):\n    {wrong}  # here", GET),
    "sync handler": Place("def page(self):\n    {wrong}  # here", GET),
    "socket": Place(
        "async def ws_page(self, ws):\n    await ws.accept()\n"
        "    async for message in ws:\n        {wrong}  # here",
        TALK,
    ),
    "handshake": Place("async def ws_page(self, ws):\n    {wrong}  # here", TALK),
    "stream": Place('async def page(self):\n    yield "half"\n    {wrong}  # here', _BEGUN),
    "sync stream": Place('def page(self):\n    yield "half"\n    {wrong}  # here', _BEGUN),
    "task": Place(
        "async def page(self):\n    await asyncio.wait({{asyncio.create_task(self._task())}})\n"
        "async def _task(self):\n    {wrong}  # here",
        _BEGUN,
    ),
    "forgotten task": Place(
        "async def page(self):\n    asyncio.create_task(self._task())\n"
        "async def _task(self):\n    await asyncio.sleep(0.01)\n    {wrong}  # here",
        _BEGUN,
    ),
    "group": Place(
        "async def page(self):\n    async with asyncio.TaskGroup() as group:\n"
        "        group.create_task(self._task())\n"
        "async def _task(self):\n    {wrong}  # here",
        GET,
    ),
    "callback": Place(
        "async def page(self):\n    asyncio.get_running_loop().call_soon(self._call)\n"
        "def _call(self):\n    {wrong}  # here",
        _BEGUN,
    ),
    "middleware": Place(
        "def __init__(self):\n    super().__init__()\n    self.middlewares.append(self.Look())\n"
        "async def page(self): return 'seen'\n"
        "class Look(HttpMiddleware):\n    async def before_request(self, request):\n"
        "        if request.scope['path'] == '/page':\n            {wrong}  # here\n"
        "    async def after_request(self, request, *given): pass",
        GET,
    ),
    "middleware of sockets": Place(
        "def __init__(self):\n    super().__init__()\n    self.ws_middlewares.append(self.Look())\n"
        "async def ws_page(self, ws): await ws.accept()\n"
        "class Look(WebSocketMiddleware):\n    async def before_websocket(self, request):\n"
        "        if request.scope['path'] == '/page':\n            {wrong}  # here\n"
        "    async def after_websocket(self, request): pass",
        TALK,
    ),
    "start-up": Place(
        "def __init__(self):\n    super().__init__()\n    self.startup_handlers.append(self.up)\n"
        "async def up(self):\n    {wrong}  # here",
        "",
    ),
    "constructor": Place("def __init__(self):\n    super().__init__()\n    {wrong}  # here", ""),
    "shutdown": Place(
        "def __init__(self):\n    super().__init__()\n"
        "    self.shutdown_handlers.append(self.down)\n"
        "async def down(self):\n    {wrong}  # here",
        "",
    ),
    "check": Place(
        "async def ws_page(self, ws):\n    await ws.accept()\n"
        "    async for message in ws:\n        {wrong}  # here",
        """
        @exercise("wrong", "Answer.")
        async def wrong(play):
            client = await play.connect("/page")
            await client.send("go")
            await client.expect("gone")
        print(await check("wrong", _lab))
        """,
    ),
}


def at(place: str, wrong: str, says: str, *, blocks: bool = False) -> Program:
    """Return the program whose statement is wrong at a place."""
    body, then = PLACES[place]
    filled = body.format(wrong=wrong)
    if blocks:
        then = then.replace("timeout=3", "timeout=1.2")
        then = f"try:\n{textwrap.indent(then.strip(), '    ')}\nexcept TimeoutError: pass\n"
        then += "lab.break_out()"
    return whole(f"{wrong} in {place}", filled, then, says, blocks=blocks)


def at_each(wrong: str, says: str, *places: str) -> list[Program]:
    """Return the programs whose statement is wrong at each of some places."""
    return [at(place, wrong, says) for place in places]


def whole(name: str, body: str, then: str, says: str, *, blocks: bool = False) -> Program:
    """Return the program whose class has a wrong body; others can still talk to it."""
    body = textwrap.dedent(body) + _SAY
    wrong = "class {name}(App):\n" + textwrap.indent(body, "    ")
    return Program(name, wrong, textwrap.dedent(then), says, blocks)


def socket(name: str, body: str, says: str, *, then: str = TALK) -> Program:
    """Return the program whose handler of WebSockets has a wrong body."""
    return whole(name, "async def ws_page(self, ws):\n" + textwrap.indent(body, "    "), then, says)


def cell(name: str, wrong: str, then: str, says: str) -> Program:
    """Return the program that is a wrong cell of any kind."""
    return Program(name, textwrap.dedent(wrong), textwrap.dedent(then), says)
