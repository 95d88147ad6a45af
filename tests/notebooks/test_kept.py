"""In a real JupyterLab: a conversation is kept from its row, and the next code is compared with it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.notebooks.driver import OpenNotebook
from tests.notebooks.panel_on_page import MILLISECONDS

CHAT = '''\
from micropie import App
from playground import serve

class Chat(App):
    def __init__(self):
        super().__init__()
        self.people = []

    async def ws_chat(self, ws, name):
        await ws.accept()
        self.people.append(ws)
        await ws.send_text(f"{name} joined")
        async for message in ws:
            for each in self.people:
                await each.send_text(f"{name}: {message}")

lab = serve(Chat)
lab'''
TALK = '''\
bob = await lab.connect("/chat?name=bob", client="bob")
ann = await lab.connect("/chat?name=ann", client="ann")
for message in ("tea, please", "thank you"):
    await ann.send(message)'''
AGAIN = '''\
class Chat(App):
    async def ws_chat(self, ws, name):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"{name} says: {message}")'''


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_kept_says_what_new_code_does_otherwise(
    open_notebook: OpenNotebook, theme: str
) -> None:
    notebook = open_notebook([CHAT, TALK, AGAIN])
    notebook.theme(theme)
    notebook.run(0)
    notebook.run(1)
    panel = notebook.output_area(0)
    line = panel.locator(".mpp-kept-line")
    expect(line).to_be_hidden()
    panel.locator(".mpp-row", has_text="thank you").first.click()
    panel.get_by_role("button", name="Keep", exact=True).click()
    expect(panel.locator(".mpp-detail")).to_contain_text(
        "Kept as ann, with bob, who was there", timeout=MILLISECONDS
    )
    expect(line).to_have_text("1 kept · 8 same", timeout=MILLISECONDS)
    notebook.run(2)
    expect(line).to_have_text("1 kept · 2 same · 2 changed · 4 missing", timeout=MILLISECONDS)
    line.press("Enter")
    kept = panel.locator(".mpp-kept")
    expect(kept).to_contain_text("The handler no longer sends 'ann joined'", timeout=MILLISECONDS)
    expect(kept).to_contain_text("Compared is what ann heard, and bob, who was there.")
    expect(kept.locator("ins")).to_have_text([" says", " says"])
    for width in (880, 1300):
        notebook.page.set_viewport_size({"width": width, "height": 900})
        panel.screenshot(path=f"test-results/kept-{theme}-{width}.png")
    kept.get_by_role("button", name="Save as test: ann").click()
    expect(kept).to_contain_text("Saved as test_ann", timeout=MILLISECONDS)
    kept.get_by_role("button", name="Accept: ann").click()
    expect(line).to_have_text("1 kept · 4 same", timeout=MILLISECONDS)
    kept.get_by_role("button", name="Forget: ann").click()
    expect(line).to_be_hidden(timeout=MILLISECONDS)
    expect(kept).to_be_hidden(timeout=MILLISECONDS)
    notebook.theme("light")
