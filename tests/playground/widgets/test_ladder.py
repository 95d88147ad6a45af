"""The kernel side of the ladder: the picture it saves, and what a saved notebook keeps of it."""

from __future__ import annotations

import re
import threading
from base64 import b64decode
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import nbformat
import pytest
from nbconvert import HTMLExporter

from playground.exports.html import CLIENT_COLOURS
from playground.traffic.filter import FilterError
from playground.traffic.log import Log
from playground.widgets.drawing import name_of
from playground.widgets.ladder import Ladder, Picture
from playground.widgets.names import Names
from playground.widgets.traffic import TrafficTable
from tests.playground.widgets.traffic_log import broadcast, chat, say

if TYPE_CHECKING:
    from tests.playground.widgets.face_page import Wire


@pytest.fixture
def log() -> Log:
    log = Log(lock=threading.Lock())
    ids = chat(log, "alice", "bob", "carol")
    say(log, ids["alice"], "hi <b>all</b>")
    broadcast(log, 4, ids, "alice: hi")
    say(log, ids["bob"], "Bearer abcdefghijkl0123")
    return log


@pytest.fixture
def ladder(log: Log, wire: Wire) -> Iterator[Ladder]:
    made = Ladder(log)
    made.comm = wire
    yield made
    made.close()


def said(document: str) -> list[str]:
    root = ElementTree.fromstring(document)
    return [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")]


def reply(ladder: Ladder, wire: Wire, **message: Any) -> dict[str, Any]:
    """Have a view ask for a picture, and return the kernel's reply."""
    ladder._heard(ladder, {"kind": "svg", "view": "v", "id": 7, **message}, [])
    told = [message for message, _ in wire.outbox]
    assert [each["kind"] for each in told] == ["taken", "reply"]
    return told[1]


def test_it_is_a_picture_that_shows_itself(ladder: Ladder) -> None:
    picture = ladder.svg()
    assert isinstance(picture, Picture)
    assert "hi <b>all</b>" in said(picture)
    assert f"base64,{picture_in(picture._repr_html_())[:40]}" in picture._repr_html_()
    assert repr(picture) == f"<Picture of {len(picture):,} characters of SVG; print() shows them>"


def picture_in(markup: str) -> str:
    found = re.search(r'src="data:image/svg\+xml;base64,([\w+/=]+)"', markup)
    assert found
    return found[1]


def test_a_filter_chooses_what_is_drawn(ladder: Ladder) -> None:
    drawn = said(ladder.svg("client:bob kind:text dir:client"))
    assert {"bob", "server"} <= set(drawn)
    assert "alice" not in drawn
    with pytest.raises(FilterError, match="klient"):
        ladder.svg("klient:bob")


def test_the_newest_rows_are_drawn_and_the_others_counted(ladder: Ladder) -> None:
    assert "… 4 earlier entries" in said(ladder.svg(limit=2))
    assert 'width="500"' in ladder.svg(width=500)


def test_clients_have_the_colours_they_have_in_every_face(log: Log) -> None:
    names = Names()
    names.index("zoe")
    picture = Ladder(log, names).svg()
    assert [colour in picture for colour in CLIENT_COLOURS[:4]] == [False, True, True, True]


def test_what_is_saved_is_a_file_by_itself(ladder: Ladder, tmp_path: Path) -> None:
    file = ladder.save(tmp_path / "chat.svg", "client:alice", width=400)
    assert file == tmp_path / "chat.svg"
    assert ElementTree.parse(file).getroot().get("width") == "400"
    assert file.read_text("utf-8") == ladder.svg("client:alice", width=400)


def test_it_is_saved_as_svg_alone(ladder: Ladder, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"ends with '.svg', got 'chat.png'; lab.log.save"):
        ladder.save(tmp_path / "chat.png")


def test_it_opens_with_the_ladder_in_front(ladder: Ladder, log: Log) -> None:
    assert ladder.look == {"picture": "Ladder"}
    assert TrafficTable(log).look == {}


def test_views_of_one_log_know_each_other(ladder: Ladder, log: Log) -> None:
    assert ladder.of == TrafficTable(log).of == name_of(log)
    assert TrafficTable(Log()).of != ladder.of


def test_without_a_frontend_it_is_a_ladder_in_characters(ladder: Ladder) -> None:
    assert repr(ladder).split("\n")[4].endswith("──►│            │        hi <b>all</b>")
    assert "│◄───" in repr(ladder)


def test_a_saved_notebook_keeps_a_picture_and_the_characters(ladder: Ladder) -> None:
    data, _ = ladder._repr_mimebundle_()
    markup = data["text/html"]
    assert "hi <b>all</b>" in said(b64decode(picture_in(markup)).decode())
    characters = re.search("<pre style=[^>]+>(.*)</pre>", markup, re.DOTALL)
    assert characters
    assert unescape(characters[1]) == data["text/plain"] == ladder.still_text()
    assert "abcdefghijkl" not in markup + b64decode(picture_in(markup)).decode()


def converted(data: dict[str, Any]) -> str:
    """Return a notebook with this output as a page that has been cleaned strictly."""
    output = nbformat.v4.new_output("display_data", data)
    cell = nbformat.v4.new_code_cell("lab.ladder", outputs=[output])
    notebook = nbformat.v4.new_notebook(cells=[cell])
    body: str = HTMLExporter(sanitize_html=True).from_notebook_node(notebook)[0]
    return body


def test_where_images_are_cleaned_away_the_characters_are_left(ladder: Ladder) -> None:
    data, _ = ladder._repr_mimebundle_()
    assert f">{escape(data['text/plain'], quote=False)}</pre>" in converted(data)


def test_where_markup_is_not_shown_there_is_a_picture(ladder: Ladder) -> None:
    data, _ = ladder._repr_mimebundle_()
    body = converted({key: data[key] for key in ("image/svg+xml", "text/plain")})
    assert "hi <b>all</b>" in said(b64decode(picture_in(body)).decode())


def test_a_view_gets_what_it_shows(ladder: Ladder, wire: Wire) -> None:
    told = reply(ladder, wire, entries=[[1, 1], [4, 7]], width=600)
    assert told["error"] is None
    drawn = said(told["result"])
    assert "hi <b>all</b>" in drawn
    assert not any("Bearer" in text for text in drawn)
    assert 'width="600"' in told["result"]


def test_a_view_gets_rows_that_are_gone_left_out(ladder: Ladder, wire: Wire, log: Log) -> None:
    log.clear()
    say(log, 1, "after")
    told = reply(ladder, wire, entries=[[1, 999]], width=600)
    assert "after" in said(told["result"])


@pytest.mark.parametrize(
    "message",
    [{"entries": 5}, {"entries": [[1]]}, {"entries": [[1, "2"]]}, {"entries": [], "width": -1},
     {"entries": [], "width": 10**9}, {"entries": [], "width": "wide"}],
)  # fmt: skip
def test_nonsense_is_answered_with_what_was_expected(
    ladder: Ladder, wire: Wire, message: dict[str, Any]
) -> None:
    told = reply(ladder, wire, **{"width": 600, **message})
    assert told["result"] is None
    assert told["error"].startswith("expected")
