"""The panel as a person meets it: all its faces on one page in Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from panel_page import PanelPage, StandIn
from playwright.sync_api import Locator, Page, expect

from playground.widgets import ClientView

BUSY = "The kernel is busy; this happens when the running cell ends."
GONE = "The kernel does not answer. If it was restarted, run the cell that serves the app again."


@pytest.fixture
def lab() -> StandIn:
    lab = StandIn()
    lab.put("alice")
    lab.put("bob")
    lab.put("dave", "closed", 1011)
    return lab


@pytest.fixture
def shown(page: Page, lab: StandIn) -> Iterator[PanelPage]:
    """A whole panel, rendered; it is ticked by hand."""
    panel = PanelPage(page, lab)
    panel.render()
    yield panel
    panel.panel.close()


def press(page: Page, name: str, within: str = "#panel") -> None:
    page.locator(within).get_by_role("button", name=name, exact=True).click()


def message(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def chosen(page: Page) -> Locator:
    return page.get_by_label("From which client")


def chips(page: Page) -> list[str]:
    return page.locator(".mpp-clients .mpp-chip").all_inner_texts()


# The status line


def test_the_line_says_where_and_how_busy(shown: PanelPage, page: Page) -> None:
    for _ in range(3):
        shown.log.append(0.0, 1, "text", "client", "hi", 2)
    shown.tick()
    link = page.get_by_role("link", name="127.0.0.1:43121")
    expect(link).to_have_attribute("href", "http://127.0.0.1:43121/")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(page.locator(".mpp-counts")).to_contain_text("2 sockets · 3 messages")
    expect(page.get_by_role("img", name="running")).to_be_visible()


def test_the_address_is_copied(page: Page, shown: PanelPage) -> None:
    page.evaluate(
        "() => Object.defineProperty(navigator, 'clipboard',"
        " { value: { writeText: async (text) => { window.copied = text; } } })"
    )
    press(page, "Copy")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("() => window.copied") == "http://127.0.0.1:43121/"


def test_where_there_is_no_network_there_is_nothing_to_copy(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
    lab.now = lab.now._replace(address="in-process (no network)", url="")
    shown.tick()
    expect(page.locator(".mpp-address:visible")).to_have_text("in-process (no network)")
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_hidden()


def test_stop_becomes_start(shown: PanelPage, lab: StandIn, page: Page) -> None:
    press(page, "Stop")
    shown.tick()
    expect(page.get_by_role("button", name="Restart")).to_be_hidden()
    press(page, "Start")
    shown.tick()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    assert lab.did == [("stop",), ("restart",)]


def test_a_note_is_an_alert_and_goes_when_it_is_over(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
    lab.now = lab.now._replace(note="Revision 5 did not start: <b>KeyError</b>")
    shown.tick()
    alert = page.get_by_role("alert").filter(has_text="Revision 5")
    expect(alert).to_have_text("Revision 5 did not start: <b>KeyError</b>")
    expect(page.get_by_role("img", name="trouble")).to_be_visible()
    lab.now = lab.now._replace(note="")
    shown.tick()
    expect(page.locator(".mpp-note")).to_be_hidden()


# Trying routes


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
    press(page, "Try a route…")
    expect(page.locator(".mpp-form")).to_have_count(0)


def test_what_is_missing_is_said_at_the_field(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
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
    assert lab.did == [("connect", "carol", "/chat/the%20lobby", ["chat.v2", "chat.v1"])]
    expect(chosen(page)).to_have_value("carol")
    expect(message(page)).to_be_focused()
    expect(page.get_by_label("client's name")).to_have_attribute("placeholder", "erin")


def test_the_focus_is_not_taken_from_elsewhere(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
    lab.held = []
    page.get_by_role("button", name="WS /echo").click()
    press(page, "Connect", ".mpp-routes")
    page.evaluate("() => document.body.append(document.createElement('textarea'))")
    page.locator("body > textarea").focus()
    shown.carry()
    lab.release()
    shown.tick()
    expect(chosen(page)).to_have_value("carol")
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


# Clients


def test_chips_say_who_is_there_and_how_others_ended(shown: PanelPage, page: Page) -> None:
    assert chips(page)[:2] == ["alice", "bob"]
    assert chips(page)[2].startswith("dave · closed 1011 internal error")
    expect(page.locator(".mpp-clients .mpp-client-2")).to_have_count(1)


def test_names_from_elsewhere_stay_text(shown: PanelPage, lab: StandIn, page: Page) -> None:
    lab.put("<img src=x>", "closed", 4000, reason="<b>", path="/<i>")
    shown.tick()
    assert chips(page)[-1].startswith("<img src=x> · closed 4000")
    assert page.locator(".mpp-clients img").count() == 0


def test_a_chip_chooses_who_sends(shown: PanelPage, page: Page) -> None:
    press(page, "bob", ".mpp-clients")
    expect(chosen(page)).to_have_value("bob")
    expect(message(page)).to_be_focused()
    expect(page.get_by_role("button", name="bob")).to_have_attribute("aria-pressed", "true")
    chosen(page).select_option("alice")
    expect(page.get_by_role("button", name="bob")).to_have_attribute("aria-pressed", "false")


def test_who_is_gone_can_be_connected_again(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
    lab.put("dave", "closed", 1011, path="/chat/den?x=1", subprotocol="v2")
    shown.tick()
    press(page, "Connect dave again to /chat/den?x=1")
    shown.tick()
    assert lab.did == [("connect", "dave", "/chat/den?x=1", ["v2"])]
    assert chips(page) == ["alice", "bob", "dave"]
    expect(chosen(page)).to_have_value("dave")


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
    assert lab.did == [("connect", "carol", "/ehco", [])]
    assert chips(page)[-1].startswith("carol · refused 404")
    lab.fails = None
    press(page, "Connect", ".mpp-clients")
    shown.tick()
    expect(page.locator(".mpp-form")).to_have_count(0)
    expect(chosen(page)).to_have_value("carol")


# Sending


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


def test_bytes_are_sent_from_all_that_are_open(
    shown: PanelPage, lab: StandIn, page: Page
) -> None:
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


def test_who_is_gone_cannot_send(shown: PanelPage, lab: StandIn, page: Page) -> None:
    message(page).fill("half a sent")
    lab.put("alice", "closed", 1012)
    shown.tick()
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    expect(message(page)).to_have_value("half a sent")
    expect(message(page)).to_have_attribute("placeholder", "alice: closed 1012 service restart")
    lab.people.clear()
    shown.tick()
    expect(message(page)).to_be_disabled()
    expect(message(page)).to_have_attribute("placeholder", "Connect a client first")


def test_closing_checks_code_and_reason(shown: PanelPage, lab: StandIn, page: Page) -> None:
    press(page, "Close…")
    page.get_by_label("code").fill("1001")
    page.get_by_label("reason").fill("é" * 62)
    press(page, "Close alice")
    wrong = page.locator(".mpp-closing .mpp-field-wrong:visible")
    expect(wrong).to_have_text([re.compile("3000 to 4999"), re.compile("has 124")])
    page.get_by_label("code").fill("4001")
    page.get_by_label("reason").fill("bye")
    page.keyboard.press("Enter")
    shown.tick()
    assert lab.did == [("close", "alice", 4001, "bye")]
    expect(page.locator(".mpp-closing")).to_have_count(0)
    assert chips(page)[0].startswith("alice · closed 4001")


# The kernel


def test_a_busy_kernel_is_said_and_forgotten(page: Page, lab: StandIn) -> None:
    page.clock.install()
    shown = PanelPage(page, lab)
    shown.render()
    shown.deaf = True
    message(page).fill("hello")
    message(page).press("Enter")
    expect(page.get_by_role("button", name="Send")).to_have_attribute("aria-busy", "true")
    page.clock.run_for(5001)
    expect(page.locator(".mpp-compose-outcome")).to_have_text(BUSY)
    shown.deaf = False
    shown.carry()
    expect(page.locator(".mpp-compose-outcome")).to_be_hidden()
    expect(page.get_by_role("button", name="Send")).to_have_attribute("aria-busy", "false")
    assert lab.did == [("send", "alice", "hello")]
    shown.panel.close()


def test_a_kernel_that_is_gone_is_said_once(page: Page, lab: StandIn) -> None:
    page.clock.install()
    shown = PanelPage(page, lab)
    shown.render()
    shown.deaf = True
    page.clock.run_for(9000)
    expect(page.get_by_text(GONE).locator("visible=true")).to_have_count(1)
    expect(page.get_by_role("button", name="Stop")).to_be_disabled()
    assert page.locator(".mpp-console").last.evaluate("(el) => el.inert")
    shown.deaf = False
    shown.panel.status.tell({"kind": "beat"})
    for face in (shown.panel.routes, *shown.panel.children[2:]):
        face.tell({"kind": "beat"})
    shown.carry()
    expect(page.get_by_text(GONE).locator("visible=true")).to_have_count(0)
    expect(page.get_by_role("button", name="Stop")).to_be_enabled()
    shown.panel.close()


def test_a_face_alone_says_it_too(page: Page, lab: StandIn) -> None:
    page.clock.install()
    shown = PanelPage(page, lab)
    shown.render("console")
    page.clock.run_for(9000)
    expect(page.get_by_text(GONE)).to_be_visible()
    shown.panel.close()


# All of it


def test_the_console_alone_has_both_halves(page: Page, lab: StandIn) -> None:
    shown = PanelPage(page, lab)
    shown.panel.console.choose("bob")
    shown.render("console")
    expect(chosen(page)).to_have_value("bob")
    press(page, "alice", ".mpp-clients")
    expect(chosen(page)).to_have_value("alice")
    shown.panel.close()


def test_keys_stay_in_the_panel(shown: PanelPage, page: Page) -> None:
    page.evaluate(
        "() => { window.leaked = 0; document.addEventListener('keydown', () => { leaked += 1; }); }"
    )
    page.get_by_role("button", name="WS /echo").focus()
    page.keyboard.press("d")
    page.keyboard.press("d")
    message(page).press("a")
    page.get_by_role("button", name="Stop").press("Escape")
    assert page.evaluate("() => window.leaked") == 0


def test_everything_can_be_reached_by_tab_in_the_order_it_is_seen(
    shown: PanelPage, page: Page
) -> None:
    seen = []
    page.get_by_role("link", name="127.0.0.1:43121").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("() => document.activeElement.closest('.mpp-face')?.className"))
    faces = list(dict.fromkeys(name for name in seen if name))
    assert [name.split()[1] for name in faces] == [
        "mpp-status", "mpp-routes", "mpp-console", "mpp-traffic",
    ]  # fmt: skip
    assert seen.index("mpp-face mpp-traffic") < len(seen) - seen[::-1].index("mpp-face mpp-console")


@pytest.mark.parametrize("width", [480, 560, 900, 1400])
def test_nothing_is_cut_off_at_any_width(page: Page, lab: StandIn, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for number in range(12):
        lab.people[f"client-{number}"] = ClientView(f"client-{number}", "/", "open", None, "", None)
    shown = PanelPage(page, lab)
    shown.render(width=width)
    press(page, "Try a route…")
    press(page, "Close…")
    over = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select")].filter((el) => {
          const box = el.getBoundingClientRect(), face = el.closest(".mpp-face").getBoundingClientRect();
          return box.width && (box.right > face.right + 0.5 || box.left < face.left - 0.5);
        }).map((el) => el.outerHTML)"""
    )
    assert over == []
    shown.panel.close()


def test_a_view_that_is_left_is_gone_and_can_come_back(shown: PanelPage, page: Page) -> None:
    page.evaluate("() => Object.values(window.shown).forEach((leave) => leave())")
    expect(page.locator(".mpp-face")).to_have_count(0)
    shown.carry()
    shown.render()
    assert chips(page)[:2] == ["alice", "bob"]
    message(page).fill("again")
    message(page).press("Enter")
    shown.carry()
    assert shown.controls.did == [("send", "alice", "again")]
