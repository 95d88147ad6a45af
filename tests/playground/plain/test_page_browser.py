"""The panel as a page, in Chromium: all its faces at work, without a notebook anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect
from websockets.sync.client import connect

from micropie import App
from playground import serve
from playground.lab import parts_of
from tests.notebooks.panel_on_page import MILLISECONDS, PanelOnPage


class Chat(App):
    """A room."""

    def __init__(self) -> None:
        super().__init__()
        self.members: list[Any] = []

    async def index(self) -> str:
        return "hi"

    async def ws_chat(self, ws: Any) -> None:
        await ws.accept()
        self.members.append(ws)
        async for message in ws:
            for member in list(self.members):
                await member.send_text(message.upper())


class Whispers(Chat):
    """Another one."""


class OnPage:
    """Stands for a notebook: the panel is all that the page has."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def output_area(self, cell: int) -> Locator:
        return self.page.locator("body")


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page on which no script fails, and which asks nobody but this machine."""
    context = chromium.new_context(viewport={"width": 1000, "height": 760})
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if is_fault(said) else None)
    page.on("request", lambda asked: wrong.extend(elsewhere(asked.url)))
    yield page
    context.close()
    assert wrong == []


def is_fault(said: ConsoleMessage) -> bool:
    """Return whether a page complains, and not because nothing answers."""
    return said.type == "error" and "ERR_CONNECTION" not in said.text


def elsewhere(url: str) -> list[str]:
    """Return an address if it is not this machine's."""
    return [] if urlsplit(url).hostname in ("127.0.0.1", None) else [url]


def test_all_faces_work_in_a_page_of_their_own(page: Page) -> None:
    lab = serve(Chat)
    address = lab.panel.open_page()
    page.goto(address)
    panel = PanelOnPage(OnPage(page), 0)
    # A token in an address is not left standing there.
    assert urlsplit(page.url)[2:] == ("/__lab__/", "", "")
    expect(page).to_have_title("Chat · panel")
    for name in ("ann", "bob"):
        panel.connect("/chat", name)
    panel.send("ann", "hello")
    panel.wait_rows("HELLO")
    pause_and_step(page, panel)
    look_at_the_others(panel)
    follow_new_code(page, panel, lab)
    page.reload()
    panel.wait_rows("GOODBYE")
    panel.wait_clients("ann", "bob")
    in_the_dark(page, panel)
    lose_the_line(page, panel, lab)
    stop_and_start(page, panel, lab)
    # Whoever has that address now is not let in by it.
    other = page.context.browser.new_page()  # type: ignore[union-attr]
    answer = other.goto(address)
    assert answer is not None
    assert answer.status == 403
    other.close()
    parts_of(lab).panel_site.close()


def pause_and_step(page: Page, panel: PanelOnPage) -> None:
    """Set a breakpoint at the margin of a row, step through what it pauses, and take it away."""
    panel.row("ann → server", "hello").locator(".mpp-n").click()
    strip = panel.root.locator(".mpp-between")
    expect(strip).to_contain_text("text messages from ann at /chat", timeout=MILLISECONDS)
    panel.send("ann", "order")
    pause = strip.locator(".mpp-pause-line")
    expect(pause).to_contain_text("paused before it sends 'ORDER' to ann", timeout=MILLISECONDS)
    panel.press("Step")
    expect(pause).to_contain_text("to bob", timeout=MILLISECONDS)
    panel.press("Resume")
    expect(pause).to_be_hidden(timeout=MILLISECONDS)
    strip.locator(".mpp-breakpoint").get_by_role("button").last.click()
    expect(strip).to_be_hidden(timeout=MILLISECONDS)


def look_at_the_others(panel: PanelOnPage) -> None:
    """See the ladder, the code, and what a row holds."""
    panel.press("Ladder")
    expect(panel.root.locator(".mpp-lane-head")).to_have_count(3, timeout=MILLISECONDS)
    panel.press("Code")
    expect(panel.root.locator(".mpp-code")).to_contain_text("class Chat", timeout=MILLISECONDS)
    panel.press("Table")
    panel.rows.filter(has_text="HELLO").first.locator(".mpp-what").click()
    expect(panel.detail).to_contain_text("HELLO", timeout=MILLISECONDS)
    for name in ("Hex", "Why", "State", "Text"):
        tab = panel.detail.get_by_role("tab", name=name)
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")


def follow_new_code(page: Page, panel: PanelOnPage, lab: Any) -> None:
    """Have other code take over the open sockets."""
    lab.swap(Whispers)
    panel.wait_status("revision 2")
    panel.send("bob", "goodbye")
    panel.wait_rows("GOODBYE")


def in_the_dark(page: Page, panel: PanelOnPage) -> None:
    """Have the page as the system has it."""
    light = panel.colours()
    page.emulate_media(color_scheme="dark")
    dark = panel.colours()
    assert light["backgroundColor"] == "rgb(255, 255, 255)"
    assert dark["backgroundColor"] == "rgb(17, 17, 17)"
    assert panel.faint(".mpp-name", ".mpp-counts", ".mpp-what", ".mpp-who") == {}


def lose_the_line(page: Page, panel: PanelOnPage, lab: Any) -> None:
    """Have nothing answer for a while; what came meanwhile is there afterwards."""
    site = parts_of(lab).panel_site
    site._made.stop()  # type: ignore[union-attr]
    away = page.get_by_text("The lab does not answer. This page comes back by itself")
    expect(away).to_be_visible(timeout=MILLISECONDS)
    expect(page).to_have_title("no answer · Chat · panel")
    lab.swap(Chat)
    site.start()
    expect(away).to_be_hidden(timeout=MILLISECONDS)
    panel.wait_status("revision 3")
    panel.send("ann", "again")
    panel.wait_rows("AGAIN")


def stop_and_start(page: Page, panel: PanelOnPage, lab: Any) -> None:
    """Stop the lab in its page, load that again, and start the lab."""
    panel.press("Stop")
    panel.wait_dot("stopped")
    expect(page).to_have_title("stopped · Chat · panel", timeout=MILLISECONDS)
    page.reload()
    panel.wait_dot("stopped")
    panel.press("Start")
    panel.wait_running()
    assert lab.running


class Far(App):
    """A server elsewhere."""

    async def ws_far(self, ws: Any) -> None:
        await ws.accept()
        await ws.send_text(f"far: {await ws.receive_text()}")


def test_a_server_elsewhere_is_watched_from_a_panel_in_which_nothing_has_passed(
    page: Page,
) -> None:
    far, lab = serve(Far), serve(Chat)
    page.goto(lab.panel.open_page())
    page.get_by_role("button", name="Watch a server…").click()
    page.keyboard.type(lab.ws_url("/"))
    page.keyboard.press("Enter")
    form = page.get_by_role("form", name="Watch a server")
    expect(form).to_contain_text("got this lab's own", timeout=MILLISECONDS)
    form.get_by_role("textbox").fill(far.local_url)
    page.keyboard.press("Enter")
    expect(form).to_be_hidden(timeout=MILLISECONDS)
    rows = page.locator(".mpp-traffic")
    expect(rows).to_contain_text("revision 2 on stage", timeout=MILLISECONDS)
    expect(rows).to_contain_text("in place of Chat; lab.swap(revision=1) has it back")
    with connect(lab.local_url.replace("http", "ws") + "far", proxy=None) as client:
        client.send("hi")
        assert client.recv(20) == "far: hi"
    expect(rows).to_contain_text("far: hi", timeout=MILLISECONDS)
    expect(page.get_by_role("button", name="Watch a server…")).to_be_hidden()
