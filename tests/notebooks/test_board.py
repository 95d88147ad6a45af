"""The board of exercises in a real JupyterLab: it follows the code, and is saved as it stands."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.notebooks.driver import OpenNotebook
from tests.notebooks.panel_on_page import MILLISECONDS

ECHO = """\
from micropie import App
from playground import check, serve

class Echo(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

lab = serve(Echo)
check("echo-upper", lab)"""

LOUD = """\
class Echo(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(message.upper())"""


def test_a_board_follows_the_code_without_its_cell_being_run_again(
    open_notebook: OpenNotebook,
) -> None:
    notebook = open_notebook([ECHO, LOUD])
    notebook.run(0)
    board = notebook.page.locator(".mpp-board")
    fault = board.locator(".mpp-exercise-fault")
    expect(fault).to_have_text("Sent 'hi', expected 'HI', got 'Echo: hi'.", timeout=MILLISECONDS)
    saved = json.dumps(notebook.outputs(0))
    assert "Exercises \\u00b7 0 of 1 done" in saved
    notebook.run(1)
    expect(board.get_by_role("status")).to_have_text("1 of 1 done", timeout=MILLISECONDS)
    expect(board).to_contain_text("done · revision 2")
    expect(fault).to_have_count(0)
