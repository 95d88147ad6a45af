"""The grammar of regular expressions that a filter can look for: a part of what `re` reads.

Law of the room: what is read here means what `re` means by it, and what `re` cannot read is not
read here either. ``static/traffic/regex-grammar.js`` reads the same.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

# Deeper than anybody nests, and reading is recursive.
MOST_NESTED: Final = 50
_COUNTED: Final = re.compile(r"\{(?=[^}])(?P<least>[0-9]*)(?P<comma>,?)(?P<most>[0-9]*)\}")
_GROUP_NAME: Final = re.compile(r"P<([^\W\d]\w*)>")
_FLAGS: Final = re.compile(r"(?P<on>[ims]*)(?:-(?P<off>[ims]+))?(?P<end>[:)])")
_NUMBERED: Final = re.compile(
    r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U((?:000[0-9a-fA-F]|0010)[0-9a-fA-F]{4})"
)
_OCTAL: Final = re.compile(r"0[0-7]{0,2}")
_CONTROLS: Final = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_SETS: Final = "dDsSwW"
_PLACES: Final = "AbBZ"
_BITS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}

# What must be gone back for, by how a group begins.
_LACKING: Final = {
    "=": "look-ahead",
    "!": "look-ahead",
    "<=": "look-behind",
    "<!": "look-behind",
    ">": "atomic groups",
    "(": "conditions",
    "P=": "backreferences",
    "P>": "recursion",
    "#": "comments",
}


class RegexError(ValueError):
    """A regular expression cannot be looked for.

    It says what is wrong, in the words of `re`: ``"nothing to repeat at position 0"``.
    """


class RegexRefused(RegexError):
    """A regular expression is one, but has what a filter cannot look for: ``"look-ahead"``."""


class Chars(NamedTuple):
    """One letter out of a set.

    Attributes:
        source, flags: What `re` reads as it, and how.
        letters: How many letters have to be looked up for it beforehand.
    """

    source: str
    flags: re.RegexFlag = re.NOFLAG
    letters: int = 1


class Place(NamedTuple):
    """A place between two letters: ``^ $ A b B Z``; `lines` if each line has a begin and an end."""

    name: str
    lines: bool = False

    def holds(self, before: str, after: str) -> bool:
        """Return whether one is there.

        Args:
            before: What is before it: "start" for nothing, "line" for a newline, "last" for one
                that ends the text, "word", "other".
            after: What is after it: the same, with "end" for nothing.
        """
        match self.name:
            case "^":
                return before == "start" or (self.lines and before in ("line", "last"))
            case "$":
                return after in ("end", "last") or (self.lines and after == "line")
            case "A":
                return before == "start"
            case "Z":
                return after == "end"
        return ((before == "word") != (after == "word")) == (self.name == "b")


class Row(NamedTuple):
    """One after the other."""

    items: tuple[Item, ...]


class Either(NamedTuple):
    """One or the other."""

    items: tuple[Item, ...]


class Repeat(NamedTuple):
    """Again and again: at least and at most so often, None for no end."""

    item: Item
    least: int
    most: int | None


Item = Chars | Place | Row | Either | Repeat


def read(source: str, ignore_case: bool = False) -> Item:
    """Return what a regular expression is made of.

    Args:
        source: Between the slashes.
        ignore_case: Whether letters are looked for in any case.

    Raises:
        RegexError: If it is none, or has what a filter cannot look for.
    """
    reader = _Reader(source, re.IGNORECASE if ignore_case else re.NOFLAG)
    reader.global_flags()
    item = reader.either(0)
    if reader.at < len(source):
        raise RegexError(f"unbalanced parenthesis at position {reader.at}")
    return item


def literal(text: str) -> Item:
    """Return what looks for a text as it stands, in any case."""
    return Row(tuple(Chars(re.escape(letter), re.IGNORECASE) for letter in text))


class _Reader:
    """Reads an expression, from left to right."""

    def __init__(self, source: str, flags: re.RegexFlag) -> None:
        self.source = source
        self.flags = flags
        self.at = 0

    @property
    def next(self) -> str:
        """The next letter; "" at the end."""
        return self.source[self.at : self.at + 1]

    def skip(self, text: str) -> bool:
        """Step over a text, if it is next."""
        if not self.source.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def found(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Step over what a pattern finds here, if it does."""
        found = pattern.match(self.source, self.at)
        if found:
            self.at = found.end()
        return found

    def global_flags(self) -> None:
        """Read the flags for all of it, as in ``(?i)abc``."""
        while self.skip("(?"):
            found = self.found(_FLAGS)
            if not found or found["end"] == ":" or found["off"] or not found["on"]:
                self.at = self.source.rindex("(?", 0, self.at)
                return
            for flag in found["on"]:
                self.flags |= _BITS[flag]

    def either(self, depth: int) -> Item:
        """Read alternatives, up to the end or a closing parenthesis."""
        if depth > MOST_NESTED:
            raise RegexRefused(f"more than {MOST_NESTED} groups in each other")
        items = [self.row(depth)]
        while self.skip("|"):
            items.append(self.row(depth))
        return items[0] if len(items) == 1 else Either(tuple(items))

    def row(self, depth: int) -> Item:
        """Read what stands one after the other."""
        items: list[Item] = []
        repeatable = False
        while self.next and self.next not in "|)":
            here, count = self.at, self.repetition()
            if count is None:
                items.append(self.one(depth))
                repeatable = not isinstance(items[-1], Place)
            elif not repeatable:
                again = bool(items) and isinstance(items[-1], Repeat)
                said = "multiple repeat" if again else "nothing to repeat"
                raise RegexError(f"{said} at position {here}")
            else:
                items[-1] = Repeat(items[-1], *count)
                repeatable = False
        return items[0] if len(items) == 1 else Row(tuple(items))

    def repetition(self) -> tuple[int, int | None] | None:
        """Read how often what stands before is repeated; None if nothing says so."""
        signs: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if self.next in signs:
            count = signs[self.next]
            self.at += 1
        else:
            here, found = self.at, self.found(_COUNTED)
            if not found:
                return None
            least = _number(found["least"] or "0")
            most = (_number(found["most"]) if found["most"] else None) if found["comma"] else least
            if most is not None and most < least:
                raise RegexError(f"min repeat greater than max repeat at position {here + 1}")
            count = (least, most)
        # Whether it prefers more or less is all one to whether there is any.
        if not self.skip("?") and self.skip("+"):
            raise RegexRefused("possessive repetition")
        return count

    def one(self, depth: int) -> Item:
        """Read one letter, set, place or group."""
        letter = self.next
        self.at += 1
        match letter:
            case "(":
                return self.group(depth)
            case "[":
                return self.letters()
            case "\\":
                return self.escaped()
            case ".":
                return Chars(".", self.flags & re.DOTALL)
            case "^" | "$":
                return Place(letter, bool(self.flags & re.MULTILINE))
        return self.letter(letter)

    def letter(self, letter: str) -> Chars:
        """Return what finds a letter."""
        return Chars(re.escape(letter), self.flags & re.IGNORECASE)

    def group(self, depth: int) -> Item:
        """Read a group, after its parenthesis."""
        here, flags = self.at - 1, self.flags
        if self.skip("?"):
            self.group_kind()
        # A repeated place is none to `re`, unless it stands in a group.
        item = Row((self.either(depth + 1),))
        if not self.skip(")"):
            raise RegexError(f"missing ), unterminated subpattern at position {here}")
        self.flags = flags
        return item

    def group_kind(self) -> None:
        """Read what follows the question mark that a group begins with."""
        if self.skip(":") or self.found(_GROUP_NAME):
            return
        for sign, lacking in _LACKING.items():
            if self.source.startswith(sign, self.at):
                raise RegexRefused(lacking)
        here, sign = self.at - 1, self.next
        if not sign:
            raise RegexError(f"unexpected end of pattern at position {self.at}")
        found = self.found(_FLAGS)
        if not found or not (found["on"] or found["off"]):
            raise RegexError(f"unknown extension ?{sign} at position {here}")
        if found["end"] == ")":
            raise RegexRefused("flags after its beginning")
        for flag in found["on"]:
            self.flags |= _BITS[flag]
        for flag in found["off"] or "":
            self.flags &= ~_BITS[flag]

    def escaped(self) -> Item:
        """Read what follows a backslash."""
        if self.next and self.next in _SETS:
            self.at += 1
            return Chars(f"\\{self.source[self.at - 1]}")
        if self.next and self.next in _PLACES:
            self.at += 1
            return Place(self.source[self.at - 1])
        if "1" <= self.next <= "9":
            raise RegexRefused("backreferences")
        return self.letter(self.escape())

    def escape(self) -> str:
        """Read one letter after a backslash: ``n``, ``x41``, or a sign that means itself."""
        numbered = self.found(_NUMBERED)
        if numbered:
            return chr(int(numbered[numbered.lastindex or 0], 16))
        octal = self.found(_OCTAL)
        if octal:
            return chr(int(octal[0], 8))
        here, letter = self.at - 1, self.next
        self.at += 1
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if not letter:
            raise RegexError(f"bad escape (end of pattern) at position {here}")
        if letter.isascii() and letter.isalnum():
            raise RegexError(f"bad escape \\{letter} at position {here}")
        return letter

    def letters(self) -> Chars:
        """Read a set, after its bracket."""
        opened, negated = self.at - 1, "^" if self.skip("^") else ""
        parts: list[str] = []
        letters = 0
        while not parts or self.next != "]":
            here, one = self.at, self.member(opened)
            if self.source.startswith("-]", self.at) or not self.skip("-"):
                parts.append(one if len(one) > 1 else _code(one))
                continue
            other = self.member(opened)
            if len(one) > 1 or len(other) > 1 or other < one:
                said = self.source[here : self.at]
                raise RegexError(f"bad character range {said} at position {here}")
            parts.append(f"{_code(one)}-{_code(other)}")
            letters += ord(other) - ord(one)
        self.at += 1
        ignore_case = self.flags & re.IGNORECASE
        return Chars(f"[{negated}{''.join(parts)}]", ignore_case, letters if ignore_case else 1)

    def member(self, opened: int) -> str:
        r"""Read one letter of a set, or ``\d`` and its like as they stand."""
        if not self.next:
            raise RegexError(f"unterminated character set at position {opened}")
        if not self.skip("\\"):
            self.at += 1
            return self.source[self.at - 1]
        if self.next and self.next in _SETS:
            self.at += 1
            return f"\\{self.source[self.at - 1]}"
        return "\b" if self.skip("b") else self.escape()


def _number(digits: str) -> int:
    # Python refuses to read thousands of digits, and nothing is repeated so often.
    return int(digits) if len(digits) < 7 else 1_000_000


def _code(letter: str) -> str:
    return f"\\U{ord(letter):08x}"
