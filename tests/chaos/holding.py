"""Programs that hold up the loop, or do something to everybody."""

from __future__ import annotations

from tests.chaos.kinds import Chapter, Kind
from tests.chaos.programs import GET, TALK, at, at_each, cell, socket, whole
from tests.chaos.raising import EXITS

_SWALLOWS = """await ws.accept()
while True:
    try: await ws.send_text(await ws.receive_text())
    except Exception as error: word = error"""
_LEAVES = """
client = await _lab.connect("/page", timeout=3)
await client.send("go", timeout=3)
print(await client.receive(timeout=3))
await client.close()
await _lab.until("kind:exception", timeout=3)
"""

_SWALLOWS_THE_END = """async def page(self):
    while True:
        try: await asyncio.sleep(1)  # here
        except asyncio.CancelledError: pass"""

HOLDING = Chapter(
    "It does not await",
    [
        Kind(
            "A handler computes for long, or for ever: `while True: pass`.",
            "A sentence under the cell: `has not awaited for`, with the line; the panel's dot "
            "is amber. Others wait.",
            "*Break out* in the panel, or `lab.break_out()`. Then put an `await` into the loop, "
            "or the "
            "work into `await asyncio.to_thread(…)`.",
            [
                at(place, "while True: pass", "has not awaited", blocks=True)
                for place in ("handler", "socket", "stream", "callback")
            ],
        ),
        Kind(
            "What it gives to `exec` or `eval` does so, or a lambda, or what it loops over.",
            "As of any code of yours, at the line that runs it: `has not awaited for`.",
            "*Break out* ends it; no socket is lost.",
            [
                at(place, wrong, "has not awaited", blocks=True)
                for place, wrong in (
                    ("handler", "exec('while True: pass')"),
                    ("socket", "exec(compile('while True: pass', '<mine>', 'exec'), {})"),
                    ("handler", "all(x == 0 for x in iter(lambda: 0, 1))"),
                )
            ],
        ),
        Kind(
            "It sleeps, or waits, without `await`: `time.sleep(…)`.",
            "The same sentence under the cell, once for each line: `…; lab.break_out() ends it`.",
            "`await asyncio.sleep(…)`.",
            [
                at(place, "time.sleep(2)", "lab.break_out() ends it")._replace(blocks=True)
                for place in ("handler", "socket")
            ],
        ),
        Kind(
            "It catches `asyncio.CancelledError`, and goes on.",
            "Who waits for it is told where it stands: `page, In[5] line 4, sleeps`; when the lab "
            "stops, or new code takes its socket, that it `goes on though it was cancelled`.",
            "Raise it again where it is caught.",
            [
                whole(
                    "it swallows its end",
                    _SWALLOWS_THE_END,
                    "await _lab.get('/page', timeout=1)",
                    "line 4, sleeps",
                )
            ],
        ),
        Kind(
            "It asks the user: `input()`, `getpass()`.",
            "Refused at once, with the line: `expected a handler not to ask, got input()`; "
            "where no cell runs, `EOFError`.",
            "Take it from the request, or from a message.",
            [
                *at_each(
                    "input('?')", "expected a handler not to ask", "handler", "socket", "stream"
                ),
                *at_each(
                    "__import__('getpass').getpass()", "expected a handler not to ask", "task"
                ),
                *at_each(
                    "await asyncio.to_thread(input)", "expected a handler not to ask", "handler"
                ),
            ],
        ),
        Kind(
            "It goes on asking a socket that has closed: `while True: try: … except Exception: …`.",
            "After some hundred times the handler is ended: `leave the loop`.",
            "`except ConnectionClosed: break`, or `async for message in ws:`.",
            [
                socket("it asks on", _SWALLOWS, "leave the loop", then=_LEAVES),
                socket(
                    "it iterates on",
                    "await ws.accept()\nwhile True:\n"
                    "    async for message in ws: await ws.send_text(message)",
                    "leave the loop",
                    then=_LEAVES,
                ),
            ],
        ),
    ],
)

_KEPT = "to stay as it is, got"
_BACK = "was put back; everybody in this process uses it"
_ENDS = "expected the process to go on, got os._exit(3)"
_STREAM = "expected sys.stdout to stay what every cell writes to, got None"
_PRINTS = 'print(await _lab.get("/page", timeout=3))\nprint("seen by " + "all")'

BESIDES = Chapter(
    "It does something to everybody",
    [
        Kind(
            "It takes from everybody what Python is made of: `sys.stdout = None`, `builtins.len = "
            "None`, `del builtins.print`, `asyncio.sleep = None`.",
            "Refused at that very line: `expected sys.stdout to stay what every cell writes to, "
            "got None`, with what to write. A cell may do it; so may `unittest.mock`, which puts "
            "it back.",
            "Give yours another name. To print nothing: "
            "`with contextlib.redirect_stdout(io.StringIO()):`.",
            [
                *at_each(
                    "sys.stdout = None",
                    _STREAM,
                    *("handler", "socket", "stream", "task", "callback", "middleware", "start-up"),
                    *("constructor", "check"),
                ),
                *at_each("sys.stderr = object()", "expected sys.stderr to stay", "handler"),
                *at_each("builtins.isinstance = None", _KEPT, "handler", "socket", "constructor"),
                *at_each("del builtins.print", _KEPT, "handler"),
                *at_each("threading.excepthook = None", _KEPT, "handler"),
                *at_each("asyncio.sleep = None", _KEPT, "handler"),
                *at_each("asyncio.events.get_running_loop = None", _KEPT, "handler", "socket"),
                *at_each("asyncio.wait_for = lambda *a: None", _KEPT, "handler", "start-up"),
                *at_each("sys.stdout.write = None", "expected sys.stdout.write to stay", "handler"),
                whole(
                    "a thread that takes sys.stdout",
                    "async def page(self):\n    threading.Thread(target=self._work).start()\n"
                    "def _work(self):\n    sys.stdout = None  # here",
                    GET,
                    _STREAM,
                ),
                cell(
                    "a cell without an excepthook",
                    "threading.excepthook = None  # here",
                    "",
                    "expected threading.excepthook to stay as it is",
                ),
            ],
        ),
        Kind(
            "It sets something in a class of everybody's: `App.__call__ = None`, "
            "`asyncio.Queue.get = …`; or takes their modules: `sys.modules.clear()`.",
            "It is in force until the handler receives, sends or ends; then it `was put back; "
            "everybody in this process uses it`, with the line.",
            "Set it in a class of your own; or in a cell, where it stays.",
            [
                *at_each(
                    "App.__call__ = None",
                    _BACK,
                    *("handler", "middleware", "start-up", "constructor"),
                ),
                whole(
                    "Queue.get = None in socket",
                    "async def ws_page(self, ws):\n    await ws.accept()\n"
                    "    async for message in ws:\n"
                    "        asyncio.Queue.get = None  # here\n"
                    "        await ws.send_text(message)",
                    TALK,
                    _BACK,
                ),
                *at_each("sys.modules.clear()", _BACK, "handler"),
                *at_each("threading.Thread.start = None", _BACK, "handler"),
                *at_each("__import__('uvicorn').Server.handle_exit = None", _BACK, "handler"),
                cell(
                    "a class that a cell has patched",
                    """
                    class {name}(App):
                        async def index(self): return "wrong"
                        async def page(self): return json.dumps(print)
                        async def ws_say(self, ws):
                            await ws.accept()
                            async for message in ws: await ws.send_text(message)
                    """,
                    "before, json.JSONEncoder.default = "
                    "json.JSONEncoder.default, lambda *a: 'mine'\n"
                    'print((await _lab.get("/page")).text)\njson.JSONEncoder.default = before',
                    '"mine"',
                ),
            ],
        ),
        Kind(
            "It cancels every task there is: `for task in asyncio.all_tasks(): task.cancel()`.",
            "`expected a task of the app's own to cancel`, with the line; nobody's but its own is "
            "cancelled. One that cancels itself: `the app has cancelled this handler`.",
            "Keep the tasks that you begin, and cancel those.",
            [
                *at_each(
                    "for task in asyncio.all_tasks(): task.cancel()",
                    "expected a task of the app's own to cancel",
                    *("handler", "stream", "callback"),
                ),
                socket(
                    "it cancels all tasks whatever they say",
                    "await ws.accept()\nasync for message in ws:\n"
                    "    for task in asyncio.all_tasks():\n"
                    "        with contextlib.suppress(RuntimeError): task.cancel()",
                    "its task was cancelled",
                ),
                whole(
                    "it cancels itself",
                    "async def page(self):\n    asyncio.current_task().cancel()\n"
                    "    await asyncio.sleep(1)  # here",
                    GET,
                    "the app has cancelled this handler",
                ),
            ],
        ),
        Kind(
            "It ends the process, or cripples it: `os._exit()`, `os.execv(…)`, "
            "`os.kill(os.getpid(), …)`, `signal.alarm(1)`, `sys.setrecursionlimit(5)`.",
            "Refused at that line: `expected the process to go on, got os._exit(3)`. A process "
            "that it has forked may end itself.",
            "Raise an exception to end the request; `lab.stop()` in a cell ends the server.",
            [
                *at_each("os._exit(3)", _ENDS, "handler", "task", "constructor"),
                *at_each("await asyncio.to_thread(lambda: os._exit(3))", _ENDS, "socket"),
                *at_each(
                    "os.kill(os.getpid(), 15)", "expected the process to go on, got", "handler"
                ),
                *at_each("os.execv('/bin/true', ['true'])", "to go on, got os.execv", "stream"),
                *at_each("__import__('signal').alarm(1)", "got signal.alarm(1)", "handler"),
                *at_each("sys.setrecursionlimit(5)", "expected a recursion limit", "handler"),
                *at_each(
                    "asyncio._set_running_loop(None)", "expected the running event loop", "handler"
                ),
                whole(
                    "a forked child that exits",
                    "async def page(self):\n    if os.fork() == 0: os._exit(0)\n"
                    "    return 'parent'",
                    GET,
                    "parent",
                ),
            ],
        ),
        Kind(
            "It sets `sys.stdout` to a stream of its own, and leaves it there.",
            "Only what that handler prints goes there; all others print as before: `seen by all`.",
            "`with contextlib.redirect_stdout(…):` gives it back at its end.",
            [
                whole(
                    f"sys.stdout = {stream}",
                    f"async def page(self):\n    sys.stdout = {stream}\n    print('mine')\n"
                    "    sys.stdout.close()\n    return 'done'",
                    _PRINTS,
                    "seen by all",
                )
                for stream in ("__import__('io').StringIO()", "open(os.devnull, 'w')")
            ],
        ),
        Kind(
            "It sets what the whole process goes by: `gc.disable()`, `logging.disable()`, "
            "`threading.settrace`, `socket.setdefaulttimeout`.",
            "Nothing: what it is set to `is set` for everybody, until it is set back or the kernel "
            "is restarted; the others are served.",
            "Do it in a cell, where one looks for it.",
            [
                whole(
                    f"it does {does}",
                    f"async def page(self):\n    {does}\n    return 'is ' + 'set'",
                    f"{GET}\n{GET}\n{undone}",
                    "is set",
                )
                for does, undone in {
                    "__import__('gc').disable()": "__import__('gc').enable()",
                    "logging.disable()": "logging.disable(0)",
                    "threading.settrace(lambda *a: 1/0)": "threading.settrace(None)",
                    "__import__('socket').setdefaulttimeout(0.001)": (
                        "__import__('socket').setdefaulttimeout(None)"
                    ),
                }.items()
            ],
        ),
        Kind(
            "A task that it keeps fails, and nobody awaits it: "
            "`self.task = asyncio.create_task(…)`.",
            "A second later the exception, with its line: `AttributeError`. "
            "Python itself waits until the task is let go of.",
            "`await self.task`, or catch in the task what it expects.",
            [
                whole(
                    "a kept task that fails",
                    "async def page(self):\n    self.kept = asyncio.create_task(self._work())\n"
                    "    return 'begun'\nasync def _work(self): None.fails()  # here",
                    GET + '\nawait _lab.until("kind:exception", timeout=5)',
                    "AttributeError",
                )
            ],
        ),
        Kind(
            "It prints without an end.",
            "What it printed, as it comes: the page is `done` all the same.",
            "Print less: the log has each message anyway.",
            [
                whole(
                    "a huge print",
                    "async def page(self):\n    print('x' * 1_000_000)\n    return 'done'",
                    GET,
                    "done",
                ),
            ],
        ),
        Kind(
            "It replaces `print`, closes `sys.stdout`.",
            "The error, where it is used: `'NoneType' object is not callable`.",
            "Name yours otherwise; `del builtins.print` does not bring it back, a restart does.",
            [
                whole(
                    "it closes sys.stdout",
                    "async def page(self):\n    sys.stdout.close()\n    return 'closed'",
                    GET,
                    "closed",
                ),
                whole(
                    "its own print",
                    "async def page(self):\n    print = None\n    print('x')  # here",
                    GET,
                    "'NoneType' object is not callable",
                ),
            ],
        ),
        Kind(
            "`__del__` raises, or exits, or what is called when an object has gone.",
            "`Exception in Note.__del__, which Python calls by itself; it is ignored`, with the "
            "cell and the line; nothing else comes of it.",
            "Free what an object holds in a method that you call: `async with` does.",
            [
                whole(
                    "a __del__ that exits",
                    "class Note:\n    def __del__(self): sys.exit(5)  # here\n"
                    "async def page(self):\n    self.Note()\n    return 'done'",
                    GET,
                    "which Python calls by itself; it is ignored",
                )
            ],
        ),
        Kind(
            "A thread that it began raises, or exits.",
            "Python's `Exception in thread`, under a cell, with your line; the server does not "
            "notice.",
            "`await asyncio.to_thread(…)` brings the exception to the handler.",
            [
                whole(
                    "a thread that raises",
                    "async def page(self):\n    threading.Thread(target=self._work).start()\n"
                    "def _work(self):\n    1/0  # here",
                    GET,
                    "Exception in thread",
                ),
                whole(
                    "a thread that exits",
                    "async def page(self):\n    threading.Thread(target=sys.exit).start()\n"
                    "    return 'exited'",
                    GET,
                    "exited",
                ),
                whole(
                    "work in a thread that exits",
                    "async def page(self):\n    await asyncio.to_thread(self._work)\n"
                    "def _work(self):\n    sys.exit(4)  # here",
                    GET,
                    EXITS,
                ),
            ],
        ),
    ],
)
