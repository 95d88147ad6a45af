"""A panel in which nothing has passed offers a server elsewhere, quietly and by the keyboard."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from playground.widgets import Done
from tests.playground.widgets.panel_page import PanelPage, StandIn

OFFER = "This lab then leads there in place of Chat; run its cell again to have it back."
OPENER = "Watch a server…"


class Leads:
    """Leads to one address alone."""

    def __init__(self) -> None:
        self.offered = OFFER
        self.asked: list[str] = []

    def offer(self) -> str:
        return self.offered

    def lead(self, url: str, done: Done) -> None:
        self.asked.append(url)
        if url == "wss://example.org":
            self.offered = ""
            done(None, "Leads to wss://example.org in place of Chat.")
        else:
            done("Nobody answers there; is the server running?", None)


def offering(page: Page, lab: StandIn) -> tuple[PanelPage, Leads]:
    """Show a panel of a lab that can lead elsewhere, whose code is on stage."""
    leads = Leads()
    given: Any = lab
    given.leading = leads
    shown = PanelPage(page, lab)
    shown.log.append(0.0, 0, "swap", "lab", "revision 1 on stage", 19, revision=1)
    shown.render()
    shown.tick()
    return shown, leads


def test_it_is_opened_filled_and_left_by_the_keyboard(page: Page, lab: StandIn) -> None:
    shown, leads = offering(page, lab)
    opener = page.get_by_role("button", name=OPENER)
    opener.focus()
    page.keyboard.press("Enter")
    form = page.get_by_role("form", name="Watch a server")
    field = form.get_by_role("textbox", name="address of the server")
    expect(field).to_be_focused()
    expect(form).to_contain_text(OFFER)
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("example.org\n")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(form).to_contain_text("Begin with ws:// or wss://, as in wss://example.org")
    assert leads.asked == []
    field.fill("wss://nobody.example")
    expect(field).to_have_attribute("aria-invalid", "false")
    page.keyboard.press("Enter")
    shown.carry()
    expect(field).to_have_accessible_description("Nobody answers there; is the server running?")
    expect(field).to_be_focused()
    field.fill("wss://example.org")
    expect(form.locator("code")).to_have_text('lab = serve(Upstream("wss://example.org"))')
    page.keyboard.press("Enter")
    shown.tick()
    expect(form).to_be_hidden()
    expect(opener).to_be_hidden()
    assert leads.asked == ["wss://nobody.example", "wss://example.org"]
    assert page.evaluate("() => document.activeElement.closest('.mpp-traffic') !== null")
    shown.panel.close()


def test_it_is_gone_once_something_has_passed_but_not_from_under_who_writes(
    page: Page, lab: StandIn
) -> None:
    shown, _ = offering(page, lab)
    opener = page.get_by_role("button", name=OPENER)
    expect(opener).to_be_visible()
    page.get_by_role("button", name="Ladder").click()
    expect(opener).to_be_hidden()
    page.get_by_role("button", name="Table").click()
    opener.click()
    exchange = shown.log.begin("websocket", "alice", path="/chat")
    shown.log.append(0.0, exchange, "open", "client", "/chat", 5)
    shown.tick()
    form = page.get_by_role("form", name="Watch a server")
    expect(form).to_be_visible()
    form.get_by_role("button", name="Cancel").click()
    shown.tick()
    expect(form).to_be_hidden()
    expect(opener).to_be_hidden()
    shown.panel.close()


def test_where_no_lab_leads_elsewhere_nothing_is_offered(shown: PanelPage, page: Page) -> None:
    expect(page.get_by_role("button", name=OPENER)).to_be_hidden()
