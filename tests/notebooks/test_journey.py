"""The first notebook as a learner lives it: in a real JupyterLab, with hands on the panel."""

from __future__ import annotations

import base64
import shutil
import socket
from pathlib import Path

import pytest
from cleaning import ROOT
from conftest import OpenNotebook
from driver import Notebook
from panel_on_page import GONE, MILLISECONDS, PanelOnPage
from playwright.sync_api import Page, expect
from server import Server

START = ROOT / "notebooks" / "00-start.ipynb"
PICTURES = ROOT / "test-results"
README_PICTURE = ROOT / "docs" / "panel.png"

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

# A client that is none of the panel's speaks while the cell that started it goes on.
BUSY = """\
import pathlib, threading, time
from websockets.sync.client import connect

def talk():
    with connect(lab.local_url.replace("http", "ws") + "echo") as socket:
        for number in range(5):
            socket.send(f"tick {number}")
            socket.recv(5)

threading.Thread(target=talk).start()
deadline = time.monotonic() + 30
while not pathlib.Path("enough").exists() and time.monotonic() < deadline:
    time.sleep(0.05)
print("the cell has ended")"""

# How often each colour is in a picture: {"#rrggbb": pixels}.
COLOURS = """async (url) => {
  const image = new Image();
  image.src = url;
  await image.decode();
  const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height);
  const found = {};
  for (let at = 0; at < data.length; at += 4) {
    const parts = [...data.subarray(at, at + 3)].map((part) => part.toString(16).padStart(2, "0"));
    const name = `#${parts.join("")}`;
    found[name] = (found[name] ?? 0) + 1;
  }
  return found;
}"""

# Alice's, bob's and carol's.
CLIENT_COLOURS = ("#0072b2", "#e69f00", "#009e73")

TEXTS = (".mpp-name", ".mpp-counts", ".mpp-chip b", ".mpp-bar-label", ".mpp-swap .mpp-what",
         ".mpp-quiet .mpp-what", ".mpp-part-mono", ".mpp-detail dt", ".mpp-holds", ".mpp-message",
         ".mpp-send", ".mpp-stop, .mpp-status .mpp-button:visible")  # fmt: skip


def test_an_echo_app_lives_in_a_notebook(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(START)
    panel = run_up_to_the_panel(notebook)
    connect_two(panel)
    see_an_answer_and_its_cause(panel)
    redefine_under_open_sockets(notebook, panel)
    take_a_picture(notebook, panel)
    stop(panel)


def run_up_to_the_panel(notebook: Notebook) -> PanelOnPage:
    serving = notebook.cell_with("serve(Echo)")
    for index in range(serving + 1):
        notebook.run(index)
    panel = PanelOnPage(notebook, serving)
    panel.wait_rows("revision 1 on stage · In[2]")
    panel.wait_says("Nobody is connected yet.")
    panel.wait_says("0 sockets · 0 messages")
    expect(panel.message).to_be_disabled()
    return panel


def connect_two(panel: PanelOnPage) -> None:
    assert panel.connect("/echo") == "alice"
    assert panel.connect("/echo", "bob") == "bob"
    panel.wait_clients("alice", "bob")
    panel.wait_says("2 sockets")
    expect(panel.sender).to_have_value("bob")
    panel.wait_rows(
        "alice ⟶ server opened /echo",
        "server ⟶ alice accepted",
        "bob ⟶ server opened /echo",
        "server ⟶ bob accepted",
    )


def see_an_answer_and_its_cause(panel: PanelOnPage) -> None:
    panel.send("alice", "good morning")
    panel.wait_rows("alice ⟶ server good morning 12", "server ⟶ alice Echo: good morning 18")
    panel.row("server ⟶ alice", "Echo: good morning").click()
    expect(panel.detail).to_contain_text("Echo: good morning", timeout=MILLISECONDS)
    expect(panel.detail).to_contain_text("sent atIn [2] line 8")
    expect(panel.detail).to_contain_text("revision1")
    panel.detail.get_by_role("button", name="alice ⟶ server good morning").click()
    cause = panel.row("alice ⟶ server", "good morning")
    expect(cause).to_have_attribute("aria-selected", "true", timeout=MILLISECONDS)
    expect(panel.detail).to_contain_text("good morning")


def redefine_under_open_sockets(notebook: Notebook, panel: PanelOnPage) -> None:
    notebook.run(notebook.cell_with("message.upper()"))
    panel.look()
    panel.wait_rows("revision 2 on stage · In[3] · 2 sockets handed over")
    panel.wait_says("revision 2")
    panel.send("alice", "good morning")
    panel.wait_rows(
        "revision 2 on stage",
        "alice ⟶ server good morning",
        "server ⟶ alice GOOD MORNING",
    )
    # It is the socket from before: nobody has left, nobody has come.
    panel.wait_says("2 sockets")
    assert panel.rows.get_by_text("opened /echo").count() == 2
    assert panel.rows.get_by_text("closed").count() == 0


def take_a_picture(notebook: Notebook, panel: PanelOnPage) -> None:
    panel.connect("/echo", "carol")
    panel.press("Close the form")
    panel.send("carol", "good evening")
    panel.wait_rows("server ⟶ carol GOOD EVENING")
    panel.row("server ⟶ alice", "GOOD MORNING").click()
    expect(panel.detail).to_contain_text("revision2", timeout=MILLISECONDS)
    panel.message.hover()
    picture = PICTURES / "panel.png"
    panel.screenshot(picture)
    assert_shows_a_conversation(notebook.page, picture)
    # Addresses and times differ from run to run: delete the README's picture to have a new one.
    if not README_PICTURE.exists():
        README_PICTURE.parent.mkdir(exist_ok=True)
        shutil.copy(picture, README_PICTURE)
    assert_shows_a_conversation(notebook.page, README_PICTURE)


def assert_shows_a_conversation(page: Page, picture: Path) -> None:
    """A picture that is blank, or cut off, has not the colour of each client."""
    url = f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"
    found: dict[str, int] = page.evaluate(COLOURS, url)
    assert len(found) > 100
    assert max(found, key=lambda name: found[name]) == "#ffffff"
    assert [name for name in CLIENT_COLOURS if found.get(name, 0) < 100] == []


def stop(panel: PanelOnPage) -> None:
    address = panel.address
    socket.create_connection(address, 5).close()
    panel.press("Stop")
    panel.wait_dot("stopped")
    panel.wait_rows("stopped: 3 sockets closed with 1012")
    ended = "closed 1012 service restart"
    panel.wait_clients(f"alice · {ended}", f"bob · {ended}", f"carol · {ended}")
    expect(panel.root.get_by_role("button", name="Send")).to_be_disabled()
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
        panel.send("alice", f"after cell {cell}")
        panel.wait_rows(f"server ⟶ alice Echo: after cell {cell}")
    panel.wait_says("Revision 2 did not start; revision 1 still serves: RuntimeError: no database")
    panel.wait_dot("trouble")
    notebook.run(3)
    panel.look()
    panel.wait_running()
    panel.send("alice", "at last")
    panel.wait_rows("revision 2 on stage", "server ⟶ alice AT LAST")


def test_a_constructor_that_raises_is_told_in_the_panel(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SERVE, NO_CONSTRUCTOR])
    notebook.run(0)
    panel = PanelOnPage(notebook, 0)
    notebook.run(1)
    panel.look()
    panel.wait_says("Revision 2 did not start; revision 1 still serves: KeyError: 'no settings'")
    panel.wait_dot("trouble")


def test_after_a_restart_the_panel_says_what_to_do_and_that_helps(
    open_notebook: OpenNotebook,
) -> None:
    notebook = open_notebook([SERVE])
    notebook.run(0)
    panel = PanelOnPage(notebook, 0)
    panel.connect("/echo", "alice")
    notebook.restart()
    panel.wait_says(GONE)
    expect(panel.root.get_by_role("button", name="Stop")).to_be_disabled()
    expect(panel.message).not_to_be_focused()
    notebook.run(0)
    again = PanelOnPage(notebook, 0)
    expect(again.root.get_by_text(GONE).locator("visible=true")).to_have_count(0)
    assert again.connect("/echo") == "alice"
    again.send("alice", "still there?")
    again.wait_rows("server ⟶ alice Echo: still there?")


def test_the_panel_keeps_up_while_a_cell_runs(open_notebook: OpenNotebook, server: Server) -> None:
    notebook = open_notebook([SERVE, BUSY])
    notebook.run(0)
    panel = PanelOnPage(notebook, 0)
    notebook.start(1)
    panel.look()
    panel.wait_rows("tick 0", "Echo: tick 0", "tick 4", "Echo: tick 4")
    panel.wait_says("10 messages")
    assert notebook.text(1) == ""
    (server.folder / "enough").touch()
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
    second.wait_rows("alice ⟶ server opened /echo", "server ⟶ bob accepted")
    expect(second.sender).to_have_value("alice", timeout=MILLISECONDS)
    second.send("bob", "from below")
    second.wait_rows("bob ⟶ server from below", "server ⟶ bob Echo: from below")
    first.look()
    first.wait_rows("bob ⟶ server from below", "server ⟶ bob Echo: from below")
    first.press("Stop")
    first.wait_dot("stopped")
    second.look()
    second.wait_dot("stopped")


def test_both_themes_can_be_read(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SERVE, LOUD])
    notebook.run(0)
    panel = PanelOnPage(notebook, 0)
    panel.connect("/echo", "alice")
    notebook.run(1)
    panel.look()
    panel.send("alice", "hello")
    panel.wait_rows("server ⟶ alice HELLO")
    panel.row("server ⟶ alice", "HELLO").click()
    expect(panel.detail).to_contain_text("caused by", timeout=MILLISECONDS)
    seen = {}
    for theme in ("light", "dark"):
        notebook.theme(theme)
        seen[theme] = panel.colours()
        faint = {part: found for part, found in panel.contrasts(*TEXTS).items() if found < 4.5}
        assert faint == {}, f"hard to read in the {theme} theme"
        panel.screenshot(PICTURES / f"panel-{theme}.png")
    assert seen["light"]["color"] != seen["dark"]["color"]
    assert seen["light"]["backgroundColor"] != seen["dark"]["backgroundColor"]
