"""The panel beside the notebook, in a tab of a real JupyterLab, and back in its place."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.notebooks.cleaning import ROOT
from tests.notebooks.driver import Notebook, OpenNotebook
from tests.notebooks.panel_on_page import GONE, MILLISECONDS, PanelOnPage
from tests.notebooks.test_popped_out import LOUD, SERVE, TALK, wait_row

PICTURES = ROOT / "test-results"

DOCK = "Show the panel beside the notebook (K)"
UNDOCK = "Bring the panel back into the notebook (K)"
AWAY = "The panel of Chat is beside the notebook."
MISSING = (
    "Dock needs the package sidecar, which is not installed: "
    "run %pip install sidecar, then load this page again."
)


class Beside:
    """The tab beside the notebook."""

    def __init__(self, notebook: Notebook) -> None:
        self.page = notebook.page

    def output_area(self, cell: int) -> Locator:
        """Return the tab."""
        return self.page.locator(".jupyterlab-sidecar")


def close_tab(notebook: Notebook) -> None:
    """Close the tab, as a person does."""
    tab = notebook.page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text="Chat")
    tab.locator(".lm-TabBar-tabCloseIcon").click()


def test_a_panel_is_docked_and_comes_back(open_notebook: OpenNotebook) -> None:
    pytest.importorskip("sidecar")
    notebook = open_notebook([SERVE, TALK, LOUD])
    notebook.run(0)
    notebook.run(1)
    inside = PanelOnPage(notebook, 0)
    inside.row("alice → server", "message 59").click()
    expect(inside.detail).to_contain_text("message 59")
    inside.press(DOCK)
    panel = PanelOnPage(Beside(notebook), 0)
    expect(notebook.output_area(0).get_by_text(AWAY)).to_be_visible(timeout=MILLISECONDS)
    expect(inside.root.locator(".mpp-table")).to_be_hidden()
    notebook.run(2)
    panel.wait_status("revision 2")
    panel.send("alice", "good morning")
    wait_row(panel, "server → alice", "GOOD MORNING")
    for theme in ("dark", "light"):
        notebook.theme(theme)
        assert panel.faint(".mpp-name", ".mpp-what", ".mpp-compose-bar .mpp-input") == {}
        notebook.screenshot(PICTURES / f"docked-{theme}.png")
    close_tab(notebook)
    expect(notebook.page.get_by_text(AWAY)).to_have_count(0, timeout=MILLISECONDS)
    inside.wait_running()
    inside.row("server → alice", "GOOD MORNING").click()
    notebook.page.keyboard.press("k")
    panel = PanelOnPage(Beside(notebook), 0)
    notebook.output_area(0).get_by_role("button", name="Bring it back").click()
    expect(notebook.page.locator(".jupyterlab-sidecar")).to_have_count(0, timeout=MILLISECONDS)
    expect(notebook.page.get_by_text(AWAY)).to_have_count(0, timeout=MILLISECONDS)


def test_a_docked_panel_makes_room_for_the_one_after_a_restart(open_notebook: OpenNotebook) -> None:
    pytest.importorskip("sidecar")
    notebook = open_notebook([SERVE, "lab.panel.dock()"])
    notebook.run(0)
    PanelOnPage(notebook, 0)
    notebook.run(1)
    panel = PanelOnPage(Beside(notebook), 0)
    expect(notebook.page.get_by_text(AWAY)).to_be_visible(timeout=MILLISECONDS)
    notebook.page.locator(".jp-NotebookPanel .jp-Notebook").click(position={"x": 5, "y": 5})
    notebook.restart()
    panel.wait_note(GONE)
    notebook.run(0)
    PanelOnPage(notebook, 0)
    expect(notebook.page.locator(".jupyterlab-sidecar")).to_have_count(0, timeout=MILLISECONDS)
    expect(notebook.page.get_by_text(AWAY)).to_have_count(0)


def test_what_dock_needs_is_said(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["import sys; sys.modules['sidecar'] = None", SERVE])
    notebook.run(0)
    notebook.run(1)
    panel = PanelOnPage(notebook, 1)
    panel.press(DOCK)
    panel.wait_note(MISSING)
