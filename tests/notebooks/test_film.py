"""The README's film: what it shows happens in a real JupyterLab while it is taken."""

from __future__ import annotations

import os
from collections.abc import Iterator

import nbformat
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.notebooks.cleaning import ROOT
from tests.notebooks.driver import KERNEL, Notebook
from tests.notebooks.film import Film
from tests.notebooks.panel_on_page import MILLISECONDS, PanelOnPage
from tests.notebooks.server import Server

# `make picture` takes the README's from here.
FILM = ROOT / "test-results" / "playground.webp"

ECHO = """\
from micropie import App
from playground import serve

class Echo(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"Echo: {message}")"""

BEFORE, AFTER = 'f"Echo: {message}"', "message.upper()"

# Nothing but the notebook, its toolbar and its menu, as the View menu can have it.
PLAIN: tuple[tuple[str, dict[str, str]], ...] = (
    ("application:toggle-left-area", {}),
    ("application:toggle-mode", {}),
    ("application:toggle-header", {}),
    ("application:toggle-side-tabbar", {"side": "left"}),
    ("application:toggle-side-tabbar", {"side": "right"}),
    ("statusbar:toggle", {}),
)

# As wide as a README is shown, and as high as the code, the panel and the line below need; for the
# README itself drawn twice as fine, for the screens that can show it.
WIDTH, HEIGHT, FINENESS = 960, 836, 2 if os.environ.get("PICTURE") else 1
# Of the panel's table, with room for the rows of the story.
TABLE = 230

# A README that is read over a telephone is not to weigh more.
MOST_BYTES = 1_500_000


@pytest.fixture
def notebook(chromium: Browser, server: Server) -> Iterator[Notebook]:
    """The app in one cell, `serve` in the next, and no more of JupyterLab than needed."""
    cells = [nbformat.v4.new_code_cell(source) for source in (ECHO, "serve(Echo)")]
    written = nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)
    nbformat.write(written, server.folder / "echo.ipynb")
    context = chromium.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=FINENESS
    )
    opened = Notebook(context, server, "echo.ipynb")
    for command in PLAIN:
        opened.page.evaluate("(each) => jupyterapp.commands.execute(...each)", command)
    yield opened
    opened.close()
    context.close()
    assert (opened.failures, opened.strangers) == ([], [])


def test_code_changes_under_an_open_socket_as_the_readme_shows_it(notebook: Notebook) -> None:
    notebook.run(0)
    notebook.run(1)
    panel = PanelOnPage(notebook, 1)
    panel.root.locator(".mpp-main").evaluate("(el, high) => el.style.height = `${high}px`", TABLE)
    panel.wait_rows("revision 1 on stage")
    notebook.output_area(0)
    film = Film(notebook.page, (WIDTH * 0.7, HEIGHT * 0.7))
    film.say("A WebSocket app in a notebook cell, and the panel that watches it")
    film.keep(1800)
    connect(film, panel)
    film.say("Say something: each message is a row, in the colour of its client")
    send(film, panel, "Echo: hello")
    film.keep(1200)
    redefine(film, panel, notebook)
    film.say("The same message again, on the same socket: the new code answers")
    send(film, panel, "HELLO")
    film.mark(panel.row("server → alice", "HELLO"))
    film.keep(2200)
    panel.wait_status("revision 2", "1 socket · 4 messages")
    film.mark(panel.row("server → alice", "HELLO"), on=False)
    look_at_the_code(film, panel)
    hold_and_deliver(film, panel)
    film.save(FILM)
    see_that_a_readme_can_carry(film)


def connect(film: Film, panel: PanelOnPage) -> None:
    film.say("Connect a client, and call her alice")
    film.click(panel.root.get_by_role("button", name="Connect…"))
    film.keep(500)
    film.write("/echo")
    keyboard = panel.root.page.keyboard
    keyboard.press("Tab")
    film.write("alice")
    film.keep(400)
    keyboard.press("Enter")
    panel.wait_clients("alice")
    panel.wait_rows("alice → server opened /echo", "server → alice accepted")
    expect(panel.message).to_be_focused(timeout=MILLISECONDS)
    film.keep(900)


def send(film: Film, panel: PanelOnPage, answer: str) -> None:
    film.click(panel.message)
    film.write("hello")
    film.keep(250)
    panel.message.press("Enter")
    panel.wait_rows("alice → server hello", f"server → alice {answer}")
    expect(panel.message).to_have_value("", timeout=MILLISECONDS)


def redefine(film: Film, panel: PanelOnPage, notebook: Notebook) -> None:
    film.say("Now change the code, and run the cell")
    keyboard = notebook.page.keyboard
    film.click(notebook.page.locator(".jp-Cell .cm-line", has_text="send_text"))
    keyboard.press("End")
    keyboard.press("ArrowLeft")
    for _ in BEFORE:
        keyboard.press("Shift+ArrowLeft")
    film.keep(500)
    film.write(AFTER)
    film.keep(500)
    assert notebook.source(0) == ECHO.replace(BEFORE, AFTER)
    film.click(notebook.page.locator('[data-command="notebook:run-cell-and-select-next"]').first)
    panel.wait_rows("revision 2 on stage · In[3] · 1 socket handed over")
    film.say("Nobody was disconnected: alice's open socket is handed over to the new code")
    row = panel.rows.filter(has_text="handed over")
    film.mark(row)
    film.keep(2000)
    film.mark(row, on=False)


def look_at_the_code(film: Film, panel: PanelOnPage) -> None:
    face(film, panel, "Code")
    dot = panel.root.get_by_role("button", name="alice at /echo")
    expect(dot).to_be_visible(timeout=MILLISECONDS)
    film.say("Where is the code right now? A dot stands on the line at which alice's handler waits")
    film.mark(panel.root.locator(".mpp-code-line", has_text="async for message in ws"))
    film.keep(2600)


def hold_and_deliver(film: Film, panel: PanelOnPage) -> None:
    face(film, panel, "Ladder")
    strip = panel.root.locator(".mpp-between")
    film.say("Be the network: hold what is sent, and it stands in mid-air")
    film.click(panel.root.get_by_role("button", name="Hold", exact=True))
    expect(strip).to_contain_text("held", timeout=MILLISECONDS)
    film.click(panel.message)
    film.write("hello")
    panel.message.press("Enter")
    expect(strip).to_contain_text("in flight (1)", timeout=MILLISECONDS)
    flying = panel.root.locator(".mpp-rung-flying")
    expect(flying).to_have_count(1, timeout=MILLISECONDS)
    film.keep(2200)
    film.say("Deliver it, when you like and in the order you like")
    film.click(strip.get_by_role("button", name="Deliver hello to app, alice"))
    deliver = strip.get_by_role("button", name="Deliver HELLO to client, alice")
    expect(deliver).to_be_visible(timeout=MILLISECONDS)
    film.keep(1400)
    film.click(deliver)
    expect(flying).to_have_count(0, timeout=MILLISECONDS)
    film.keep(3000)


def face(film: Film, panel: PanelOnPage, name: str) -> None:
    film.click(panel.root.get_by_role("button", name=name, exact=True))


def see_that_a_readme_can_carry(film: Film) -> None:
    assert FILM.stat().st_size < MOST_BYTES
    assert 20_000 < sum(time for _, time in film.shots) < 32_000
    with Image.open(FILM) as made:
        assert (made.size, made.info["loop"]) == ((WIDTH * FINENESS, HEIGHT * FINENESS), 0)
        # A picture that is the same as the one before is not there twice.
        assert 0 < len(film.shots) - getattr(made, "n_frames", 0) < 10
