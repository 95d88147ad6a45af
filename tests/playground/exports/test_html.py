"""A log as a table that survives being saved, stripped and published."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from playground.exports.html import table
from playground.traffic.log import Log

EVIL = '<img src=x onerror="alert(1)">'


def log_of(*data: str, client: str = "alice", path: str = "/chat") -> Log:
    log = Log()
    exchange = log.open("websocket", client, method="GET", path=path).id
    log.append(0.0, exchange, "open", "client", path)
    for text in data:
        log.append(1.0, exchange, "text", "client", text, len(text))
    return log


class Tags(HTMLParser):
    """Notes which tags and attributes a text has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def stripped(text: str) -> str:
    """Return what is left where styles and classes are stripped, as on GitHub."""
    return re.sub(r' style="[^"]*"', "", text)


@pytest.mark.parametrize("log", [log_of(EVIL), log_of("hi", client=EVIL), log_of(path=EVIL)])
def test_what_came_over_a_wire_is_escaped(log: Log) -> None:
    found = Tags(table(log))
    assert found.tags <= {"table", "thead", "tbody", "tr", "th", "td", "b", "i", "code"}
    assert found.attributes <= {"style", "colspan"}
    assert not found.open


def test_it_reads_without_any_style() -> None:
    said = stripped(table(log_of("hello")))
    assert "<b>alice</b> → server" in said
    assert "<code>hello</code>" in said


def test_no_colour_is_one_that_a_theme_can_hide() -> None:
    colours = set(
        re.findall(r"(?:^|[;\"])(?:color|background[a-z-]*):([^;\"]+)", table(log_of("x")))
    )
    assert colours <= {"#d9363e"}


def test_credentials_are_scrubbed() -> None:
    said = table(log_of("Bearer abcdefgh12345", "/home/ada/x", path="/chat?token=s3cret"))
    for secret in ("abcdefgh", "ada", "s3cret"):
        assert secret not in said


def test_a_client_keeps_its_colour() -> None:
    log = log_of("hi")
    assert "#0072b2" in table(log)
    assert "#009e73" in table(log, names={"alice": 2})


def test_a_broadcast_is_one_row() -> None:
    log = log_of("hi")
    for name in ("bob", "carol", "dave"):
        exchange = log.open("websocket", name, method="GET", path="/").id
        log.append(2.0, exchange, "text", "server", "HI", 2, cause=2)
    assert "server → <b>bob, carol +1</b>" in table(log)


def test_what_was_left_out_is_said() -> None:
    log = log_of(*(["hi"] * 300))
    assert "… 101 earlier entries" in table(log)
    assert table(log).count("<code>") == 200


def test_an_empty_log_says_so() -> None:
    assert "Nothing has passed yet." in table(Log())


def test_long_times_are_said_in_minutes_and_a_status_is_said_once() -> None:
    log = Log()
    number = log.open("http", "alice", method="GET", path="/nowhere").id
    log.append(0.0, number, "request", "client", "/nowhere", note="GET")
    log.append(582.4, number, "response", "server", "404 Not Found", 13, code=404)
    assert ">+9m42s</td>" in table(log)
    assert ">404 Not Found<" in table(log)
    assert "404 404" not in table(log)


def test_what_the_lab_says_is_as_wide_as_the_page_at_most() -> None:
    log = Log()
    log.append(0.0, 0, "swap", "lab", "Revision 3 did not start: " + "x" * 200)
    (said,) = re.findall(r'<td colspan="3" style="([^"]+)"', table(log))
    assert "white-space:normal;overflow-wrap:anywhere" in said


def test_words_stand_before_the_entry_they_tell_of() -> None:
    found = table(log_of("hi", "ho").story([(3, f"Here {EVIL} ends")]))
    assert found.index(">hi<") < found.index("Here &lt;img") < found.index(">ho<")
    assert "img" not in Tags(found).tags
