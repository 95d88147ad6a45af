"""What a person sees of a traffic table on a page."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

ROW = ".mpp-table .mpp-sheet .mpp-row"


def rows(page: Page) -> list[str]:
    """Return what the rows in the document say."""
    return page.locator(ROW).all_inner_texts()


def numbers(page: Page) -> list[int]:
    """Return the numbers of the rows in the document."""
    cells = page.locator(f"{ROW} .mpp-n").all_inner_texts()
    return [int(cell) for cell in cells if cell]


def row(page: Page, text: str) -> Locator:
    """Return the last row that says something."""
    return page.locator(ROW, has_text=text).last


def selected(page: Page) -> Locator:
    """Return the row that is selected."""
    return page.locator(".mpp-table .mpp-sheet .mpp-selected")


def box(page: Page) -> Locator:
    """Return the filter box."""
    return page.get_by_role("searchbox", name="Filter")


def grid(page: Page) -> Locator:
    """Return the table, which takes the keys."""
    return page.get_by_role("treegrid", name="Traffic")


def pane(page: Page) -> Locator:
    """Return the pane that shows the selected row."""
    return page.locator(".mpp-detail")


def scroll_to(page: Page, top: int) -> None:
    """Scroll the table, as a wheel does."""
    page.locator(".mpp-table .mpp-scroller").evaluate(
        "(el, top) => new Promise((done) => { el.scrollTop = top; requestAnimationFrame(done); })",
        top,
    )
