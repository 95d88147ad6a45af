"""Server-sent events in a real JupyterLab: each is a row of the table and a rung of the ladder."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.notebooks.cleaning import ROOT
from tests.notebooks.driver import OpenNotebook
from tests.notebooks.panel_on_page import MILLISECONDS, PanelOnPage

PICTURES = ROOT / "test-results"

CELLS = [
    """
import asyncio
from micropie import App
from playground import serve

class News(App):
    def __init__(self):
        super().__init__()
        self.listeners = {}

    async def tell(self, what, text):
        for listener in list(self.listeners.values()):
            listener.put_nowait(f"event: {what}\\ndata: {text}\\nid: {len(text)}\\n\\n")
        return f"told {len(self.listeners)}"

    async def news(self, name):
        mine = self.listeners[name] = asyncio.Queue()

        async def events():
            yield ": welcome\\n\\n"
            try:
                while True:
                    said = await mine.get()
                    yield said[:9]  # cut within the event
                    yield said[9:]
            finally:
                del self.listeners[name]

        return 200, events(), [("Content-Type", "text/event-stream")]

lab = serve(News)
lab.panel
""",
    """
async def listen(name, ready):
    async with lab.stream(f"/news?name={name}", client=name) as answer:
        await anext(answer.chunks())
        ready.set()
        heard = []
        async for event in answer.events():
            heard.append((event.event, event.data, event.id))
            if event.event == "end":
                return heard

ready = [asyncio.Event(), asyncio.Event()]
both = [asyncio.create_task(listen(*each)) for each in zip(("ann", "bob"), ready)]
for each in ready:
    await each.wait()
for what, text in [("weather", "rain"), ("weather", '{"sun": true}'), ("end", "bye")]:
    await lab.get(f"/tell?what={what}&text={text}")
print(await asyncio.gather(*both))
""",
]


def test_events_of_two_listeners_are_rows_in_table_and_ladder(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(CELLS)
    notebook.run(0)
    panel = PanelOnPage(notebook, 0)
    heard = [("weather", "rain", "4"), ("weather", '{"sun": true}', "13"), ("end", "bye", "3")]
    assert str([heard, heard]) in notebook.run(1)
    panel.look()
    box = panel.root.get_by_placeholder("Filter")
    box.fill("kind:event")
    box.press("Enter")
    expect(panel.rows).to_have_count(6, timeout=MILLISECONDS)
    for name in ("ann", "bob"):
        expect(panel.row(f"server → {name}", "weatherrain · id 4")).to_have_count(1)
    panel.row("server → ann", 'weather{"sun": true} · id 13').click()
    expect(panel.detail.get_by_role("tab", name="Event")).to_be_visible(timeout=MILLISECONDS)
    expect(panel.detail).to_contain_text("sun", timeout=MILLISECONDS)
    expect(panel.detail).to_contain_text("event: weather", timeout=MILLISECONDS)
    texts = (".mpp-what", ".mpp-who", ".mpp-detail dt", ".mpp-detail dd")
    for theme in ("dark", "light"):
        notebook.theme(theme)
        assert panel.faint(*texts) == {}, f"hard to read in the {theme} theme"
        notebook.screenshot(PICTURES / f"events-{theme}.png", panel.root)
    panel.root.get_by_role("button", name="Ladder").click()
    expect(panel.root.locator(".mpp-step-event")).to_have_count(6, timeout=MILLISECONDS)
    assert notebook.failures == []
