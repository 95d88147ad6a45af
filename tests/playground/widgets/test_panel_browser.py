"""The panel as a person meets it: its status line, a kernel that does not answer, and all of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from playground.widgets import ClientView
from tests.playground.widgets.panel_page import PanelPage, StandIn, chips, chosen, message, press
from tests.playground.widgets.traffic_log import chat, say

BUSY = "The kernel is busy; this happens when the running cell ends."
GONE = "The kernel does not answer. If it was restarted, run the cell that serves the app again."

# Where everything in a panel stands, and in which colours.
LOOKS = """() => [...document.querySelectorAll(".mpp-panel *")]
  .filter((el) => el.getClientRects().length)
  .map((el) => {
    const { x, y, width, height } = el.getBoundingClientRect();
    const { color, backgroundColor, padding, border, borderRadius, font } = getComputedStyle(el);
    const styles = [color, backgroundColor, padding, border, borderRadius, font];
    return [el.tagName, el.getAttribute("class"), x, y, width, height, ...styles].join(" ");
  })"""


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


STUCK = "ws_echo, In[5] line 8, has not awaited for 3 s (client alice)"
HOW = "Break out, or lab.break_out(), ends it; await what takes long."


@pytest.mark.parametrize("by_key", [False, True])
def test_who_blocks_is_said_once_aloud_and_can_be_broken_out(
    shown: PanelPage, lab: StandIn, page: Page, by_key: bool
) -> None:
    button = page.get_by_role("button", name="Break out")
    expect(button).to_be_hidden()
    lab.now = lab.now._replace(blocked=STUCK)
    shown.tick()
    expect(button).to_be_visible()
    expect(page.get_by_role("img", name="blocked")).to_have_attribute(
        "title", f"Nobody is answered: {STUCK}. {HOW}"
    )
    lab.now = lab.now._replace(blocked=STUCK.replace("3 s", "4 s"))
    shown.tick()
    expect(page.locator(".mpp-stuck")).to_contain_text("has not awaited for 4 s")
    expect(page.get_by_role("alert").filter(has_text="for 3 s")).to_have_count(1)
    if by_key:
        page.get_by_role("button", name="Restart").press("b")
    else:
        button.click()
    shown.tick()
    expect(button).to_be_hidden()
    expect(page.get_by_role("img", name="running")).to_be_visible()
    assert lab.did == [("break_out",)]


def test_a_busy_kernel_is_said_and_forgotten(page: Page, lab: StandIn) -> None:
    page.clock.install()
    shown = PanelPage(page, lab)
    shown.render()
    shown.deaf = True
    message(page).fill("hello")
    message(page).press("Enter")
    expect(page.get_by_role("button", name="Send", exact=True)).to_have_attribute(
        "aria-busy", "true"
    )
    page.clock.run_for(5001)
    expect(page.locator(".mpp-compose-outcome")).to_have_text(BUSY)
    shown.deaf = False
    shown.carry()
    expect(page.locator(".mpp-compose-outcome")).to_be_hidden()
    expect(page.get_by_role("button", name="Send", exact=True)).to_have_attribute(
        "aria-busy", "false"
    )
    assert lab.did == [("send", "alice", "hello")]
    shown.panel.close()


def test_a_kernel_that_is_gone_is_said_once(page: Page, lab: StandIn) -> None:
    page.clock.install()
    shown = PanelPage(page, lab)
    shown.render()
    shown.deaf = True
    page.clock.run_for(9000)
    expect(page.get_by_text(GONE).locator("visible=true")).to_have_count(1)
    for name in ("Stop", "Restart"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    expect(page.locator(".mpp-status .mpp-dot")).to_have_class("mpp-dot mpp-stopped")
    expect(page.locator(".mpp-counts"), "nobody knows how many there are").to_have_text("")
    assert page.locator(".mpp-console").last.evaluate("(el) => el.inert")
    shown.deaf = False
    shown.panel.status.tell({"kind": "beat"})
    for face in (shown.panel.routes, *shown.panel.children[2:]):
        face.tell({"kind": "beat"})
    shown.carry()
    expect(page.get_by_text(GONE).locator("visible=true")).to_have_count(0)
    expect(page.get_by_role("button", name="Stop")).to_be_enabled()
    shown.panel.close()


def test_a_command_into_a_line_that_is_cut_is_answered_at_once(page: Page, lab: StandIn) -> None:
    shown = PanelPage(page, lab)
    shown.render()
    page.evaluate(
        "() => { window.models.status.send = () => { throw new Error('Cannot send'); }; }"
    )
    press(page, "Stop")
    expect(page.get_by_role("button", name="Stop")).to_have_attribute("aria-busy", "false")
    assert lab.did == []
    shown.panel.close()


@pytest.mark.parametrize("face", ["console", "traffic"])
def test_a_still_is_hidden_by_its_own_face_once_that_lives(
    page: Page, lab: StandIn, face: str
) -> None:
    shown = PanelPage(page, lab)
    shown.deaf = True
    shown.render(face)
    mark = {"console": shown.panel.console, "traffic": shown.panel.traffic}[face].still
    page.evaluate(
        """(mark) => {
          const still = (each) => `<div class="mpp-still" data-still="${each}">${each}</div>`;
          document.body.insertAdjacentHTML("beforeend", still(mark) + still("other"));
        }""",
        mark,
    )
    expect(page.locator(".mpp-still")).to_have_text([mark, "other"])
    expect(page.get_by_text(mark), "nobody has been heard yet").to_be_visible()
    shown.deaf = False
    shown.carry()
    expect(page.get_by_text(mark)).to_be_hidden()
    expect(page.get_by_text("other")).to_be_visible()
    assert mark not in page.locator("body").aria_snapshot()
    shown.panel.close()


def test_a_face_alone_says_it_too(page: Page, lab: StandIn) -> None:
    page.clock.install()
    shown = PanelPage(page, lab)
    shown.render("console")
    page.clock.run_for(9000)
    expect(page.get_by_text(GONE)).to_be_visible()
    shown.panel.close()


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
        face = "document.activeElement.closest('.mpp-face')"
        seen.append(page.evaluate(f"() => {face}?.classList[1]"))
    assert list(dict.fromkeys(name for name in seen if name)) == [
        "mpp-status", "mpp-routes", "mpp-console", "mpp-traffic",
    ]  # fmt: skip
    assert seen.index("mpp-traffic") < len(seen) - seen[::-1].index("mpp-console")


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
          const box = el.getBoundingClientRect();
          const face = el.closest(".mpp-face").getBoundingClientRect();
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


def test_a_panel_that_a_running_cell_has_shown_says_its_state(page: Page, lab: StandIn) -> None:
    panel = PanelPage(page, lab)
    panel.log.append(0.0, 0, "lab", "lab", "serving", 7)
    panel.busy = True
    panel.render()
    expect(message(page)).to_have_attribute("placeholder", "Waiting for the kernel")
    expect(page.locator(".mpp-empty")).to_have_text("Waiting for the kernel")
    panel.panel._repr_mimebundle_()
    panel.tick()
    expect(message(page)).to_have_attribute("placeholder", "A message")
    expect(page.get_by_role("img", name="running")).to_be_visible()
    expect(page.get_by_role("button", name="WS /echo")).to_be_visible()
    assert chips(page)[:2] == ["alice", "bob"]
    expect(page.locator(".mpp-table").get_by_text("serving")).to_be_visible()
    panel.panel.close()


@pytest.mark.parametrize("width", [330, 900])
def test_it_looks_the_same_in_whatever_order_the_styles_of_its_faces_come(
    page: Page, lab: StandIn, width: int
) -> None:
    shown = PanelPage(page, lab)
    say(shown.log, chat(shown.log, "alice")["alice"], "hi")
    shown.render(width=width)
    shown.tick()
    page.locator(".mpp-row", has_text="hi").last.click()
    shown.tick()
    before = page.evaluate(LOOKS)
    page.evaluate("() => document.head.append(...[...document.head.children].reverse())")
    shown.tick()
    assert page.evaluate(LOOKS) == before
    shown.panel.close()
