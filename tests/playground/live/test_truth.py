"""In a real kernel: what is on stage is what the learner ran, and nothing else is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.playground.kernels import Cell, Kernel

pytestmark = pytest.mark.live

PRELUDE = """
import asyncio, dataclasses, functools, gc, playground, weakref
from micropie import App
from playground import serve

async def got(path="/"):
    return (await lab.get(path)).text

def rows(kind):
    return [entry.data for entry in lab.log if entry.kind == kind]

def forget():
    playground.stop_all(); playground.serving.labs.clear()
    for name in ("Base", "Kid", "Mixin", "make", "twice", "lab"):
        globals().pop(name, None)
"""
BASE = """
class Base(App):
    tag = "base"
    async def index(self): return "{mark} " + self.tag
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
    """What a cell has told of trouble, without colours."""
    said = cell.err + "\n".join(cell.error["traceback"] if cell.error else [])
    return COLOURS.sub("", said)


def base(mark: str) -> str:
    return BASE.format(mark=mark)


# What may stand between the definition of Kid and the next of its Base, and what is on stage then.
MISTAKES = {
    "a cell that fails before it": ('1/0\nclass Kid(Base): tag = "NEVER"', "v1"),
    "a cell that fails after it": ('class Kid(Base): tag = "v2"\n1/0', "v2"),
    "a cell with a syntax error": ('class Kid(Base): tag = "NEVER"\nif', "v1"),
    "another branch": (
        'if True:\n    class Kid(Base): tag = "v2"\nelse:\n    class Kid(Base): tag = "NEVER"',
        "v2",
    ),
    "a branch that is not taken": ('if False:\n    class Kid(Base): tag = "NEVER"', "v1"),
    "a string": ('text = """\nclass Kid(Base): tag = "NEVER"\n"""', "v1"),
    "the body of a function": ('def make():\n    class Kid(Base): tag = "NEVER"', "v1"),
    "a class of its name in another": (
        'class Outer:\n    class Kid(Base): tag = "NEVER"',
        "v1",
    ),
    "two of one name": ('class Kid(Base): tag = "first"\nclass Kid(Base): tag = "v2"', "v2"),
    "two of one name with what is computed": (
        'class Kid(Base): tag = "fi" + "rst"\nclass Kid(Base): tag = str("v2")',
        "v2",
    ),
    "a magic": ('%%time\nclass Kid(Base):\n    tag = "v2"\n    async def more(self): ...', "v2"),
    "a magic, and no method": ('%%time\nclass Kid(Base):\n    tag = "v2"', "v2"),
    "a magic that runs the cell as one": ('%%capture\nclass Kid(Base):\n    tag = "v2"', "v2"),
    "a magic that fails": ('%%time\n1/0\nclass Kid(Base): tag = "NEVER"', "v1"),
    "a body with a branch": (
        'class Kid(Base):\n    if True: tag = "v2"\n    else: tag = "NEVER"\n    def f(self): ...',
        "v2",
    ),
    "a decorator that keeps its functions to itself": (
        "def twice(f): return lambda self: f(self)\n"
        'class Kid(Base):\n    tag = "v2"\n    @twice\n    def more(self): return 1',
        "v2",
    ),
    "a dataclass": (
        '@dataclasses.dataclass\nclass Kid(Base):\n    tag = "v2"\n    size: int = 3\n'
        "    def __post_init__(self): super().__init__()",
        "v2",
    ),
    "a private method and a property": (
        'class Kid(Base):\n    tag = "v2"\n    __x = [i for i in "ab"]\n'
        "    def __secret(self): ...\n    @property\n    def y(self): ...\n"
        "    @y.setter\n    def y(self, z): ...",
        "v2",
    ),
}


@pytest.mark.parametrize(("cell", "wanted"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_class_is_made_again_as_it_ran(kernel: Kernel, cell: str, wanted: str) -> None:
    kernel.run(base("b1") + 'class Kid(Base): tag = "v1"\nlab = serve(Kid)')
    kernel.run(cell, check=False)
    again = kernel.run(base("b2"))
    assert told(again) == ""
    assert text(kernel, "await got(), Kid.tag, sep='|'") == f"b2 {wanted}|{wanted}"
    source = text(kernel, "lab.source()")
    assert "class Kid(Base):" in source
    assert "NEVER" not in source.partition("else:")[0]
    kernel.run(base("b3"))
    kernel.run("gc.collect(); lab.swap(revision=lab.revision - 1)")
    assert text(kernel, "lab.source()") == source


UNPROVED = {
    "exec": """exec('class Kid(Base):\\n    tag = "v2"\\n    def more(self): ...')""",
    "exec, and no method": """exec('class Kid(Base): tag = "v2"')""",
    "type()": 'Kid = type("Kid", (Base,), {"tag": "v2"})',
    "a function's": (
        "def make(tag):\n    class Kid(Base):\n        pass\n    Kid.tag = tag\n    return Kid\n"
        'Kid = make("v2")'
    ),
    "a loop": 'for tag in ("v1", "v2"):\n    class Kid(Base):\n        tag = tag',
    "changed since": 'class Kid(Base): tag = "x"\nKid.tag = "v2"',
    "a function put in": (
        'class Kid(Base):\n    tag = "v2"\n    def more(self): ...\nKid.more = lambda self: 2'
    ),
}


@pytest.mark.parametrize("cell", UNPROVED.values(), ids=UNPROVED.keys())
def test_what_is_not_proved_is_not_made_again_and_the_cell_says_so(
    kernel: Kernel, cell: str
) -> None:
    kernel.run(base("b1") + 'class Kid(Base): tag = "v1"\nlab = serve(Kid)')
    kernel.run(cell)
    assert text(kernel, "await got()") == "b1 v2"
    again = kernel.run(base("b2"))
    assert "CannotRebuild: expected the class statement of Kid as it ran, found none" in told(again)
    assert "run the cell that defines it again, and it has its new base" in told(again)
    assert text(kernel, "await got(), Kid.tag, sep='|'") == "b1 v2|v2"
    assert kernel.run("1").err == ""


def test_an_attribute_that_was_set_since_is_told_to_be_as_before(kernel: Kernel) -> None:
    kid = 'class Kid(Base):\n    tag = "v1"\n    def more(self): ...\n'
    kernel.run(f"{base('b1')}{kid}lab = serve(Kid)")
    kernel.run('Kid.tag = "v2"')
    kernel.run(base("b2"))
    assert text(kernel, "await got()") == "b2 v1"
    assert text(kernel, "rows('lab')[-1]") == "Kid.tag is 'v1' again, as its class says"


@pytest.mark.parametrize("cell", list(UNPROVED.values())[:3], ids=list(UNPROVED)[:3])
def test_a_source_that_is_not_known_says_why(kernel: Kernel, cell: str) -> None:
    kernel.run(base("b1") + 'class Kid(Base): tag = "v1"\nlab = serve(Kid)')
    kernel.run(cell)
    assert re.search(
        r"^# The source of Kid is not known: .*\.$", text(kernel, "lab.source()"), re.M
    )
    assert "+# The source of Kid is not known" in text(kernel, "lab.diff(1, 2)")
    assert "-class Kid(Base): tag" in text(kernel, "lab.diff(1, 2)")
    assert text(kernel, "rows('swap')[-1]") == "revision 2 on stage"


# Python calls what a module has imported otherwise than what it has not.
SLEEPS = """\
class Site(App):
    async def index(self):
        await asyncio.sleep(0)
        return "slept"
"""


@pytest.mark.parametrize(
    "cell",
    [
        f"import asyncio\n\n{SLEEPS}",
        f"import asyncio as asyncio\nif True:\n    {SLEEPS.replace(chr(10), chr(10) + '    ')}",
        f"%%time\nimport asyncio\n{SLEEPS}",
        SLEEPS,
    ],
    ids=["below it", "in a block", "timed", "elsewhere"],
)
def test_what_a_method_uses_may_be_imported_in_the_same_cell(kernel: Kernel, cell: str) -> None:
    kernel.run(cell)
    kernel.run('lab = serve(Site, transport="memory", name="site"); await lab.get("/")')
    assert text(kernel, "lab.source()") == SLEEPS.rstrip()


@pytest.mark.parametrize("magic", ["%%time", "%%capture"])
def test_what_a_magic_ran_is_shown_where_it_stands_and_can_be_gone_back_to(
    kernel: Kernel, magic: str
) -> None:
    kid = "class Kid(App):\n    async def index(self): return {!r}\n"
    kernel.run(kid.format("one") + "lab = serve(Kid)")
    kernel.run(f"{magic}\n{kid.format('two')}")
    number = int(text(kernel, "len(In)")) - 2
    assert text(kernel, "rows('swap')[-1]") == f"revision 2 on stage · In[{number}]"
    kernel.run(kid.format("three"))
    kernel.run("gc.collect() and None")
    assert "return 'two'" in text(kernel, "lab.source(2)")
    kernel.run("lab.swap(revision=2)")
    assert text(kernel, "await got()") == "two"


def test_a_revision_whose_text_is_not_known_is_gone_back_to_only_as_itself(kernel: Kernel) -> None:
    kernel.run("class Kid(App):\n    async def index(self): return 'one'\nlab = serve(Kid)")
    kernel.run("""exec("class Kid(App):\\n    async def index(self): return 'two'")""")
    assert text(kernel, "await got()") == "two"
    kernel.run("old = weakref.ref(Kid)")
    kernel.run("class Kid(App):\n    async def index(self): return 'three'")
    kernel.run("while old() is not None: gc.collect(); await asyncio.sleep(0.01)")
    cell = kernel.run("lab.swap(revision=2)", check=False)
    assert "LookupError: expected a revision that is still there or has its source" in told(cell)
    assert text(kernel, "await got()") == "three"


SENTENCES = {
    "await lab.connect('/none')": "HandshakeRefused: the handshake for '/none' was refused",
    "await client.receive(timeout=0.01)": "TimeoutError: alice heard nothing within 0.01 s",
    "await lab.until('never', timeout=0.01)": "TimeoutError: ",
    "await client.close(); await client.receive()": "ClientClosed: alice is closed: 1000",
    "lab.log.filter('size>much')": "FilterError: expected ",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_what_says_it_all_is_shown_below_the_cells_own_lines(kernel: Kernel, code: str) -> None:
    kernel.run(
        "class Kid(App):\n    async def ws_say(self, ws):\n        await ws.accept()\n"
        "        async for message in ws: pass\n"
        "lab = serve(Kid, transport='memory'); client = await lab.connect('/say', client='alice')"
    )
    cell = kernel.run(f"async def ask():\n    {code}\nawait ask()", check=False)
    lines = told(cell).splitlines()
    assert lines[0].startswith("Cell In[")
    assert lines[-1].startswith(SENTENCES[code])
    assert "----> 3 await ask()" in told(cell)
    assert "playground/" not in told(cell)
    assert told(cell).count(SENTENCES[code]) == 1


def test_an_error_of_the_users_own_is_shown_as_ever(kernel: Kernel) -> None:
    cell = kernel.run("raise TimeoutError('mine')", check=False)
    assert "Traceback (most recent call last)" in told(cell)


@pytest.mark.parametrize("transport", ["server", "memory"])
def test_who_goes_back_in_the_cell_that_defines_a_class_is_told_from_what(
    kernel: Kernel, transport: str
) -> None:
    kid = "class Kid(App):\n    async def index(self): return {!r}\n"
    kernel.run(kid.format("one") + f"lab = serve(Kid, transport={transport!r})")
    kernel.run(kid.format("two") + "lab.swap(revision=1)")
    assert text(kernel, "await got()") == "one"
    assert "back from revision 2" in text(kernel, "rows('swap')[-1]")
    kernel.run("lab.swap(revision=1)")
    assert text(kernel, "await got()") == "one"
    assert "made anew" in text(kernel, "rows('swap')[-1]")


@pytest.mark.parametrize("magic", ["%%time", "%%prun -q"])
def test_a_handler_that_a_magic_has_made_is_named_by_its_cell(kernel: Kernel, magic: str) -> None:
    fails = "class Kid(App):\n    async def index(self):\n        return [1 / 0 for _ in 'a'][0]\n"
    cell = kernel.run(f"{magic}\n\n{fails}")
    kernel.run("lab = serve(Kid); await lab.get('/')")
    where = "[e.where for e in lab.log if e.kind == 'exception'][0]"
    assert text(kernel, where) == f"In[{cell.number}]:5"
    assert "return [1 / 0 for _ in 'a'][0]" in told(cell)
    assert text(kernel, "lab.source()") == fails.rstrip()
    kernel.run("lab.swap(revision=1)")
    assert text(kernel, "lab.source()") == fails.rstrip()
    assert text(kernel, "lab.swap(Kid), lab.source(2)") == f"2 {fails.rstrip()}"
