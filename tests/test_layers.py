"""Which room may touch which: the table of the design, held against every import there is."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("micropie", "playground", "lite")
FILES = sorted(
    str(path.relative_to(ROOT)) for each in PACKAGES for path in (ROOT / each).rglob("*.py")
)

# The part of the standard library that brings clocks, loops, threads and sockets: a room of the
# playground has it only by name, so that what is pure stays pure. The framework may use it all.
LIVE = (
    "asyncio concurrent contextvars http multiprocessing queue sched select selectors signal "
    "socket socketserver ssl subprocess threading time"
)


class Room(NamedTuple):
    """What a file may import.

    Attributes:
        ours: Modules of ours; a name stands for its submodules too, unless it ends with "!".
        others: Packages from elsewhere.
        live: Modules of `LIVE`, for a room of the playground.
    """

    ours: str = ""
    others: str = ""
    live: str = ""


LOW = "micropie.types micropie.exceptions micropie.headers micropie.conversions micropie.jsontext"
MIDDLE = (
    f"{LOW} micropie.requests micropie.websockets micropie.sessions micropie.templates "
    "micropie.responses micropie.middleware"
)
BODY_PARTS = "micropie.receiving micropie.uploads micropie.streams"
SOCKET_PARTS = "micropie.closing micropie.handshakes micropie.origins"
UPPER = (
    f"{MIDDLE} {BODY_PARTS} {SOCKET_PARTS} micropie.bodies micropie.plans micropie.routing "
    "micropie.mounts"
)
SERVING = (
    "micropie.core micropie.lifespan micropie.serving_http micropie.serving_session "
    "micropie.serving_websocket"
)
FRAMEWORK = f"{UPPER} {SERVING} micropie.app micropie.listing"

# Looked up from top to bottom.
TABLE: dict[str, Room] = {
    "micropie/__init__.py": Room(FRAMEWORK),
    "micropie/types.py": Room(),
    "micropie/exceptions.py": Room(),
    "micropie/headers.py": Room("micropie.types"),
    "micropie/conversions.py": Room(),
    "micropie/jsontext.py": Room("micropie.exceptions", others="orjson"),
    "micropie/requests.py": Room(LOW),
    "micropie/closing.py": Room("micropie.types"),
    "micropie/handshakes.py": Room("micropie.types micropie.headers"),
    "micropie/origins.py": Room(),
    "micropie/websockets.py": Room(f"{LOW} micropie.closing micropie.handshakes"),
    "micropie/sessions.py": Room(f"{LOW} micropie.requests"),
    "micropie/templates.py": Room(LOW, others="jinja2"),
    "micropie/streams.py": Room("micropie.types micropie.exceptions"),
    "micropie/responses.py": Room(f"{LOW} micropie.requests micropie.streams"),
    "micropie/middleware.py": Room(f"{LOW} micropie.requests"),
    "micropie/receiving.py": Room("micropie.types micropie.exceptions"),
    "micropie/uploads.py": Room(f"{LOW} micropie.requests micropie.receiving", others="multipart"),
    "micropie/bodies.py": Room(f"{MIDDLE} micropie.receiving micropie.uploads"),
    "micropie/mounts.py": Room(f"{LOW} micropie.requests micropie.middleware"),
    "micropie/plans.py": Room(MIDDLE),
    "micropie/routing.py": Room(f"{MIDDLE} micropie.plans"),
    "micropie/listing.py": Room("micropie.requests micropie.plans micropie.routing"),
    "micropie/core.py": Room(UPPER),
    "micropie/lifespan.py": Room(f"{LOW} micropie.core"),
    "micropie/serving_*.py": Room(f"{UPPER} micropie.core micropie.serving_session"),
    "micropie/app.py": Room(f"{UPPER} {SERVING}"),
    "micropie/backends/*.py": Room(
        f"{LOW} micropie.requests micropie.sessions micropie.backends", others="redis"
    ),
    "micropie/testing/*.py": Room(f"{FRAMEWORK} micropie.testing"),
    "playground/__init__.py": Room("playground"),
    "playground/traffic/record.py": Room("playground.traffic", others="pandas"),
    "playground/traffic/dataframe.py": Room("playground.traffic", others="pandas"),
    "playground/traffic/*.py": Room("playground.traffic"),
    "playground/spill.py": Room("playground.traffic", live="threading"),
    "playground/guard.py": Room(live="asyncio"),
    "playground/beacon.py": Room("playground.recorder"),
    "playground/cloakroom.py": Room("playground.urls"),
    "playground/live/__init__.py": Room(),
    "playground/socketio_client/__init__.py": Room(),
    "playground/rehearsals.py": Room("playground.stage"),
    "playground/recorder/*.py": Room(
        "playground.traffic playground.recorder", live="asyncio contextvars time"
    ),
    "playground/stage/*.py": Room("playground.stage", live="asyncio contextvars"),
    "playground/transports/memory.py": Room(
        "playground.transports! playground.transports.waking playground.traffic.model "
        "playground.traffic.frames micropie.testing micropie.exceptions",
        live="asyncio time",
    ),
    "playground/transports/*.py": Room(
        "playground.transports playground.traffic.model playground.traffic.frames",
        others="httpx uvicorn uvloop websockets",
        live=LIVE,
    ),
    "playground/clients.py": Room(
        "playground.transports playground.traffic playground.recorder", live="asyncio"
    ),
    # The keeper is a script: it imports nothing of ours.
    "playground/outside/keeper.py": Room(live="signal subprocess threading"),
    "playground/outside/folder.py": Room(
        "playground.outside playground.kernel playground.live.sources"
    ),
    "playground/outside/servers.py": Room("playground.outside", live="asyncio socket time"),
    "playground/outside/*.py": Room("playground.outside", live="subprocess threading"),
    "playground/urls.py": Room(others="jupyter_core"),
    # The entry that is being made decides where a line of output goes.
    "playground/output/*.py": Room(
        "playground.output playground.recorder", live="asyncio contextvars threading"
    ),
    "playground/kernel.py": Room(others="IPython ipykernel", live=LIVE),
    # nest-asyncio is imported by name, when somebody asks for it.
    "playground/nested.py": Room("playground.kernel", live="asyncio"),
    "playground/widgets/pace.py": Room(live="asyncio threading"),
    "playground/widgets/*.py": Room(
        "playground.traffic playground.widgets",
        others="anywidget ipywidgets pyodide traitlets",
        live="threading time",
    ),
    # Imported by name: what to say of a package that is not there is the doctor's business too.
    "playground/doctor/*.py": Room(
        "playground.doctor playground.beacon playground.kernel playground.nested "
        "playground.recorder playground.traffic.log playground.transports! playground.urls",
        live="asyncio http socket threading time",
    ),
    # These know what is being served, and so does nobody else.
    "playground/advice.py": Room("micropie playground", live=LIVE),
    "playground/controls.py": Room("micropie playground", live=LIVE),
    "playground/live/*.py": Room("micropie playground", live=LIVE),
    "playground/visitors.py": Room("playground", live=LIVE),
    "playground/lab/*.py": Room("micropie playground", live=LIVE),
    # What it takes to write an exercise, and no more.
    "playground/checks/course/*.py": Room("playground.checks"),
    "playground/checks/*.py": Room("playground", live=LIVE),
    "playground/magic.py": Room("micropie playground", others="IPython"),
    "playground/serving.py": Room("playground", live=LIVE),
    # The builder runs programs; it imports nothing of what it packs.
    "lite/__init__.py": Room(),
    "lite/locking.py": Room(others="packaging"),
    "lite/course.py": Room(),
    "lite/downloads.py": Room(live="subprocess"),
    "lite/building.py": Room("lite", live="subprocess"),
    "lite/binder.py": Room(live="subprocess"),
    "lite/__main__.py": Room("lite", live="time"),
}

# Heavy, or not there everywhere: no room may import them while it is being imported itself, but for
# the two that are imported when a server starts.
WHEN_USED = (
    "httpx IPython ipykernel jinja2 multipart nest_asyncio pandas redis uvicorn uvloop websockets"
)
STARTS_A_SERVER = ("playground/transports/sockets.py", "playground/transports/uvicorn_server.py")


def room_of(file: str) -> Room | None:
    """Return what a file may import, or None where the table does not say."""
    return next((room for pattern, room in TABLE.items() if fnmatch(file, pattern)), None)


@cache
def tree_of(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), file)


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def imported(node: ast.AST, file: str) -> Iterator[str]:
    """Yield the full names of the modules that one statement imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"{file}:{node.lineno}: expected an absolute import"
        module = node.module or ""
        for alias in node.names:
            inner = f"{module}.{alias.name}"
            yield inner if module.startswith(PACKAGES) and is_module(inner) else module


def imports(file: str) -> set[str]:
    """Return every module that a file imports, wherever in it."""
    return {name for node in ast.walk(tree_of(file)) for name in imported(node, file)}


def first_imports(file: str) -> set[str]:
    """Return the modules that are imported when the file is, and not only for a type checker."""
    found: set[str] = set()
    waiting: list[ast.AST] = list(tree_of(file).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        found |= set(imported(node, file))
        waiting += ast.iter_child_nodes(node)
    return found


def allows(room: Room, name: str) -> bool:
    """Return whether a room may import a module."""
    package = name.partition(".")[0]
    if package in PACKAGES:
        return any(_covers(each, name) for each in room.ours.split())
    if package in LIVE.split():
        return package in room.live.split()
    return package in sys.stdlib_module_names or package in room.others.split()


def _covers(allowed: str, name: str) -> bool:
    if allowed.endswith("!"):
        return name == allowed[:-1]
    return name == allowed or name.startswith(f"{allowed}.")


@pytest.mark.parametrize("file", FILES)
def test_a_room_imports_what_the_table_allows(file: str) -> None:
    room = room_of(file)
    assert room is not None, f"{file} is not in the table; say there what it may import"
    room = room._replace(live=LIVE) if file.startswith("micropie/") else room
    assert sorted(name for name in imports(file) if not allows(room, name)) == []


@pytest.mark.parametrize("file", FILES)
def test_what_may_be_missing_is_imported_when_used(file: str) -> None:
    early = {name.partition(".")[0] for name in first_imports(file)} & set(WHEN_USED.split())
    tried = {name for name in early if _is_tried(file, name)}
    assert early - tried == set() or file in STARTS_A_SERVER


def _is_tried(file: str, package: str) -> bool:
    """Return whether a module goes on without a package: it imports it in a `try` statement."""
    tries = [node for node in ast.walk(tree_of(file)) if isinstance(node, ast.Try)]
    inside = [node for each in tries for statement in each.body for node in ast.walk(statement)]
    return any(
        name.partition(".")[0] == package for node in inside for name in imported(node, file)
    )


def test_imports_are_acyclic() -> None:
    modules = {_module(file): file for file in FILES}
    graph = {
        module: {name for name in first_imports(file) if name in modules and name != module}
        for module, file in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def test_every_row_of_the_table_is_a_room() -> None:
    assert [pattern for pattern in TABLE if not any(fnmatch(file, pattern) for file in FILES)] == []


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("playground/traffic/log.py", "asyncio"),
        ("playground/traffic/log.py", "playground.lab"),
        ("playground/recorder/tap.py", "micropie"),
        ("playground/transports/memory.py", "playground.transports.server"),
        ("playground/widgets/panel.py", "playground.lab"),
        ("micropie/app.py", "playground"),
        ("micropie/app.py", "multipart"),
        ("micropie/app.py", "micropie.testing"),
    ],
)
def test_the_table_forbids(file: str, name: str) -> None:
    room = room_of(file)
    assert room is not None
    assert not allows(room, name)
