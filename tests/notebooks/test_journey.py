"""The first notebook as a learner lives it: in a real JupyterLab, with hands on the panel."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.notebooks.cleaning import ROOT
from tests.notebooks.driver import Notebook, OpenNotebook
from tests.notebooks.panel_on_page import GONE, MILLISECONDS, PanelOnPage, colours_in
from tests.notebooks.server import Server

START = ROOT / "notebooks" / "00-start.ipynb"
# Where pictures of a run go; `make picture` takes the README's from here.
PICTURES = ROOT / "test-results"

SERVE = """\
from micropie import App
from playground import serve

class Echo(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

lab = serve(Echo)
lab"""

LOUD = """\
class Echo(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(message.upper())"""

WAITING = """\
import time
print("waiting")
end = time.monotonic() + 60
while not lab.log.filter("/while busy/") and time.monotonic() < end:
    time.sleep(0.02)
len(lab.log.filter("/while busy/"))"""

NO_CONSTRUCTOR = f"""\
{LOUD}

    def __init__(self):
        raise KeyError("no settings")"""

NO_START = f"""\
{LOUD}

    def __init__(self):
        super().__init__()
        self.startup_handlers.append(self.prepare)

    async def prepare(self):
        raise RuntimeError("no database")"""

# The app believes that it is where nobody is, so that the page has to find it.
SITE = """\
from micropie import App
from playground import serve

class Site(App):
    async def index(self):
        return "<title>Site</title><h1>one</h1>" + "<p>line</p>" * 100

    async def ws_echo(self, ws):
        await ws.accept()

lab = serve(Site, url="http://127.0.0.1:1/")
lab.browse("/", height=260)"""

SECOND_SITE = """\
class Site(App):
    async def index(self):
        return "<title>Site</title><h1>two</h1>" + "<p>line</p>" * 100"""

# A client that is none of the panel's speaks while the cell that started it goes on.
TALK_APART = """\
import threading
from websockets.sync.client import connect

def talk():
    with connect(lab.local_url.replace("http", "ws") + "echo") as socket:
        for number in range(5):
            socket.send(f"tick {number}")
            socket.recv(5)

threading.Thread(target=talk).start()"""

# Ends when the test has seen enough.
WAIT = """\
import pathlib, time
deadline = time.monotonic() + 30
while not pathlib.Path("enough").exists() and time.monotonic() < deadline:
    time.sleep(0.05)
print("the cell has ended")"""

CHAT = """\
import json
from micropie import App
from playground import serve

class Chat(App):
    def __init__(self):
        super().__init__()
        self.rooms = {}

    async def greet(self, name):
        \"\"\"Say hello.\"\"\"
        return {"hello": name}

    async def ws_chat(self, ws, room="lobby"):
        \"\"\"Everybody in a room hears everybody.\"\"\"
        await ws.accept()
        members = self.rooms.setdefault(room, [])
        members.append(ws)
        async for message in ws:
            said = json.loads(message)
            for each in members:
                await each.send_json({"room": room, **said})

lab = serve(Chat)
lab"""

TALK = """\
names = ["alice", "bob", "carol", "dave"]
clients = [await lab.connect("/chat/lobby", client=name) for name in names]
await clients[0].send({"say": "hello", "to": ["bob", "carol"]})
await clients[1].receive()
await clients[1].send({"say": "hello alice!"})
await clients[0].receive(), await clients[0].receive()
await lab.get("/greet/Ada")
await clients[3].send("not json")"""

# Alice's, bob's, carol's and dave's.
CLIENT_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7")

TEXTS = (".mpp-name", ".mpp-counts", ".mpp-bar-label", ".mpp-chip b", ".mpp-holds", ".mpp-send",
         ".mpp-swap .mpp-what", ".mpp-quiet .mpp-what", ".mpp-selected .mpp-what",
         ".mpp-detail dt", ".mpp-message", ".mpp-status .mpp-button:visible")  # fmt: skip


def test_an_echo_app_lives_in_a_notebook(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(START)
    panel = run_up_to_the_panel(notebook)
    connect_two(panel)
    see_an_answer_and_its_cause(panel)
    redefine_under_open_sockets(notebook, panel)
    notebook.screenshot(PICTURES / "journey.png", panel.root)
    stop(panel)


def run_up_to_the_panel(notebook: Notebook) -> PanelOnPage:
    serving = notebook.cell_with("serve(Echo)")
    for index in range(serving + 1):
        notebook.run(index)
    panel = PanelOnPage(notebook, serving)
    panel.wait_rows("revision 1 on stage · In[2]")
    expect(panel.root.get_by_text("Nobody is connected yet.")).to_be_visible()
    panel.wait_status("revision 1", "0 sockets · 0 messages")
    expect(panel.message).to_be_disabled()
    return panel


def connect_two(panel: PanelOnPage) -> None:
    assert panel.connect("/echo", "alice") == "alice"
    assert panel.connect("/echo", "bob") == "bob"
    panel.wait_clients("alice", "bob")
    panel.wait_status("2 sockets")
    expect(panel.sender).to_have_value("bob")
    panel.wait_rows(
        "alice → server opened /echo",
        "server → alice accepted",
        "bob → server opened /echo",
        "server → bob accepted",
    )


def see_an_answer_and_its_cause(panel: PanelOnPage) -> None:
    panel.send("alice", "good morning")
    panel.wait_rows("alice → server good morning 12", "server → alice Echo: good morning 18")
    panel.row("server → alice", "Echo: good morning").click()
    expect(panel.detail).to_contain_text("Echo: good morning", timeout=MILLISECONDS)
    expect(panel.detail).to_contain_text("sent atIn [2] line 8")
    expect(panel.detail).to_contain_text("revision1")
    panel.detail.get_by_role("button", name="alice → server good morning").click()
    cause = panel.row("alice → server", "good morning")
    expect(cause).to_have_attribute("aria-selected", "true", timeout=MILLISECONDS)
    expect(panel.detail).to_contain_text("good morning")


def redefine_under_open_sockets(notebook: Notebook, panel: PanelOnPage) -> None:
    notebook.run(notebook.cell_with("message.upper()"))
    panel.look()
    panel.wait_rows("revision 2 on stage · In[3] · 2 sockets handed over")
    panel.send("alice", "good morning")
    panel.wait_rows(
        "revision 2 on stage",
        "alice → server good morning",
        "server → alice GOOD MORNING",
    )
    # It is the socket from before: nobody has left, nobody has come.
    panel.wait_status("revision 2", "2 sockets · 4 messages")
    assert panel.rows.get_by_text("opened /echo").count() == 2
    assert panel.rows.get_by_text("closed").count() == 0


def stop(panel: PanelOnPage) -> None:
    address = panel.address
    socket.create_connection(address, 5).close()
    panel.press("Stop")
    panel.wait_dot("stopped")
    panel.wait_rows("stopped: 2 sockets closed with 1012")
    ended = "closed 1012 the lab was stopped"
    panel.wait_clients(f"alice · {ended}", f"bob · {ended}")
    expect(panel.root.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 5)
    panel.press("Start")
    panel.wait_running()
    assert panel.address == address


def test_a_class_that_does_not_start_leaves_the_old_one_serving(
    open_notebook: OpenNotebook,
) -> None:
    notebook = open_notebook([SERVE, NO_CONSTRUCTOR, NO_START, LOUD])
    notebook.run(0)
    panel = PanelOnPage(notebook, 0)
    panel.connect("/echo", "alice")
    for cell, why in ((1, "KeyError: 'no settings'"), (2, "RuntimeError: no database")):
        told = notebook.run(cell)
        assert "revision 1 still serves" in told
        assert why in told
        panel.look()
        panel.wait_note(f"Revision 2 did not start; revision 1 still serves: {why}")
        panel.wait_dot("trouble")
        panel.send("alice", f"after cell {cell}")
        panel.wait_rows(f"server → alice Echo: after cell {cell}")
    notebook.run(3)
    panel.look()
    panel.wait_running()
    panel.send("alice", "at last")
    panel.wait_rows("revision 2 on stage", "server → alice AT LAST")


def test_after_a_restart_the_panel_says_what_to_do_and_that_helps(
    open_notebook: OpenNotebook,
) -> None:
    notebook = open_notebook([SERVE])
    notebook.run(0)
    panel = PanelOnPage(notebook, 0)
    panel.connect("/echo", "alice")
    notebook.restart()
    panel.wait_note(GONE)
    expect(panel.root.get_by_role("button", name="Stop")).to_be_disabled()
    expect(panel.message).not_to_be_focused()
    notebook.run(0)
    again = PanelOnPage(notebook, 0)
    expect(again.root.get_by_text(GONE).locator("visible=true")).to_have_count(0)
    assert again.connect("/echo") == "you"
    again.send("you", "still there?")
    again.wait_rows("server → you Echo: still there?")


# How a table's words are set, and what lies under its rows.
LOOKS = """table => {
  const all = (what, key) => [
    ...new Set([...table.querySelectorAll(what)].map((each) => getComputedStyle(each)[key])),
  ];
  return [all("th, td", "textAlign"), all("tr", "backgroundColor")];
}"""
CLEAR = "rgba(0, 0, 0, 0)"


def test_a_page_of_the_app_follows_the_code_until_the_kernel_is_gone(
    open_notebook: OpenNotebook,
) -> None:
    notebook = open_notebook([SITE, SECOND_SITE, "lab.doctor()"])
    notebook.run(0)
    face = notebook.output_area(0).locator(".mpp-page")
    inside = face.frame_locator(".mpp-page-frame").frame_locator("iframe")
    heading = inside.get_by_role("heading")
    expect(heading).to_have_text("one", timeout=MILLISECONDS)
    # The notebook's own site came before this machine: it is jupyter-server-proxy's address.
    expect(face.locator(".mpp-page-site")).to_contain_text("/proxy/", timeout=MILLISECONDS)
    inside.locator("body").evaluate("() => scrollTo(0, 500)")
    notebook.run(1)
    notebook.output_area(0)
    expect(heading).to_have_text("two", timeout=MILLISECONDS)
    site = next(frame for frame in notebook.page.frames if frame.title() == "Site")
    site.wait_for_function("() => scrollY === 500")
    notebook.screenshot(PICTURES / "page.png", face)
    report = notebook.run(2)
    assert "✓ proxy        jupyter-server-proxy under / reaches the lab" in report
    assert "✗ address      http://127.0.0.1:1/ (as you said) does not reach the lab" in report
    assert notebook.output_area(2).locator(".mpp-doctor").evaluate(LOOKS) == [["left"], [CLEAR]]
    notebook.restart()
    notebook.output_area(0)
    expect(face.get_by_text(GONE)).to_be_visible(timeout=MILLISECONDS)
    expect(face.get_by_role("button", name="Reload")).to_be_disabled()
    notebook.run(0)
    expect(heading).to_have_text("one", timeout=MILLISECONDS)
    expect(face.get_by_text(GONE)).to_be_hidden()


@pytest.fixture
def enough(server: Server) -> Iterator[Callable[[], None]]:
    """Let a cell end that does what `WAIT` says."""
    sign = server.folder / "enough"
    yield sign.touch
    sign.unlink(missing_ok=True)


def test_the_panel_keeps_up_while_a_cell_runs(
    open_notebook: OpenNotebook, enough: Callable[[], None]
) -> None:
    notebook = open_notebook([SERVE, f"{TALK_APART}\n{WAIT}"])
    notebook.run(0)
    panel = PanelOnPage(notebook, 0)
    notebook.start(1)
    panel.look()
    panel.wait_rows("tick 0", "Echo: tick 0", "tick 4", "Echo: tick 4")
    panel.wait_status("10 messages")
    assert notebook.text(1) == ""
    enough()
    assert "the cell has ended" in notebook.finish(1)


def test_a_panel_that_is_shown_twice_is_whole_in_both_places(
    open_notebook: OpenNotebook,
) -> None:
    notebook = open_notebook([SERVE, "lab"])
    notebook.run(0)
    first = PanelOnPage(notebook, 0)
    first.connect("/echo", "alice")
    first.connect("/echo", "bob")
    notebook.run(1)
    second = PanelOnPage(notebook, 1)
    second.wait_clients("alice", "bob")
    second.wait_rows("alice → server opened /echo", "server → bob accepted")
    expect(second.sender).to_have_value("alice", timeout=MILLISECONDS)
    second.send("bob", "from below")
    second.wait_rows("bob → server from below", "server → bob Echo: from below")
    first.look()
    first.wait_rows("bob → server from below", "server → bob Echo: from below")
    first.press("Stop")
    first.wait_dot("stopped")
    second.look()
    second.wait_dot("stopped")


def test_the_panel_works_while_a_cell_is_busy(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SERVE, WAITING])
    notebook.run(0)
    panel = PanelOnPage(notebook, 0)
    notebook.start(1)
    notebook.wait_for(1, "waiting")
    panel.look()
    panel.connect("/echo", "alice")
    panel.send("alice", "while busy")
    assert notebook.finish(1).split()[0] == "waiting"
    assert int(notebook.text(1).split()[1]) > 0
    panel.wait_rows("alice → server while busy", "server → alice Echo: while busy")


def test_the_first_notebook_runs_whole_and_then_again_by_hand(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(START)
    notebook.run_all()
    serving = notebook.cell_with("lab = serve(Echo)")
    notebook.run(serving)
    panel = PanelOnPage(notebook, serving)
    assert panel.connect("/echo", "ada") == "ada"
    notebook.run(notebook.cell_with("message.upper()"))
    panel.look()
    panel.send("ada", "the same socket")
    panel.wait_rows("ada → server the same socket", "server → ada THE SAME SOCKET")
    panel.row("server → ada", "THE SAME SOCKET").click()
    panel.root.get_by_role("tab", name="Why").click()
    why = panel.root.get_by_role("tabpanel")
    expect(why).to_contain_text("the same socket", timeout=MILLISECONDS)
    expect(why).to_contain_text(re.compile(r"In \[\d+\] line \d+"))


def test_a_broadcast_and_an_exception_as_the_readme_shows_them(
    open_notebook: OpenNotebook,
) -> None:
    notebook = open_notebook([CHAT, TALK])
    notebook.run_all()
    panel = PanelOnPage(notebook, 0)
    ended = "dave · closed 1011 internal error"
    panel.wait_clients("alice", "bob", "carol", ended)
    panel.wait_rows("GET /greet/Ada", '200 {"hello":"Ada"}', "in ws_chat JSONDecodeError")
    panel.rows.filter(has_text="server→alice, bob+2").filter(has_text="hello alice!").click()
    shown = panel.detail.get_by_role("tabpanel")
    expect(shown).to_contain_text('"say": "hello alice!"', timeout=MILLISECONDS)
    expect(shown).to_contain_text("to4 clients")
    picture = PICTURES / "panel.png"
    notebook.screenshot(picture, panel.root)
    found = colours_in(notebook.page, picture)
    assert max(found, key=lambda name: found[name]) == "#ffffff"
    assert len(found) > 100, "a picture of text has the shades at the edges of its letters"
    assert [name for name in CLIENT_COLOURS if found.get(name, 0) < 50] == []


def test_both_themes_can_be_read(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SERVE, LOUD])
    notebook.run(0)
    panel = PanelOnPage(notebook, 0)
    panel.connect("/echo", "alice")
    notebook.run(1)
    panel.look()
    panel.send("alice", "hello")
    panel.wait_rows("server → alice HELLO")
    panel.row("server → alice", "HELLO").click()
    expect(panel.detail).to_contain_text("chain", timeout=MILLISECONDS)
    seen = {}
    for theme in ("light", "dark"):
        notebook.theme(theme)
        assert panel.faint(*TEXTS) == {}, f"hard to read in the {theme} theme"
        seen[theme] = panel.colours()
        notebook.screenshot(PICTURES / f"panel-{theme}.png", panel.root)
    assert seen["light"]["color"] != seen["dark"]["color"]
    assert seen["light"]["backgroundColor"] != seen["dark"]["backgroundColor"]
