"""The traffic table in a real JupyterLab: while its cell runs on, and on a page loaded again."""

from __future__ import annotations

import time

from playwright.sync_api import expect

from tests.notebooks.driver import SECONDS, OpenNotebook
from tests.notebooks.panel_on_page import MILLISECONDS
from tests.notebooks.server import Server

ECHO = """\
import pathlib, time
from micropie import App
from playground import serve

class Echo(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

lab = serve(Echo)
"""

# Ends when the test has seen enough.
RUNS_ON = """\
display(lab)
deadline = time.monotonic() + 60
while not pathlib.Path("seen").exists() and time.monotonic() < deadline:
    time.sleep(0.05)"""

TALK = """\
alice = await lab.connect("/echo", client="alice")
for number in range(30):
    await alice.send(f"message {number}")
    await alice.receive()"""


def test_a_panel_shown_by_a_cell_that_runs_on_says_its_state_at_once(
    open_notebook: OpenNotebook, server: Server
) -> None:
    notebook = open_notebook([ECHO + RUNS_ON])
    notebook.start(0)
    page = notebook.page
    expect(page.get_by_role("img", name="running")).to_be_visible(timeout=MILLISECONDS)
    expect(page.locator(".mpp-table").get_by_text("revision 1 on stage")).to_be_visible()
    expect(page.get_by_text("Waiting for the kernel")).to_have_count(0)
    (server.folder / "seen").touch()
    notebook.finish(0)


def test_a_page_that_is_loaded_again_is_as_it_was_left(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([ECHO + "lab", TALK, "lab.panel.traffic.look", "len(lab.log)"])
    notebook.run(0)
    notebook.run(1)
    page = notebook.page
    box = page.get_by_role("searchbox", name="Filter")
    box.fill("dir:client /message 1/")
    page.locator(".mpp-table .mpp-row", has_text="message 12").click()
    expect(page.locator(".mpp-detail")).to_contain_text("message 12", timeout=MILLISECONDS)
    # A moment after the last change the kernel keeps it.
    deadline = time.monotonic() + SECONDS
    while "message 1" not in notebook.run(2) or "'selected': 0" in notebook.text(2):
        assert time.monotonic() < deadline
    notebook.save()
    page.reload()
    notebook.kernel = notebook._ask("ready", SECONDS)
    expect(box).to_have_value("dir:client /message 1/", timeout=MILLISECONDS)
    selected = page.locator(".mpp-table .mpp-selected")
    expect(selected).to_contain_text("message 12", timeout=MILLISECONDS)
    expect(page.locator(".mpp-detail")).to_contain_text("message 12", timeout=MILLISECONDS)
    box.fill("")
    box.press("Enter")
    total = notebook.run(3)
    expect(page.locator(".mpp-holds")).to_contain_text(f"{total} entries", timeout=MILLISECONDS)
    expect(page.locator(".mpp-hole")).to_have_count(0)
    expect(selected).to_be_in_viewport(timeout=MILLISECONDS)
