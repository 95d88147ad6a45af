"""Programs that are asked as they cannot be, and what the one who asks is told."""

from __future__ import annotations

from tests.chaos.kinds import Chapter, Kind
from tests.chaos.programs import GET, TALK, cell, socket, whole

_FORGOTTEN = "was not awaited, so it has not run; write await"
_BAD = """
class Bad(Exception):
    def __str__(self):
        while True: pass
"""
_RIGHT = """
class {name}(App):
    async def index(self): return "wrong"
    async def ws_say(self, ws):
        await ws.accept()
        async for message in ws: await ws.send_text(message)
"""


ASKING = Chapter(
    "Something is forgotten or misspelt",
    [
        Kind(
            "`await` is forgotten in a handler: `ws.send_text('x')`.",
            "Under the cell, with the line: `ws.send_text('x') was not awaited, so it has not run; "
            "write await ws.send_text('x')`.",
            "Write it. To go on meanwhile: `asyncio.create_task(…)`.",
            [
                socket(
                    "a forgotten await of a socket",
                    "await ws.accept()\nws.send_text('x')  # here\n"
                    "await ws.send_text(await ws.receive_text())",
                    f"ws.send_text('x') {_FORGOTTEN} ws.send_text('x')",
                ),
                socket(
                    "a forgotten await of a close",
                    "await ws.accept()\nawait ws.send_text(await ws.receive_text())\n"
                    "ws.close()  # here",
                    f"ws.close() {_FORGOTTEN} ws.close()",
                ),
                whole(
                    "a forgotten await of its own",
                    "async def page(self):\n    self._work()  # here\n    return 'done'\n"
                    "async def _work(self): pass",
                    GET,
                    "or asyncio.create_task(self._work()) to go on meanwhile",
                ),
                whole(
                    "a forgotten await of a sleep",
                    "async def page(self):\n    asyncio.sleep(1)  # here\n    return 'done'",
                    GET,
                    f"asyncio.sleep(1) {_FORGOTTEN} asyncio.sleep(1)",
                ),
            ],
        ),
        Kind(
            "A client waits for what such a line does not send.",
            "`alice heard nothing within 0.3 s; In[5], line 5: ws.send_text('x') was not awaited`: "
            "the deadline says what is known, a pause, a hold or where the handler stands, too.",
            "Do what it says.",
            [
                socket(
                    "a deadline that knows why",
                    "await ws.accept()\nasync for message in ws:\n    ws.send_text('x')  # here",
                    "alice heard nothing within 0.3 s; In[",
                    then=TALK.replace("receive(timeout=3)", "receive(timeout=0.3)"),
                )
            ],
        ),
        Kind(
            "An async function is given to a thread: `asyncio.to_thread(ws.send_text, 'x')`.",
            "`send_text() was not awaited, so it has not run: it is async, and needs no thread`.",
            "`await` it.",
            [
                socket(
                    "an async function in a thread",
                    "await ws.accept()\nasync for message in ws:\n"
                    "    await asyncio.to_thread(ws.send_text, 'x')\n"
                    "    await ws.send_text(message)",
                    "it is async, and needs no thread",
                )
            ],
        ),
        Kind(
            "`for message in ws`, without `async`.",
            "Under the cell, with the line: `expected async for, got for; "
            "write async for message in ws`.",
            "Write it. `for message in client` in a cell says the same.",
            [
                socket(
                    "a plain for over a socket",
                    "await ws.accept()\nfor message in ws:  # here\n    pass",
                    "expected async for, got for",
                )
            ],
        ),
        Kind(
            "A page is misspelt, a handler fails: whoever asked from a cell wants to know.",
            "The answer, the client and what they raise say it: `there is no handler pag; did you "
            "mean page?`, `closed: 1011 (internal error) …; In[5] line 3: ZeroDivisionError`.",
            "`answer.why` has it. Over the wire nobody is told.",
            [
                whole(
                    "a page that is misspelt",
                    "async def page(self): return 'x'",
                    "print(await _lab.get('/pag', timeout=3))",
                    "there is no handler pag; did you mean page?",
                ),
                whole(
                    "whoever asks is told",
                    "async def page(self): 1/0  # here",
                    "print('told', (await _lab.get('/page', timeout=3)).why)",
                    ": ZeroDivisionError: division by zero",
                ),
                socket(
                    "a client is told",
                    "await ws.accept()\nasync for m in ws: 1/0  # here",
                    "closed: 1011 (internal error) Internal server error; In[",
                ),
                socket(
                    "a handshake is told",
                    "1/0  # here",
                    "was refused with 500: Internal server error; In[",
                ),
                whole(
                    "a stream is told",
                    "async def page(self):\n    yield 'half'\n    1/0  # here",
                    GET,
                    "broke off before it was complete: In[",
                ),
            ],
        ),
        Kind(
            "A name is misspelt, or another library's: `lab.conect`, `answer.status_code`.",
            "`lab has no 'conect'; did you mean lab.connect?`, `answer has no 'status_code'; write "
            "answer.status`.",
            "As it says.",
            [
                cell(f"it asks for {asked}", _RIGHT, asked, says)
                for asked, says in {
                    "_lab.conect('/say')": "did you mean lab.connect?",
                    "await _other.recieve()": "did you mean client.receive?",
                    "await _other.send_json(1)": "write client.send(",
                    "(await _lab.get('/')).status_code": "write answer.status",
                    "_lab.shutdown()": "write lab.stop()",
                    "async with _lab.stream('/') as answer: answer.text": "async for chunk in",
                    "(await _lab.get('/')).json()": "write answer.text for the text",
                    "_lab.app.run()": "write serve(app), in a cell",
                }.items()
            ],
        ),
        Kind(
            "A handler asks for what another framework has: `ws.recv()`, `request.args`, "
            "`message.data`.",
            "Python's words, and what to write: `has no attribute 'recv'; write await "
            "ws.receive_text()`.",
            "As it says.",
            [
                *(
                    socket(
                        f"a handler that asks for {asked}",
                        f"await ws.accept()\nasync for m in ws:\n    {asked}  # here",
                        says,
                    )
                    for asked, says in {
                        "await ws.recv()": "has no attribute 'recv'; write await ws.receive_text()",
                        "await ws.send_message(m)": "write await ws.send_text(",
                        "await ws.send_text(m.data)": "a message is the text itself",
                    }.items()
                ),
                *(
                    whole(
                        f"a page that asks for {asked}",
                        f"async def page(self): return {asked}  # here",
                        GET,
                        says,
                    )
                    for asked, says in {
                        "self.request.args['x']": "write request.query(name)",
                        "await self.render_template('x')": "write await self._render_template(",
                    }.items()
                ),
                whole(
                    "a constructor that asks for a session",
                    "def __init__(self):\n    super().__init__()\n"
                    "    self.session['x'] = 1  # here",
                    "",
                    "write self.request.session",
                ),
            ],
        ),
        Kind(
            "It keeps in a session what no session can keep: a set, a function.",
            "500, and `expected a JSON value in session['seen'], got set`, with the handler's "
            "line.",
            "Keep a list: `sorted(…)`.",
            [
                whole(
                    "a set in a session",
                    "async def page(self):  # here\n    self.request.session['seen'] = {1, 2}",
                    GET,
                    "expected a JSON value in session['seen'], got set",
                )
            ],
        ),
        Kind(
            "A time of your own runs out: `async with asyncio.timeout(1): await client.receive()`.",
            "`TimeoutError`, with your line, in a handler and in a cell.",
            "Give it more time; or use `timeout=`, which says what held it up.",
            [
                cell(
                    "a time of a cell's own",
                    "async with asyncio.timeout(0.05): await _other.receive(timeout=9)  # here",
                    "",
                    "TimeoutError",
                )
            ],
        ),
        Kind(
            "An exception never ends saying what it is: `def __str__(self): while True: …`.",
            "It is stopped after a second: `what it says never came`.",
            "Let `__str__` return a text.",
            [
                whole(
                    "an exception without an end",
                    _BAD + "async def page(self): raise self.Bad()  # here",
                    GET,
                    "Bad",
                    blocks=True,
                ),
                whole(
                    "a start-up whose exception has no end",
                    _BAD + "def __init__(self):\n    super().__init__()\n"
                    "    self.startup_handlers.append(self.up)\n"
                    "async def up(self): raise self.Bad()  # here",
                    "",
                    "what it says never came",
                    blocks=True,
                ),
            ],
        ),
        Kind(
            "An app that is tested with `micropie.testing` exits in a task or a callback.",
            "`errors [SystemExit(7)]`: it is one of `client.errors`; the cell, and the kernel, go "
            "on.",
            "`raise` what the caller is to see.",
            [
                whole(
                    f"an app under test that exits in a {what}",
                    f"async def page(self):\n    {begins}\n    return 'begun'\n"
                    "async def _exit(self): sys.exit(7)",
                    "from micropie.testing import Client\n"
                    "async with Client({name}()) as client:\n"
                    "    await client.get('/page')\n    await asyncio.sleep(0.05)\n"
                    "    print('errors', client.errors)",
                    "errors [SystemExit(7)]",
                )
                for what, begins in {
                    "task": "self.kept = asyncio.create_task(self._exit())",
                    "callback": "asyncio.get_running_loop().call_soon(sys.exit, 7)",
                }.items()
            ],
        ),
        Kind(
            "A handler asks its own lab: `await lab.get('/')`.",
            "The answer, as anywhere: `asked: wrong`.",
            "Nothing; but a page that asks itself never ends.",
            [
                whole(
                    "a page that asks another",
                    "async def page(self):\n"
                    "    return 'asked: ' + (await _lab.get('/', timeout=3)).text",
                    "print((await _lab.get('/page', timeout=3)).text)",
                    "asked: wrong",
                ),
                socket(
                    "a socket that asks a page",
                    "await ws.accept()\nasync for m in ws:\n"
                    "    await ws.send_text('asked: ' + (await _lab.get('/', timeout=3)).text)",
                    "asked: wrong",
                    then=TALK,
                ),
            ],
        ),
    ],
)
