"""A saved page in Chromium, from a file, with the network off, by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from playground.saved.page import framed
from playground.traffic.log import Log
from playground.traffic.record import Record
from playground.traffic.sheets import Sheet
from tests.playground.saved.talk import talk

EVIL = (
    "</script><script>document.title='lost'</script><img src=x onerror=\"document.title='lost'\">"
)
STEPS = ".mpp-step:not(.mpp-step-pause)"
# Its rows were drawn; or it is a page that has no script of its own.
DRAWN = """() => !document.querySelector("script")
  || document.querySelector(".mpp-holds")?.textContent"""
# Notes how the line of each arrow that is new is animated.
WATCH = """() => {
  globalThis.seen = [];
  new MutationObserver(() => {
    const line = document.querySelector(".mpp-rung-new > .mpp-rung-line");
    if (line) globalThis.seen.push(getComputedStyle(line).animationName);
  }).observe(document.body, { subtree: true, childList: true });
}"""
QUESTION = ".mpp-play-question"
SOURCE = ("class Chat(App):", "    async def ws_chat(self, ws):", "        await ws.send_text('x')")


class Opened:
    """A page opened from a file.

    Attributes:
        page: Playwright's.
        asked: Addresses that it asked for, itself left out.
        faults: Exceptions, and what its policy has refused.
    """

    def __init__(self, browser: Browser, path: Path, **options: Any) -> None:
        self._context = browser.new_context(offline=True, **options)
        self.page: Page = self._context.new_page()
        self.asked: list[str] = []
        self.faults: list[str] = []
        self.page.on("request", lambda each: self.asked.append(each.url))
        self.page.on("pageerror", lambda each: self.faults.append(str(each)))
        self.page.on("console", lambda each: self.faults.append(each.text))
        self.page.goto(path.as_uri())
        if options.get("java_script_enabled", True):
            self.page.wait_for_function(DRAWN)

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def close(self) -> None:
        self._context.close()


@pytest.fixture
def opened(chromium: Browser, tmp_path: Path) -> Iterator[Any]:
    """Opens a record that was saved; what it asks for and what goes wrong fail the test."""
    made: list[Opened] = []

    def open_it(record: Record | str, **options: Any) -> Opened:
        path = tmp_path / "chat.html"
        if isinstance(record, str):
            path.write_text(record, "utf-8")
        else:
            record.save(path)
        made.append(Opened(chromium, path, **options))
        return made[-1]

    yield open_it
    for each in made:
        asked = [url for url in each.asked if not url.startswith(("file:", "about:srcdoc"))]
        faults = each.faults
        each.close()
        assert (asked, faults) == ([], [])


def room() -> Log:
    """Return a log of three in a room, one of whom leaves, with the source of its handler."""
    log = Log()
    there = {name: log.begin("websocket", name, path="/chat") for name in ("alice", "bob", "carol")}
    for exchange in there.values():
        log.append(0.0, exchange, "open", "client", "/chat")
        log.append(0.0, exchange, "accept", "server", revision=1)
    _say(log, there, "alice", EVIL)
    log.append(1.0, there["bob"], "close", "client", code=1000, note="clean")
    del there["bob"]
    _say(log, there, "carol", "who is there?")
    log.sources = lambda: [Sheet(1, "Chat", "In[3]", 4, SOURCE)]
    return log


def _say(log: Log, there: dict[str, int], who: str, text: str) -> None:
    cause = log.append(0.5, there[who], "text", "client", text, len(text), revision=1)
    for exchange in there.values():
        log.append(0.5, exchange, "text", "server", text, len(text), cause, 1, "In[3]:6")


def test_the_whole_page_by_keyboard_alone(opened: Any) -> None:
    """Table, pane, filter, ladder, player, prediction, sheet of keys and theme."""
    chat = opened(room().story([(7, "alice says hello"), (11, "Here bob leaves")]))
    page = chat.page
    expect(page.locator(".mpp-play-count")).to_have_text("1 of 11")
    chat.keys(*"......")
    expect(page.locator(".mpp-play-words")).to_have_text("alice says hello")
    chat.keys(".")
    lit = page.locator(".mpp-play-source [aria-current]")
    expect(lit).to_contain_text("await ws.send_text('x')")
    expect(page.locator(".mpp-play-source")).to_contain_text("Chat · In[3]")
    chat.keys(",")
    expect(page.locator(".mpp-play-count")).to_have_text("7 of 11")
    expect(page.locator(".mpp-step-now")).to_have_count(1)
    chat.keys("p", ".", ".", ".")
    _predicts(chat)
    _filters(chat)
    _reads(chat)
    _turns(chat)
    expect(page).to_have_title("Traffic")


def _predicts(chat: Opened) -> None:
    """Who hears carol is hidden until the reader has chosen."""
    page = chat.page
    expect(page.locator(QUESTION)).to_contain_text("Who hears #12 of carol?")
    expect(page.locator(QUESTION).locator(".mpp-play-choice")).to_have_text(["alice", "carol"])
    expect(page.locator(".mpp-play-count")).to_have_text("10 of 11")
    expect(page.get_by_role("button", name="A step forward")).to_be_disabled()
    chat.keys("Enter", "Tab", "Tab", "Enter")
    expect(page.locator(QUESTION)).to_have_text("Not quite: carol hears it too.")
    chat.keys(".")
    expect(page.locator(".mpp-play-count")).to_have_text("11 of 11")
    chat.keys("p")


def _filters(chat: Opened) -> None:
    page = chat.page
    chat.keys("/")
    page.keyboard.type("client:bob")
    chat.keys("Enter")
    expect(page.locator(".mpp-play-count")).to_have_text("4 of 4")
    chat.keys("/")
    expect(page.locator(".mpp-filter")).to_be_focused()
    chat.keys("Control+a", "Delete", "Enter")
    expect(page.locator(".mpp-play-count")).to_have_text("11 of 11")


def _reads(chat: Opened) -> None:
    """The table, a row, why it is there, and its text."""
    page = chat.page
    page.get_by_role("button", name="Table").focus()
    chat.keys("Enter")
    expect(page.locator(".mpp-table")).to_be_visible()
    page.locator(".mpp-table").focus()
    chat.keys("Home", *["ArrowDown"] * 7)
    expect(page.locator(".mpp-detail")).to_contain_text("In [3] line 6")
    expect(page.locator(".mpp-linked-cause")).to_have_count(1)
    expect(page.locator(".mpp-detail pre").first).to_contain_text("</script><script>document")
    chat.keys("X")
    expect(page.locator(".mpp-banner")).to_be_hidden()
    expect(page.get_by_role("button", name="Record")).to_be_hidden()
    chat.keys("?")
    expect(page.locator(".mpp-sheet-of-keys")).to_contain_text("play and pause")
    expect(page.locator(".mpp-sheet-of-keys")).not_to_contain_text("send it again")
    chat.keys("Escape")


def _turns(chat: Opened) -> None:
    page = chat.page
    page.get_by_role("button", name="Turn to the dark theme").focus()
    chat.keys("Enter")
    expect(page.locator("body")).to_have_css("background-color", "rgb(17, 17, 17)")
    chat.keys("Enter")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")


@pytest.mark.parametrize(("scheme", "ground"), [("dark", "17, 17, 17"), ("light", "255, 255, 255")])
def test_it_begins_in_the_readers_theme(opened: Any, scheme: Any, ground: str) -> None:
    chat = opened(room(), color_scheme=scheme)
    expect(chat.page.locator("body")).to_have_css("background-color", f"rgb({ground})")


def test_it_plays_to_its_end(opened: Any) -> None:
    page = opened(room().story()).page
    for _ in range(3):
        page.keyboard.press(">")
    page.keyboard.press(" ")
    expect(page.locator(".mpp-play-count")).to_have_text("11 of 11")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_enabled()
    expect(page.locator(STEPS)).to_have_count(11)


@pytest.mark.parametrize(
    ("wish", "animated"), [("no-preference", "mpp-line-drawn"), ("reduce", "none")]
)
def test_nothing_moves_for_who_wants_it_still(opened: Any, wish: Any, animated: str) -> None:
    page = opened(room().story(), reduced_motion=wish).page
    page.evaluate(WATCH)
    page.keyboard.press("<")
    page.keyboard.press(".")
    page.wait_for_function("globalThis.seen.length")
    assert set(page.evaluate("globalThis.seen")) == {animated}


def test_a_long_record_says_what_is_left_out(opened: Any, tmp_path: Path) -> None:
    talk(300).save(tmp_path / "long.html", limit=100)
    page = opened((tmp_path / "long.html").read_text("utf-8")).page
    expect(page.locator(".mpp-banner")).to_contain_text("The newest 100 entries of the record")
    expect(page.locator(".mpp-hole")).to_have_count(0)


def test_in_a_notebook_it_stands_in_a_frame_that_may_do_nothing_else(opened: Any) -> None:
    page = opened(f"<!doctype html><title>Notebook</title>{framed(room().story())}").page
    frame = page.frame_locator("iframe")
    expect(frame.locator(".mpp-play-count")).to_have_text("1 of 11")
    frame.locator(".mpp-ladder").press(".")
    expect(frame.locator(".mpp-play-count")).to_have_text("2 of 11")
    expect(page.locator("table")).to_be_hidden()
    expect(page).to_have_title("Notebook")


def test_where_frames_are_dropped_the_table_is_seen(opened: Any) -> None:
    markup = framed(room())
    kept = markup[: markup.index("<style")] + markup[markup.index("</iframe>") + 9 :]
    page = opened(f"<!doctype html>{kept}").page
    expect(page.locator("table")).to_contain_text("who is there?")


def test_where_scripts_are_dropped_the_table_is_seen(opened: Any) -> None:
    page = opened(room(), java_script_enabled=False).page
    expect(page.locator("table")).to_contain_text("who is there?")
    expect(page.locator("p")).to_contain_text("needs a browser that runs its script")
