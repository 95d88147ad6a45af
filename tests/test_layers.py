"""Which room may touch which: the table of the design, held against every import there is."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("micropie", "playground", "lite")
FILES = sorted(
    path.relative_to(ROOT).as_posix() for each in PACKAGES for path in (ROOT / each).rglob("*.py")
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


LOW = (
    "micropie.types micropie.exceptions micropie.failures micropie.headers micropie.conversions "
    "micropie.jsontext micropie.logs"
)
SESSION_PARTS = "micropie.session_ids micropie.storable micropie.merging micropie.sessions"
MIDDLE = (
    f"{LOW} micropie.requests micropie.websockets {SESSION_PARTS} micropie.templates "
    "micropie.responses micropie.middleware"
)
BODY_PARTS = "micropie.receiving micropie.filenames micropie.uploads micropie.streams"
SOCKET_PARTS = (
    "micropie.closing micropie.endings micropie.handshakes micropie.messages micropie.origins "
    "micropie.vain"
)
UPPER = (
    f"{MIDDLE} {BODY_PARTS} {SOCKET_PARTS} micropie.bodies micropie.handlers micropie.misnamed "
    "micropie.plans "
    "micropie.routing micropie.mounts"
)
SERVING = (
    "micropie.core micropie.lifespan micropie.serving_http micropie.serving_session "
    "micropie.serving_websocket"
)
FRAMEWORK = f"{UPPER} {SERVING} micropie.app micropie.broadcasting micropie.listing"

# Looked up from top to bottom.
TABLE: dict[str, Room] = {
    "micropie/__init__.py": Room(FRAMEWORK),
    "micropie/types.py": Room(),
    "micropie/exceptions.py": Room(),
    "micropie/failures.py": Room(),
    "micropie/logs.py": Room("micropie.failures"),
    "micropie/misnamed.py": Room("micropie.failures"),
    "micropie/headers.py": Room("micropie.types micropie.logs"),
    "micropie/conversions.py": Room(),
    "micropie/jsontext.py": Room("micropie.exceptions", others="orjson"),
    "micropie/requests.py": Room(LOW),
    "micropie/closing.py": Room("micropie.types"),
    "micropie/handshakes.py": Room(
        "micropie.types micropie.headers micropie.closing micropie.session_ids"
    ),
    "micropie/session_ids.py": Room(),
    "micropie/storable.py": Room(),
    "micropie/merging.py": Room("micropie.storable"),
    "micropie/origins.py": Room(),
    "micropie/vain.py": Room("micropie.types micropie.requests"),
    "micropie/endings.py": Room("micropie.types micropie.failures"),
    "micropie/messages.py": Room("micropie.handshakes micropie.jsontext"),
    "micropie/websockets.py": Room(
        f"{LOW} micropie.closing micropie.endings micropie.handshakes micropie.messages "
        "micropie.requests micropie.session_ids micropie.vain"
    ),
    "micropie/broadcasting.py": Room(f"{LOW} micropie.websockets"),
    "micropie/sessions.py": Room("micropie.merging micropie.storable"),
    "micropie/templates.py": Room(LOW, others="jinja2"),
    "micropie/streams.py": Room("micropie.types micropie.exceptions micropie.failures"),
    "micropie/responses.py": Room(f"{LOW} micropie.requests micropie.streams"),
    "micropie/middleware.py": Room(f"{LOW} micropie.requests"),
    "micropie/receiving.py": Room("micropie.types micropie.exceptions"),
    "micropie/filenames.py": Room(),
    "micropie/uploads.py": Room(
        f"{LOW} micropie.requests micropie.receiving micropie.filenames", others="multipart"
    ),
    "micropie/bodies.py": Room(f"{MIDDLE} micropie.receiving micropie.uploads"),
    "micropie/mounts.py": Room(f"{LOW} micropie.requests micropie.middleware"),
    "micropie/plans.py": Room(MIDDLE),
    "micropie/handlers.py": Room("micropie.requests"),
    "micropie/routing.py": Room(f"{MIDDLE} micropie.handlers micropie.plans"),
    "micropie/listing.py": Room("micropie.handlers micropie.plans micropie.routing"),
    "micropie/describing/*.py": Room(
        "micropie.types micropie.plans micropie.listing micropie.describing"
    ),
    "micropie/core.py": Room(UPPER),
    "micropie/lifespan.py": Room(f"{LOW} micropie.core"),
    "micropie/serving_*.py": Room(f"{UPPER} micropie.core micropie.serving_session"),
    "micropie/app.py": Room(f"{UPPER} {SERVING}"),
    "micropie/backends/*.py": Room(
        f"{LOW} micropie.merging micropie.storable micropie.sessions micropie.backends",
        others="redis",
    ),
    "micropie/testing/*.py": Room(f"{FRAMEWORK} micropie.testing"),
    "playground/traffic/record.py": Room("playground.traffic", others="pandas"),
    "playground/traffic/decoding.py": Room("playground.traffic", others="cbor2 msgpack ormsgpack"),
    "playground/traffic/*.py": Room("playground.traffic"),
    "playground/exports/dataframe.py": Room(
        "playground.traffic playground.exports", others="pandas"
    ),
    # A forked child forgets the file.
    "playground/exports/spill.py": Room(
        "playground.traffic playground.exports", live="threading weakref"
    ),
    "playground/exports/*.py": Room("playground.traffic playground.exports"),
    "playground/entrance/chain.py": Room(
        "playground.entrance playground.recorder playground.stage playground.traffic.log",
        live="contextvars",
    ),
    "playground/entrance/cookies.py": Room(),
    "playground/entrance/isolation.py": Room("playground.entrance.origins"),
    "playground/entrance/sharing.py": Room(),
    "playground/describing/*.py": Room("playground.describing playground.traffic"),
    "playground/entrance/origins.py": Room("playground.entrance.sharing", live="asyncio"),
    "playground/entrance/identity.py": Room("playground.entrance.origins playground.recorder"),
    "playground/entrance/credentials.py": Room("playground.entrance.addresses"),
    "playground/entrance/addresses.py": Room(others="jupyter_core"),
    "playground/entrance/__init__.py": Room(),
    "playground/socketio_client/__init__.py": Room(),
    "playground/recorder/*.py": Room(
        "playground.traffic playground.recorder", live="asyncio contextvars time"
    ),
    "playground/gates/*.py": Room(
        "playground.gates playground.traffic.filter playground.traffic.log "
        "playground.traffic.model playground.traffic.summary",
        live="asyncio contextvars threading",
    ),
    "playground/upstream/*.py": Room(
        "playground.upstream playground.traffic.redact playground.transports.at_once "
        "playground.transports.server_internals playground.transports.short_frames",
        others="httpx2 js pyodide websockets",
        live="asyncio contextvars socket ssl",
    ),
    "playground/stage/*.py": Room("playground.stage", live="asyncio contextvars"),
    "playground/transports/memory.py": Room(
        "playground.transports! playground.transports.waking playground.traffic.model "
        "playground.traffic.frames micropie.testing micropie.exceptions",
        live="asyncio time",
    ),
    "playground/transports/*.py": Room(
        "playground.transports playground.traffic.model playground.traffic.frames "
        "playground.traffic.heads playground.traffic.escapes playground.traffic.redact "
        "playground.traffic.told micropie.testing.places micropie.testing.unheard",
        others="anyio httpx2 uvicorn uvloop websockets",
        live=LIVE,
    ),
    "playground/sight/*.py": Room(
        "playground.sight playground.gates.stops playground.recorder playground.stage "
        "playground.traffic.log playground.traffic.escapes playground.traffic.quoted "
        "playground.traffic.redact playground.traffic.secret_names playground.traffic.sheets",
        live="asyncio threading weakref",
    ),
    "playground/watchdog/*.py": Room(
        "playground.watchdog playground.transports! playground.recorder.texts "
        "micropie.testing.pending",
        live="asyncio selectors threading time",
    ),
    "playground/clients/jar.py": Room(live="http"),
    "playground/clients/streaming.py": Room(
        "playground.clients.asking playground.clients.misnamed playground.traffic.server_sent "
        "playground.transports! "
        "playground.transports.waiting playground.transports.waking",
        live="asyncio time",
    ),
    "playground/clients/*.py": Room(
        "playground.clients playground.transports playground.traffic.model "
        "playground.traffic.frames playground.traffic.heads playground.traffic.escapes "
        "playground.traffic.redact",
        live="asyncio",
    ),
    # The keeper is a script: it imports nothing of ours.
    "playground/outside/keeper.py": Room(live="signal subprocess threading"),
    "playground/outside/folder.py": Room(
        "playground.outside playground.notebook.kernel playground.live.sources"
    ),
    "playground/outside/servers.py": Room("playground.outside", live="asyncio socket time"),
    "playground/outside/*.py": Room("playground.outside", live="subprocess threading"),
    # What ends a process is a signal too.
    "playground/notebook/shared_calls.py": Room(live="signal"),
    # The IPython side knows nothing of ours. nest-asyncio is imported by name, when somebody asks.
    "playground/notebook/*.py": Room(
        "playground.notebook", others="IPython ipykernel", live="asyncio contextvars threading"
    ),
    "playground/widgets/pace.py": Room(live="asyncio threading"),
    # A face asks IPython for two outputs, where it is shown in a notebook.
    "playground/widgets/still.py": Room("playground.widgets.composing", others="IPython"),
    "playground/widgets/within.py": Room("playground.widgets.still", others="ipywidgets"),
    # A tab is a widget of a library that is looked for when it is wanted.
    "playground/widgets/dock.py": Room(others="sidecar"),
    "playground/widgets/*.py": Room(
        "playground.traffic playground.exports playground.widgets",
        others="anywidget ipywidgets pyodide traitlets",
        live="threading time",
    ),
    # A page packs the modules and rows of the faces, and falls back to a table: it stands above
    # both, and brings its format into the registry that neither may know it by.
    "playground/saved/*.py": Room(
        "playground.saved playground.traffic playground.exports playground.widgets"
    ),
    # Files are read, imported and handed over, on a thread of their own.
    "playground/watching/changes.py": Room(others="watchfiles", live="threading"),
    "playground/watching/*.py": Room(
        "micropie playground.watching playground.live.advice playground.live.fingerprint "
        "playground.live.saying playground.live.tracebacks playground.notebook.exits "
        "playground.notebook.kernel playground.transports! playground.watchdog.breaking",
        live="contextvars threading time",
    ),
    # Imported by name: what to say of a package that is not there is the doctor's business too.
    "playground/doctor/*.py": Room(
        "playground.doctor playground.entrance.addresses playground.entrance.identity "
        "playground.notebook playground.recorder playground.traffic.log "
        "playground.traffic.record playground.transports!",
        live="asyncio http socket threading time",
    ),
    # What is served, as code: only these know both a cell and the stage.
    "playground/live/advice.py": Room("micropie"),
    "playground/live/saying.py": Room(
        "micropie playground.notebook.kernel playground.transports! playground.watchdog.breaking",
        live="threading",
    ),
    "playground/live/importing.py": Room("micropie playground.traffic.redact"),
    "playground/live/*.py": Room(
        "micropie playground.live playground.notebook.cells playground.notebook.exits "
        "playground.notebook.kernel playground.stage playground.transports! "
        "playground.transports.guarded_loop playground.transports.interrupts",
        live="asyncio contextvars threading",
    ),
    # Conversations had again, on a clock; saving one asks for the source of what a cell defines.
    "playground/replays/__init__.py": Room("micropie.testing"),
    "playground/replays/beside.py": Room(live="asyncio contextvars threading"),
    "playground/replays/saving.py": Room(
        "playground.live.sources playground.notebook.kernel playground.replays"
    ),
    "playground/replays/outside.py": Room(
        "micropie playground.live.fingerprint playground.live.sources playground.notebook.kernel",
        live="asyncio",
    ),
    "playground/replays/playing.py": Room(
        "micropie playground.replays playground.clients.cookies playground.recorder.tap "
        "playground.stage.asyncio_internals playground.traffic.log playground.transports.memory",
        live="asyncio time",
    ),
    "playground/replays/kept.py": Room(
        "micropie.testing.search playground.replays playground.exports playground.traffic",
        live="threading",
    ),
    "playground/replays/*.py": Room(
        "micropie playground.replays playground.clients.pool playground.clients.reasons "
        "playground.clients.cookies "
        "playground.exports playground.recorder playground.traffic playground.transports.memory",
        live="asyncio contextvars",
    ),
    # A crowd at work knows only how clients reach an app; what begins one knows of its process.
    "playground/swarm/limits.py": Room(),
    "playground/swarm/travelling.py": Room("playground.live.sources playground.notebook.kernel"),
    "playground/swarm/*.py": Room(
        "playground.swarm playground.clients.client playground.notebook.kernel "
        "playground.outside.programs "
        "playground.traffic.escapes playground.traffic.model playground.transports",
        others="uvloop",
        live="asyncio signal threading time",
    ),
    "playground/fuzzing/__init__.py": Room("playground.fuzzing"),
    "playground/fuzzing/acts.py": Room("micropie.testing.happenings"),
    "playground/fuzzing/conversations.py": Room("playground.fuzzing", "hypothesis"),
    "playground/fuzzing/hunt.py": Room("playground.fuzzing", live="time"),
    "playground/fuzzing/*.py": Room(
        "micropie playground.fuzzing playground.clients.misnamed playground.clients.reasons "
        "playground.describing playground.replays playground.traffic",
        live="asyncio",
    ),
    # What it takes to write an exercise, and no more.
    "playground/checks/course/orders.py": Room("playground.checks", live="asyncio"),
    "playground/checks/course/*.py": Room("playground.checks"),
    "playground/checks/*.py": Room(
        "playground.checks playground.lab playground.clients playground.live.advice "
        "playground.notebook.kernel playground.traffic.apart playground.traffic.model "
        "playground.transports! playground.transports.waiting playground.widgets.board "
        "playground.replays playground.traffic.log micropie.testing",
        live="asyncio concurrent threading time",
    ),
    # A class: it hears of checks, and shows a board. A kernel's line is on a thread of its own.
    "playground/classroom/limits.py": Room(),
    "playground/classroom/messages.py": Room(
        "playground.classroom.limits playground.traffic.escapes"
    ),
    "playground/classroom/seats.py": Room("playground.classroom.messages", others="jupyter_core"),
    "playground/classroom/keeping.py": Room("playground.notebook.kernel", live="threading"),
    "playground/classroom/page.py": Room("playground.saved.packing playground.widgets.composing"),
    "playground/classroom/board.py": Room(
        "micropie playground.classroom playground.widgets.classboard", live="asyncio time"
    ),
    "playground/classroom/line.py": Room(
        "playground.classroom playground.transports.quiet",
        others="websockets",
        live="asyncio socket ssl threading",
    ),
    "playground/classroom/*.py": Room(
        "playground.classroom playground.checks playground.doctor playground.lab "
        "playground.exports.ladder",
        live="threading time",
    ),
    # The lab puts everything together; what is made with a lab is beyond it.
    "playground/lab/fuzzing.py": Room("micropie playground", "pyodide_js", live=LIVE),
    "playground/lab/*.py": Room("micropie playground", live=LIVE),
    # The panel as a page: it knows widgets by what their comms say, and a lab by what it is given.
    "playground/plain/keys.py": Room(live="threading"),
    "playground/plain/site.py": Room(
        "playground.plain playground.transports.server", live="asyncio concurrent threading"
    ),
    "playground/plain/pages.py": Room(
        "playground.plain playground.transports.server_internals playground.widgets.composing",
        live="asyncio",
    ),
    "playground/plain/answers.py": Room(live="asyncio"),
    "playground/plain/line.py": Room(live="asyncio"),
    "playground/plain/*.py": Room("playground.plain"),
    # What a person types: it serves, shows a log and copies notebooks.
    "playground/terminal/*.py": Room(
        "micropie playground.terminal playground.exports.text playground.lab "
        "playground.live.tracebacks playground.plain.opening playground.serving "
        "playground.traffic.log playground.traffic.summary playground.traffic.words "
        "playground.upstream playground.watching.reasons",
        live="signal subprocess threading",
    ),
    "playground/__main__.py": Room("playground.terminal"),
    "playground/serving.py": Room(
        "playground.lab playground.live playground.notebook.kernel playground.stage "
        "playground.traffic.log playground.transports! playground.watching.loading "
        "playground.watching.reasons",
        live="threading",
    ),
    "playground/framework.py": Room("micropie"),
    "playground/__init__.py": Room(
        "playground.framework playground.checks playground.classroom playground.clients "
        "playground.exports "
        "playground.lab playground.live playground.notebook playground.saved playground.serving "
        "playground.stage playground.upstream "
        "playground.traffic playground.transports!"
    ),
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
# those that are imported when a server starts, or somebody is led to one.
WHEN_USED = (
    "cbor2 httpx2 IPython ipykernel jinja2 msgpack multipart nest_asyncio ormsgpack pandas redis "
    "uvicorn uvloop watchfiles websockets"
)
STARTS_A_SERVER = (
    "playground/transports/sockets.py",
    "playground/transports/uvicorn_server.py",
    "playground/transports/websocket_protocol.py",
    # Imported when somebody comes who is to be led on.
    "playground/transports/short_frames.py",
    "playground/upstream/leg.py",
    "playground/upstream/opening.py",
    "playground/upstream/requests.py",
)


@cache
def room_of(file: str) -> Room | None:
    """Return what a file may import, or None where the table does not say."""
    return next((room for pattern, room in TABLE.items() if fnmatch(file, pattern)), None)


@cache
def tree_of(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), file)


@cache
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


@cache
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


def test_every_room_is_in_the_table() -> None:
    assert [file for file in FILES if room_of(file) is None] == []


def test_a_room_imports_what_the_table_allows() -> None:
    wrong = [f"{file} → {name}" for file in FILES for name in sorted(_forbidden(file))]
    assert wrong == []


def _forbidden(file: str) -> set[str]:
    room = room_of(file) or Room()
    room = room._replace(live=LIVE) if file.startswith("micropie/") else room
    return {name for name in imports(file) if not allows(room, name)}


def test_what_may_be_missing_is_imported_when_used() -> None:
    optional = set(WHEN_USED.split())
    early = [
        f"{file} → {package}"
        for file in FILES
        for package in {name.partition(".")[0] for name in first_imports(file)} & optional
        if file not in STARTS_A_SERVER and not _is_tried(file, package)
    ]
    assert early == []


def _is_tried(file: str, package: str) -> bool:
    """Return whether a module goes on without a package: it imports it in a `try` statement."""
    tries = [node for node in ast.walk(tree_of(file)) if isinstance(node, ast.Try)]
    inside = [node for each in tries for statement in each.body for node in ast.walk(statement)]
    return any(
        name.partition(".")[0] == package for node in inside for name in imported(node, file)
    )


def test_no_file_imports_itself_in_a_circle() -> None:
    assert _circle(_arrows(_module)) == ""


def test_no_room_imports_itself_in_a_circle() -> None:
    """A room is a folder of a package; `__init__` of a package shows what it has, and is none."""
    assert _circle(_arrows(_room)) == ""


def test_a_circle_is_seen_whenever_it_is_imported() -> None:
    assert _circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}).count("→") == 3


def _arrows(named: Callable[[str], str]) -> dict[str, set[str]]:
    """Return who imports whom: at once, in a function, or only for a type checker."""
    files = {_module(file): file for file in FILES}
    arrows: dict[str, set[str]] = {named(file): set() for file in FILES}
    for file in FILES:
        found = {named(files[name]) for name in imports(file) if name in files}
        arrows[named(file)] |= found - {named(file)}
    return arrows


def _circle(arrows: dict[str, set[str]]) -> str:
    """Return a circle as ``a → b → a``; "" if there is none."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return " → ".join(error.args[1])
    return ""


def _room(file: str) -> str:
    """Return the folder that is a file's room; a file beside the rooms is one by itself."""
    parts = file.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else file


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
