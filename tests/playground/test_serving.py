"""One name, one lab, however often a cell is run; what cannot be served is refused in words."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from micropie import App
from playground import HandshakeRefused, NotOnStage, serve
from playground.lab import parts_of
from tests.playground.lab_apps import Echo, on_both, serving

pytestmark = pytest.mark.live


def test_serving_again_is_the_same_lab_on_the_same_port() -> None:
    lab = serve(Echo)
    port = lab.port
    assert serve(Echo) is lab
    assert (lab.port, lab.revision) == (port, 1)

    class Other(App):
        async def index(self) -> str:
            return "other"

    assert serve(Other, name="Echo") is lab
    assert (lab.port, lab.revision) == (port, 2)
    assert httpx2.get(lab.local_url).text == "other"


def test_a_taken_port_is_an_error_here_and_now_that_names_the_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="leave port out"):
            serve(Echo, port=taken.getsockname()[1])
    assert "Echo" not in repr(threading.enumerate())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("app", "remedy"),
    [(int, r"class int\(App\)"), (42, "scope, receive and send"), (len, "scope, receive and send")],
)
def test_what_is_no_app_is_refused_with_a_remedy(app: Any, remedy: str) -> None:
    with pytest.raises(TypeError, match=remedy):
        serve(app)


def test_a_handler_without_a_socket_parameter_is_pointed_out() -> None:
    class Deaf(App):
        async def ws_echo(self) -> None: ...

    assert "write ws_echo(self, ws)" in parts_of(serve(Deaf)).staging.note


def test_any_asgi_app_can_be_served() -> None:
    async def plain(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        if scope["path"] == "/fail":
            raise ValueError("boom")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"plain"})

    lab = serve(plain)
    assert lab.name == "plain"
    assert httpx2.get(lab.local_url).text == "plain"
    assert httpx2.get(lab.local_url + "fail").status_code == 500
    assert [entry.data for entry in lab.log if entry.kind == "exception"] == ["ValueError: boom"]
    assert parts_of(lab).staging.routes() == []


def test_the_memory_transport_outside_of_a_loop_names_the_remedy() -> None:
    with pytest.raises(RuntimeError, match="transport='server'"):
        serve(Echo, transport="memory")


def test_another_port_that_is_taken_leaves_the_lab_as_it_was() -> None:
    lab = serve(Echo)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="leave port out"):
            serve(Echo, port=taken.getsockname()[1])
    assert httpx2.get(lab.local_url).text == "hello"


def test_another_port_has_the_same_lab_serve_there_and_nowhere_else(tmp_path: Any) -> None:
    lab = serve(Echo, spill=tmp_path / "a.jsonl")
    before, port = lab.local_url, _free_port()
    moved = serve(Echo, port=port)
    assert moved is lab
    assert (lab.port, lab.running) == (port, True)
    assert httpx2.get(lab.local_url).text == "hello"
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(before)
    lab.restart()
    assert httpx2.get(moved.local_url).text == "hello"
    assert parts_of(moved).spilling.path == tmp_path / "a.jsonl"


def test_an_app_that_does_not_start_elsewhere_leaves_the_lab_as_it_was() -> None:
    class Bad(App):
        def __init__(self) -> None:
            super().__init__()
            self.startup_handlers.append(lambda: 1 / 0)

    lab = serve(Echo)
    with pytest.raises(NotOnStage):
        serve(Bad, name="Echo", port=_free_port())
    assert httpx2.get(lab.local_url).text == "hello"


@pytest.mark.parametrize(
    ("port", "error", "remedy"),
    [
        ("8000", TypeError, "write port=8000"),
        (80.5, TypeError, "leave it out"),
        (True, TypeError, "leave it out"),
        (99999, ValueError, "from 1 to 65535"),
        (-1, ValueError, "from 1 to 65535"),
    ],
)
def test_what_is_no_port_is_refused_in_words(
    port: Any, error: type[Exception], remedy: str
) -> None:
    lab = serve(Echo)
    with pytest.raises(error, match=remedy):
        serve(Echo, port=port)
    assert lab.running


def test_what_is_asked_for_later_takes_effect_on_the_lab_that_runs() -> None:
    lab = serve(Echo)
    parts_of(lab).entrance.origins.trust("https://notebook.example")

    def status(origin: str) -> int:
        return httpx2.post(lab.local_url, headers={"origin": origin}).status_code

    assert status("https://app.example") == 403
    assert serve(Echo, origins=["https://app.example"], url="https://x.example/") is lab
    assert status("https://app.example") == 200
    assert lab.url == "https://x.example/"
    serve(Echo, max_entries=2)
    assert (len(lab.log), lab.log.max_entries, lab.log.dropped > 0) == (2, 2, True)
    serve(Echo)
    assert status("https://app.example") == 403
    assert lab.log.max_entries == 2
    assert status("https://notebook.example") == 200


@pytest.mark.parametrize(
    ("options", "error", "remedy"),
    [
        ({"origins": "https://a.example"}, TypeError, r"write origins=\['https://a.example'\]"),
        ({"origins": ["a.example"]}, ValueError, "expected an origin"),
        ({"max_entries": 0}, ValueError, "at least 1"),
        ({"max_bytes": "1"}, ValueError, "at least 1"),
        ({"spill": "a.txt"}, ValueError, "jsonl"),
    ],
)
def test_what_cannot_be_taken_over_changes_nothing(
    options: dict[str, Any], error: type[Exception], remedy: str
) -> None:
    lab = serve(Echo, on_swap="close", origins=["https://first.example"])
    with pytest.raises(error, match=remedy):
        serve(Echo, **options)
    assert (lab.running, lab.on_swap) == (True, "close")
    assert parts_of(lab).entrance.origins.named == ("https://first.example",)


def test_new_code_that_does_not_start_leaves_the_settings_too() -> None:
    class Bad(App):
        def __init__(self) -> None:
            raise ValueError("no")

    lab = serve(Echo)
    with pytest.raises(NotOnStage):
        serve(Bad, name="Echo", on_swap="close", origins=["https://a.example"])
    assert (lab.on_swap, parts_of(lab).entrance.origins.named) == ("handover", ())
    assert httpx2.get(lab.local_url).text == "hello"


def test_threads_that_serve_at_once_get_one_lab() -> None:
    together = threading.Barrier(8)

    def served(_: int) -> Any:
        together.wait()
        return serve(Echo)

    with ThreadPoolExecutor(8) as pool:
        labs = set(pool.map(served, range(8)))
    assert len(labs) == 1
    assert httpx2.get(labs.pop().local_url).text == "hello"


def test_serving_while_a_thread_stops_it_is_a_lab_that_serves() -> None:
    lab = serve(Echo)
    for _ in range(5):
        with ThreadPoolExecutor(1) as pool:
            stopping = pool.submit(lab.stop)
            serve(Echo)
            stopping.result()
        assert serve(Echo) is lab
        assert httpx2.get(lab.local_url).text == "hello"


def test_an_app_that_serves_itself_as_it_starts_is_told_so_and_waits_for_nobody() -> None:
    said: list[str] = []

    class Mirror(App):
        def __init__(self) -> None:
            super().__init__()
            self.startup_handlers.append(self.up)

        def up(self) -> None:
            try:
                serve(Mirror)
            except RuntimeError as error:
                said.append(str(error))

    serve(Mirror)
    assert "from inside of its own start-up" in said[0]


def test_an_app_is_imported_by_module_and_name(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """
from micropie import App
class Chat(App):
    async def index(self): return "from a file"
app = Chat()
"""
    (tmp_path / "served_from_a_file.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    lab = serve("served_from_a_file:app")
    assert (lab.name, httpx2.get(lab.local_url).text) == ("Chat", "from a file")
    assert serve("served_from_a_file:Chat") is lab
    with pytest.raises(ImportError, match="has no Chatt; it has Chat, app"):
        serve("served_from_a_file:Chatt")
    with pytest.raises(ImportError, match=r"expected a module not_there .* working directory"):
        serve("not_there:app")
    with pytest.raises(ValueError, match=r"serve\('served_from_a_file:app'\)"):
        serve("served_from_a_file.py")


def test_commands_from_several_threads_end_in_words_and_the_last_one_counts() -> None:
    lab = serve(Echo)

    class Other(Echo): ...

    commands: list[Callable[[int], object]] = [
        lambda turn: lab.stop(),
        lambda turn: lab.restart(),
        lambda turn: lab.swap((Echo, Other)[turn % 2]),
        lambda turn: serve((Other, Echo)[turn % 2], name="Echo"),
    ]
    said: set[str] = set()

    def repeated(command: Callable[[int], object]) -> None:
        for turn in range(8):
            try:
                command(turn)
            except Exception as error:
                said.add(f"{type(error).__name__}: {error}")

    with ThreadPoolExecutor(len(commands)) as pool:
        list(pool.map(repeated, commands))
    assert said <= {
        "RuntimeError: the lab is stopped; lab.restart() starts it again",
        "RuntimeError: the lab was stopped before this was done; lab.restart() starts it again",
    }
    assert httpx2.get(serve(Echo).local_url).text == "hello"


def test_a_constructor_that_nobody_can_await_is_refused_with_what_to_write() -> None:
    class Slow(App):
        async def __init__(self) -> None:  # type: ignore[misc]
            raise AssertionError("it runs")

    with pytest.raises(NotOnStage, match=r"Slow\.__init__ is async.* write def __init__\(self\)"):
        serve(Slow)


def test_an_app_that_is_not_set_up_is_refused_with_what_to_call() -> None:
    class NoSuper(App):
        def __init__(self) -> None:
            self.rooms: dict[str, str] = {}

        async def index(self) -> str:
            return "x"

    for app in (NoSuper, NoSuper()):
        with pytest.raises(NotOnStage, match=r"call super\(\).__init__\(\) first in NoSuper"):
            serve(app)


async def test_a_broadcast_that_meets_a_client_who_has_left_says_whose_socket_it_was() -> None:
    class Room(App):
        def __init__(self) -> None:
            super().__init__()
            self.sockets: list[Any] = []

        async def ws_room(self, ws: Any) -> None:
            await ws.accept()
            self.sockets.append(ws)
            async for message in ws:
                for each in self.sockets:
                    await each.send_text(message)

    lab = serve(Room)
    alice = await lab.connect("/room", client="alice")
    bob = await lab.connect("/room", client="bob")
    await alice.close()
    await bob.send("hi")
    told = await lab.until("kind:exception")
    assert told.data == "ConnectionClosed: connection of alice at /room closed with code 1000"


@on_both
async def test_cell_and_log_have_the_same_words_for_a_handler_that_cannot_work(
    transport: str, capsys: pytest.CaptureFixture[str]
) -> None:
    class Wrong(App):
        async def page(self) -> str:
            return "p"

        def ws_sync(self, ws: Any) -> None: ...

        async def ws_forgot(self, ws: Any) -> None: ...

    lab = await serving(Wrong, transport)
    note = "ws_sync is not async: write async def ws_sync(self, ws)."
    assert parts_of(lab).staging.note == note
    assert note in capsys.readouterr().err
    assert note in [entry.data for entry in lab.log]
    for path, said in (
        ("/page", "a WebSocket needs async def ws_page(self, ws)"),
        ("/sync", "ws_sync is not async; write async def ws_sync(self, ws)"),
        ("/forgot", "call await ws.accept() in ws_forgot"),
    ):
        with pytest.raises(HandshakeRefused) as caught:
            await lab.connect(path)
        assert str(caught.value).endswith(said)
        assert any(said in str(entry.data) for entry in lab.log if entry.kind != "lab")
    answer = await lab.get("/forgot")
    assert (answer.status, "ws_forgot answers WebSockets" in answer.text) == (426, True)
