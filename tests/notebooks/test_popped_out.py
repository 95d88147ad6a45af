"""The panel in a window of its own, from a real JupyterLab: out, through all that happens, back."""

from __future__ import annotations

import contextlib

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from tests.notebooks.cleaning import ROOT
from tests.notebooks.driver import SECONDS, Notebook, OpenNotebook
from tests.notebooks.panel_on_page import GONE, MILLISECONDS, PanelOnPage

PICTURES = ROOT / "test-results"

SERVE = """\
from micropie import App
from playground import serve

class Chat(App):
    async def ws_chat(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

lab = serve(Chat)
lab"""

LOUD = """\
class Chat(App):
    async def ws_chat(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(message.upper())"""

TALK = """\
alice = await lab.connect("/chat", client="alice")
for number in range(60):
    await alice.send(f"message {number}")
    await alice.receive()"""

FAR_BELOW = "\n".join(f"# line {number}" for number in range(80))

# Where a browser has no window that stays on top, such as in a frame, it is a common one.
WITHOUT = (
    "delete globalThis.documentPictureInPicture; delete Window.prototype.documentPictureInPicture;"
)

ON_TOP = "matchMedia('(display-mode: picture-in-picture)').matches"

OUT = "Show the panel in a window of its own, which stays in sight (O)"
BACK = "Bring the panel back into the notebook (O)"
AWAY = "The panel of Chat is in a window of its own."


class Elsewhere:
    """A panel in a window of its own."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def output_area(self, cell: int) -> Locator:
        """Return the window: whose output it is cannot be seen there."""
        return self.page.locator("body")


def pop_out(notebook: Notebook, panel: PanelOnPage) -> Elsewhere:
    """Press the button; return the window that opens."""
    with notebook.page.context.expect_page() as opened:
        panel.press(OUT)
    expect(notebook.output_area(0).get_by_text(AWAY)).to_be_visible(timeout=MILLISECONDS)
    return Elsewhere(opened.value)


def wait_row(panel: PanelOnPage, who: str, what: str) -> None:
    """Wait until a row says just that."""
    expect(panel.row(who, what)).to_be_attached(timeout=MILLISECONDS)


def wait_closed(window: Elsewhere) -> None:
    """Wait until a window is gone."""
    if not window.page.is_closed():
        window.page.wait_for_event("close", timeout=MILLISECONDS)


@pytest.mark.parametrize("on_top", [True, False])
def test_a_panel_goes_out_and_comes_back_as_it_was(
    open_notebook: OpenNotebook, on_top: bool
) -> None:
    notebook = open_notebook([SERVE, TALK, LOUD, FAR_BELOW])
    if not on_top:
        notebook.page.evaluate(WITHOUT)
    notebook.run(0)
    notebook.run(1)
    inside = PanelOnPage(notebook, 0)
    inside.root.get_by_role("searchbox", name="Filter").fill("/message|good|GOOD/")
    inside.row("alice → server", "message 58").click()
    inside.message.fill("good mor")
    window = pop_out(notebook, inside)
    assert window.page.evaluate(ON_TOP) is on_top
    panel = PanelOnPage(window, 0)
    selected = panel.root.locator(".mpp-table .mpp-selected")
    expect(selected).to_contain_text("message 58")
    expect(selected).to_be_in_viewport()
    expect(panel.message).to_have_value("good mor")
    # The notebook goes on below, and the panel with it.
    notebook.output_area(3)
    notebook.run(2)
    panel.wait_status("revision 2")
    panel.send("alice", "good morning")
    wait_row(panel, "server → alice", "GOOD MORNING")
    window.page.keyboard.press("Escape")
    panel.press("Ladder")
    expect(panel.root.locator(".mpp-ladder:visible")).to_have_count(1)
    panel.press("Table")
    panel.row("server → alice", "GOOD MORNING").click()
    expect(panel.detail).to_contain_text("GOOD MORNING", timeout=MILLISECONDS)
    window.page.set_viewport_size({"width": 520, "height": 640})
    grown = panel.root.locator(".mpp-main")
    box, end = grown.bounding_box(), panel.root.locator(".mpp-compose-bar").bounding_box()
    assert box is not None
    assert end is not None
    assert box["height"] > 250, "the rows take the height there is"
    assert end["y"] + end["height"] <= 640
    for theme in ("dark", "light"):
        notebook.theme(theme)
        assert panel.faint(".mpp-name", ".mpp-what", ".mpp-compose-bar .mpp-input") == {}
        window.page.screenshot(path=PICTURES / f"popped-{theme}-{on_top}.png")
        notebook.output_area(0)
        notebook.screenshot(PICTURES / f"popped-{theme}-{on_top}-page.png")
        assert dark(panel) == (theme == "dark")
    window.page.close(run_before_unload=False)
    back = PanelOnPage(notebook, 0)
    expect(notebook.page.get_by_text(AWAY)).to_have_count(0)
    expect(back.root.locator(".mpp-table .mpp-selected")).to_contain_text("GOOD MORNING")
    expect(back.detail).to_contain_text("GOOD MORNING")
    back.send("alice", "good night")
    wait_row(back, "server → alice", "GOOD NIGHT")


def test_its_key_and_its_placeholder_bring_a_panel_back(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SERVE, TALK])
    notebook.run(0)
    notebook.run(1)
    inside = PanelOnPage(notebook, 0)
    window = pop_out(notebook, inside)
    panel = PanelOnPage(window, 0)
    expect(panel.root.get_by_role("button", name=BACK)).to_be_focused()
    # Where one types it is a letter.
    panel.message.press("o")
    expect(panel.message).to_have_value("o")
    panel.row("alice → server", "message 59").click()
    # The window may be gone before the key is let go.
    with contextlib.suppress(Error):
        window.page.keyboard.press("o")
    wait_closed(window)
    expect(inside.root.get_by_role("button", name=OUT)).to_be_focused()
    expect(inside.detail).to_contain_text("message 59")
    with notebook.page.context.expect_page() as opened:
        notebook.page.keyboard.press("o")
    notebook.output_area(0).get_by_role("button", name="Bring it back").click()
    wait_closed(Elsewhere(opened.value))
    inside.wait_running()


def test_a_window_takes_the_panel_of_the_cell_that_is_run_again(
    open_notebook: OpenNotebook,
) -> None:
    notebook = open_notebook([SERVE, TALK])
    notebook.run(0)
    window = pop_out(notebook, PanelOnPage(notebook, 0))
    notebook.run(0)
    panel = PanelOnPage(window, 0)
    expect(notebook.page.get_by_text(AWAY)).to_have_count(1, timeout=MILLISECONDS)
    notebook.restart()
    panel.wait_note(GONE)
    notebook.run(0)
    panel.wait_running()
    notebook.run(1)
    wait_row(panel, "server → alice", "Echo: message 59")
    expect(window.page.locator(".mpp-panel")).to_have_count(1)
    expect(notebook.page.get_by_text(AWAY)).to_have_count(1)
    assert len(notebook.page.context.pages) == 2
    panel.press(BACK)
    wait_closed(window)
    wait_row(PanelOnPage(notebook, 0), "server → alice", "Echo: message 59")


def test_a_window_goes_when_its_notebook_is_closed(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SERVE])
    notebook.run(0)
    window = pop_out(notebook, PanelOnPage(notebook, 0))
    notebook.page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    expect(window.page.get_by_text("The notebook took this panel away.")).to_be_visible()
    notebook.run(0)
    PanelOnPage(window, 0)
    address = notebook.page.url
    notebook.page.evaluate("jupyterapp.shell.currentWidget.dispose()")
    wait_closed(window)
    notebook.page.goto(address)
    notebook.kernel = notebook._ask("ready", SECONDS)


def test_a_browser_that_opens_no_window_is_said(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SERVE])
    notebook.page.evaluate(f"{WITHOUT} window.open = () => null")
    notebook.run(0)
    panel = PanelOnPage(notebook, 0)
    panel.press(OUT)
    panel.wait_note(
        "The browser opened no window. Let this page open pop-up windows, then press the button again."
    )


def dark(panel: PanelOnPage) -> bool:
    """Whether a panel has a dark ground."""
    colour = panel.colours()["backgroundColor"]
    return max(int(part) for part in colour[4:-1].split(",")) < 100
