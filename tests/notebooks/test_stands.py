"""Views of one lab in a real JupyterLab: the newest follows, the earlier stand as they stood."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.notebooks.driver import SECONDS, Notebook, OpenNotebook
from tests.notebooks.panel_on_page import CONTRAST, MILLISECONDS

SERVE = """\
from micropie import App
from playground import check, serve

class Echo(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

lab = serve(Echo)
alice = await lab.connect("/echo", client="alice")
await alice.send("first")
await alice.receive()"""
SAYS = 'await alice.send("{0}")\nawait alice.receive()'
CELLS = (
    SERVE,
    "lab.traffic",
    SAYS.format("second"),
    f"{SAYS.format('third')}\nlab.ladder",
    'check("echo-upper", lab)',
    "lab.log.clear()",
    f"{SAYS.format('fourth')}\nlab.traffic",
    "lab",
    SAYS.format("fifth"),
)
TABLE, LADDER, NEWEST, PANEL = 1, 3, 6, 7


def view(notebook: Notebook, cell: int) -> Locator:
    return notebook.output_area(cell).locator(".mpp-traffic")


def rows(part: Locator) -> Locator:
    return part.locator(".mpp-row:visible, .mpp-step:visible")


def follow(part: Locator) -> Locator:
    return part.get_by_role("button", name="Follow", exact=True)


def test_each_view_is_a_picture_of_its_moment_with_a_face_filter_and_way_on_of_its_own(
    open_notebook: OpenNotebook,
) -> None:
    notebook = open_notebook(CELLS)
    notebook.page.set_viewport_size({"width": 1200, "height": 3200})
    notebook.run_all()
    table, ladder = view(notebook, TABLE), view(notebook, LADDER)
    expect(table).to_contain_text("as it stood before In[4]", timeout=MILLISECONDS)
    expect(table).to_contain_text("Echo: second")
    expect(table).not_to_contain_text("third")
    expect(ladder).to_contain_text("as it stood before In[6]", timeout=MILLISECONDS)
    expect(ladder, "a cell below has cleared the log").to_contain_text("Echo: third")
    expect(ladder.locator(".mpp-hidden-count")).to_contain_text("of checks hidden")
    expect(ladder).not_to_contain_text("check-")
    panel = view(notebook, PANEL)
    expect(panel).to_contain_text("Echo: fifth", timeout=MILLISECONDS)
    expect(follow(panel)).to_be_hidden()
    expect(view(notebook, NEWEST)).not_to_contain_text("fifth")

    # What is done with one changes no other.
    table.get_by_role("button", name="Ladder", exact=True).click()
    table.get_by_role("searchbox", name="Filter").fill("second")
    table.locator(".mpp-step:has([aria-label*='second'])").first.click()
    expect(table.locator(".mpp-detail")).to_contain_text("second", timeout=MILLISECONDS)
    expect(view(notebook, NEWEST).locator(".mpp-table")).to_be_visible()
    expect(ladder.locator(".mpp-selected")).to_have_count(0)
    ladder.get_by_role("searchbox", name="Filter").fill("client:check*")
    expect(ladder).to_contain_text("check", timeout=MILLISECONDS)

    reloaded(notebook)
    table, ladder = view(notebook, TABLE), view(notebook, LADDER)
    expect(table.get_by_role("searchbox", name="Filter")).to_have_value("second")
    expect(table).to_contain_text("as it stood before In[4]")
    expect(table.locator(".mpp-ladder")).to_contain_text("second", timeout=MILLISECONDS)
    goes_on(notebook, table)


def reloaded(notebook: Notebook) -> None:
    # A moment after the last change the kernel keeps it.
    asks = "[each.view.look.get('filter') for each in lab._parts.views.showing._shown]"
    notebook.set_source(8, asks)
    notebook.page.wait_for_function(
        """async (index) => {
          await driver.start(index);
          await driver.finish(index, 60);
          const said = JSON.stringify(driver.outputs(index));
          return said.includes("second") && said.includes("check*");
        }""",
        arg=8,
        timeout=MILLISECONDS,
    )
    notebook.save()
    notebook.page.reload()
    notebook.kernel = notebook._ask("ready", SECONDS)


def goes_on(notebook: Notebook, table: Locator) -> None:
    """Have a view go on by its key; it stands again when a later cell shows one."""
    table.get_by_role("searchbox", name="Filter").fill("")
    table.locator(".mpp-ladder").focus()
    notebook.page.keyboard.press("l")
    expect(table).to_contain_text("Echo: fifth", timeout=MILLISECONDS)
    expect(follow(table)).to_be_hidden()
    notebook.run(NEWEST)
    expect(follow(table)).to_be_visible(timeout=MILLISECONDS)
    expect(rows(table)).not_to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_mark_and_the_way_on_are_legible_and_fit(
    open_notebook: OpenNotebook, theme: str
) -> None:
    notebook = open_notebook(CELLS[:4])
    notebook.theme(theme)
    notebook.run_all()
    for width in (880, 1160, 1800):
        notebook.page.set_viewport_size({"width": width, "height": 1400})
        table = view(notebook, TABLE)
        expect(follow(table)).to_be_visible(timeout=MILLISECONDS)
        bar = table.locator(".mpp-traffic-bar")
        assert bar.evaluate("(el) => el.scrollWidth <= el.clientWidth"), width
        table.screenshot(path=f"test-results/stands-{theme}-{width}.png")
    assert table.locator(".mpp-stood").evaluate(CONTRAST) >= 4.5
    notebook.theme("light")
