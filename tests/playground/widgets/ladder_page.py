"""What a person sees of a ladder on a page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

STEP = ".mpp-ladder .mpp-step"


def lanes(page: Page) -> list[str]:
    """Return the names above the lanes, from left to right."""
    heads = page.locator(".mpp-ladder .mpp-lane-head")
    found = heads.evaluate_all(
        "all => all.map((each) => [each.getBoundingClientRect().left, each.textContent])"
    )
    return [name for _, name in sorted(found)]


def words(page: Page) -> list[str]:
    """Return what stands on the arrows in the document, from top to bottom."""
    found = page.locator(".mpp-ladder-art text:is(.mpp-rung-words, .mpp-rung-band)")
    return [text for text in found.all_text_contents() if text]


def numbers(page: Page) -> list[int]:
    """Return the numbers of the steps in the document."""
    cells = page.locator(f"{STEP}-n").all_inner_texts()
    return [int(cell) for cell in cells if cell]


def spoken(page: Page) -> list[str]:
    """Return what is read aloud of the steps in the document."""
    cells = page.locator(f"{STEP}:not(.mpp-step-pause) .mpp-step-n")
    found: list[str] = cells.evaluate_all("all => all.map((each) => each.ariaLabel)")
    return found


def step(page: Page, number: int) -> Locator:
    """Return the step with a number."""
    return page.locator(STEP).filter(
        has=page.locator(".mpp-step-n", has_text=str(number)).get_by_text(str(number), exact=True)
    )


def selected(page: Page) -> Locator:
    """Return the step that is selected."""
    return page.locator(f"{STEP}.mpp-selected")


def ladder(page: Page) -> Locator:
    """Return the ladder, which takes the keys."""
    return page.locator(".mpp-ladder")


def scroll_to(page: Page, **to: int) -> None:
    """Scroll the ladder, `scrollTop` or `scrollLeft`, as a wheel does."""
    page.locator(".mpp-ladder .mpp-scroller").evaluate(
        "(el, to) => new Promise((done) => {"
        " Object.assign(el, to); requestAnimationFrame(() => requestAnimationFrame(done)); })",
        to,
    )


def boxes(page: Page, what: str) -> list[dict[str, Any]]:
    """Return where things of the picture are, and what they say."""
    found: list[dict[str, Any]] = page.locator(f".mpp-ladder-art {what}").evaluate_all(
        """all => all.map((each) => {
          const { left, right, top, bottom } = each.getBoundingClientRect();
          return { left, right, top, bottom, text: each.textContent };
        })"""
    )
    return found
