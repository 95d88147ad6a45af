"""The Code face in a real JupyterLab: a dot for each client, at the line where its handler is."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.notebooks.driver import Notebook, OpenNotebook
from tests.notebooks.panel_on_page import MILLISECONDS

CHAT = '''\
import asyncio
from micropie import App
from playground import serve

class Chat(App):
    def __init__(self):
        super().__init__()
        self.rooms = {}

    async def ws_chat(self, ws, room="lobby"):
        await ws.accept()
        members = self.rooms.setdefault(room, set())
        members.add(ws)
        async for message in ws:
            if message == "nap":
                await asyncio.sleep(60)
            for member in list(members):
                await member.send_text(message)

lab = serve(Chat)
lab'''
FIVE = '''\
for name in ("alice", "bob", "carol", "dave", "erin"):
    await lab.connect("/chat", client=name)
await lab.clients["bob"].send("nap")
await lab.until("client:bob nap")'''


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_dots_stand_at_their_lines_and_move(
    open_notebook: OpenNotebook, theme: str
) -> None:
    notebook = open_notebook([CHAT, FIVE, 'await lab.clients["alice"].send("hi")', "lab.code"])
    notebook.theme(theme)
    notebook.run(0)
    notebook.run(1)
    panel = notebook.output_area(0)
    panel.get_by_role("button", name="Code", exact=True).click()
    waiting = panel.locator(".mpp-code-line", has_text="async for message in ws")
    expect(waiting.locator(".mpp-code-dot")).to_have_count(4, timeout=MILLISECONDS)
    napping = panel.locator(".mpp-code-line", has_text="await asyncio.sleep(60)")
    bob = napping.get_by_role("button", name="bob at /chat: sleeps")
    expect(bob).to_be_visible()
    bob.click()
    stand = panel.locator(".mpp-code-stand")
    expect(stand.locator(".mpp-code-frame")).to_contain_text("Chat.ws_chat")
    expect(stand.locator(".mpp-code-value").filter(has_text="'nap'")).to_be_visible()
    expect(stand).to_contain_text("<WebSocket bob>")
    for width in (880, 1160, 1800):
        notebook.page.set_viewport_size({"width": width, "height": 900})
        # What it stands in takes room from the code, but its line stays in sight.
        expect(bob).to_be_in_viewport(timeout=MILLISECONDS)
        panel.screenshot(path=f"test-results/code-{theme}-{width}.png")
    notebook.page.keyboard.press("Escape")
    expect(stand).to_be_hidden()
    notebook.theme("light")


OLD = '''\
class Chat(App):
    async def ws_chat(self, ws):
        await ws.accept()

        async def ticks():
            while True:
                await asyncio.sleep(60)

        self.ticking = asyncio.create_task(ticks(), name="ticks")
        async for message in ws:
            await ws.send_text(message)

lab.on_swap = "keep"'''
FRANK = 'await lab.connect("/chat", client="frank")'


def test_old_code_with_sockets_stands_in_a_column_of_its_own(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([CHAT, FIVE, OLD, FRANK])
    for cell in range(4):
        notebook.run(cell)
    panel = notebook.output_area(0)
    panel.get_by_role("button", name="Code", exact=True).click()
    columns = panel.locator(".mpp-code-column")
    expect(columns).to_have_count(2, timeout=MILLISECONDS)
    expect(columns.first).to_contain_text("revision 2")
    expect(columns.last).to_contain_text("not on stage any more")
    expect(columns.last.locator(".mpp-code-dot")).to_have_count(5)
    # A task that a handler has begun stands with it, square and in the client's colour.
    task = columns.first.get_by_role("button", name="frank's task ticks at /chat: sleeps")
    expect(task).to_be_visible()
    handler = columns.first.get_by_role("button", name="frank at /chat: waits for a message")
    expect(handler).to_be_visible()
    for width in (880, 1160, 1800):
        notebook.page.set_viewport_size({"width": width, "height": 900})
        panel.screenshot(path=f"test-results/code-old-{width}.png")
    notebook.page.set_viewport_size({"width": 1800, "height": 900})
    notebook.save()
    assert "'nap'" not in saved(notebook), "no variable of a handler's is in the file"


def saved(notebook: Notebook) -> str:
    """Return what the saved notebook shows of the panel."""
    return "\n".join(str(each) for each in notebook.outputs(0))
