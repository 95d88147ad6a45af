"""The private names of others that the code uses: all on one page, and all still there."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import platform
import sys
import warnings
from importlib.metadata import version
from types import FrameType, SimpleNamespace
from typing import Any

import ipywidgets
import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.h11_impl import RequestResponseCycle as H11Cycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.datastructures import Headers
from websockets.http11 import Request
from websockets.protocol import Protocol, Side
from websockets.server import ServerProtocol

from micropie.testing import Clock
from micropie.uploads import FileQueue
from playground.notebook import nested
from playground.stage import asyncio_internals
from playground.traffic.frames import Frame
from playground.traffic.heads import mixed
from playground.transports import frames, server_internals, short_frames
from playground.transports import websocket_protocol as websocket_protocol_module
from playground.transports.uvicorn_server import Server
from playground.widgets.still import WIDGET
from playground.widgets.within import show
from tests.docs.private_names import (
    PACKAGES,
    PAGE,
    cells,
    defined,
    files,
    is_private,
    mentioned,
    names_in,
    rows,
    section,
    used,
)

# Without types of their own, or with other ones than are wanted here.
compilerop: Any = importlib.import_module("IPython.core.compilerop")
display_functions: Any = importlib.import_module("IPython.core.display_functions")
ipython_events: Any = importlib.import_module("IPython.core.events")
interactiveshell: Any = importlib.import_module("IPython.core.interactiveshell")

FILES = files(*PACKAGES)
TESTS = files("tests", "benchmarks")
DOCUMENTED = set(names_in(section("Documented, though they begin with an underscore")))
ON_THE_PAGE = DOCUMENTED | {name for row in rows() for name in row.names}


def still(package: str, name: str, holds: object) -> None:
    """Fail unless a private name is as it was, and say who has changed it."""
    number = platform.python_version() if package == "Python" else version(package)
    assert holds, (
        f"{package} {number} has changed {name}: {PAGE} says what the lab does without it; "
        "mend the function that reads it, or take the name off the page"
    )


def unlisted(paths: list[str], known: set[str]) -> list[str]:
    """Return where private names are used that neither we have given nor the page has."""
    known = known | defined(FILES) | defined(paths)
    return [
        f"{file}:{line} {name}"
        for file in paths
        for name, line in used(file)
        if is_private(name) and name not in known
    ]


def test_every_private_name_of_others_is_on_the_page() -> None:
    assert unlisted(FILES, ON_THE_PAGE) == []


def test_every_private_name_in_the_tests_is_on_the_page() -> None:
    alone = {name for row in cells("In the tests alone") for name in names_in(row[0])}
    assert unlisted(TESTS, ON_THE_PAGE | alone) == []


def test_a_private_name_that_is_not_on_the_page_is_found() -> None:
    found = unlisted(FILES, ON_THE_PAGE - {"_fut_waiter"})
    assert {each.partition(":")[0] for each in found} == {"playground/stage/asyncio_internals.py"}


def test_a_name_is_used_in_the_file_that_the_page_names_and_in_no_other() -> None:
    for row in rows():
        elsewhere = [file for file in FILES if file != row.file]
        # What we ourselves have called so, somewhere, cannot be told from theirs.
        theirs = set(row.names) - defined(elsewhere)
        assert set(row.names) <= mentioned(row.file), f"{row.file} uses them no more"
        strays = [
            f"{file}:{line}" for file in elsewhere for name, line in used(file) if name in theirs
        ]
        assert strays == [], f"{PAGE} says that only {row.file} uses {sorted(theirs)}"


def test_every_row_is_tried_by_a_test_that_there_is() -> None:
    methods = cells("Methods that are put in the place of others")
    tests = {row.test for row in rows()} | {name for row in methods for name in names_in(row[-1])}
    assert sorted(tests - set(globals())) == []


def test_a_loop_can_step_aside_for_another() -> None:
    async def other() -> str:
        return type(asyncio.get_running_loop()).__name__

    async def outer() -> tuple[str, str]:
        return Clock().run(other()), type(asyncio.get_running_loop()).__name__

    inner, _ = asyncio.run(outer())
    still("Python", "_set_running_loop", inner == "Clock")


def test_a_task_shows_that_nobody_asked_for_its_exception() -> None:
    async def failing() -> None:
        raise ValueError

    async def main() -> list[bool]:
        task: Any = asyncio.ensure_future(failing())
        await asyncio.wait({task})
        before = task._log_traceback
        task.exception()
        return [before, task._log_traceback]

    still("Python", "_log_traceback", asyncio.run(main()) == [True, False])


async def pausing() -> None:
    await asyncio.Event().wait()


async def begun(work: Any) -> asyncio.Task[Any]:
    """Begin a task and let it come to where it waits."""
    task: asyncio.Task[Any] = asyncio.ensure_future(work)
    for _ in range(3):
        await asyncio.sleep(0)
    return task


async def test_a_task_shows_what_it_waits_for() -> None:
    future = asyncio.get_running_loop().create_future()

    async def waiting() -> None:
        await future

    task = await begun(waiting())
    still("Python", "asyncio.Task._fut_waiter", asyncio_internals.waits_for(task) is future)
    assert asyncio_internals.unseen(task) == ""
    future.set_result(None)
    await task
    still("Python", "asyncio.Task._fut_waiter", asyncio_internals.waits_for(task) is None)


async def test_what_gather_waits_with_can_be_told() -> None:
    gathering = asyncio.gather(pausing(), pausing())
    other = asyncio.get_running_loop().create_future()
    still("Python", "_GatheringFuture._children", asyncio_internals.is_gathering(gathering))
    still("Python", "Future._children", not asyncio_internals.is_gathering(other))
    gathering.cancel()
    await asyncio.wait({gathering})


async def test_a_task_shows_its_context() -> None:
    made: type[asyncio.Task[Any]] = asyncio.tasks._PyTask  # type: ignore[attr-defined]
    for kind in (asyncio.Task, made):
        task = kind(pausing(), loop=asyncio.get_running_loop())
        context = asyncio_internals.context_of(task)
        still("Python", f"the context of {kind.__name__}", context is not None)
        task.cancel()
        await asyncio.wait({task})


async def test_who_waits_for_tasks_stands_in_code_that_is_known() -> None:
    async def grouped() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(pausing())

    async def waiting() -> None:
        await asyncio.wait({asyncio.ensure_future(pausing())})

    for work, name in ((grouped(), "TaskGroup._aexit"), (waiting(), "asyncio.tasks._wait")):
        task = await begun(work)
        code = asyncio_internals.code_of(asyncio_internals.chain_of(task)[-1])
        still("Python", name, code in asyncio_internals.WAITS_FOR_TASKS)
        await end(task)


async def test_wait_for_shows_its_task_where_it_has_one() -> None:
    task = await begun(asyncio.wait_for(pausing(), 60))
    innermost = asyncio_internals.chain_of(task)[-1]
    in_wait_for = asyncio_internals.code_of(innermost) is asyncio.wait_for.__code__
    seen = asyncio_internals.awaited_task(innermost)
    still("Python", "the local `fut` of asyncio.wait_for", not in_wait_for or seen is not None)
    assert in_wait_for == (sys.version_info < (3, 12))
    await end(task)


async def end(task: asyncio.Task[Any]) -> None:
    """Cancel a task, and whatever it has begun."""
    for each in asyncio.all_tasks() - {asyncio.current_task()}:
        each.cancel()
    await asyncio.wait({task})


async def test_a_queue_calls_the_hooks_of_its_subclass() -> None:
    queue = FileQueue()
    queue.put_nowait(b"part")
    still("Python", "asyncio.Queue._put", queue._held == 4)
    assert await queue.get() == b"part"
    still("Python", "asyncio.Queue._get", queue._held == 0)


async def test_a_step_of_a_task_can_be_told_on_the_stack() -> None:
    seen = asyncio.get_running_loop().create_future()

    def look() -> None:
        below = inspect.currentframe()
        assert below is not None
        seen.set_result(below.f_back)

    asyncio.get_running_loop().call_soon(look)
    frame: FrameType = await seen
    place = frame.f_code.co_filename.replace("\\", "/"), frame.f_code.co_name
    still("Python", "asyncio.Handle._run", place[0].endswith("asyncio/events.py"))
    still("Python", "asyncio.Handle._run", place[1] == "_run")


def test_the_compiler_knows_the_number_of_a_cell() -> None:
    compiler = compilerop.CachingCompiler()
    name = compiler.cache("1 + 1", 7)
    numbers = getattr(compiler, "_filename_map", {})
    still("ipython", "CachingCompiler._filename_map", numbers.get(name) == 7)


def test_the_widgets_there_are_can_be_found() -> None:
    made = ipywidgets.Output()
    known = getattr(importlib.import_module("ipywidgets.widgets.widget"), "_instances", {})
    still("ipywidgets", "widget._instances", made in known.values())
    made.close()


def test_the_callbacks_after_a_cell_are_shown() -> None:
    events = ipython_events.EventManager(SimpleNamespace(), {"post_run_cell": None})
    events.register("post_run_cell", print)
    callbacks = getattr(events, "callbacks", {})
    still("ipython", "EventManager.callbacks", print in callbacks.get("post_run_cell", ()))


def test_python_warns_by_a_function_that_can_be_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    name = "_warn_unawaited_coroutine"
    still("Python", f"warnings.{name}", hasattr(warnings, name))
    monkeypatch.setattr(warnings, name, told.append)
    asyncio.sleep(0)  # type: ignore[unused-coroutine]
    still("Python", f"warnings.{name}", len(told) == 1)


def test_display_publishes_by_a_function_that_can_be_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published: list[Any] = []
    name, shell = (
        "publish_display_data",
        SimpleNamespace(display_formatter=SimpleNamespace(format=0)),
    )
    still("ipython", f"display_functions.{name}", hasattr(display_functions, name))
    monkeypatch.setattr(display_functions, name, lambda data, *rest, **more: published.append(data))
    monkeypatch.setattr(interactiveshell.InteractiveShell, "initialized", lambda: True)
    monkeypatch.setattr(interactiveshell.InteractiveShell, "instance", lambda: shell)
    display_functions.display({"text/plain": "hello"}, raw=True)
    still("ipython", f"display_functions.{name}", published == [{"text/plain": "hello"}])


def test_who_asks_for_a_bundle_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    class Shown:
        still = "mark"

        def displayed(self, *, within: bool = False) -> None:
            raise AssertionError

        def still_text(self) -> str:
            raise AssertionError

        def still_html(self) -> str:
            raise AssertionError

        def _ipython_display_(self) -> None:
            show(self)

        def _repr_mimebundle_(self, **options: Any) -> Any:
            return {WIDGET: {}, "text/plain": "words", "text/html": "<b>words</b>"}

    formatters = importlib.import_module("IPython.core.formatters")
    shell = SimpleNamespace(display_formatter=formatters.DisplayFormatter())
    monkeypatch.setattr(interactiveshell.InteractiveShell, "initialized", lambda: True)
    monkeypatch.setattr(interactiveshell.InteractiveShell, "instance", lambda: shell)
    monkeypatch.setattr(
        display_functions, "publish_display_data", lambda data, *rest, **more: asked.append(more)
    )
    display_functions.display(Shown(), display_id="ours")
    ids = [more.get("transient", {}).get("display_id") for more in asked]
    still("ipython", "the local `kwargs` of display", ids == ["ours", "ours-1"])
    data, _ = shell.display_formatter.format(Shown())
    still("ipython", "DisplayFormatter.format", WIDGET in data)


def test_a_publisher_shows_its_parent() -> None:
    iostream = importlib.import_module("ipykernel.iostream")
    zmqshell = importlib.import_module("ipykernel.zmqshell")
    for kind in (iostream.OutStream, zmqshell.ZMQDisplayPublisher):
        shown = hasattr(kind, "parent_header")
        still("ipykernel", f"{kind.__name__}.parent_header", shown)


def test_a_comm_asks_where_it_is_answered() -> None:
    comm = importlib.import_module("ipykernel.comm.comm")
    manager = importlib.import_module("ipykernel.subshell_manager").SubshellManager
    kernel = importlib.import_module("ipykernel.kernelbase").Kernel
    asks = inspect.signature(comm.BaseComm._reply_subshell_for).parameters
    still("ipykernel", "BaseComm._reply_subshell_for", list(asks) == ["self", "data", "default"])
    still("ipykernel", "SubshellManager._create_subshell", callable(manager._create_subshell))
    still("ipykernel", "SubshellManager.list_subshell", callable(manager.list_subshell))
    still("ipykernel", "Kernel.shell_channel_thread", hasattr(kernel, "shell_channel_thread"))


def test_nest_asyncio_leaves_its_marks() -> None:
    package = nested._PATCHES[0]
    source = inspect.getsource(importlib.import_module(package))
    for name in ("asyncio._nest_patched = True", "_num_runs_pending += 1"):
        still(package.replace("_", "-"), name, name in source)


async def nobody(scope: Any, receive: Any, send: Any) -> None:
    """Serve nothing."""


def server() -> Server:
    config = uvicorn.Config(nobody, interface="asgi3", lifespan="off", log_config=None)
    config.load()
    return Server(config, asyncio.Event(), lambda: None, 1.0)


async def test_a_server_shows_its_connections_and_tasks() -> None:
    served = server()
    still("uvicorn", "Server.server_state", server_internals.unseen(served) == "")
    protocol = H11Protocol(served.config, served.server_state, {})
    protocol.connection_made(asyncio.Transport({"socket": None}))
    shown = server_internals.connections_of(served)
    still("uvicorn", "ServerState.connections", shown == [protocol])
    still("uvicorn", "ServerState.tasks", protocol.tasks is served.server_state.tasks)
    still("uvicorn", "the protocols' shutdown", callable(getattr(protocol, "shutdown", None)))


def websocket_protocol(config: uvicorn.Config) -> Any:
    return WebSocketsSansIOProtocol(config, uvicorn.server.ServerState(), {})


async def test_a_websocket_can_be_told_from_a_request() -> None:
    served = server()
    request = H11Protocol(served.config, served.server_state, {})
    websocket = websocket_protocol(served.config)
    name = "WebSocketsSansIOProtocol.handshake_complete"
    still("uvicorn", name, server_internals.is_websocket(websocket))
    still("uvicorn", name, not server_internals.is_websocket(request))
    for kind, is_one in ((WebSocketsSansIOProtocol, True), (H11Cycle, False)):
        run = SimpleNamespace(__qualname__=kind.run_asgi.__qualname__)
        task: Any = SimpleNamespace(get_coro=lambda run=run: run)
        told = server_internals.handles_websocket(task) is is_one
        still("uvicorn", f"the name of {kind.__name__}.run_asgi", told)


async def test_a_protocol_shows_its_connection_and_whether_it_is_gone() -> None:
    websocket = websocket_protocol(server().config)
    protocol = server_internals.protocol_of(websocket.receive)
    still("uvicorn", "whose method `receive` is", protocol is websocket)
    shown = server_internals.websocket_of(protocol)
    still("uvicorn", "WebSocketsSansIOProtocol.conn", isinstance(shown, Protocol))
    still("uvicorn", "WebSocketsSansIOProtocol.disconnected", hasattr(protocol, "disconnected"))
    given = inspect.getsource(H11Cycle.__init__)
    still("uvicorn", "RequestResponseCycle.disconnected", "self.disconnected = False" in given)


async def test_a_protocol_keeps_what_has_come_in_a_queue() -> None:
    protocol = websocket_protocol(server().config)
    still("uvicorn", "WebSocketsSansIOProtocol.queue", isinstance(protocol.queue, asyncio.Queue))
    receives = inspect.getsource(WebSocketsSansIOProtocol.receive)
    for said in ("await self.queue.get()", "if self.read_paused and self.queue.empty():"):
        still("uvicorn", "WebSocketsSansIOProtocol.receive", said in receives)


async def test_a_connection_shows_whether_a_message_begins() -> None:
    connection = ServerProtocol()
    assert not server_internals.is_between_messages(connection)
    connection.receive_data(handshake())
    [request] = connection.events_received()
    assert isinstance(request, Request)
    connection.send_response(connection.accept(request))
    assert not server_internals.is_plain(connection), "its answer is not sent"
    connection.data_to_send()
    still(
        "websockets", "Protocol.debug, writes or extensions", server_internals.is_plain(connection)
    )
    client = Protocol(Side.CLIENT)
    for text, fin in ((b"a", True), (b"b", False)):
        still("websockets", "Protocol.parser", server_internals.is_between_messages(connection))
        client.send_text(text, fin)
        data = b"".join(client.data_to_send())
        connection.receive_data(data[:3])
        cut = not server_internals.is_between_messages(connection)
        still("websockets", "where Protocol.parser waits", cut)
        connection.receive_data(data[3:])
    within = not server_internals.is_between_messages(connection)
    still("websockets", "Protocol.current_size", within)


def test_a_mask_is_put_on_in_c() -> None:
    still("websockets", "speedups.apply_mask", short_frames.apply_mask is not mixed)
    assert short_frames.apply_mask(b"abcde", b"1234") == mixed(b"abcde", b"1234")


def test_a_websocket_runs_through_the_methods_that_are_replaced() -> None:
    replaced = ["data_received", "connection_lost", "receive", "send"]
    for name in (*replaced, "handle_events", "handle_parser_exception"):
        method = getattr(WebSocketsSansIOProtocol, name, None)
        still("uvicorn", f"WebSocketsSansIOProtocol.{name}", callable(method))
    assert set(replaced) <= vars(websocket_protocol_module.Protocol).keys()
    parses = inspect.getsource(WebSocketsSansIOProtocol.data_received)
    for called in ("receive_data(data)", "handle_parser_exception()", "handle_events()"):
        still("uvicorn", "WebSocketsSansIOProtocol.data_received", f".{called}" in parses)


async def test_a_protocol_takes_compression_as_the_configuration_says() -> None:
    served = server()
    for wanted in (True, False):
        server_internals.compress(served, wanted)
        protocol = websocket_protocol(served.config)
        offered = bool(protocol.conn.available_extensions)
        still("uvicorn", "Config.ws_per_message_deflate", offered is wanted)


def test_a_handshake_has_limits_that_can_be_raised() -> None:
    http11: Any = importlib.import_module("websockets.http11")
    before = http11.MAX_LINE_LENGTH, http11.MAX_NUM_HEADERS
    lines = [f"X-{number}: y" for number in range(200)] + [f"X-Long: {'z' * 20_000}"]
    with server_internals.generous_handshakes():
        protocol = ServerProtocol()
        protocol.receive_data(handshake(*lines))
    read = [type(each).__name__ for each in protocol.events_received()]
    still("websockets", "http11.MAX_LINE_LENGTH and MAX_NUM_HEADERS", read == ["Request"])
    assert before == (http11.MAX_LINE_LENGTH, http11.MAX_NUM_HEADERS)


def test_a_handshake_that_cannot_be_read_says_why() -> None:
    good, bad = ServerProtocol(), ServerProtocol()
    good.receive_data(handshake())
    bad.receive_data(handshake(f"X-Long: {'z' * 20_000}"))
    assert server_internals.handshake_error(good) is None
    why = server_internals.handshake_error(bad)
    still("websockets", "ServerProtocol.handshake_exc", why is not None)
    answered = b"".join(bad.data_to_send()).startswith(b"HTTP/1.1 431 ")
    still("websockets", "what it answers then", answered)
    still("websockets", "Protocol.events", server_internals.has_events(good))
    good.events_received()
    still("websockets", "Protocol.events", not server_internals.has_events(good))
    still("websockets", "Protocol.parser_exc", not server_internals.is_broken(good))
    good.send_response(good.accept(Request("/", Headers(PAIRS))))
    good.receive_data(b"\xff\xff")
    still("websockets", "Protocol.parser_exc", server_internals.is_broken(good))


PAIRS = [
    ("Host", "h"),
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Version", "13"),
]


def handshake(*lines: str) -> bytes:
    head = ["GET / HTTP/1.1", *(f"{name}: {value}" for name, value in PAIRS), *lines]
    return "\r\n".join([*head, "", ""]).encode()


def test_a_protocol_says_which_close_came_first() -> None:
    ours, theirs = Protocol(Side.SERVER), Protocol(Side.CLIENT)
    assert server_internals.first_close(ours) is None
    ours.send_close(4000, "enough")
    first = server_internals.first_close(ours)
    still("websockets", "Protocol.close_sent", first == ("server", 4000, "enough"))
    theirs.receive_data(b"".join(ours.data_to_send()))
    theirs_first = server_internals.first_close(theirs)
    still("websockets", "Protocol.close_rcvd_then_sent", theirs_first == ("client", 4000, "enough"))
    ours.receive_data(b"".join(theirs.data_to_send()))
    again = server_internals.first_close(ours)
    still("websockets", "Protocol.close_rcvd", ours.close_rcvd is not None)
    still("websockets", "Protocol.close_rcvd_then_sent", again == first)


def test_frames_are_seen_through_extensions() -> None:
    still("websockets", "Protocol.extensions", frames.unseen() == "")


def test_the_bytes_of_frames_are_seen_where_they_are_read_and_written() -> None:
    seen: list[Frame] = []
    client, server = Protocol(Side.CLIENT), Protocol(Side.SERVER)
    frames._attach(client, seen.append)
    client.send_text(b"hi")
    still("websockets", "Protocol.send_frame", len(seen) == 1)
    sent = b"".join(client.data_to_send())
    still("websockets", "Protocol.writes", seen[0].header + seen[0].head == sent)
    frames._attach(server, seen.append)
    server.receive_data(sent)
    still("websockets", "Protocol.reader", seen[1].header + seen[1].head == sent)


def test_a_server_runs_through_the_methods_that_are_replaced() -> None:
    row, *_ = cells("Methods that are put in the place of others")
    replaced = names_in(row[1])
    assert set(replaced) - {"on_tick"} == set(vars(Server)) & set(vars(uvicorn.Server)) - {
        "__doc__", "__init__", "__module__", "__firstlineno__", "__static_attributes__",
    }  # fmt: skip
    source = inspect.getsource(uvicorn.Server)
    for name in replaced:
        still("uvicorn", f"Server.{name}", f"await self.{name}(" in source)
