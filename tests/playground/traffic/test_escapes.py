"""What nobody sees is written out, in Python as in the browser."""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from playground.traffic.escapes import escaped

# `format.test.mjs` reads the same file.
CASES = Path(__file__).parents[2] / "javascript" / "escape-cases.json"


@pytest.mark.parametrize("case", json.loads(CASES.read_text("utf-8")), ids=ascii)
def test_a_text_is_written_as_the_browser_writes_it(case: dict[str, Any]) -> None:
    assert escaped(case["text"], case.get("keep", "")) == case["shown"]


def test_every_control_and_format_character_that_unicode_has_is_written_out() -> None:
    characters = map(chr, range(sys.maxunicode + 1))
    hidden = [each for each in characters if unicodedata.category(each) in ("Cc", "Cf")]
    assert len(hidden) > 200
    left = [each for each in hidden if escaped(each) == each or not escaped(each).isascii()]
    assert left == []


def test_what_is_seen_is_left_as_it_is() -> None:
    characters = map(chr, range(sys.maxunicode + 1))
    fillers = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
    seen = [each for each in characters if each.isprintable() and each not in fillers]
    changed = [each for each in seen if escaped(each) != each]
    # Selectors of variants, which are marks: those of Mongolian, and those of ideographs.
    assert all(unicodedata.category(each) == "Mn" for each in changed)
    assert len(changed) < 250
