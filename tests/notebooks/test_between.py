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
TWO = 'for text in ("one", "two"):\n    await lab.clients["cid"].send(text)'
LATER = 'await lab.clients["ann"].send("later")'


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_pause_is_stepped_through_and_a_held_message_delivered_by_keyboard(
    open_notebook: OpenNotebook, theme: str
) -> None:
    notebook = open_notebook([CHAT, THREE, ORDER, HEARD, LATER, TWO])
    keys = notebook.page.keyboard
    notebook.theme(theme)
    notebook.run(0)
    notebook.run(1)
    panel = notebook.output_area(0)
    strip = panel.locator(".mpp-between")
    expect(strip).to_be_hidden()
    set_at_margins(notebook, panel, strip)
    panel.locator(".mpp-row", has_text="hello").first.click()
    keys.press("b")
    expect(strip.locator(".mpp-breakpoint")).to_contain_text("text messages from bob at /chat")
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


def set_at_margins(notebook: Notebook, panel: Locator, strip: Locator) -> None:
    """Set breakpoints at the margin of a row and of a line, edit one, and take both away."""
    keys = notebook.page.keyboard
    margin = panel.locator(".mpp-row", has_text="hello").first.locator(".mpp-n")
    margin.click()
    expect(panel.locator(".mpp-row.mpp-breaks")).to_have_count(1, timeout=MILLISECONDS)
    expect(panel.get_by_role("gridcell", name="8, breakpoint")).to_be_visible()
    expect(strip).to_contain_text("text messages from bob at /chat")
    expect(panel.locator(".mpp-row.mpp-selected")).to_have_count(0)
    panel.get_by_role("button", name="Code", exact=True).click()
    lines = panel.locator(".mpp-code-break")
    expect(lines).to_have_count(2, timeout=MILLISECONDS)
    panel.locator(".mpp-code").press("b")
    keys.press("ArrowDown")
    keys.press("b")
    expect(lines.nth(1)).to_have_attribute("aria-pressed", "true", timeout=MILLISECONDS)
    strip.get_by_role("button", name="line 14 of In[1]", exact=True).click()
    keys.type("client:bob /order/")
    keys.press("Enter")
    said = "line 14 of In[1], for messages that match client:bob /order/"
    expect(strip).to_contain_text(said, timeout=MILLISECONDS)
    lines.nth(1).click()
    expect(lines.nth(1)).to_have_attribute("aria-pressed", "false", timeout=MILLISECONDS)
    panel.get_by_role("button", name="Table", exact=True).click()
    margin.click()
    expect(strip).to_be_hidden(timeout=MILLISECONDS)


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
    drag_and_order(notebook, panel, strip)


def drag_and_order(notebook: Notebook, panel: Locator, strip: Locator) -> None:
    """Drag an arrow to its lane; put messages into another order, by keys and by dragging."""
    mouse = notebook.page.mouse
    step = panel.locator(".mpp-step-flying")
    from_, to = middle_of(step), middle_of(panel.locator(".mpp-lane-head", has_text="ann"))
    mouse.move(*from_)
    mouse.down()
    mouse.move(from_[0], from_[1] + 20, steps=3)
    expect(panel.locator(".mpp-drag-head")).to_have_count(1)
    mouse.move(to[0], from_[1] + 20, steps=3)
    expect(panel.locator(".mpp-drag-there")).to_have_count(1)
    mouse.up()
    expect(panel.locator(".mpp-drag")).to_have_count(0)
    expect(strip).to_contain_text("in flight (1)", timeout=MILLISECONDS)
    notebook.run(5)
    chips = strip.locator(".mpp-flying")
    expect(chips).to_contain_text(["bob⇠LATER", "cid⇢one", "cid⇢two"], timeout=MILLISECONDS)
    chips.nth(2).focus()
    notebook.page.keyboard.press("Shift+ArrowLeft")
    expect(strip.get_by_role("alert")).to_contain_text("“two” cannot arrive before “one”: within")
    mouse.move(*middle_of(chips.first))
    mouse.down()
    end = middle_of(chips.last)
    mouse.move(end[0] + 30, end[1], steps=5)
    mouse.up()
    expect(chips).to_contain_text(["cid⇢one", "cid⇢two", "bob⇠LATER"])
    strip.get_by_role("button", name="Deliver in this order").press("Enter")
    expect(chips.first).to_contain_text("ONE", timeout=MILLISECONDS)
    expect(strip.get_by_text("two", exact=True)).to_have_count(0, timeout=MILLISECONDS)
    expect(strip).not_to_contain_text("LATER", timeout=MILLISECONDS)
    # A message of the strip arrives as well where its lane is.
    name = chips.first.locator("b").inner_text()
    key = chips.first.get_attribute("data-act")
    to = middle_of(panel.locator(".mpp-lane-head", has_text=name))
    mouse.move(*middle_of(chips.first))
    mouse.down()
    mouse.move(to[0], to[1] + 60, steps=3)
    expect(strip.locator(".mpp-dragged")).to_have_count(1)
    mouse.up()
    expect(strip.locator(f'[data-act="{key}"]')).to_have_count(0, timeout=MILLISECONDS)


def middle_of(part: Locator) -> tuple[float, float]:
    """Return the middle of a part of the page."""
    box = part.first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
