"""Routes as a person tries them: in Chromium, in a whole panel."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from playground.widgets import RouteView
from tests.playground.widgets.panel_page import Breaking, PanelPage, StandIn, chosen, message, press


def test_a_chip_opens_the_form_of_its_signature(shown: PanelPage, page: Page) -> None:
    chip = page.get_by_role("button", name="HTTP /greet/{name}")
    chip.click()
    expect(chip).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".mpp-form-doc")).to_have_text("Say hello.")
    name = page.get_by_label("name needed")
    expect(name).to_be_focused()
    expect(name).to_have_attribute("placeholder", "str")
    expect(page.get_by_label("times")).to_have_attribute("placeholder", "int, 1 if empty")
    page.keyboard.press("Escape")
    expect(page.locator(".mpp-form")).to_have_count(0)
    expect(chip).to_be_focused()


def test_try_a_route_opens_the_first(shown: PanelPage, page: Page) -> None:
    press(page, "Try a route…")
    expect(page.locator(".mpp-form-name")).to_have_text("ws_chat")
    page.locator(".mpp-name").click()
    press(page, "Try a route…")
    expect(page.get_by_label("room needed")).to_be_focused()
    page.get_by_role("button", name="WS /echo").click()
    press(page, "Try a route…")
    expect(page.locator(".mpp-form-name")).to_have_text("ws_echo")


def test_an_open_form_lies_over_the_traffic_and_pushes_nothing_down(
    shown: PanelPage, page: Page
) -> None:
    traffic = page.locator(".mpp-traffic")
    before = traffic.bounding_box()
    for opener, name in ("Try a route…", "subprotocols"), ("Connect…", "path needed"):
        press(page, opener)
        field = page.get_by_label(name)
        expect(field).to_be_visible()
        assert traffic.bounding_box() == before
        # What is on top at its middle is itself: nothing lies over it.
        assert field.evaluate(
            "(el) => { const box = el.getBoundingClientRect();"
            "return document.elementFromPoint(box.x + box.width / 2, box.y + 8) === el; }"
        )
        page.keyboard.press("Escape")


def test_many_routes_are_folded_to_two_lines(shown: PanelPage, lab: StandIn, page: Page) -> None:
    lab.served = [RouteView("http", f"/number/{n}", f"n{n}", (), "") for n in range(60)]
    shown.tick()
    assert page.locator(".mpp-routes").evaluate("(el) => el.clientHeight") < 70
    more = page.get_by_role("button", name=re.compile(r"^\d+ more routes$"))
    more.click()
    expect(page.get_by_role("button", name="HTTP /number/59")).to_be_visible()
    page.get_by_role("button", name="HTTP /number/59").focus()
    page.keyboard.press("+")
    expect(page.get_by_role("button", name="HTTP /number/59")).to_be_hidden()


def test_what_is_missing_is_said_at_the_field(shown: PanelPage, lab: StandIn, page: Page) -> None:
    page.get_by_role("button", name="WS /chat/{room}").click()
    press(page, "Connect", ".mpp-routes")
    expect(page.locator(".mpp-field-wrong:visible")).to_have_text("room is needed.")
    expect(page.get_by_label("room needed")).to_be_focused()
    assert lab.did == []
    page.get_by_label("room needed").fill("lobby")
    expect(page.locator(".mpp-field-wrong:visible")).to_have_count(0)


def test_connecting_chooses_the_new_client_and_lets_one_write(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
    page.get_by_role("button", name="WS /chat/{room}").click()
    page.get_by_label("room needed").fill("the lobby")
    page.get_by_label("subprotocols").fill("chat.v2, chat.v1")
    expect(page.locator(".mpp-preview")).to_have_text("/chat/the%20lobby")
    page.keyboard.press("Enter")
    shown.tick()
    assert lab.did == [("connect", "you", "/chat/the%20lobby", ["chat.v2", "chat.v1"])]
    expect(chosen(page)).to_have_value("you")
    expect(message(page)).to_be_focused()
    expect(page.locator(".mpp-form")).to_have_count(0)


def test_the_focus_is_not_taken_from_elsewhere(shown: PanelPage, lab: StandIn, page: Page) -> None:
    lab.held = []
    page.get_by_role("button", name="WS /echo").click()
    press(page, "Connect", ".mpp-routes")
    page.evaluate("() => document.body.append(document.createElement('textarea'))")
    page.locator("body > textarea").focus()
    shown.carry()
    lab.release()
    shown.tick()
    expect(chosen(page)).to_have_value("you")
    expect(page.locator("body > textarea")).to_be_focused()


def test_a_response_is_shown_as_text(shown: PanelPage, lab: StandIn, page: Page) -> None:
    lab.answer = {
        "status": 404,
        "headers": [["content-type", "text/html"]],
        "body": "<img src=x onerror=alert(1)>" + "x" * 5000,
    }
    page.get_by_role("button", name="HTTP /greet/{name}").click()
    page.get_by_label("name needed").fill("Ada")
    page.get_by_label("times").fill("2")
    page.get_by_label("Method").select_option("POST")
    page.get_by_label("body").fill("a=1")
    press(page, "Send", ".mpp-routes")
    shown.carry()
    assert lab.did == [("request", "POST", "/greet/Ada?times=2", "a=1")]
    answer = page.locator(".mpp-answer")
    expect(answer).to_contain_text("404 · 3.0 ms · text/html · 5.0 kB")
    expect(answer).to_contain_text("<img src=x onerror=alert(1)>")
    expect(answer).to_contain_text("1,028 more characters")
    assert page.locator(".mpp-answer img").count() == 0


def test_an_open_form_stays_while_its_route_does(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
    page.get_by_role("button", name="WS /chat/{room}").click()
    page.get_by_label("room needed").fill("lobby")
    lab.served = lab.served[:2]
    shown.tick()
    expect(page.get_by_label("room needed")).to_have_value("lobby")
    lab.served = lab.served[1:]
    shown.tick()
    expect(page.locator(".mpp-form")).to_have_count(0)


def test_an_app_without_routes_says_how_to_write_one(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
    lab.served = []
    shown.tick()
    expect(page.locator(".mpp-routes")).to_contain_text("async def ws_echo(self, ws)")


def test_a_route_is_broken_on_purpose_and_an_example_is_taken(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
    lab.trying = Breaking()
    shown.tick()
    page.get_by_role("button", name="WS /echo").click()
    shown.carry()
    form = page.get_by_role("form", name="Try /echo")
    form.get_by_role("button", name="Break…").click()
    expect(form.get_by_text("Odd conversations, apart from the app")).to_be_visible()
    shown.carry()
    broken = page.locator(".mpp-broken")
    expect(broken).to_contain_text("131 conversations at /echo")
    expect(broken).to_contain_text("<b>ws_echo</b> raised KeyError")
    expect(broken.get_by_role("listitem")).to_have_text(["ada connects to /echo", "ada sends '{}'"])
    expect(broken.get_by_role("img")).to_be_visible()
    expect(form.get_by_role("button", name="Break…")).to_be_enabled()
    form.get_by_role("button", name="Close what was found").click()
    expect(broken).to_have_count(0)
    expect(form.get_by_label("first message")).to_have_value("")
    form.get_by_role("button", name="Use the example").click()
    form.get_by_role("button", name="Connect and send").click()
    shown.carry()
    assert lab.did[-1] == ("send", "you", "websocket /echo")
