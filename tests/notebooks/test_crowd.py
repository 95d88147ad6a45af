"""In a real JupyterLab: a crowd is seen at work, made larger by keyboard, stopped, taken away."""

from __future__ import annotations

import os

from playwright.sync_api import expect

from tests.notebooks.driver import OpenNotebook
from tests.notebooks.panel_on_page import MILLISECONDS

CHAT = """\
from micropie import App
from playground import serve

class Chat(App):
    async def ws_chat(self, ws):
        await ws.accept()
        async for message in ws:
            if message == "never":
                1 / 0
            await ws.send_text(message)

lab = serve(Chat)
lab"""
CLIENTS = int(os.environ.get("CROWD", "12"))
CROWD = f"""\
crowd = await lab.swarm("/chat", clients={CLIENTS}, ramp=1, seconds=120, every=0.5)
print("ended early:", crowd.why)"""
RAISING = f'await lab.swarm("/chat", clients={CLIENTS}, ramp=1, seconds=60, message="never")'


def test_a_crowd_is_seen_at_work(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([CHAT, CROWD, RAISING])
    notebook.run(0)
    panel = notebook.output_area(0)
    strip = panel.locator(".mpp-swarm")
    expect(panel.locator(".mpp-traffic")).to_be_visible(timeout=MILLISECONDS)
    expect(strip).to_be_hidden()
    notebook.start(1)
    expect(strip).to_contain_text(f"{CLIENTS} clients", timeout=MILLISECONDS)
    expect(strip.locator(".mpp-swarm-track").first).to_be_visible(timeout=MILLISECONDS)
    expect(panel.locator(".mpp-chip", has_text="crowd-5")).to_be_visible(timeout=MILLISECONDS)
    slider = strip.get_by_role("slider", name="How many clients")
    slider.focus()
    slider.press("ArrowRight")
    figures = strip.locator(".mpp-swarm-value").nth(3)
    expect(figures).to_have_text(str(CLIENTS + 1), timeout=MILLISECONDS)
    for theme in ("light", "dark"):
        notebook.theme(theme)
        for width in (880, 1400):
            notebook.page.set_viewport_size({"width": width, "height": 900})
            panel.screenshot(path=f"test-results/crowd-{theme}-{width}.png")
    strip.get_by_role("button", name="Stop", exact=True).press("Enter")
    expect(strip).to_contain_text("ended", timeout=MILLISECONDS)
    expect(panel.locator(".mpp-row", has_text="a crowd:")).to_have_count(1, timeout=MILLISECONDS)
    strip.get_by_role("button", name="Close", exact=True).press("Enter")
    expect(strip).to_be_hidden(timeout=MILLISECONDS)
    expect(notebook.output_area(1)).to_contain_text(
        "ended early: it was stopped in the panel", timeout=MILLISECONDS
    )
    notebook.run(2)
    expect(strip).to_contain_text("a handler raised ZeroDivisionError", timeout=MILLISECONDS)
    panel.screenshot(path="test-results/crowd-raising.png")
    notebook.theme("light")
