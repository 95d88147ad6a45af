"""The tables that a filter is held to, in Python and in JavaScript alike.

`tests/javascript/filter-cases.json` says what a filter means, by hand. Run as a program this writes
`filter-rows.json` anew: the rows that a view gets of those entries, and what Python finds among
them by every kind of term. Read the difference before you believe it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path
from typing import Any, get_args

from playground.traffic.model import Entry, Exchange, Kind, Sender
from playground.traffic.record import Selection
from tests.playground.row_cases import sent

_FOLDER = Path(__file__).parent.parent / "javascript"
FILE = _FOLDER / "filter-rows.json"
CASES: dict[str, Any] = json.loads((_FOLDER / "filter-cases.json").read_text("utf-8"))

WORDS = ("hello", "BOB", "lobby", "1011", "2", "in[6]", "ws_chat", '"event say"', '"a b"', "e")
REGEXES = ("/^a/", "/^A/i", r"/\d{3}/", "/o.*o/", "/^$/", "/^(text|close)$/")
FIELDS = {
    "client": ("alice", "bob", "ada", '"ada lovelace"', "alice,dan"),
    "dir": get_args(Sender),
    "kind": (*get_args(Kind), "text,binary"),
    "path": ("/chat", "eio", "zzz"),
    "where": ("In[5]", "in[6]:9", ":1"),
    "cause": ("1", "4", "9,16"),
    "size": ("0", "9", "16,20", "2k"),
    "code": ("200", "404,1011", "4001"),
    "rev": ("1", "2", "0"),
}
COMPARISONS = (">", ">=", "<", "<=", "=")
COMPARED = {"size": ("9", "2048", "0.1M"), "code": ("404", "1011"), "rev": ("1", "2")}


def entry_of(fields: dict[str, Any]) -> Entry:
    """Return an entry of `filter-cases.json`."""
    known = dict(fields)
    if "base64" in known:
        known["data"] = base64.b64decode(known.pop("base64"))
    return Entry(at=float(known["seq"]), **known)


RECORD = Selection(
    [entry_of(each) for each in CASES["entries"]],
    [
        Exchange(int(number), protocol, client, path=path)
        for number, (protocol, client, path) in CASES["exchanges"].items()
    ],
)


def terms() -> Iterator[str]:
    """Yield a term of every kind, with every kind of value, as it is and turned round."""
    fields = (f"{name}:{value}" for name, values in FIELDS.items() for value in values)
    compared = (
        f"{name}{sign}{value}"
        for name, values in COMPARED.items()
        for sign, value in product(COMPARISONS, values)
    )
    for term in (*WORDS, *REGEXES, *fields, *compared):
        yield from (term, f"-{term}")


def queries() -> list[str]:
    """Return every term by itself, and terms of two kinds together."""
    alone = list(terms())
    some = alone[:: len(alone) // 20]
    return [*alone, *(" ".join(pair) for pair in combinations(some, 2))]


def written() -> str:
    """Return the table as the file has it, a line for each row and each query."""
    rows = [sent(entry, RECORD.exchange(entry.exchange)) for entry in RECORD]
    found = [[query, [entry.seq for entry in RECORD.filter(query)]] for query in queries()]
    return f'{{"rows": [\n{_lines(rows)}\n],\n"found": [\n{_lines(found)}\n]}}\n'


def _lines(all_: list[Any]) -> str:
    return ",\n".join(json.dumps(each, separators=(",", ":")) for each in all_)


if __name__ == "__main__":
    FILE.write_text(written(), "utf-8")
