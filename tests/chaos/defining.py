"""Classes that are not what they should be."""

from __future__ import annotations

from tests.chaos.kinds import Chapter, Kind
from tests.chaos.programs import GET, TALK, cell, socket, whole

CLASSES = Chapter(
    "The class is not what it should be",
    [
        Kind(
            "`super().__init__()` is forgotten.",
            "`call super().__init__() first in Chat.__init__`; the old code goes on.",
            "Call it first.",
            [
                whole(
                    "no super().__init__()",
                    "def __init__(self):\n    self.rooms = {}",
                    "",
                    "call super().__init__() first",
                )
            ],
        ),
        Kind(
            "`async def __init__`: nobody can await it.",
            "`Chat.__init__ is async, and nobody awaits it`; the old code goes on.",
            "`def __init__(self)`; what has to wait goes to `self.startup_handlers`.",
            [
                whole(
                    "an async constructor",
                    "async def __init__(self):\n    super().__init__()",
                    "",
                    "__init__ is async, and nobody awaits it",
                )
            ],
        ),
        Kind(
            "`__init__` wants something: `def __init__(self, db)`.",
            "`Chat.__init__ wants db, and a class is made with nothing`; the old code goes on.",
            "Give it a default; or make the app yourself: `app = Chat(db)`, `serve(app)`.",
            [
                whole(
                    "a constructor that wants something",
                    "def __init__(self, db):\n    super().__init__()",
                    "",
                    "and a class is made with nothing",
                )
            ],
        ),
        Kind(
            "What is to be called later is called at once: `startup_handlers.append(self.up())`; "
            "or a class is appended in the place of an object.",
            "`got a call of it; append self.up, without ()`, `append Look(), with ()`; the old "
            "code goes on.",
            "As it says.",
            [
                whole(
                    "a start-up handler that was called",
                    "def __init__(self):\n    super().__init__()\n"
                    "    self.startup_handlers.append(self.up())\nasync def up(self): pass",
                    "",
                    "append self.up, without ()",
                ),
                whole(
                    "a middleware that was not made",
                    "def __init__(self):\n    super().__init__()\n"
                    "    self.middlewares.append(HttpMiddleware)",
                    "",
                    "append HttpMiddleware(), with ()",
                ),
            ],
        ),
        Kind(
            "It asks for the request where there is none: `self.request` in `__init__`.",
            "`no request is served here: expected self.request in a handler`, with your line.",
            "Ask for it in a handler.",
            [
                whole(
                    "a request in a constructor",
                    "def __init__(self):\n    super().__init__()\n"
                    "    self.name = self.request.query('name')  # here",
                    "",
                    "no request is served here",
                )
            ],
        ),
        Kind(
            "What decorates the class gives something else: nothing, or an instance.",
            "`Chat is None: what decorates it returns nothing`, `Chat is an instance now, of "
            "other code`; the old code goes on.",
            "End a decorator with `return cls`.",
            [
                cell(
                    f"a decorated class that is {what}",
                    f"@{decorator}\nclass {{name}}(App):\n    def index(self): return 'wrong'",
                    "",
                    says,
                )
                for what, decorator, says in (
                    ("None", "lambda cls: None", "what decorates it returns nothing"),
                    ("an instance", "lambda cls: cls()", "is an instance now, of other code"),
                )
            ],
        ),
        Kind(
            "The class is a text that is given to `exec`, and fails.",
            "`<string>, line 5, in page`: the line within the text, under the cell that served it.",
            "Write it in a cell: there each line is shown, and the Code face has the source.",
            [
                cell(
                    "a class given to exec",
                    """
                    exec('''
                    class {name}(App):
                        async def index(self): return "wrong"
                        async def page(self):
                            raise KeyError("key")
                        async def ws_say(self, ws):
                            await ws.accept()
                            async for message in ws: await ws.send_text(message)
                    ''')
                    """,
                    GET,
                    "<string>, line 5, in page",
                )
            ],
        ),
        Kind(
            "Such a class, given to `exec`, blocks.",
            "As of any other, with its line: `page, <string> line 5, has not awaited for`.",
            "*Break out*; then write it in a cell.",
            [
                cell(
                    "a class given to exec that blocks",
                    """
                    exec('''
                    class {name}(App):
                        async def index(self): return "wrong"
                        async def page(self):
                            while True: pass
                        async def ws_say(self, ws):
                            await ws.accept()
                            async for message in ws: await ws.send_text(message)
                    ''')
                    """,
                    "try: await _lab.get('/page', timeout=1.2)\n"
                    "except TimeoutError as error: print(error)\nlab.break_out()",
                    "page, <string> line 5, has not awaited for",
                )._replace(blocks=True)
            ],
        ),
        Kind(
            "`__new__` returns what is no app.",
            "`expected Chat() to make an app, got NoneType`; the old code goes on.",
            "Leave `__new__` out, or end it with `return super().__new__(cls)`.",
            [
                whole(
                    "a __new__ that returns nothing",
                    "def __new__(cls): pass",
                    "",
                    "to make an app, got NoneType",
                )
            ],
        ),
        Kind(
            "`__call__` is defined for something else.",
            "`Chat.__call__ does not take scope, receive and send, and by it every request reaches "
            "the app`; the old code goes on.",
            "Give it another name; or take those three, and end with "
            "`await super().__call__(scope, receive, send)`.",
            [
                whole(
                    "a __call__ of its own",
                    "async def __call__(self, name): return name",
                    "",
                    "does not take scope, receive and send",
                ),
                whole("__call__ is None", "__call__ = None", "", "__call__ is no function"),
                whole(
                    "a __call__ that does nothing",
                    "async def __call__(self, scope, receive, send): pass",
                    "",
                    "__call__ never sends",
                ),
            ],
        ),
        Kind(
            "`self` is forgotten.",
            "`has no self; write page(self)`, when it is defined and when it is called.",
            "Write it: the first parameter of every handler.",
            [
                whole("no self", "async def page(): pass  # here", GET, "write page(self)"),
                whole("no self of a socket", "async def ws_page(ws): pass", TALK, "has no self"),
            ],
        ),
        Kind(
            "A handler of WebSockets is not `async`, or yields; or takes the socket last.",
            "`ws_page is not async: write async def ws_page(self, ws)`, when it is defined.",
            "As it says.",
            [
                whole(
                    "a plain handler", "def ws_page(self, ws): pass", TALK, "ws_page is not async"
                ),
                whole(
                    "a socket that is not first",
                    "async def ws_page(self, room, ws): await ws.accept()",
                    "await _lab.connect('/page/a', timeout=3)",
                    "is given the socket first: write ws_page(self, ws, room)",
                ),
                whole(
                    "a handler that yields",
                    "async def ws_page(self, ws):\n    await ws.accept()\n    yield 'x'",
                    TALK,
                    "ws_page yields",
                ),
            ],
        ),
        Kind(
            "A page is asked for as a WebSocket, or a WebSocket as a page.",
            "404, `page answers HTTP; a WebSocket needs async def ws_page(self, ws)`; or 426.",
            "Name the handler `ws_…` for sockets and plainly for pages, or have both.",
            [
                whole(
                    "a socket on a page",
                    "async def page(self): return 'x'",
                    TALK,
                    "page answers HTTP; a WebSocket needs async def ws_page(self, ws)",
                ),
                socket("a page on a socket", "await ws.accept()", "answers WebSockets", then=GET),
            ],
        ),
        Kind(
            "The class has no handler any more, or its cell fails before it is defined.",
            "`has no handler any more`, or the error; the old code goes on.",
            "Look at the indentation: handlers stand under the class.",
            [
                cell("no handler", "class {name}(App): pass", "", "has no handler any more"),
                cell(
                    "a mistake of syntax",
                    "class {name}(App):\n    def x(self) 1",
                    "",
                    "SyntaxError",
                ),
                cell(
                    "a body that raises", "class {name}(App):\n    x = 1/0  # here", "", "division"
                ),
                cell("a cell that fails", "1/0  # here\nclass {name}(App): pass", "", "division"),
                cell("no class App", "App_ = nope  # here", "", "NameError"),
            ],
        ),
        Kind(
            "The class is no `App` any more: `(App)` is forgotten, or `App` is something else.",
            "`is no App of micropie's any more`; the old code goes on.",
            "`class Chat(App):`, with `from micropie import App`.",
            [
                cell("no (App)", "class {name}: pass", "", "is no App of micropie's any more"),
                cell("a function", "def {name}(): pass", "", "is no App of micropie's any more"),
                cell(
                    "another App",
                    "class App: pass\nclass {name}(App): pass",
                    "from micropie import App",
                    "is no App of micropie's any more",
                ),
            ],
        ),
        Kind(
            "The same handler twice, or a handler whose name the framework uses.",
            "The last one counts. What is yours hides what was there: `has no attribute 'method'`.",
            "Name it otherwise.",
            [
                whole(
                    "the same handler twice",
                    "async def page(self): return 'one'\nasync def page(self): return 'two'",
                    GET,
                    "two",
                ),
                whole(
                    "handlers named ws and request",
                    "async def ws(self, ws): pass\nasync def request(self): pass\n"
                    "async def page(self): return self.request.method  # here",
                    GET,
                    "has no attribute 'method'",
                ),
            ],
        ),
        Kind(
            "It deletes or calls what is not there: `del self.request`, a template that is "
            "missing.",
            "500, the line, and what Python says; for a template its name: `no.html`.",
            "Leave what is not yours.",
            [
                whole(
                    "it deletes request", "async def page(self): del self.request  # here", GET, ""
                ),
                whole(
                    "a template that is missing",
                    "async def page(self): return await self._render_template('no.html')  # here",
                    GET,
                    "no.html",
                ),
                whole(
                    "a template after chdir",
                    "async def page(self):\n    here = os.getcwd()\n    os.chdir('/')\n"
                    "    try: return await self._render_template('no.html')  # here\n"
                    "    finally: os.chdir(here)",
                    GET,
                    "no.html",
                ),
            ],
        ),
    ],
)
