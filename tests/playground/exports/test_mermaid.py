"""A diagram says what happened, and whatever came over a wire is a label in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from playground.exports import mermaid
from playground.traffic.log import Log
from playground.traffic.record import Selection
from tests.playground.records import chat, records

# A line of Mermaid's grammar, with labels in which an entity alone may have what it reads: checked
# against Mermaid itself, version 11.
LABEL = r"(?:[^#;<>&%$`\n]|#\d+;)+"
LANE = r"(?:server|c\d+)"
LINE = re.compile(
    rf"    (?:participant {LANE}(?: as {LABEL})?"
    rf"|Note (?:over {LANE}(?:,{LANE})?|right of server): {LABEL}"
    rf"|{LANE}(?:->>|-->>|--x|-x){LANE}: {LABEL})"
)


def test_a_chat_reads_as_one() -> None:
    assert mermaid.dumps(chat()).splitlines() == [
        "sequenceDiagram",
        "    participant server",
        "    participant c1 as alice",
        "    participant c2 as bob",
        "    participant c3 as curl",
        "    participant c4 as carol",
        "    c1-->>server: opened /chat?name=Ada",
        "    server-->>c1: accepted",
        "    c2-->>server: opened /chat · offers json, text",
        "    server-->>c2: accepted · subprotocol json",
        '    c1->>server: {"say": "hi#59; #35;1"}',
        "    server->>c1: alice: hi #60;b#62;ö#60;/b#62;",
        "    server->>c2: alice: hi #60;b#62;ö#60;/b#62;",
        "    Note right of server: printed sent\\nto 2",
        "    c2->>server: binary 89 50 4e 47 00 00 00 00 00 00 00 00 …",
        "    server->>c2: binary 00 01 02 03 04 05 06 07 08 09 0a 0b …",
        "    c3->>server: POST /greet/Ada?x=1#38;x=",
        "    c3->>server: name=Ada",
        "    server->>c3: 200 · Hello",
        "    server->>c3: Ada",
        "    c4-->>server: opened /chta",
        "    server--xc4: refused 404 · no such route",
        "    Note over server,c4: revision 2 on stage",
        "    server->>c1: tick",
        "    c2->>server: crash",
        "    Note right of server: ZeroDivisionError · ws_chat",
        "    server-xc2: closed 1011 internal error · sorry",
        "    c1-xserver: closed 1000 normal closure",
    ]


def test_a_long_record_is_cut_and_says_so() -> None:
    log = chat()
    for number in range(300):
        log.append(9.0, 1, "text", "client", str(number), 1)
    lines = mermaid.dumps(log).splitlines()
    assert lines[3] == "    Note over server,c1: … 122 earlier"
    assert len(lines) == 4 + 200
    assert len(mermaid.dumps(log, 3).splitlines()) == 4 + 3
    assert mermaid.dumps(Log()) == "sequenceDiagram\n    participant server\n"


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("", "(empty)"),
        ("a;b", "a#59;b"),
        ("%%{init: {}}%%", "#37;#37;{init: {}}#37;#37;"),
        ("$$x$$ `y`", "#36;#36;x#36;#36; #96;y#96;"),
        ("style a:#1;", "#115;tyle a:#35;1#59;"),
        ("classDef x", "#99;lassDef x"),
        ("wrap: x", "#119;rap: x"),
        (":nowrap:x", ":no#119;rap:x"),
        ("two\nlines\x00", "two\\nlines\\x00"),
        ("x" * 60, "x" * 43 + "…"),
    ],
)
def test_what_mermaid_would_read_is_written_as_an_entity(said: str, label: str) -> None:
    log = Log()
    log.append(0.0, log.open("websocket", "a").id, "text", "client", said)
    assert mermaid.dumps(log).splitlines()[-1] == f"    c1->>server: {label}"


@given(records())
def test_every_line_keeps_to_the_grammar(record: Selection) -> None:
    first, *lines = mermaid.dumps(record).removesuffix("\n").split("\n")
    assert first == "sequenceDiagram"
    assert [line for line in lines if not LINE.fullmatch(line)] == []
