"""The pane takes a frame apart: bits, bytes, train, compression, close; in Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from playground.traffic.heads import mixed
from tests.playground.traffic.test_trains import Talk
from tests.playground.widgets.face_page import FaceOnPage
from tests.playground.widgets.test_detail_browser import show
from tests.playground.widgets.traffic_page import pane, selected

KEY = bytes.fromhex("37 fa 21 3d")


@pytest.fixture
def log() -> Talk:
    """A message in two fragments with a ping between, a compressed one, and a close."""
    talk = Talk()
    talk.open("websocket", "alice", path="/chat")
    masked = {"header": b"\x01\x85" + KEY, "masked": True}
    talk.frame("client", "text", mixed(b"Hello", KEY), fin=False, **masked)
    talk.frame("client", "ping", b"!", header=b"\x89\x01", payload=b"!")
    talk.frame("client", "continuation", b" all", header=b"\x80\x04")
    talk.message("client", "Hello all")
    talk.frame("server", "text", b"\xab\xcd", header=b"\xc1\x02", reserved=(1,), size=40)
    talk.message("server", "so " * 13 + "!")
    talk.frame("server", "close", b"\x03\xe8bye", header=b"\x88\x05", payload=b"\x03\xe8bye")
    talk.frame("client", "text", b"hi", header=b"\x81\x02", taken=False)
    return talk


def fields(shown: Locator) -> Locator:
    return shown.locator(".mpp-bits button")


def opened(table: FaceOnPage, text: str) -> Locator:
    """Select a frame's row and return the pane, which shows it as one by itself."""
    table.tick()
    frames = table.page.get_by_role("button", name="Frames", exact=True)
    if frames.get_attribute("aria-pressed") != "true":
        frames.click()
    show(table, text)
    shown = pane(table.page)
    expect(shown.get_by_role("tab", selected=True)).to_have_text("Frame")
    return shown


def test_a_header_is_drawn_and_each_field_says_what_it_is(table: FaceOnPage) -> None:
    shown = opened(table, "text, masked")
    expect(shown.locator(".mpp-bits tbody tr, .mpp-bits > tr")).to_have_count(3)
    expect(shown.locator(".mpp-frame-says").first).to_have_text(
        "opcode 0x1 Text: a message begins that is text in UTF-8."
    )
    shown.get_by_role("button", name="Masking-key, 32 bits").hover()
    expect(shown.locator(".mpp-frame-says").first).to_contain_text("37 fa 21 3d Four random bytes")
    expect(shown.locator(".mpp-field.mpp-lit")).to_have_count(2)  # it goes on in the next row
    expect(shown).to_contain_text("The server's end of the connection saw it so.")


def test_the_mask_is_undone_byte_by_byte_with_the_keyboard_alone(table: FaceOnPage) -> None:
    shown = opened(table, "text, masked")
    page = table.page
    shown.get_by_role("tab", name="Frame").focus()
    for _ in range(3):  # past the pane's body: train, bits
        page.keyboard.press("Tab")
    while not page.evaluate("() => document.activeElement.matches('.mpp-byte')"):
        page.keyboard.press("Tab")
    says = shown.locator(".mpp-frame-steps .mpp-frame-says")
    expect(says).to_have_text(
        "Byte 1: 7f XOR 37 (byte 1 of the key) = 48, “H”. 01111111 ⊕ 00110111 = 01001000"
    )
    page.keyboard.press("ArrowRight")
    expect(says).to_contain_text("Byte 2: 9f XOR fa (byte 2 of the key) = 65, “e”.")
    page.keyboard.press("End")
    expect(says).to_contain_text("Byte 5: 58 XOR 37 (byte 1 of the key) = 6f, “o”.")
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')").startswith(
        "Byte 5: 58 XOR 37"
    )
    shown.get_by_role("button", name="The byte before (←)").click()
    expect(says).to_contain_text("Byte 4: 51 XOR 3d")


def test_fragments_are_a_train_with_the_ping_between_them(table: FaceOnPage) -> None:
    shown = opened(table, "text, masked")
    train = shown.get_by_role("list", name="The frames of the message").locator("li")
    assert train.all_inner_texts() == [
        "text 5 B", "ping 1 B", "continuation FIN 4 B", "the message",
    ]  # fmt: skip
    train.nth(1).get_by_role("button").click()
    table.carry()
    expect(selected(table.page)).to_contain_text("ping")
    show(table, "text, masked")
    train.nth(3).get_by_role("button").click()
    table.carry()
    expect(selected(table.page)).to_contain_text("Hello all")
    expect(shown.get_by_role("tab", selected=True)).to_have_text("Text")
    shown.get_by_role("tab", name="Frame").click()
    expect(shown.locator(".mpp-car[aria-current]")).to_have_text("text 5 B")


def test_compression_a_close_and_a_refusal_are_said(table: FaceOnPage) -> None:
    shown = opened(table, "RSV1")
    expect(shown).to_contain_text("Compressed: 40 bytes became 2, 5 % of them.")
    expect(shown.locator("pre")).to_contain_text("so␣so␣so")
    expect(shown.locator(".mpp-byte-letter")).to_have_count(0)
    shown = opened(table, "close, FIN")
    expect(shown).to_contain_text("Close. 1000: normal closure.")
    expect(shown).to_contain_text("bytes, 03 e8, are the code; the rest is the reason, “bye”.")
    expect(shown.locator(".mpp-byte").first).to_have_attribute(
        "aria-label", "Byte 1: 03, of the close code. Not masked."
    )
    shown = opened(table, "not taken")
    expect(shown.locator(".mpp-frame-name")).to_have_text("#8 text frame, a whole message refused")


def test_a_row_without_frames_has_no_such_tab(table: FaceOnPage, log: Talk) -> None:
    bob = log.open("websocket", "bob", path="/chat").id
    log.append(9.0, bob, "text", "client", "alone", 5)
    show(table, "alone")
    expect(pane(table.page).get_by_role("tab", name="Frame")).to_be_hidden()
