"""A handler that does not await, in JupyterLab: the dot turns amber, Break out frees the rest."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.notebooks.driver import OpenNotebook

SERVED = """from micropie import App
from playground import serve

class Chat(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            while message == "spin":
                pass
            await ws.send_text(message)

lab = serve(Chat)
alice = await lab.connect("/echo", client="alice")
bob = await lab.connect("/echo", client="bob")
lab"""
WAITING = 'await alice.send("spin"); await bob.receive(timeout=60)'
MENDED = SERVED[SERVED.index("class") : SERVED.index("lab =")].replace('message == "spin"', "False")
ASKED = 'await bob.send("hi"); print(await bob.receive())'


def test_break_out_frees_the_others_while_a_cell_waits(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SERVED, WAITING, ASKED, MENDED, ASKED])
    notebook.run(0)
    notebook.start(1)
    panel = notebook.output_area(0)
    button = panel.get_by_role("button", name="Break out")
    expect(button).to_be_visible(timeout=15_000)
    expect(panel.get_by_role("img", name="blocked")).to_be_visible()
    expect(panel.locator(".mpp-stuck")).to_contain_text("ws_echo, In[1] line 8, has not awaited")
    # With one button more there are two rows where one has no room for it.
    notebook.page.set_viewport_size({"width": 1160, "height": 900})
    assert panel.locator(".mpp-status-bar").evaluate("(el) => el.scrollWidth <= el.clientWidth")
    button.click()
    expect(button).to_be_hidden(timeout=15_000)
    expect(panel.get_by_role("img", name="running")).to_be_visible()
    notebook.interrupt()
    assert "interrupted while it waited" in notebook.finish(1, fails=True)
    assert notebook.run(2).strip() == "hi"
    notebook.run(3)
    assert notebook.run(4).strip() == "hi"
