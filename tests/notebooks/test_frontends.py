"""The same panel in Notebook 7 and in Voilà: what shows widgets shows it, and it works there."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

import nbformat
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Route,
    WebSocketRoute,
    expect,
)

from tests.notebooks.driver import KERNEL, Notebook
from tests.notebooks.panel_on_page import MILLISECONDS, PanelOnPage
from tests.notebooks.server import Server

# What a user sees whose page reaches no port of the kernel's machine.
OUT_OF_REACH = "This page cannot reach the app: "

SERVE = """\
from micropie import App
from playground import serve

class Echo(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

lab = serve(Echo)
lab"""


class Notebook7(NamedTuple):
    """A JupyterLab server whose notebooks are opened in Notebook 7."""

    server: Server

    def lab_url(self, notebook: str) -> str:
        """Return the address that opens a notebook."""
        return f"{self.server.url}notebooks/{notebook}?token={self.server.token}"


class Rendered(NamedTuple):
    """A page with the panel on it, and no notebook around."""

    page: Page

    def output_area(self, cell: int) -> Locator:
        """Return the page: whose output it is cannot be seen there."""
        return self.page.locator("body")


def write(server: Server, name: str, *more: str) -> str:
    """Write a notebook that serves an app."""
    cells = [nbformat.v4.new_code_cell(source) for source in (SERVE, *more)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), server.folder / name)
    return name


def talk(panel: PanelOnPage) -> None:
    """Connect a client by hand, say something, and see the answer."""
    assert panel.connect("/echo") == "you"
    panel.send("you", "good morning")
    panel.wait_rows("opened /echo", "accepted", "good morning 12", "Echo: good morning 18")


def test_the_panel_lives_in_notebook_7(chromium: Browser, server: Server) -> None:
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    notebook = Notebook(context, Notebook7(server), write(server, "classic.ipynb"))
    notebook.run(0)
    talk(PanelOnPage(notebook, 0))
    notebook.close()
    context.close()
    assert (notebook.failures, notebook.strangers) == ([], [])


def test_the_panel_lives_in_voila(chromium: Browser, server: Server) -> None:
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    name = write(server, "rendered.ipynb")
    page.goto(f"{server.url}voila/render/{name}?token={server.token}", timeout=MILLISECONDS)
    expect(page.locator(".mpp-panel")).to_be_visible(timeout=MILLISECONDS)
    talk(PanelOnPage(Rendered(page), 0))
    context.close()


def wall_off(context: BrowserContext, server: Server) -> list[str]:
    """Let pages reach Jupyter itself and nothing through it; return what they tried, as it grows."""
    tried: list[str] = []

    def allowed(url: str) -> bool:
        parts = urlsplit(url)
        ours = parts.netloc == urlsplit(server.url).netloc and "/proxy/" not in parts.path
        if not ours:
            tried.append(url)
        return ours

    def request(route: Route) -> None:
        route.continue_() if allowed(route.request.url) else route.abort()

    def socket(route: WebSocketRoute) -> None:
        route.connect_to_server() if allowed(route.url) else route.close(code=1011)

    context.route("**/*", request)
    context.route_web_socket("**/*", socket)
    return tried


def test_the_panel_works_where_no_address_does(chromium: Browser, server: Server) -> None:
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    tried = wall_off(context, server)
    name = write(server, "walled.ipynb", 'lab.browse("/")', 'lab.connect_in_browser("/echo")')
    notebook = Notebook(context, server, name)
    notebook.run(0)
    talk(PanelOnPage(notebook, 0))
    assert tried == [], "the panel alone asks for no address"
    for cell in (1, 2):
        notebook.run(cell)
        said = notebook.output_area(cell).get_by_text(OUT_OF_REACH)
        expect(said.first).to_be_visible(timeout=MILLISECONDS)
    assert {urlsplit(url).scheme for url in tried} == {"http", "ws"}
    notebook.close()
    context.close()
    assert (notebook.failures, notebook.strangers) == ([], [])
