"""The tab State in a real JupyterLab: what the app held as of a row, and the eye that looks at it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.notebooks.driver import OpenNotebook
from tests.notebooks.panel_on_page import MILLISECONDS, PanelOnPage

CHAT = '''\
from micropie import App
from playground import serve

class Chat(App):
    def __init__(self):
        super().__init__()
        self.rooms = {"tea": set()}
        self.count = 0

    async def ws_chat(self, ws, room="lobby"):
        await ws.accept()
        members = self.rooms.setdefault(room, set())
        members.add(ws)
        try:
            async for message in ws:
                self.count += 1
                for member in members:
                    await member.send_text(message)
        finally:
            members.discard(ws)

lab = serve(Chat)
lab'''
TALK = '''\
for name in ("alice", "bob", "carol"):
    await lab.connect("/chat", client=name)
await lab.clients["alice"].send("hi")
await lab.clients["carol"].receive()'''
MORE = '''\
await lab.connect("/chat", client="dave")
await lab.clients["alice"].send("ho")
await lab.clients["dave"].receive()
await lab.clients["bob"].close()
await lab.until('kind:state "- rooms.lobby: bob"')
lab.state()'''


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_moving_the_selection_moves_in_time(open_notebook: OpenNotebook, theme: str) -> None:
    notebook = open_notebook([CHAT, TALK, MORE])
    notebook.theme(theme)
    notebook.run(0)
    notebook.run(1)
    panel = PanelOnPage(notebook, 0)
    panel.rows.last.click()
    pane = panel.root.locator(".mpp-detail")
    pane.get_by_role("tab", name="State").click()
    eyes = pane.get_by_role("group", name="Attributes that are seen with each message")
    expect(eyes).to_contain_text("See with each message what holds", timeout=MILLISECONDS)
    pane.screenshot(path=f"test-results/state-{theme}-offer.png")
    eyes.get_by_role("button", name="rooms").click()
    expect(eyes.get_by_role("button", name="rooms")).to_have_attribute("aria-pressed", "true")
    eyes.get_by_role("button", name="count").click()
    expect(eyes.get_by_role("button", name="count")).to_have_attribute("aria-pressed", "true")
    notebook.run(2)
    state = pane.locator(".mpp-state")
    panel.row("state", "+ rooms.lobby: dave").click()
    came = state.locator(".mpp-state-came")
    expect(came).to_have_text("+dave")
    expect(state).to_contain_text("lobby: 4 items")
    panel.row("state", "count: 1 → 2").click()
    expect(state.locator(".mpp-state-changed")).to_have_text("→count: 1 → 2")
    expect(came).to_have_count(0)
    panel.row("state", "- rooms.lobby: bob").click()
    expect(state.locator(".mpp-state-left")).to_have_text("−bob")
    for width in (880, 1160, 1800):
        notebook.page.set_viewport_size({"width": width, "height": 900})
        panel.root.screenshot(path=f"test-results/state-{theme}-{width}.png")
    # A key moves the selection, and with it the time.
    panel.root.get_by_role("treegrid", name="Traffic").focus()
    notebook.page.keyboard.press("ArrowUp")
    expect(state.locator(".mpp-state-left")).to_have_count(0)
    expect(state).to_contain_text("bob")
    panel.root.get_by_role("button", name="Ladder", exact=True).click()
    panel.root.screenshot(path=f"test-results/state-{theme}-ladder.png")
    assert panel.faint(".mpp-state-line", ".mpp-state-eye") == {}
    eyes.get_by_role("button", name="count").click()
    eyes.get_by_role("button", name="rooms").click()
    expect(eyes).to_contain_text("See with each message what holds")
    notebook.theme("light")
