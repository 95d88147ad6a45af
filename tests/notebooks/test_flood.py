"""A flood of messages in a real JupyterLab: the panel moves, and counts what it does not show."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.notebooks.driver import OpenNotebook
from tests.notebooks.flood import SERVE, count, pour, watch, watched
from tests.notebooks.panel_on_page import MILLISECONDS


def test_what_a_flooded_panel_does_not_show_it_counts(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(
        [SERVE, "", "1 + 1", "pouring.join(); sum(sent for sent, _ in poured)"]
    )
    notebook.run(0)
    page = notebook.page
    expect(page.locator(".mpp-traffic")).to_be_visible(timeout=MILLISECONDS)
    before = int(notebook.page.locator(".mpp-holds").inner_text().split()[0])
    watch(notebook)
    pour(notebook, 1, 10_000, 6)
    assert notebook.run(2) == "2"
    page.get_by_role("button", name="Freeze view").click()
    expect(page.locator(".mpp-pill")).to_be_visible(timeout=MILLISECONDS)
    page.get_by_role("button", name="Freeze view").click()
    poured = int(notebook.run(3))
    total = f"{min(50_000, poured + before):,} entries"
    expect(page.locator(".mpp-holds")).to_contain_text(total, timeout=MILLISECONDS)
    told = count(notebook)
    assert told.rows + told.missing == told.entries
    assert told.entries + told.dropped == poured + before
    assert len(watched(notebook)["updates"]) > 6
