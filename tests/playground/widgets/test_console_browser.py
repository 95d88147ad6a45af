"""Clients and messages as a person meets them: in Chromium, in a whole panel."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from playground.widgets import GuestView
from tests.playground.widgets.panel_page import PanelPage, StandIn, chips, chosen, message, press


def test_chips_say_who_is_there_and_how_others_ended(shown: PanelPage, page: Page) -> None:
    assert chips(page)[:2] == ["alice", "bob"]
    assert chips(page)[2].startswith("dave · closed 1011 internal error")
    expect(page.locator(".mpp-clients .mpp-client-2")).to_have_count(1)


def test_a_chip_says_why_the_app_failed(shown: PanelPage, lab: StandIn, page: Page) -> None:
    lab.put("dave", "closed", 1011, path="/chat", why="In[3] line 8: KeyError: 'key'")
    shown.tick()
    chip = page.locator(".mpp-gone-chip", has_text="dave")
    expect(chip).to_have_attribute(
        "title", re.compile(r"1011 .* · In\[3\] line 8: KeyError: 'key'")
    )
    again = chip.get_by_role("button", name="Connect dave again")
    expect(again).to_have_accessible_description("In[3] line 8: KeyError: 'key'")


def test_who_sends_is_read_whole_and_leaves_room_to_write(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
    short = chosen(page).bounding_box()
    long = "ada.lovelace@example.org"
    lab.put(long)
    lab.put("x" * 90)
    shown.tick()
    chosen(page).select_option(long)
    wide = chosen(page).bounding_box()
    assert short is not None
    assert wide is not None
    assert wide["width"] > short["width"]
    chosen(page).select_option("x" * 90)
    expect(chosen(page)).to_have_attribute("title", "x" * 90)
    widest, room = chosen(page).bounding_box(), message(page).bounding_box()
    assert widest is not None
    assert room is not None
    assert widest["width"] <= 260
    assert room["width"] > 150


def test_names_from_elsewhere_stay_text(shown: PanelPage, lab: StandIn, page: Page) -> None:
    lab.put("<img src=x>", "closed", 4000, reason="<b>", path="/<i>")
    shown.tick()
    assert chips(page)[-1].startswith("<img src=x> · closed 4000")
    assert page.locator(".mpp-clients img").count() == 0


def test_guests_are_seen_and_cannot_be_chosen(shown: PanelPage, lab: StandIn, page: Page) -> None:
    lab.others = [GuestView("browser-1", "/chat/lobby"), GuestView("<b>", "/")]
    shown.tick()
    guests = page.locator(".mpp-clients .mpp-guest")
    expect(guests).to_have_text(["browser-1", "<b>"])
    expect(guests.first).to_have_attribute("title", re.compile("^browser-1 at /chat/lobby · "))
    expect(chosen(page).locator("option").filter(has_text="browser-1")).to_have_count(0)
    assert chips(page)[:2] == ["alice", "bob"]
    lab.others, lab.people = lab.others[:1], {}
    shown.tick()
    expect(guests).to_have_text(["browser-1"])
    expect(page.get_by_text("Nobody is connected yet.")).to_have_count(0)


def test_a_chip_chooses_who_sends(shown: PanelPage, page: Page) -> None:
    press(page, "bob", ".mpp-clients")
    expect(chosen(page)).to_have_value("bob")
    expect(message(page)).to_be_focused()
    expect(page.get_by_role("button", name="bob")).to_have_attribute("aria-pressed", "true")
    chosen(page).select_option("alice")
    expect(page.get_by_role("button", name="bob")).to_have_attribute("aria-pressed", "false")


def test_who_is_gone_can_be_connected_again(shown: PanelPage, lab: StandIn, page: Page) -> None:
    lab.put("dave", "closed", 1011, path="/chat/den?x=1", subprotocol="v2")
    shown.tick()
    press(page, "Connect dave again to /chat/den?x=1")
    shown.tick()
    assert lab.did == [("connect", "dave", "/chat/den?x=1", ["v2"])]
    assert chips(page) == ["alice", "bob", "dave"]
    expect(chosen(page)).to_have_value("dave")


def test_who_is_gone_can_be_dismissed(shown: PanelPage, lab: StandIn, page: Page) -> None:
    press(page, "Dismiss dave")
    shown.tick()
    assert chips(page) == ["alice", "bob"]
    expect(page.get_by_role("button", name="Connect…")).to_be_focused()
    lab.put("dave")
    shown.tick()
    assert chips(page) == ["alice", "bob", "dave"]
    assert lab.did == []


def test_all_who_are_gone_can_be_dismissed_or_connected_again(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
    crowd = page.locator(".mpp-crowd")
    expect(crowd).to_be_hidden()
    lab.put("erin", "refused", 404)
    shown.tick()
    expect(crowd).to_contain_text("2 closed")
    press(page, "Reconnect all")
    shown.tick()
    assert [did[:2] for did in lab.did] == [("connect", "dave"), ("connect", "erin")]
    assert chips(page) == ["alice", "bob", "dave", "erin"]
    expect(crowd).to_be_hidden()
    for name in ("dave", "erin"):
        lab.put(name, "closed", 1000)
    shown.tick()
    page.get_by_role("button", name="Connect dave again").focus()
    page.keyboard.press("Shift+Delete")
    shown.tick()
    assert chips(page) == ["alice", "bob"]


def test_two_hundred_clients_take_two_lines(shown: PanelPage, lab: StandIn, page: Page) -> None:
    for number in range(250):
        lab.put(f"load-{number}")
    shown.tick()
    assert page.locator(".mpp-clients").evaluate("(el) => el.clientHeight") < 100
    seen, more = page.locator(".mpp-clients .mpp-chip:visible"), page.locator(".mpp-unfold:visible")
    shown.until(lambda: more.inner_text() == f"+{253 - seen.count()} more")
    expect(more).to_have_attribute("aria-label", f"{253 - seen.count()} more clients")
    more.click()
    expect(page.get_by_role("button", name="load-249")).to_be_visible()
    page.get_by_role("button", name="Fold the clients (+)").press("+")
    expect(page.get_by_role("button", name="load-249")).to_be_hidden()


def test_any_path_can_be_connected_to_and_a_refusal_says_why(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
    lab.fails = "There is no handler ws_ehco; did you mean ws_echo?"
    press(page, "Connect…")
    expect(page.get_by_label("path needed")).to_be_focused()
    press(page, "Connect", ".mpp-clients")
    expect(page.locator(".mpp-field-wrong:visible")).to_contain_text("Say which path")
    page.get_by_label("path needed").fill("/chat/{room}")
    page.keyboard.press("Enter")
    expect(page.locator(".mpp-field-wrong:visible")).to_contain_text("in place of {room}")
    page.get_by_label("path needed").fill("ehco")
    page.keyboard.press("Enter")
    shown.tick()
    expect(page.get_by_role("alert").filter(has_text="did you mean")).to_have_text(lab.fails)
    assert lab.did == [("connect", "you", "/ehco", [])]
    assert chips(page)[-1].startswith("you · refused 404")
    lab.fails = None
    press(page, "Connect", ".mpp-clients")
    shown.tick()
    expect(page.locator(".mpp-form")).to_have_count(0)
    expect(chosen(page)).to_have_value("you")


def test_enter_sends_and_the_arrows_find_it_again(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
    message(page).fill("one")
    message(page).press("Enter")
    message(page).fill("two")
    message(page).press("Enter")
    shown.carry()
    assert lab.did == [("send", "alice", "one"), ("send", "alice", "two")]
    expect(message(page)).to_have_value("")
    message(page).press("ArrowUp")
    message(page).press("ArrowUp")
    expect(message(page)).to_have_value("one")
    message(page).press("ArrowDown")
    message(page).press("ArrowDown")
    expect(message(page)).to_have_value("")


def test_what_was_wrong_with_a_message_is_not_said_for_long(shown: PanelPage, page: Page) -> None:
    hint = page.get_by_text("Type a message first.")
    message(page).press("Enter")
    expect(hint).to_be_visible()
    message(page).press("a")
    expect(hint).to_be_hidden()
    message(page).fill("")
    message(page).press("Enter")
    expect(hint).to_be_visible()
    page.get_by_role("searchbox", name="Filter").click()
    expect(hint).to_be_hidden()
    expect(message(page)).to_have_attribute("aria-invalid", "false")


def test_json_is_checked_before_it_is_sent(shown: PanelPage, lab: StandIn, page: Page) -> None:
    page.get_by_label("As what").select_option("json")
    message(page).fill("{'say': 'hi'}")
    message(page).press("Enter")
    expect(page.get_by_role("alert").filter(has_text="not JSON")).to_be_visible()
    expect(message(page)).to_have_value("{'say': 'hi'}")
    expect(message(page)).to_have_attribute("aria-invalid", "true")
    message(page).fill('{"say": "hi"}')
    message(page).press("Enter")
    shown.carry()
    assert lab.did == [("send", "alice", '{"say": "hi"}')]


def test_bytes_are_sent_from_all_that_are_open(shown: PanelPage, lab: StandIn, page: Page) -> None:
    chosen(page).select_option(label="all open (2)")
    page.get_by_label("As what").select_option("binary")
    message(page).fill("89 50 4e 47")
    press(page, "Send", ".mpp-compose")
    shown.carry()
    assert lab.did == [("send", "alice", b"\x89PNG"), ("send", "bob", b"\x89PNG")]


def test_what_could_not_be_sent_comes_back(shown: PanelPage, lab: StandIn, page: Page) -> None:
    lab.fails = "alice is closed."
    message(page).fill("hello")
    message(page).press("Enter")
    shown.carry()
    expect(page.get_by_role("alert").filter(has_text="alice is closed.")).to_be_visible()
    expect(message(page)).to_have_value("hello")


def test_who_is_still_connecting_sends_when_it_is_there(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
    lab.put("alice", "connecting")
    shown.tick()
    expect(page.get_by_role("button", name="Close…")).to_be_disabled()
    message(page).fill("early")
    message(page).press("Enter")
    shown.carry()
    assert lab.did == [("send", "alice", "early")]


def test_who_is_gone_cannot_send(shown: PanelPage, lab: StandIn, page: Page) -> None:
    message(page).fill("half a sent")
    lab.put("alice", "closed", 1012)
    shown.tick()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    expect(message(page)).to_have_value("half a sent")
    expect(message(page)).to_have_attribute("placeholder", "alice: closed 1012 service restart")
    message(page).press("Enter")
    said = "Not sent. alice: closed 1012 service restart."
    expect(page.get_by_role("alert").filter(has_text="Not sent")).to_have_text(said)
    assert lab.did == []
    lab.people.clear()
    shown.tick()
    expect(message(page)).to_be_disabled()
    expect(message(page)).to_have_attribute("placeholder", "Connect a client first")


def test_closing_checks_code_and_reason(shown: PanelPage, lab: StandIn, page: Page) -> None:
    press(page, "Close…")
    page.get_by_label("code:").fill("1001")
    page.get_by_label("reason").fill("é" * 62)
    press(page, "Close alice")
    wrong = page.locator(".mpp-closing .mpp-field-wrong:visible")
    expect(wrong).to_have_text([re.compile("3000 to 4999"), re.compile("has 124")])
    page.get_by_label("code:").fill("4001")
    page.get_by_label("reason").fill("bye")
    page.keyboard.press("Enter")
    shown.tick()
    assert lab.did == [("close", "alice", 4001, "bye")]
    expect(page.locator(".mpp-closing")).to_have_count(0)
    assert chips(page)[0].startswith("alice · closed 4001")
