"""In a real kernel: any app is followed by its name; what is changed in place is a revision."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.playground.kernels import Cell, Kernel

pytestmark = pytest.mark.live

PRELUDE = """
import asyncio, functools, gc, importlib, playground, sys
from micropie import App
from playground import serve

async def got(path="/"):
    return (await lab.get(path)).text

async def said(client, text):
    await client.send(text)
    return await client.receive()

def rows(kind):
    return [entry.data for entry in lab.log if entry.kind == kind]

class Foreign:
    '''An app of another framework.'''
    def __init__(self, word, inner=None):
        self.word, self.app = word, inner
    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            raise NotImplementedError
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": self.word.encode()})

KEPT = set(globals()) | {"KEPT"}

def forget():
    playground.stop_all(); playground.serving.labs.clear()
    for name in set(globals()) - KEPT:
        if not name.startswith("_") and name not in ("forget", "In", "Out"):
            del globals()[name]
"""
ECHO = """
class Chat(App):
    mark = {mark!r}
    def __init__(self, word=""):
        super().__init__()
        self.word = word
    async def index(self): return self.mark + self.word
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(self.mark + self.word + {mark!r} + message)
"""
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def shared() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run(PRELUDE)
        yield kernel


@pytest.fixture
def kernel(shared: Kernel) -> Iterator[Kernel]:
    yield shared
    shared.run("forget()")


def text(kernel: Kernel, code: str) -> str:
    return str(kernel.run(f"print({code}, end='')").out)


def told(cell: Cell) -> str:
    said = cell.out + cell.err + "\n".join(cell.error["traceback"] if cell.error else [])
    return COLOURS.sub("", said)


def test_an_instance_that_is_bound_anew_takes_the_stage_with_its_sockets(kernel: Kernel) -> None:
    served = kernel.run(f"{ECHO.format(mark='a')}\napp = Chat('1')\nlab = serve(app)")
    assert (served.out, served.err) == ("", "")
    kernel.run("alice = await lab.connect('/echo')")
    assert text(kernel, "await said(alice, 'x'), lab.name") == "a1ax app"
    kernel.run(f"{ECHO.format(mark='b')}\napp = Chat('2')")
    assert text(kernel, "await said(alice, 'x'), lab.revision, lab.app is app") == "b2bx 2 True"
    assert "class Chat" in text(kernel, "lab.source()")
    assert "+    mark = 'b'" in text(kernel, "lab.diff(1, 2)")


def test_an_instance_whose_class_alone_was_defined_again_is_told_of_once(kernel: Kernel) -> None:
    kernel.run(f"{ECHO.format(mark='a')}\napp = Chat()\nlab = serve(app)")
    cell = kernel.run(ECHO.format(mark="b"))
    assert re.fullmatch(
        r"Chat changed in In\[\d+\]; run the cell of app again to use it\n", told(cell)
    )
    assert told(kernel.run("1 + 1")) == ""
    assert text(kernel, "await got()") == "a"
    kernel.run("app = Chat()")
    assert text(kernel, "await got()") == "b"


def test_two_apps_of_one_type_are_two_labs_called_after_their_variables(kernel: Kernel) -> None:
    kernel.run("one, two = Foreign('1'), Foreign('2')\na = serve(one)\nb = serve(two)")
    assert text(kernel, "a is b, a.name, b.name") == "False one two"
    kernel.run("one = Foreign('3')")
    code = "(await a.get()).text, (await b.get()).text, a.revision, b.revision"
    assert text(kernel, code) == "3 2 2 1"


@pytest.mark.parametrize(
    ("call", "wanted"),
    [("Chat()", "b"), ("Chat('!')", "b!"), ("Chat(word=WORD)", "b?"), ("app=Chat('!')", "b!")],
)
def test_an_instance_without_a_name_is_made_again_as_it_was(
    kernel: Kernel, call: str, wanted: str
) -> None:
    kernel.run(f"WORD = '?'\n{ECHO.format(mark='a')}")
    cell = kernel.run(f"lab = serve({call})")
    assert (told(cell), text(kernel, "lab.name")) == ("", "Chat")
    kernel.run("alice = await lab.connect('/echo')")
    kernel.run(ECHO.format(mark="b"))
    assert text(kernel, "await got()") == wanted
    assert text(kernel, "await said(alice, 'x')") == f"{wanted}bx"
    kernel.run(ECHO.format(mark="b"))
    assert text(kernel, "lab.revision") == "2"


@pytest.mark.parametrize(
    "call",
    ["Chat(str(1))", "Foreign('x', Chat())", "[Chat()][0]", "(lambda: Chat())()", "Chat(*['1'])"],
)
def test_what_cannot_be_followed_says_so_at_once(kernel: Kernel, call: str) -> None:
    kernel.run(ECHO.format(mark="a"))
    cell = kernel.run(f"lab = serve({call})")
    assert re.fullmatch(
        r"this \w+ is not followed: .*write app = \w+\(…\) and serve.*\n", told(cell)
    )
    assert text(kernel, "rows('lab')[-1]") == cell.out.strip()


def test_a_class_of_a_function_is_followed_by_the_variable_it_is_in(kernel: Kernel) -> None:
    make = "def make(word):\n    class Inner(App):\n        async def index(self): return word\n"
    kernel.run(f"{make}    return Inner\nA, B = make('a'), make('b')")
    kernel.run("a, b = serve(A), serve(B)")
    assert text(kernel, "a.name, b.name, (await a.get()).text, (await b.get()).text") == "A B a b"
    kernel.run("A = make('c')")
    assert text(kernel, "(await a.get()).text, (await b.get()).text") == "c b"
    assert "Inner is not followed" in told(kernel.run("c = serve(make('d'))"))


def test_a_function_is_followed_by_its_name(kernel: Kernel) -> None:
    plain = """
    async def plain(scope, receive, send):
        if scope["type"] == "lifespan":
            raise NotImplementedError
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"MARK"})
    """
    plain = textwrap.dedent(plain)
    kernel.run(plain.replace("MARK", "one") + "lab = serve(plain)")
    kernel.run(plain.replace("MARK", "two"))
    assert text(kernel, "await got(), lab.revision, lab.name") == "two 2 plain"
    assert '+    await send({"type": "http.response.body", "body": b"two"})' in text(
        kernel, "lab.diff(1, 2)"
    )


def test_an_app_that_a_failed_cell_has_bound_stays_off_the_stage(kernel: Kernel) -> None:
    kernel.run("app = Foreign('1')\nlab = serve(app)")
    cell = kernel.run("app = Foreign('half')\n1/0", check=False)
    assert cell.err == "app was bound by a cell that failed; revision 1 still serves\n"
    kernel.run("1")
    assert text(kernel, "await got()") == "1"
    kernel.run("app = Foreign('2')")
    assert text(kernel, "await got()") == "2"


def test_a_class_that_the_name_was_bound_to_leaves_the_name_to_be_followed(kernel: Kernel) -> None:
    other = ECHO.replace("Chat", "Other")
    kernel.run(ECHO.format(mark="a") + "lab = serve(Chat)")
    kernel.run(other.format(mark="b") + "Chat = Other")
    assert text(kernel, "await got()") == "b"
    assert "Other changed in In[" in told(kernel.run(other.format(mark="c")))
    assert text(kernel, "await got()") == "b"
    kernel.run(ECHO.format(mark="d"))
    assert text(kernel, "await got(), lab.revision") == "d 3"


@pytest.mark.parametrize(
    ("decorator", "said"),
    [
        ("lambda cls: cls()", "Chat is an instance now, of other code; revision 1 still serves"),
        ("lambda cls: None", "Chat is None: what decorates it returns nothing; revision 1"),
    ],
)
def test_a_decorator_that_gives_no_class_is_told_of(
    kernel: Kernel, decorator: str, said: str
) -> None:
    kernel.run(ECHO.format(mark="a") + "lab = serve(Chat)")
    assert said in told(kernel.run(f"@{decorator}" + ECHO.format(mark="b")))
    assert told(kernel.run("1 + 1")) == ""
    assert text(kernel, "await got()") == "a"


def test_what_is_bound_to_no_app_or_to_nothing_changes_nothing(kernel: Kernel) -> None:
    kernel.run("app = Foreign('1')\nlab = serve(app)")
    for cell in ("app = 5", "app = None", "del app"):
        assert told(kernel.run(cell)) == ""
        assert text(kernel, "await got(), lab.revision") == "1 1"


def test_a_route_that_is_added_once_more_is_told_of(kernel: Kernel) -> None:
    kernel.run("""
class Route:
    path = "/items"
    def __init__(self, endpoint): self.endpoint = endpoint
app = Foreign("x"); app.routes = []
lab = serve(app)""")
    add = "async def item(): return MARK\napp.routes.append(Route(item))"
    assert told(kernel.run(add.replace("MARK", "1"))) == ""
    cell = kernel.run(add.replace("MARK", "2"))
    assert told(cell) == (
        "/items is there twice, and what came first answers; "
        "run the cell of app again, and then this one\n"
    )
    assert told(kernel.run("1 + 1")) == ""


CHANGES = {
    "Chat.ws_echo = shout": "b",
    "setattr(Chat, 'ws_echo', shout)": "b",
    "Chat.mark = 'b'": "ba",
    "setattr(Chat, 'mark', 'b')": "ba",
    "Chat.ws_echo.__code__ = shout.__code__": "b",
    "Room.mark = 'b'; del Chat.mark": "ba",
}


@pytest.mark.parametrize(("change", "wanted"), CHANGES.items())
def test_a_class_that_is_changed_in_place_is_a_revision(
    kernel: Kernel, change: str, wanted: str
) -> None:
    kernel.run("class Room(App): mark = '-'\n" + ECHO.format(mark="a").replace("(App)", "(Room)"))
    kernel.run("lab = serve(Chat)\nalice = await lab.connect('/echo')")
    kernel.run(
        "async def shout(self, ws):\n    await ws.accept()\n"
        "    async for message in ws:\n        await ws.send_text('b' + message)"
    )
    assert text(kernel, "await said(alice, 'x'), lab.revision") == "aax 1"
    kernel.run(change)
    assert text(kernel, "await said(alice, 'x'), lab.revision") == f"{wanted}x 2"
    kernel.run("bob = await lab.connect('/echo', client='bob')")
    assert text(kernel, "await said(bob, 'x')") == f"{wanted}x"
    assert re.search(
        r"(Room and )?Chat changed in place in In\[\d+\] · 1 socket",
        text(kernel, "rows('swap')[-1]"),
    ) or "Chat and Room changed in place" in text(kernel, "rows('swap')[-1]")
    assert kernel.run("1").err == ""
    assert text(kernel, "lab.revision") == "2"


def test_what_handlers_set_on_their_class_is_state_and_no_revision(kernel: Kernel) -> None:
    kernel.run(
        """
class Chat(App):
    count, rooms = 0, {}
    async def index(self):
        Chat.count += 1
        type(self).rooms = {**self.rooms, self.count: 1}
        Chat.last = lambda: 3
        return str(self.count)
lab = serve(Chat)""".replace("        Chat.last = lambda: 3\n", "")
    )
    for number in range(1, 4):
        assert text(kernel, "await got()") == str(number)
    kernel.run("Chat.rooms['x'] = 2; print(Chat.count)")
    assert text(kernel, "lab.revision, Chat.count") == "1 3"


def test_a_method_that_is_put_on_an_instance_s_class_reaches_its_sockets_too(
    kernel: Kernel,
) -> None:
    kernel.run(f"{ECHO.format(mark='a')}\nstarted = []\napp = Chat()")
    kernel.run(
        "app.startup_handlers.append(lambda: started.append(1))\n"
        "app.shutdown_handlers.append(lambda: started.append('down'))\n"
        "lab = serve(app)\nalice = await lab.connect('/echo')"
    )
    kernel.run(
        "async def ws_echo(self, ws):\n    await ws.accept()\n"
        "    async for message in ws:\n        await ws.send_text('b' + message)\n"
        "Chat.ws_echo = ws_echo"
    )
    assert text(kernel, "await said(alice, 'x'), lab.app is app, started") == "bx True [1]"


MODULE = """
from micropie import App
class Base(App):
    mark = "{mark}"
class Mod(Base):
    async def index(self): return self.mark
    async def ws_say(self, ws):
        await ws.accept()
        async for m in ws: await ws.send_text("{mark} " + m)
"""


@pytest.fixture
def module(kernel: Kernel, tmp_path: Path) -> Iterator[Path]:
    kernel.run(f"sys.path.insert(0, {str(tmp_path)!r}); sys.dont_write_bytecode = True")
    path = tmp_path / "reloadme.py"
    path.write_text(MODULE.format(mark="old"))
    yield path
    kernel.run(f"sys.path.remove({str(tmp_path)!r}); sys.modules.pop('reloadme', None)")


def test_a_module_that_is_imported_again_brings_its_class_along(
    kernel: Kernel, module: Path
) -> None:
    kernel.run("import reloadme\nlab = serve(reloadme.Mod)\nalice = await lab.connect('/say')")
    kernel.run("importlib.reload(reloadme)")
    assert text(kernel, "await said(alice, 'x'), lab.revision") == "old x 1"
    module.write_text(MODULE.format(mark="newer"))
    kernel.run("importlib.reload(reloadme)")
    assert text(kernel, "await said(alice, 'x'), await got(), lab.revision") == "newer x newer 2"
    assert '+    mark = "newer"' not in text(kernel, "lab.diff(1, 2)")
    assert '+        async for m in ws: await ws.send_text("newer " + m)' in text(
        kernel, "lab.diff(1, 2)"
    )


def test_autoreload_brings_open_and_new_sockets_along(kernel: Kernel, module: Path) -> None:
    kernel.run("%load_ext autoreload\n%autoreload 2\nimport reloadme")
    kernel.run("lab = serve(reloadme.Mod)\nalice = await lab.connect('/say')")
    module.write_text(MODULE.format(mark="newer"))
    cell = kernel.run(
        "bob = await lab.connect('/say', client='bob')\n"
        "print(await said(alice, 'x'), await said(bob, 'x'), lab.revision)"
    )
    assert cell.out == "newer x newer x 2\n"
    assert re.search(r"Mod changed in place in In\[\d+\]", text(kernel, "rows('swap')[-1]"))
    kernel.run("%autoreload 0")


PARTS = """\
from __future__ import annotations
import asyncio
from playground import App


class Parts(App):
    mark = "same"

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    @staticmethod
    def word(): return "{mark}"

    async def index(self):
        await asyncio.sleep(0)
        return ("{mark}",
                self.mark)
"""


def test_the_source_of_what_autoreload_replaced_is_known_while_it_does_what_its_file_says(
    kernel: Kernel, module: Path
) -> None:
    module.write_text(PARTS.format(mark="old"))
    kernel.run("%load_ext autoreload\n%autoreload 2\nimport reloadme\nlab = serve(reloadme.Parts)")
    more = "\n    async def more(self): return 'added'\n"
    module.write_text("# higher\n\n" + PARTS.format(mark="newer") + more)
    kernel.run("1")
    assert text(kernel, "lab.revision") == "2"
    said = PARTS.format(mark="newer") + more
    assert text(kernel, "lab.source()") == said[said.index("class") :].rstrip()
    assert '+        return ("newer",' in text(kernel, "lab.diff(1, 2)")
    kernel.run("%autoreload 0")
    module.write_text(PARTS.format(mark="never imported"))
    kernel.run("def more(self): return 'mine'\nreloadme.Parts.more = more")
    assert "# The source of Parts is not known" in text(kernel, "lab.source()")
