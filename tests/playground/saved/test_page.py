"""A record as a page of its own: what is in it, and that nothing of it is markup."""

from __future__ import annotations

import asyncio
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from micropie import App
from playground import serve
from playground.saved.packing import fingerprint, script, shrunk, unpacking
from playground.saved.page import file, framed
from playground.traffic.log import Log
from playground.traffic.sheets import Sheet
from playground.widgets.composing import STATIC, modules
from tests.playground.records import chat
from tests.playground.saved.talk import talk
from tests.playground.saved.unpacked import held, unpacked

EVIL = (
    "</script><script>alert(1)</script>",
    '<img src=x onerror="alert(2)">',
    "\u2028alert(3)\u2029",
    "\ud800 alone",
    "\u202egnp.exe\u2066",
    "]]><!--<script>",
    '" srcdoc="<b>',
)


def of(*texts: str | bytes) -> Log:
    log = Log()
    exchange = log.begin("websocket", "alice", path="/chat")
    for text in texts:
        kind = "text" if isinstance(text, str) else "binary"
        log.append(1.0, exchange, kind, "client", text, len(text), revision=1)  # type: ignore[arg-type]
    return log


class Markup(HTMLParser):
    """The tags of a page, and what its scripts say."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_two_hundred_entries_are_a_page_of_at_most_120_kb() -> None:
    assert len(file(talk(200)).encode()) <= 120_000


def test_a_frame_of_two_hundred_in_a_notebook_is_not_much_more_than_twice_its_table() -> None:
    table = talk(200)._repr_html_()
    assert len(framed(talk(200))) - len(table) <= 105_000


@pytest.mark.parametrize("text", EVIL)
def test_what_came_over_the_wire_is_neither_markup_nor_script(text: str) -> None:
    page = file(of(text).story([(1, text)]))
    plain = Markup(file(of("hi").story([(1, "hi")])))
    found = Markup(page)
    assert found.tags == plain.tags
    assert {name for name, _ in found.attributes} == {name for name, _ in plain.attributes}
    assert text not in page
    page.encode("utf-8")
    assert held(page)["details"][0]["text"] == text.replace("\ud800", "?")


@pytest.mark.parametrize("text", EVIL)
def test_nor_is_it_in_a_frame(text: str) -> None:
    found = Markup(framed(of(text)))
    assert found.tags.count("iframe") == 1
    assert "script" not in found.tags
    document = dict(found.attributes)["srcdoc"] or ""
    assert Markup(document).tags.count("script") == 2


def test_its_policy_lets_its_two_scripts_run_and_nothing_be_fetched() -> None:
    page = file(chat())
    policy = dict(re.findall(r'content="(default[^"]*)"()', page))
    (told,) = policy
    assert told.startswith("default-src 'none'; script-src 'sha256-")
    for each in (unpacking(), unpacked(page)["script"]):
        assert f"'{fingerprint(each)}'" in told
    assert "unsafe-eval" not in told
    assert "http" not in told
    assert set(re.findall(r"https?://[^\s\"'`<]+", script())) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\beval\(|new Function|import\(", script())


def test_a_frame_may_run_scripts_and_nothing_else() -> None:
    assert dict(Markup(framed(chat())).attributes)["sandbox"] == "allow-scripts"


def test_it_holds_what_a_kernel_would_tell() -> None:
    page = held(file(of("hi", b"\x00\xff")))
    assert [row["seq"] for row in page["rows"]] == [1, 2]
    assert page["details"][1]["base64"] == "AP8="
    assert page["totals"]["entries"] == 2
    assert page["earlier"] == 0


def test_the_newest_are_held_and_the_others_are_counted() -> None:
    page = held(file(talk(60), limit=20))
    assert len(page["rows"]) == 20
    assert page["earlier"] == len(talk(60)) - 20


def test_long_payloads_are_cut_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.saved.contents.PAYLOADS", 1000)
    first, second, third = held(file(of("a" * 900, "b" * 900, b"c" * 900)))["details"]
    assert (len(first["text"]), first["cut"]) == (900, False)
    assert (len(second["text"]), second["cut"], second["length"]) == (200, True, 900)
    assert third["cut"]


def test_a_part_of_a_record_holds_that_part() -> None:
    log = chat()
    page = held(file(log.filter("client:alice")))
    assert {exchange[1] for exchange in page["exchanges"].values()} == {"alice"}


def test_the_source_of_the_revisions_that_were_at_work_goes_along() -> None:
    log = of("hi")
    log.sources = lambda: [
        Sheet(1, "Chat", "In[5]", 3, ("class Chat(App):", "    pass")),
        Sheet(2, "Chat", "In[9]", 1, ("never at work",)),
    ]
    (sheet,) = held(file(log))["sheets"]
    assert (sheet["place"], sheet["first"], sheet["lines"]) == (
        "In[5]",
        3,
        ["class Chat(App):", "    pass"],
    )
    assert held(file(log[:].story([(1, "so")])))["sheets"]
    assert held(file(log, source=False))["sheets"] == []


def test_words_are_told_at_their_entries() -> None:
    page = held(file(of("hi", "ho").story([(2, "Here it ends")])))
    assert page["words"] == {"2": "Here it ends"}
    assert page["story"]


def test_plain_is_the_table_of_all_and_no_script() -> None:
    page = file(talk(900), plain=True)
    assert "script" not in Markup(page).tags
    assert page.count("<tr>") > 400


def test_credentials_are_in_no_file(tmp_path: Path) -> None:
    class Doors(App):
        async def index(self) -> str:
            return "in"

    async def ask() -> Log:
        lab = serve(Doors, transport="memory", name="doors-saved")
        try:
            await lab.get("/?token=hunter2", headers={"authorization": "Bearer hunter2"})
            return lab.log
        finally:
            lab.stop()

    log = asyncio.run(ask())
    log.save(tmp_path / "doors.html")
    page = (tmp_path / "doors.html").read_text("utf-8")
    assert "hunter2" not in page
    assert "hunter2" not in json.dumps(unpacked(page))
    assert "[redacted]" in json.dumps(held(page))


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("// gone\nconst a = 1;\n", "const a = 1;\n"),
        ("/**\n * gone\n */\nfunction f() {\n  return 1;\n}\n", "function f() {\nreturn 1;\n}\n"),
        ("  f(/** @type {any} */ (a));\n", "f((a));\n"),
        ('const url = "http://x/**/y";\n', 'const url = "http://x/**/y";\n'),
        ("const r = /\\/\\*x/;\n", "const r = /\\/\\*x/;\n"),
        ("a = 1; // stays\n", "a = 1; // stays\n"),
    ],
)
def test_what_is_said_to_readers_of_the_code_alone_is_left_out(code: str, left: str) -> None:
    assert shrunk(code) == left


def test_no_text_of_the_faces_goes_over_several_lines() -> None:
    """What is indentation to the eye would be a part of it."""
    for name in modules("saved/page.js"):
        text = STATIC.joinpath(*name.split("/")).read_text("utf-8")
        code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("*"))
        assert all(line.count("`") % 2 == 0 for line in code.splitlines()), name
