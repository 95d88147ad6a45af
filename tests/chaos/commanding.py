"""Commands given as they cannot be."""

from __future__ import annotations

from tests.chaos.kinds import Chapter, Kind
from tests.chaos.programs import TALK, at_each, cell, socket

COMMANDS = Chapter(
    "A command is given as it cannot be",
    [
        Kind(
            "`await` is forgotten.",
            "A sentence that says so, under the cell: `lab.connect('/say') was not awaited`.",
            "Write it: whatever a client or a socket does is awaited.",
            [
                cell("connect unawaited", "", "lab.connect('/say').send('x')", "await"),
                cell("get unawaited", "", "lab.get('/').text", "await"),
                socket(
                    "send unawaited",
                    "await ws.accept()\nasync for m in ws:\n    ws.send_text(m)",
                    "ws.send_text(m) was not awaited, so it has not run",
                    then=TALK.replace("receive(timeout=3)", "receive(timeout=0.3)"),
                ),
            ],
        ),
        Kind(
            "A lab is stopped, started or served from a handler.",
            "`RuntimeError`, with the line: nothing is done.",
            "Do it in a cell.",
            [
                *at_each("lab.stop()", "RuntimeError", "handler", "socket", "callback"),
                *at_each("lab.restart()", "RuntimeError", "handler", "socket"),
                *at_each("serve(App, name='new')", "RuntimeError", "handler", "socket", "task"),
            ],
        ),
        Kind(
            "An app is run as a script runs it: `uvicorn.run(app)`, `asyncio.run(main())`.",
            "A sentence that names `serve(…)`.",
            "Leave the line out and write `serve(app)`.",
            [
                cell("uvicorn.run", "import uvicorn", "uvicorn.run({name}())", "serve("),
                cell(
                    "a pasted script",
                    "import uvicorn",
                    "if __name__ == '__main__':\n    uvicorn.run({name}())",
                    "serve(",
                ),
                cell("asyncio.run", "async def main(): pass", "asyncio.run(main())", "running"),
            ],
        ),
        Kind(
            "A time to wait is none: `timeout='5'`, `-1`, `nan`.",
            "`expected timeout= as a number of seconds`, and what to write.",
            "As it says: `timeout=5`.",
            [
                cell(f"{wait}", "", f"await {wait}", "expected timeout= as a number of seconds")
                for wait in (
                    "lab.get('/', timeout='x')",
                    "lab.get('/', timeout=10**400)",
                    "lab.connect('/say', timeout=-1)",
                    "lab.until('kind:text', timeout=float('nan'))",
                    "_other.receive(timeout=None)",
                    "_other.send('x', timeout=[1])",
                )
            ],
        ),
        Kind(
            "One cell defines the class anew and goes back to what was there before: "
            "`lab.swap(revision=1)`.",
            "Both: `revision 2 on stage`, and then `back from revision 2`.",
            "Nothing: `lab.swap(revision=2)` brings the new one back.",
            [
                cell(
                    "a class and a swap in one cell",
                    """
                    class {name}(App):
                        async def index(self): return "second"
                        async def ws_say(self, ws):
                            await ws.accept()
                            async for message in ws: await ws.send_text(message)
                    _back = lab.swap(revision=1)
                    if not isinstance(_back, int): await _back
                    """,
                    "",
                    "revision 2 on stage",
                )
            ],
        ),
        Kind(
            "A path, port or message is none.",
            "What was expected, and what you gave: `expected`; nothing has changed.",
            "As it says.",
            [
                cell("a port that is none", "", "serve({name}, port=99999)", "port"),
                cell("a port in words", "", "serve({name}, port='eighty')", "port"),
                cell("a path with ws://", "", "await lab.connect('ws://x/say')", "expected"),
                cell("a route that is none", "", "await lab.connect('/sya')", "refused with"),
                cell("a surrogate", "", "await _other.send('\\ud800')", "Error"),
                cell("not a number", "", "await _other.send(float('nan'))", "Error"),
                cell("nothing to serve", "", "serve(None)", "expected"),
                cell("a module", "", "serve(os)", "expected"),
            ],
        ),
        Kind(
            "A name is lost: `del lab`, `%reset_selective`, `Chat = None`.",
            "Nothing: the lab goes on.",
            "Run the cell with `serve(…)` again: it gives you the same lab.",
            [
                cell("del lab", "del lab", "", ""),
                cell("the class is None", "{name} = None", "", ""),
                cell("the class is deleted", "del {name}", "", ""),
                cell("reset", "%reset_selective -f ^lab$", "", ""),
            ],
        ),
    ],
)
