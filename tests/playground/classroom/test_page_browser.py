"""The board as a page, in Chromium: live by its own WebSocket, and what a learner wrote is text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from playground import Lab, serve
from playground.classroom import Board
from playground.classroom.messages import Help, Standing

EVIL = "<img src=x onerror=alert(1)>"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><text>1</text></svg>'


@pytest.fixture
def board() -> Lab:
    return serve(Board, name="<board>")


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page on which nothing fails or breaks its policy, and no other host is asked."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: faults.append(asked.url) if "127.0.0.1" not in asked.url
            and not asked.url.startswith("data:") else None)  # fmt: skip
    yield page
    context.close()
    assert faults == []


def test_a_teacher_sees_the_class_and_a_projector_names_nobody(board: Lab, page: Page) -> None:
    roster = board.app._roster
    page.goto(f"{board.local_url}#key={board.app._key}")
    expect(page.locator(".mpp-class-empty")).to_contain_text(f"127.0.0.1:{board.port}")
    # The key is out of the address, and a reload has it still.
    assert page.url == board.local_url
    page.reload()
    learners = [roster.enter(f"{n:032x}", name) for n, name in enumerate([EVIL, "ada", "bob"])]
    for each in learners:
        roster.take(each, [Standing("echo-twice", "open", EVIL), Standing("chat-left", "done")])
    roster.help(learners[0], Help("echo-twice", SVG))
    # It comes by itself, and is text.
    expect(page.get_by_role("status")).to_have_text("3 learners · 3 of 6 done · 1 asks for help")
    expect(page.get_by_role("rowheader")).to_contain_text([EVIL, "ada", "bob"])
    page.get_by_role("button", name=f"{EVIL}, echo-twice: open, asks for help").click()
    detail = page.locator(".mpp-class-detail")
    expect(detail).to_contain_text("checked once")
    image = detail.get_by_role("img")
    image.wait_for()
    assert image.evaluate("(el) => el.decode().then(() => el.naturalWidth > 0)")
    # Who meets a sentence.
    page.get_by_role("button", name="3 of 3 echo-twice").click()
    expect(detail).to_contain_text(f"{EVIL}, ada, bob")
    expect(page.locator(".mpp-met")).to_have_count(3)
    page.get_by_role("button", name="Projector").click()
    expect(page.get_by_role("rowheader")).to_contain_text(["Learner 1", "Learner 2", "Learner 3"])
    expect(detail).not_to_contain_text("ada")
    # Who looks at a cell keeps it while others go on.
    cell = page.get_by_role("button", name="Learner 2, chat-left: done")
    cell.focus()
    roster.take(learners[2], [Standing("echo-twice", "done")])
    expect(page.get_by_role("status")).to_contain_text("4 of 6 done")
    expect(cell).to_be_focused()
    # Without the key nobody is named, and there is nothing to switch.
    page.goto("about:blank")
    page.goto(board.local_url)
    expect(page.get_by_role("rowheader").first).to_contain_text("Learner 1")
    expect(page.get_by_role("button", name="Names")).to_have_count(0)
    assert "bob" not in page.locator(".mpp-class-table").inner_text()
    # Nor with that of a board that is gone, which is said.
    page.goto("about:blank")
    page.goto(f"{board.local_url}#key=of-a-board-that-is-gone")
    expect(page.get_by_role("alert")).to_contain_text("opened by the link of a board that is gone")
    expect(page.get_by_role("rowheader").first).to_contain_text("Learner 1")
