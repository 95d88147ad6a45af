"""One learner's way through the first notebook, in a real JupyterLab, and what may go wrong on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import OpenNotebook
from driver import Notebook
from playwright.sync_api import Locator, expect

ROOT = Path(__file__).resolve().parents[2]
START = ROOT / "notebooks" / "00-start.ipynb"
# A panel keeps up within a tick of a fifteenth of a second; the machine may be busy.
SECONDS = 20_000

ECHO = """
class Echo(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text({answer})
"""
LAB = "from micropie import App\nfrom playground import serve\n" + ECHO + "lab = serve(Echo)\nlab"


class OnPage:
    """A panel as it is on the page."""

    def __init__(self, notebook: Notebook, cell: int) -> None:
        self.page = notebook.page
        self.box = notebook.output_area(cell).locator(".mpp-panel")
        self.box.wait_for()

    def connect(self, name: str) -> None:
        """Connect a client to /echo by the form of the route."""
        chip = self.box.get_by_role("button", name="WS /echo")
        if chip.get_attribute("aria-expanded") != "true":
            chip.click()
        self.box.get_by_label("client's name").fill(name)
        self.box.locator(".mpp-routes").get_by_role("button", name="Connect").click()
        expect(self.chooser).to_have_value(name, timeout=SECONDS)

    @property
    def chooser(self) -> Locator:
        """Where one says who sends."""
        return self.box.get_by_label("From which client")

    def send(self, name: str, text: str) -> None:
        """Send a message by hand."""
        self.chooser.select_option(name)
        message = self.box.get_by_role("textbox", name="Message")
        message.fill(text)
        message.press("Enter")

    def row(self, *words: str) -> Locator:
        """Return the newest row of the table that holds the words in order."""
        pattern = re.compile(r"[\s\S]*".join(re.escape(word) for word in words))
        return self.box.get_by_role("row").filter(has_text=pattern).last

    def shows(self, *words: str) -> None:
        """Wait until a row says so."""
        expect(self.row(*words)).to_be_visible(timeout=SECONDS)


@pytest.fixture
def lab(open_notebook: OpenNotebook) -> Iterator[tuple[Notebook, OnPage]]:
    notebook = open_notebook([LAB, ECHO.format(answer="message.upper()"), "lab.stop()"])
    notebook.set_source(0, LAB.format(answer='f"Echo: {message}"'))
    notebook.run(0)
    yield notebook, OnPage(notebook, 0)


def test_a_learner_goes_through_the_first_notebook(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(START)
    notebook.run_all()
    serving = notebook.cell_with("lab = serve(Echo)")
    notebook.run(serving)
    panel = OnPage(notebook, serving)
    panel.connect("ada")
    panel.connect("grace")
    panel.send("ada", "hello")
    panel.shows("ada", "server", "hello")
    panel.shows("server", "ada", "Echo: hello")
    panel.send("grace", '{"say": "hi"}')
    panel.shows("server", "grace", 'Echo: {"say": "hi"}')

    notebook.run(notebook.cell_with("message.upper()"))
    panel = OnPage(notebook, serving)
    panel.shows("on stage", "2 sockets handed over")
    panel.send("ada", "the same socket")
    panel.shows("server", "ada", "THE SAME SOCKET")
    expect(panel.box.locator(".mpp-clients")).not_to_contain_text("ada · closed")

    panel.row("server", "ada", "THE SAME SOCKET").click()
    panel.box.get_by_role("tab", name="Why").click()
    why = panel.box.get_by_role("tabpanel")
    expect(why.get_by_role("button", name="the same socket")).to_be_visible(timeout=SECONDS)
    expect(why).to_contain_text(re.compile(r"In \[\d+\] line \d+"))
    notebook.screenshot(ROOT / "docs" / "panel.png", panel.box)
    assert (ROOT / "docs" / "panel.png").stat().st_size > 20_000

    panel.box.get_by_role("button", name="Stop").click()
    expect(panel.box.get_by_role("button", name="Start")).to_be_visible(timeout=SECONDS)
    panel.shows("stopped: 2 sockets closed with 1012")
    assert notebook.run(notebook.cell_with("lab.stop()")) != ""


def test_a_class_that_does_not_start_is_said_in_the_panel_and_the_old_one_answers(
    lab: tuple[Notebook, OnPage],
) -> None:
    notebook, panel = lab
    panel.connect("ada")
    broken = "class Echo(App):\n    def __init__(self):\n        super().__init__()\n"
    broken += "        self.startup_handlers.append(lambda: 1 / 0)"
    notebook.set_source(1, broken)
    assert "revision 1 still serves" in notebook.run(1)
    panel = OnPage(notebook, 0)
    alert = panel.box.get_by_role("alert").filter(has_text="revision 1 still serves")
    expect(alert).to_be_visible(timeout=SECONDS)
    panel.send("ada", "still there?")
    panel.shows("server", "ada", "Echo: still there?")


def test_the_panel_keeps_up_while_a_cell_runs(lab: tuple[Notebook, OnPage]) -> None:
    notebook, panel = lab
    busy = """
import threading, time, websockets.sync.client
with websockets.sync.client.connect(lab.ws_url("/echo")) as client:
    client.send("from a busy cell")
    print("sent", flush=True)
    stop = time.monotonic() + 30
    while time.monotonic() < stop and not lab.clients:
        time.sleep(0.05)
"""
    notebook.set_source(1, busy)
    notebook.start(1)
    notebook.wait_for(1, "sent")
    panel.shows("server", "Echo: from a busy cell")
    notebook.interrupt()
    notebook.finish(1, fails=True)


def test_after_a_restart_the_panel_says_what_to_do_and_running_again_helps(
    lab: tuple[Notebook, OnPage],
) -> None:
    notebook, panel = lab
    panel.connect("ada")
    notebook.restart()
    gone = panel.box.get_by_text("The kernel does not answer.").first
    expect(gone).to_be_visible(timeout=SECONDS)
    notebook.run(0)
    panel = OnPage(notebook, 0)
    panel.connect("ada")
    panel.send("ada", "back again")
    panel.shows("server", "ada", "Echo: back again")


def test_a_second_view_of_the_panel_has_everything(lab: tuple[Notebook, OnPage]) -> None:
    notebook, panel = lab
    panel.connect("ada")
    panel.send("ada", "hello")
    panel.shows("server", "ada", "Echo: hello")
    notebook.set_source(1, "lab")
    notebook.run(1)
    second = OnPage(notebook, 1)
    second.shows("server", "ada", "Echo: hello")
    expect(second.chooser).to_have_value("ada", timeout=SECONDS)
    notebook.theme("dark")
    dark = second.box.evaluate("it => getComputedStyle(it.querySelector('.mpp-face')).color")
    notebook.theme("light")
    light = second.box.evaluate("it => getComputedStyle(it.querySelector('.mpp-face')).color")
    assert dark != light
