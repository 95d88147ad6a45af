"""In a real JupyterLab, by keyboard alone: a breakpoint, a pause, steps, and a message delivered."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.notebooks.driver import Notebook, OpenNotebook
from tests.notebooks.panel_on_page import MILLISECONDS

CHAT = '''\
from micropie import App
from playground import serve

class Chat(App):
    def __init__(self):
        super().__init__()
        self.members = []

    async def ws_chat(self, ws):
        await ws.accept()
        self.members.append(ws)
        async for message in ws:
            for member in list(self.members):
                await member.send_text(message.upper())

lab = serve(Chat)
lab'''
THREE = '''\
for name in ("ann", "bob", "cid"):
    await lab.connect("/chat", client=name)
await lab.clients["bob"].send("hello")
await lab.clients["bob"].receive()'''
ORDER = 'await lab.clients["bob"].send("order tea")\nawait lab.paused()'
HEARD = 'print([await lab.clients[name].receive() for name in ("ann", "ann", "cid", "cid")])'
LATER = 'await lab.clients["ann"].send("later")'


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_pause_is_stepped_through_and_a_held_message_delivered_by_keyboard(
    open_notebook: OpenNotebook, theme: str
) -> None:
    notebook = open_notebook([CHAT, THREE, ORDER, HEARD, LATER])
    keys = notebook.page.keyboard
    notebook.theme(theme)
    notebook.run(0)
    notebook.run(1)
    panel = notebook.output_area(0)
    strip = panel.locator(".mpp-between")
    expect(strip).to_be_hidden()
    panel.locator(".mpp-row", has_text="hello").first.click()
    keys.press("b")
    expect(strip.locator(".mpp-breakpoint")).to_contain_text("client:bob kind:text")
    notebook.run(2)
    pause = strip.locator(".mpp-pause-line")
    expect(pause).to_contain_text("paused before it sends 'ORDER TEA' to ann", timeout=MILLISECONDS)
    expect(panel.locator(".mpp-row.mpp-pause")).to_have_count(1)
    notebook.page.get_by_role("button", name="Step", exact=True).focus()
    keys.press("n")
    expect(pause).to_contain_text("to bob", timeout=MILLISECONDS)
    keys.press("n")
    expect(pause).to_contain_text("to cid", timeout=MILLISECONDS)
    keys.press("e")
    keys.type("SOLD OUT")
    keys.press("Enter")
    expect(pause).to_be_hidden(timeout=MILLISECONDS)
    strip.get_by_role("button", name="Remove the breakpoint").press("Enter")
    expect(strip).to_be_hidden(timeout=MILLISECONDS)
    notebook.run(3)
    expect(notebook.output_area(3)).to_contain_text(
        "['HELLO', 'ORDER TEA', 'HELLO', 'SOLD OUT']", timeout=MILLISECONDS
    )
    hold_and_deliver(notebook, panel, strip)
    for width in (880, 1160, 1800):
        notebook.page.set_viewport_size({"width": width, "height": 900})
        panel.screenshot(path=f"test-results/between-{theme}-{width}.png")
    notebook.theme("light")


def hold_and_deliver(notebook: Notebook, panel: Locator, strip: Locator) -> None:
    """Hold everything, send, see the hollow arrow, and deliver by Enter, both ways."""
    panel.get_by_role("button", name="Ladder", exact=True).press("Enter")
    ladder = panel.locator(".mpp-ladder")
    ladder.press("h")
    expect(strip).to_contain_text("network, everybody: held", timeout=MILLISECONDS)
    notebook.run(4)
    expect(strip).to_contain_text("in flight (1)", timeout=MILLISECONDS)
    ladder.press("End")
    expect(panel.locator(".mpp-rung-flying")).to_have_count(1, timeout=MILLISECONDS)
    strip.get_by_role("button", name="Deliver later to app, ann").press("Enter")
    expect(strip).to_contain_text("in flight (3)", timeout=MILLISECONDS)
    strip.get_by_role("button", name="Deliver LATER to client, cid").press("Enter")
    expect(strip).to_contain_text("in flight (2)", timeout=MILLISECONDS)
