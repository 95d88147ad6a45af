"""The course on a static site: Python in the browser, and no server behind it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.notebooks.cleaning import ROOT
from tests.notebooks.driver import Notebook
from tests.notebooks.panel_on_page import MILLISECONDS, PanelOnPage
from tests.notebooks.static_site import Site

PICTURES = ROOT / "test-results"

# Loading Pyodide and all packages on a busy machine.
FIRST_CELL = 120


def test_the_first_notebook_lives_without_a_server(
    open_on_site: Callable[[str], Notebook], site: Site
) -> None:
    notebook = open_on_site("00-start.ipynb")
    serving = notebook.cell_with("serve(Echo)")
    notebook.run(notebook.cell_with("from playground"), seconds=FIRST_CELL)
    notebook.run(serving)
    panel = PanelOnPage(notebook, serving)
    see_that_there_is_no_network(panel)
    talk_by_hand(panel)
    see_where_code_stands(panel)
    redefine(notebook, panel)
    notebook.theme("dark")
    step_through_a_pause(panel)
    deliver_what_is_held(panel)
    notebook.theme("light")
    notebook.screenshot(PICTURES / "lite.png", panel.root)
    notebook.save()
    see_that_the_front_page_runs_it(notebook, site, panel)
    panel.root.get_by_role("button", name="Stop", exact=True).click()
    panel.wait_status("stopped")
    assert [path for path in site.missing if "favicon" not in path] == []


def test_socketio_lives_there_too_says_where_a_network_is_needed_and_goes_on(
    open_on_site: Callable[[str], Notebook],
) -> None:
    notebook = open_on_site("09-socketio.ipynb")
    notebook.run(notebook.cell_with("import socketio"), seconds=FIRST_CELL)
    notebook.run_all()
    by_hand = notebook.text(notebook.cell_with("hand = await lab.connect"))
    assert 'ack 12: 4312["7 characters delivered"]' in by_hand
    assert "0 of 2 done" in notebook.text(notebook.cell_with("await check("))


def see_that_there_is_no_network(panel: PanelOnPage) -> None:
    panel.wait_status("no network", "revision 1")
    panel.wait_rows("revision 1 on stage · In[2]")


def talk_by_hand(panel: PanelOnPage) -> None:
    assert panel.connect("/echo", "alice") == "alice"
    panel.wait_clients("alice")
    panel.send("alice", "good morning")
    panel.wait_rows(
        "alice → server opened /echo",
        "server → alice accepted",
        "alice → server good morning 12",
        "server → alice Echo: good morning 18",
    )
    panel.row("server → alice", "Echo: good morning").click()
    expect(panel.detail).to_contain_text("sent atIn [2] line 8", timeout=MILLISECONDS)


def see_that_the_front_page_runs_it(notebook: Notebook, site: Site, panel: PanelOnPage) -> None:
    """See the whole notebook run at one click, and whoever came begin at its top."""
    notebook.follow(site.url, "Run the first notebook", seconds=FIRST_CELL)
    # What was saved is no widget; the last cell shows one when it has run.
    notebook.wait_for(notebook.cell_with("await check("), "widget-view+json", seconds=FIRST_CELL)
    assert "'HELLO'" in notebook.text(notebook.cell_with('await alice.send("hello")\nanswer'))
    expect(notebook.page.get_by_role("heading", name="Start: a server")).to_be_in_viewport()
    panel.look()
    panel.wait_status("no network", "revision 3")


def see_where_code_stands(panel: PanelOnPage) -> None:
    """See on the Code face where alice's handler waits, and with which variables."""
    panel.press("Code")
    line = panel.root.locator(".mpp-code-here")
    expect(line).to_contain_text("async for message in ws", timeout=MILLISECONDS)
    line.get_by_role("button", name="alice at /echo: waits for a message").click()
    stand = panel.root.locator(".mpp-code-stand")
    expect(stand).to_contain_text("Echo.ws_echo", timeout=MILLISECONDS)
    expect(stand).to_contain_text("'good morning'")
    panel.root.screenshot(path=PICTURES / "lite-code.png")
    panel.press("Table")


def redefine(notebook: Notebook, panel: PanelOnPage) -> None:
    notebook.run(notebook.cell_with("message.upper()"))
    panel.look()
    panel.wait_rows("revision 2 on stage · In[3] · 1 socket handed over")
    panel.send("alice", "good morning")
    panel.wait_rows("alice → server good morning", "server → alice GOOD MORNING")


def step_through_a_pause(panel: PanelOnPage) -> None:
    """Stop at a message by keyboard alone, look, and step on."""
    keys, strip = panel.root.page.keyboard, panel.root.locator(".mpp-between")
    message = panel.root.get_by_role("textbox", name="Message", exact=True)
    panel.root.get_by_role("treegrid", name="Traffic").focus()
    keys.press("End")
    keys.press("ArrowUp")
    expect(panel.root.locator(".mpp-row.mpp-selected")).to_contain_text("good morning")
    keys.press("b")
    words = "text messages from alice at /echo"
    expect(strip.locator(".mpp-breakpoint")).to_contain_text(words, timeout=MILLISECONDS)
    # The line that sends is as far as a key leads: Escape closes the pane, Tab goes there.
    keys.press("Escape")
    while not message.evaluate("(el) => el === document.activeElement"):
        keys.press("Tab")
    keys.type("stop here")
    keys.press("Enter")
    pause = strip.locator(".mpp-pause-line")
    said = "paused before it sends 'STOP HERE' to alice"
    expect(pause).to_contain_text(said, timeout=MILLISECONDS)
    panel.root.screenshot(path=PICTURES / "lite-pause.png")
    while not pause.evaluate("(el) => el.contains(document.activeElement)"):
        keys.press("Shift+Tab")
    keys.press("n")
    panel.wait_rows("server → alice STOP HERE")
    expect(pause).to_contain_text(
        "paused before it receives the next message", timeout=MILLISECONDS
    )
    strip.get_by_role("button", name="Remove the breakpoint").press("Enter")
    expect(strip).to_be_hidden(timeout=MILLISECONDS)


def deliver_what_is_held(panel: PanelOnPage) -> None:
    """Hold all messages, and have one arrive by Enter, both ways."""
    strip = panel.root.locator(".mpp-between")
    panel.press("Ladder")
    panel.root.locator(".mpp-ladder").press("h")
    expect(strip).to_contain_text("network, everybody: held", timeout=MILLISECONDS)
    panel.send("alice", "later")
    strip.get_by_role("button", name="Deliver later to app, alice").press("Enter")
    answer = strip.get_by_role("button", name="Deliver LATER to client, alice")
    expect(answer).to_be_visible(timeout=MILLISECONDS)
    panel.root.screenshot(path=PICTURES / "lite-held.png")
    answer.press("Enter")
    expect(answer).to_be_hidden(timeout=MILLISECONDS)
    strip.get_by_role("button", name="Calm").press("Enter")
    expect(strip).to_be_hidden(timeout=MILLISECONDS)
    panel.press("Table")
