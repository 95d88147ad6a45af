"""A ladder as an SVG picture."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from playground.exports.html import CLIENT_COLOURS
from playground.exports.ladder.svg import picture
from playground.exports.ladder.svg_paint import dark
from playground.traffic.log import Log
from tests.playground.ladder_cases import CASES, CHAT, case_of, record_of

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "title", "style", "rect", "path", "circle", "text", "g"}


def tree(case: dict[str, Any], **options: Any) -> ElementTree.Element:
    return ElementTree.fromstring(picture(record_of(case), width=case["width"], **options))


def texts(root: ElementTree.Element) -> list[str]:
    """Return what is written, without the rims beneath."""
    found = root.iter(f"{SVG}text")
    return [each.text or "" for each in found if each.get("aria-hidden") != "true"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_every_case_is_a_picture_of_plain_shapes(case: dict[str, Any]) -> None:
    root = tree(case)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= ALLOWED
    height = int(root.get("height", "0"))
    ys = [float(each.get("y", "0")) for each in root.iter(f"{SVG}text")]
    assert all(0 < y < height for y in ys)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_it_is_drawn_where_the_layout_says(case: dict[str, Any]) -> None:
    expected = case["expected"]
    if case["unfolded"]:
        return
    written = texts(tree(case))
    for _, shape, _, _ in expected["steps"]:
        assert shape in ("arrow", "mark", "band", "pause")
    assert {label for *_, label in expected["placed"] if label} <= set(written)


def test_a_step_is_read_aloud() -> None:
    titles = [each.text for each in tree(case_of(CHAT)).iter(f"{SVG}title")]
    assert titles[0] == "Ladder of 28 entries between alice, bob, server, carol, dave"
    assert '#9 alice to server: text {"say": "hi"}, caused 4 messages' in titles


def test_every_colour_has_one_for_the_dark_and_stands_without_styles() -> None:
    document = picture(record_of(case_of(CHAT)))
    classes = set(re.findall(r"mpp-svg-[fs]-\w+", document.split("</style>")[1]))
    assert classes <= set(re.findall(r"mpp-svg-[fs]-\w+", dark()))
    bare = re.sub(r"<style>.*?</style>", "", document, flags=re.DOTALL)
    for each in ElementTree.fromstring(bare).iter():
        if each.tag.removeprefix(SVG) in ("rect", "path", "circle", "text"):
            assert each.get("fill")
            assert each.get("fill") != "none" or each.get("stroke")


def test_clients_have_their_colours() -> None:
    order = {"alice": 3, "bob": 0, "carol": 7, "dave": 1}
    document = picture(record_of(case_of(CHAT)), order=order)
    for index in (3, 0, 1):
        assert CLIENT_COLOURS[index] in document
    assert CLIENT_COLOURS[2] not in document


def test_markup_in_a_message_stays_text() -> None:
    log = Log()
    evil = "<script>alert(1)</script>\x1b\u202e]]>&amp;"
    exchange = log.open("websocket", evil, path="/").id
    log.append(1.0, exchange, "text", "client", evil, 9)
    root = ElementTree.fromstring(picture(log, width=1600))
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= ALLOWED
    assert "<script>alert(1)</script>\\x1b\\u202e]]>&amp;" in texts(root)


def test_what_cannot_stand_in_xml_is_written_out() -> None:
    log = Log()
    exchange = log.open("websocket", "a\ud800b", path="/").id
    log.append(1.0, exchange, "text", "client", "\ud800\ufffe\x00", 3)
    ElementTree.fromstring(picture(log).encode("utf-8"))


def test_long_ladders_repeat_the_names_and_say_what_is_left_out() -> None:
    log = Log()
    exchange = log.open("websocket", "alice", path="/").id
    for number in range(100):
        log.append(number / 10, exchange, "text", "client", f"message {number}", 9)
    assert texts(ElementTree.fromstring(picture(log))).count("alice") == 4
    short = texts(ElementTree.fromstring(picture(log, limit=10)))
    assert "… 90 earlier entries" in short
    assert short.count("alice") == 1
    assert "message 90" in short
    assert "message 89" not in short


def test_an_empty_log_says_so() -> None:
    assert "Nothing has passed yet." in texts(ElementTree.fromstring(picture(Log())))


def test_what_is_held_ends_in_mid_air_and_what_arrives_comes_from_there() -> None:
    log = Log()
    for name in ("ann", "bob", "cid"):
        log.open("websocket", name, path="/chat", opened=0.0)
    sent = [log.append(1.0 + each, each, "text", "client", "hi", 2) for each in (1, 2, 3)]
    became = ("held 'hi' of ann", "delivered 'hi' of bob after 1 s", "lost 'hi' of cid: cut")
    for number, words in enumerate(became):
        log.append(5.0, number + 1, "link", "client", words, 4, sent[number])
    root = ElementTree.fromstring(picture(log[:], width=480))
    ways = [each.get("d") for each in root.iter(f"{SVG}path") if each.get("stroke-dasharray")]
    ways = [each for each in ways if each and each.startswith("M") and "H" in each]
    found = [tuple(map(int, re.findall(r"M(\d+) \d+H(\d+)", each or "")[0])) for each in ways]
    # Ann's is held between bob's lane and the server's, and not at bob's.
    assert found == [(104, 259), (259, 310), (362, 413)]
