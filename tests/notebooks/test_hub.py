"""On a JupyterHub: a learner logs in and runs the course, and a class joins one app."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from driver import Notebook
from hub import Hub, jupyterhub
from panel_on_page import MILLISECONDS, PanelOnPage
from playwright.sync_api import Browser, BrowserContext, Page, expect

START = "notebooks/00-start.ipynb"
# A user's server and its first page, on a machine that is busy.
SPAWN_MILLISECONDS = 90_000

ROOM = """\
from micropie import App
from playground import serve

PAGE = '''<title>Room</title><p role="status"></p><script>
const socket = new WebSocket(new URL("echo", location.href).href.replace(/^http/, "ws"));
socket.onopen = () => socket.send("hello from a page");
socket.onmessage = ({ data }) => { document.querySelector("p").textContent = data; };
</script>'''

class Room(App):
    async def index(self):
        return PAGE

    async def told(self):
        return {name: value for name, value in self.request.headers.items()}

    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

room = serve(Room)
print(room.url, room.port)
room"""

# The lines of docs/teaching.md for a learner's notebook.
JOIN = """\
from websockets.asyncio.client import connect

called = {"X-Playground-Client": "bob"}
ws = await connect("ws://127.0.0.1:PORT/echo", additional_headers=called)
await ws.send("hello from bob's notebook")
print(await ws.recv())"""

KEPT = """\
room.log.save("room.jsonl")
room.log.save("room.har")
print(*room.log, sep="\\n")"""

GREETED = "Echo: hello from a page"

LogIn = Callable[[str, str], Page]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A Hub as the teacher's page describes it."""
    with jupyterhub(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture(scope="module")
def log_in(chromium: Browser, hub: Hub) -> Iterator[LogIn]:
    """Follow a link of the teacher's as a user who has to log in first, in a browser of their own."""
    contexts: list[BrowserContext] = []

    def follow(user: str, path: str) -> Page:
        contexts.append(chromium.new_context(viewport={"width": 1300, "height": 900}))
        page = contexts[-1].new_page()
        page.goto(hub.link(path))
        page.get_by_label("Username").fill(user)
        page.get_by_label("Password").fill(hub.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{hub.url}user/{user}/{path}*", timeout=SPAWN_MILLISECONDS)
        return page

    yield follow
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def alice(hub: Hub, log_in: LogIn) -> Iterator[Notebook]:
    """The first notebook of the course, as a link of the teacher's opens it."""
    page = log_in("alice", f"lab/tree/{START}")
    # JupyterLab gives a second page of the same workspace another address, and loads it anew.
    page.close()
    notebook = Notebook(page.context, hub.desk("alice"), START)
    yield notebook
    notebook.close()
    assert (notebook.failures, notebook.strangers) == ([], [])


def secrets_of(context: BrowserContext) -> list[str]:
    """Return what a browser is logged in with."""
    found = [each["value"] for each in context.cookies()]
    assert len(found) >= 2, "there is a login to be kept"
    return found


def serve_room(teacher: Notebook, hub: Hub) -> str:
    """Serve a room in place of the notebook's app, open it at its address; return its port."""
    cell = teacher.cell_with("serve(")
    teacher.set_source(cell, ROOM)
    path, port = teacher.run(cell).split()[:2]
    assert path == f"/user/alice/proxy/{port}/"
    page = teacher.page.context.new_page()
    page.goto(hub.url.rstrip("/") + path)
    expect(page.get_by_role("status")).to_have_text(GREETED, timeout=MILLISECONDS)
    return port


def join_by_page(page: Page) -> None:
    """See the room's page talk to the room, which hears nothing of the reader's login."""
    expect(page.get_by_role("status")).to_have_text(GREETED, timeout=MILLISECONDS)
    told = page.evaluate("async () => (await fetch('told')).text()")
    assert [each for each in secrets_of(page.context) if each in told] == []


def join_by_notebook(learner: Notebook, port: str) -> None:
    """Talk to the room from a learner's kernel."""
    learner.set_source(1, JOIN.replace("PORT", port))
    assert learner.run(1) == "Echo: hello from bob's notebook\n"


def keep_room(teacher: Notebook, folder: Path) -> list[Path]:
    """See the class in the room's panel, and return the files that then hold its traffic."""
    panel = PanelOnPage(teacher, teacher.cell_with("room = serve(Room)"))
    panel.wait_rows("bob ⟶ server", "Echo: hello from bob's notebook")
    expect(panel.root.locator(".mpp-guest", has_text="bob")).to_be_visible(timeout=MILLISECONDS)
    cell = teacher.count - 1
    teacher.set_source(cell, KEPT)
    teacher.run(cell)
    teacher.save()
    return [folder / name for name in ("room.jsonl", "room.har", "00-start.ipynb")]


def test_a_learner_logs_in_and_runs_the_first_notebook(alice: Notebook, hub: Hub) -> None:
    alice.run_all()
    serve_room(alice, hub)


def test_a_class_joins_one_app(alice: Notebook, hub: Hub, log_in: LogIn) -> None:
    port = serve_room(alice, hub)
    # One link for everybody leads each to their own server, and through it to the room.
    joined = log_in("bob", f"proxy/{port}/")
    join_by_page(joined)
    bob = Notebook(joined.context, hub.desk("bob"), START)
    join_by_notebook(bob, port)
    assert joined.context.request.get(f"{hub.url}user/alice/api/contents").status == 403

    secrets = secrets_of(alice.page.context) + secrets_of(joined.context)
    for file in keep_room(alice, hub.homes / "alice" / "notebooks"):
        text = file.read_text()
        assert "hello from bob's notebook" in text, file.name
        assert [each for each in secrets if each in text] == [], file.name
    bob.close()
    assert (bob.failures, bob.strangers) == ([], [])
