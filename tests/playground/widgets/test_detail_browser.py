"""The pane that shows a row: payload, chain, copies, and sending again; in Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from playground.traffic.log import Log
from tests.playground.widgets.face_page import FaceOnPage
from tests.playground.widgets.panel_page import StandIn
from tests.playground.widgets.traffic_log import broadcast, chat, fail, say
from tests.playground.widgets.traffic_page import ROW, box, grid, pane, row, selected

COPYING = (
    "() => Object.defineProperty(navigator, 'clipboard',"
    " { value: { writeText: async (text) => { window.copied = text; } } })"
)


def show(table: FaceOnPage, text: str) -> None:
    """Select the last row that says something, and let the kernel tell what it holds."""
    table.tick()
    row(table.page, text).click()
    table.carry()


def press(table: FaceOnPage, name: str) -> None:
    pane(table.page).get_by_role("button", name=name, exact=True).click()
    table.carry()


def outcome(page: Page) -> str:
    return page.locator(".mpp-detail .mpp-outcome").inner_text()


def test_it_shows_json_and_why(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob", "carol")
    say(log, ids["alice"], '{{"say": "hi"}}')
    log.append(9.0, ids["alice"], "print", "server", "shouting", 8, 4, 2, "In[7]:8", None, "stdout")
    broadcast(log, 4, ids, '{"say": "HI", "id": 12345678901234567890}')
    show(table, '"HI"')
    page = table.page
    expect(pane(page).get_by_text("12345678901234567890")).to_be_visible()
    expect(pane(page).get_by_text("In [7] line 9")).to_be_visible()
    expect(pane(page)).to_contain_text("3 clients in")
    expect(pane(page)).to_contain_text("shouting")
    pane(page).get_by_text("#4 ").click()
    table.carry()
    expect(selected(page)).to_contain_text('{"say": "hi"}')


def test_the_chain_goes_up_to_what_began_it_and_down_to_what_it_led_to(
    table: FaceOnPage, log: Log
) -> None:
    ids = chat(log, "alice", "bob")
    say(log, ids["alice"], "not json")
    fail(log, ids["alice"], 3)
    show(table, "KeyError")
    chain = pane(table.page).locator(".mpp-chain li")
    assert [line.split(" ")[0] for line in chain.all_inner_texts()] == ["#3", "#4", "#5"]
    expect(chain.nth(1)).to_contain_text("this row")
    chain.nth(2).get_by_role("button").click()
    table.carry()
    expect(selected(table.page)).to_contain_text("closed 1011")
    assert [line.split(" ")[0] for line in chain.all_inner_texts()] == ["#3", "#4", "#5"]


def test_a_packet_of_socketio_is_taken_apart_and_shown_as_it_was(
    table: FaceOnPage, log: Log
) -> None:
    ids = chat(log, "alice")
    path = "/socket.io/?EIO=4&transport=websocket"
    dan = log.open("websocket", "dan", path=path).id
    log.append(9.0, dan, "text", "client", '421["say","caf\\u00e9"]', 22)
    log.append(9.1, dan, "text", "server", '431[{"chars":4}]', 16, 3)
    say(log, ids["alice"], "421[]")
    show(table, "event say · wants ack 1")
    expect(row(table.page, "event say")).to_contain_text('421["say","caf\\u00e9"]')
    shown = pane(table.page)
    expect(shown.get_by_role("tab", selected=True)).to_have_text("Packet")
    expect(shown).to_contain_text("4, message: what follows is for the floor above")
    expect(shown).to_contain_text("1, to be acknowledged with it")
    expect(shown.locator(".mpp-tree")).to_contain_text('"café"')
    expect(shown.locator(".mpp-packet-raw")).to_have_text('421["say","caf\\u00e9"]')
    show(table, "421[]")
    expect(shown.get_by_role("tab", name="Packet")).to_be_hidden()
    box(table.page).fill('"ack 1"')
    expect(table.page.locator(ROW)).to_have_count(2)


def test_what_a_decoder_said_stands_beside_what_went_over_the_wire(
    table: FaceOnPage, log: Log
) -> None:
    ids = chat(log, "carol")

    def point(message: bytes | str) -> object:
        if isinstance(message, str):
            return f"<b>{message.upper()}</b>"
        return {"x": message[0], "y": message[1]}

    log.decode(point, "client:carol")
    log.append(9.0, ids["carol"], "binary", "client", b"\x01\x02", 2)
    log.append(9.1, ids["carol"], "binary", "client", b"\xff", 1)
    say(log, ids["carol"], "shout")
    show(table, "01 02")
    expect(row(table.page, "01 02")).to_contain_text('point{"x": 1, "y": 2} · 01 02')
    expect(row(table.page, "IndexError")).to_contain_text("index out of range · ff")
    expect(row(table.page, "<b>SHOUT</b>")).to_contain_text("· shout")
    shown = pane(table.page)
    expect(shown.get_by_role("tab", selected=True)).to_have_text("Decoded")
    expect(shown).to_contain_text("Decoded by point:")
    expect(shown.locator(".mpp-tree")).to_contain_text('"x": 1')
    expect(shown.locator(".mpp-packet-raw")).to_contain_text("0000  01 02")
    show(table, "ff")
    expect(shown).to_contain_text("IndexError: index out of range")
    expect(shown.locator(".mpp-packet-raw")).to_contain_text("0000  ff")
    show(table, "shout")
    expect(shown).to_contain_text("<b>SHOUT</b>")
    log.decode(None, "client:carol")
    show(table, "01 02")
    expect(shown.get_by_role("tab", name="Decoded")).to_be_hidden()
    expect(shown.get_by_role("tab", selected=True)).to_have_text("Hex")


def test_one_message_is_saved_as_a_file_whole(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "carol")
    data = bytes(range(256)) * 500
    log.append(9.0, ids["carol"], "binary", "client", data, len(data))
    say(log, ids["carol"], '{{"a": "ö"}}')
    show(table, "binary")
    save = pane(table.page).get_by_role("button", name="Save", exact=True)
    assert save.get_attribute("title") == "Save to a file, as it went over the wire (d)"
    with table.page.expect_download() as download:
        save.click()
        table.carry()
    assert download.value.suggested_filename.endswith(".bin")
    assert download.value.path().read_bytes() == data
    assert "Saved as message-" in outcome(table.page)
    show(table, '"a"')
    grid(table.page).focus()
    with table.page.expect_download() as download:
        table.page.keyboard.press("d")
    assert download.value.suggested_filename.endswith(".json")
    assert download.value.path().read_text("utf-8") == '{"a": "ö"}'


def test_binary_is_shown_as_hex_with_offset_and_ascii(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "carol")
    data = bytes(range(256)) * 500
    log.append(9.0, ids["carol"], "binary", "client", data, len(data))
    show(table, "binary")
    expect(pane(table.page)).to_contain_text("0040  40 41 42 43 44 45 46 47  @ABCDEFG")
    expect(pane(table.page)).to_contain_text("The first 16,384 bytes are shown, of 128,000 bytes.")
    press(table, "Show more")
    expect(pane(table.page)).to_contain_text("The first 65,536 bytes are shown")


def test_of_a_long_text_all_is_shown_when_it_is_asked_for(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "x" * 150_000 + "the end")
    show(table, "xxx")
    expect(pane(table.page)).to_contain_text("The first 100,000 characters are shown")
    press(table, "Show all")
    expect(pane(table.page)).to_contain_text("the end")


def test_an_exception_shows_its_traceback(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "dave")
    say(log, ids["dave"], "not json")
    fail(log, ids["dave"], 2)
    show(table, "KeyError")
    tab = table.page.get_by_role("tab", name="Traceback")
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(pane(table.page)).to_contain_text("data = json.loads(message)")
    expect(pane(table.page)).to_contain_text("KeyError: 'room'")


def test_a_row_that_was_let_go_is_said_to_be_gone(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "hi")
    table.tick()
    log.clear()
    row(table.page, "hi").click()
    table.carry()
    expect(pane(table.page)).to_contain_text("The kernel has let this row go")


def test_a_cause_that_is_not_here_is_fetched(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "the cause")
    say(log, ids["alice"], "between {}", 4_000)
    log.append(9_999.0, ids["alice"], "text", "server", "the effect", 10, 2)
    show(table, "the effect")
    pane(table.page).get_by_text("#2 ").click()
    table.carry()
    expect(selected(table.page)).to_contain_text("the cause")
    expect(selected(table.page)).to_be_in_viewport()


def test_a_cause_that_was_let_go_is_said_to_be(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "the cause")
    log.append(9.0, ids["alice"], "text", "server", "the effect", 10, 2)
    show(table, "the effect")
    log.clear()
    log.append(9.0, ids["alice"], "text", "server", "later", 5)
    table.tick()
    pane(table.page).get_by_text("#2 ").click()
    table.carry()
    expect(table.page.get_by_role("alert")).to_contain_text("The kernel has let #2 go")


def test_a_cause_that_the_filter_hides_is_shown_without_it(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "the cause")
    log.append(9.0, ids["alice"], "text", "server", "the effect", 10, 2)
    table.tick()
    box(table.page).fill("effect")
    show(table, "the effect")
    pane(table.page).get_by_text("#2 ").click()
    table.carry()
    expect(box(table.page)).to_have_value("")
    expect(selected(table.page)).to_contain_text("the cause")


def test_closing_the_pane_goes_back_to_the_rows(table: FaceOnPage, log: Log) -> None:
    chat(log, "alice")
    show(table, "opened")
    table.page.keyboard.press("Enter")
    expect(table.page.get_by_role("tab", name="Text")).to_be_focused()
    table.page.keyboard.press("Escape")
    expect(pane(table.page)).to_be_hidden()
    expect(grid(table.page)).to_be_focused()


@pytest.mark.parametrize(
    ("form", "copied"),
    [
        ("text", '{"say":"hi"}'),
        ("JSON", '{\n  "say": "hi"\n}'),
        ("hex", "7b 22 73 61 79 22 3a 22 68 69 22 7d"),
        ("base64", "eyJzYXkiOiJoaSJ9"),
        ("websocat", 'printf %s \'{"say":"hi"}\' | websocat -n1 ws://127.0.0.1:43121/chat'),
    ],
)
def test_a_message_is_copied_in_every_form(
    table: FaceOnPage, log: Log, form: str, copied: str
) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], '{{"say":"hi"}}')
    table.page.evaluate(COPYING)
    show(table, "say")
    press(table, "Copy as…")
    press(table, form)
    assert table.page.evaluate("() => window.copied") == copied
    assert outcome(table.page) == f"Copied as {form}."


def test_all_of_a_long_payload_is_copied(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "x" * 150_000)
    table.page.evaluate(COPYING)
    show(table, "xxx")
    table.page.keyboard.press("c")
    table.until(lambda: table.page.evaluate("() => window.copied?.length") == 150_000)


def test_a_request_is_copied_for_curl(table: FaceOnPage, log: Log) -> None:
    exchange = log.open("http", "curl", method="GET", path="/greet/Ada")
    log.append(1.0, exchange.id, "request", "client", "/greet/Ada", 10, note="GET")
    table.page.evaluate(COPYING)
    show(table, "/greet/Ada")
    press(table, "Copy as…")
    press(table, "curl")
    assert table.page.evaluate("() => window.copied") == "curl -i http://127.0.0.1:43121/greet/Ada"


def test_a_message_is_sent_again_as_it_was(table: FaceOnPage, log: Log, lab: StandIn) -> None:
    ids = chat(log, "alice")
    data = bytes(range(256)) * 1_000
    log.append(9.0, ids["alice"], "binary", "client", data, len(data))
    show(table, "binary")
    press(table, "Resend")
    assert lab.did == [("send", "alice", data)]
    assert outcome(table.page) == "Sent again."


def test_a_message_is_edited_and_sent_from_another(
    table: FaceOnPage, log: Log, lab: StandIn
) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], '{{"say": "hi"}}')
    show(table, "say")
    table.page.keyboard.press("e")
    text = table.page.get_by_role("textbox", name="Message")
    expect(text).to_be_focused()
    expect(text).to_have_value('{"say": "hi"}')
    text.fill('{"say": hi}')
    press(table, "Send")
    assert "This is not JSON" in outcome(table.page)
    text.fill('{"say": "ho"}')
    table.page.get_by_label("From which client").select_option("bob")
    table.page.keyboard.press("Tab")
    text.focus()
    table.page.keyboard.press("Control+Enter")
    table.carry()
    assert lab.did == [("send", "bob", '{"say": "ho"}')]
    expect(grid(table.page)).to_be_focused()


def test_who_is_gone_is_said_and_can_be_connected_again(
    table: FaceOnPage, log: Log, lab: StandIn
) -> None:
    ids = chat(log, "dave")
    say(log, ids["dave"], "hi")
    show(table, "hi")
    press(table, "Connect again and resend")
    assert lab.did == [("connect", "dave", "/chat/lobby", []), ("send", "dave", "hi")]
    expect(pane(table.page).get_by_role("button", name="Resend", exact=True)).to_be_visible()


def test_who_goes_meanwhile_is_said(table: FaceOnPage, log: Log, lab: StandIn) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "hi")
    show(table, "hi")
    lab.put("alice", "closed", 1000)
    table.page.keyboard.press("s")
    table.carry()
    assert outcome(table.page) == "alice is not connected any more."
    expect(pane(table.page).get_by_role("button", name="Connect again and resend")).to_be_visible()


def test_what_a_stranger_sent_is_sent_by_somebody_else(
    table: FaceOnPage, log: Log, lab: StandIn
) -> None:
    ids = chat(log, "browser-2")
    say(log, ids["browser-2"], "hi")
    show(table, "hi")
    expect(pane(table.page).get_by_role("button", name="Resend", exact=True)).to_be_disabled()
    press(table, "Edit and resend")
    assert "browser-2 is not one of the playground's own clients" in outcome(table.page)
    press(table, "Send")
    assert lab.did == [("send", "alice", "hi")]


def test_a_request_is_sent_again_with_its_body_and_headers(
    table: FaceOnPage, log: Log, lab: StandIn
) -> None:
    headers = (("host", "x"), ("content-type", "text/csv"), ("cookie", "[redacted]"))
    exchange = log.open("http", "curl", method="PUT", path="/a", headers=headers)
    log.append(1.0, exchange.id, "request", "client", "/a", 2, note="PUT")
    log.append(2.0, exchange.id, "body", "client", "a,b", 3)
    show(table, "PUT")
    press(table, "Resend")
    assert lab.did == [("request", "PUT", "/a", "a,b", [("content-type", "text/csv")])]
    assert outcome(table.page) == "Sent again: 200."
    press(table, "Edit and resend")
    table.page.get_by_role("textbox", name="Path").fill("/b?c=d")
    press(table, "Send")
    assert lab.did[-1] == ("request", "PUT", "/b?c=d", "a,b", [("content-type", "text/csv")])


def test_what_the_server_sent_is_not_sent_again(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    log.append(9.0, ids["alice"], "text", "server", "hello", 5)
    show(table, "hello")
    expect(pane(table.page).get_by_role("button", name="Resend")).to_have_count(0)
    assert table.page.locator(ROW).count() == 2
