"""The table that regular expressions are held to, in Python and in JavaScript alike.

Run as a program this writes `tests/javascript/regex-cases.json` anew: many expressions, each with
texts that Python's `re` finds it in, and texts that it does not. Only those that a filter refuses
stand here by hand.
"""

from __future__ import annotations

import json
import random
import re
import warnings
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "javascript" / "regex-cases.json"

# One piece of each kind, and letters that Python and a browser could take for different things.
PIECES: tuple[str, ...] = (
    *"ab1AB é-{}]k",
    *(
        ".",
        "[ab]",
        "[^a]",
        "[a-c1]",
        "[]a]",
        "[^]a]",
        "[a-]",
        r"[\d-]",
        r"[\w.]",
        r"[\W1]",
        "[A-b]",
    ),
    *(r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\b", r"\B", "^", "$", r"\A", r"\Z"),
    *(r"\n", r"\t", r"\.", r"\x41", r"\u00e9", r"\U0001f600", r"[\b]", r"\0", r"\061", "[a\\-z]"),
    *("{,2}", "{}", "{x}", "a{,2}", "[--a]", "[[a]", "😀", "[а-я]", "٣"),
)
REPEATS = ("*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{,2}", "{1,}", "{0}")
GROUPS = ("(", "(", "(?:", "(?P<name_{}>", "(?i:", "(?s:", "(?m:", "(?-i:", "(?i-s:", "(?ms:")
BEGINNINGS = ("", "", "", "(?i)", "(?s)", "(?m)", "(?im)", "(?i)(?s)")
LETTERS = "aabbABC1 \n\t.-éÉkK]{}٣яЯ😀\u2028\u00a0\ufeff\x1f"

# A repeat right before a sign is another thing, which a filter refuses.
POSSESSIVE = re.compile(r"[*+?}]\+")

# What needs going back, or is larger than anybody types: what a filter says that it has.
REFUSED = {
    r"(a)\1": "backreferences",
    r"(?P<x>a)(?P=x)": "backreferences",
    "a(?=b)": "look-ahead",
    "a(?!b)": "look-ahead",
    "(?<=a)b": "look-behind",
    "(?<!a)b": "look-behind",
    "(?>a+)b": "atomic groups",
    "a++b": "possessive repetition",
    "a{1,2}+b": "possessive repetition",
    "(a)?(?(1)b|c)": "conditions",
    "a(?#why)b": "comments",
    "(?:a{1000}){1000}": "more than 1000 pieces ({12} makes twelve of one)",
    "(?:){1000000000}": "more than 1000 pieces ({12} makes twelve of one)",
    "(" * 60 + ")" * 60: "more than 50 groups in each other",
}
WRONG = (
    *("(c", "c)", "a**", "*a", "|+", "^*", "[", "[]", "[^]", "[z-a]", r"[\d-z]", "a{2,1}"),
    *("\\", r"\q", r"\x4", r"[\q]", "(?", "(?z)", "(?i", "a{2}{3}", r"\u12", "(?P<1>a)", "(?<x>a)"),
)


def expression(chance: random.Random, depth: int) -> str:
    """Return an expression at random, of pieces that are repeated, grouped and alternatives."""
    if depth == 0 or chance.random() < 0.3:
        piece: str = chance.choice(PIECES)
        return piece
    parts = [expression(chance, depth - 1) for _ in range(chance.randint(1, 2))]
    match chance.randrange(4):
        case 0:
            return "|".join(parts)
        case 1:
            group = chance.choice(GROUPS).format(chance.randrange(10**9))
            return f"{group}{''.join(parts)})"
        case 2:
            return "".join(parts) + chance.choice(REPEATS)
    return "".join(parts)


def text(chance: random.Random) -> str:
    """Return a short text at random, sometimes with a last newline."""
    letters = (chance.choice(LETTERS) for _ in range(chance.randint(1, 8)))
    return "".join(letters) + ("\n" if chance.random() < 0.2 else "")


def compiled(source: str, ignore_case: bool) -> re.Pattern[str] | None:
    """Return what `re` reads; None if it cannot."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            return re.compile(source, re.IGNORECASE if ignore_case else 0)
        except re.error:
            return None


def cases(number: int) -> list[dict[str, Any]]:
    """Return so many expressions, with what `re` finds them in and what it does not."""
    chance = random.Random("a text is read once, from left to right")
    found: dict[str, dict[str, Any]] = {}
    while len(found) < number:
        source = chance.choice(BEGINNINGS) + expression(chance, 4)
        ignore_case = chance.random() < 0.3
        pattern = compiled(source, ignore_case)
        if pattern is None or len(source) > 60 or POSSESSIVE.search(source):
            continue
        texts = sorted({text(chance) for _ in range(12)})
        finds = [each for each in texts if pattern.search(each)]
        if 0 < len(finds) < len(texts):
            fails = [each for each in texts if each not in finds]
            found[source] = {"regex": source, "i": ignore_case, "in": finds, "not": fails}
    return list(found.values())


def written() -> str:
    """Return the table as the file has it, a line for each expression."""
    lines = ",\n".join(json.dumps(each) for each in cases(500))
    told = {"refused": REFUSED, "wrong": WRONG}
    rest = ",\n".join(f"{json.dumps(name)}: {json.dumps(each)}" for name, each in told.items())
    return f'{{"cases": [\n{lines}\n],\n{rest}\n}}\n'


if __name__ == "__main__":
    FILE.write_text(written(), "utf-8")
