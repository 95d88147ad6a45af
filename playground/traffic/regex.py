"""Regular expressions that always end: whether a text holds one, in a bounded number of steps.

Law of the room: the text is read once, from left to right, with all the ways to match it side by
side (Thompson, 1968), so no expression makes it go back. Python's own `re` tries one way after the
other: thirty letters keep it busy for hours, nothing interrupts it, and no other thread runs
meanwhile. What needs going back (backreferences, look-ahead) is therefore refused. The table reads
them in JavaScript by the same rules (``static/traffic/regex.js``), and
``tests/javascript/regex-cases.json`` holds both to what `re` finds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from operator import getitem
from typing import Final

from playground.traffic.regex_grammar import Chars, Either, Item, Place, RegexRefused, Repeat, Row

# Larger is what a person does not type: each step through a text costs up to one for each piece. A
# set in any case costs `re` so long for its letters: [Ā-￿] 5 ms.
MOST_PIECES: Final = 1_000
_LETTERS_A_PIECE: Final = 1_000

# What looking through one entry may cost, 0.3 s at worst. What was worked out before costs next to
# nothing, so that the longest message (16 MB, in hex) can be looked through.
MOST_WORK: Final = 600_000
_LETTERS_A_STEP: Final = 128

# So many letters are read without a pause: 0.1 ms, in which no other thread runs.
_STRETCH: Final = 4_096
# Most texts are shorter, and then nothing need be counted.
_SHORT: Final = 1_000

# What was worked out is kept, up to this; then it is worked out anew.
_MOST_KEPT: Final = 20_000

_WORD: Final = re.compile(r"\w")

# What is no letter, but led to like one: the end of a text, and a newline right before it.
_END: Final = "end"
_LAST_NEWLINE: Final = "last"
_SHOWN: Final = {_END: "", _LAST_NEWLINE: "\n"}

# What stands there to a place, and which tests it passes.
_Kind = tuple[str, tuple[bool, ...]]


class TooLong(Exception):
    """A text cannot be looked through in the steps that are allowed."""


class Allowance:
    """What looking may cost, for all the expressions of one filter together.

    Attributes:
        steps: How many are left for an entry; may fall a little below zero.
        pieces: How many pieces more the expressions may have.
    """

    def __init__(self) -> None:
        self.steps = MOST_WORK
        self.pieces = MOST_PIECES

    def take(self, steps: int) -> None:
        """Take some away.

        Raises:
            TooLong: If there are none left.
        """
        self.steps -= steps
        if self.steps < 0:
            raise TooLong


class _Node:
    """A place in an expression: what must hold to go on from it, and where to."""

    __slots__ = ("next", "of")

    def __init__(self, of: Callable[[str], object] | Place | None, *next_: _Node) -> None:
        self.of = of
        self.next = list(next_)


_FOUND: Final = _Node(None)


class _State(dict[str, "_State"]):
    """All places at which one may stand after some letters, and where each next letter leads."""

    __slots__ = ("before", "by_kind", "nodes", "search")

    def __init__(self, search: Finder, nodes: frozenset[_Node], before: str) -> None:
        self.search = search
        self.nodes = nodes
        self.before = before
        self.by_kind: dict[_Kind, _State] = {}

    def __missing__(self, letter: str) -> _State:
        found = self[letter] = self.search.after(self, letter)
        return found


class _Match(_State):
    """The end of looking: whatever comes, it was found."""

    def __missing__(self, letter: str) -> _State:
        return self


class Finder:
    """Looks for a regular expression in texts.

    Args:
        item: The expression, read (`regex_grammar`).
        allowance: What looking may cost, shared with others; whoever owns it fills it up.

    Raises:
        RegexRefused: If it is too large.
    """

    def __init__(self, item: Item, allowance: Allowance) -> None:
        self._allowance = allowance
        self._tests: dict[Chars, Callable[[str], object]] = {}
        self._minds_places = False
        self._start = self._built(item, _FOUND)
        self._match = _Match(self, frozenset(), "")
        self._forget()

    def __call__(self, text: str) -> bool:
        """Return whether a text holds it, anywhere.

        Raises:
            TooLong: If that would take too many steps.
        """
        state, match = self._first, self._match
        if len(text) < _SHORT and text[-1:] != "\n":
            return reduce(getitem, text, state)[_END] is match
        for begin in range(0, len(text), _STRETCH):
            stretch = text[begin : begin + _STRETCH]
            self._allowance.take(len(stretch) // _LETTERS_A_STEP)
            if begin + _STRETCH >= len(text) and text[-1] == "\n":
                state = reduce(getitem, stretch[:-1], state)[_LAST_NEWLINE]
            else:
                state = reduce(getitem, stretch, state)
            if state is match:
                return True
        return state[_END] is match

    def after(self, state: _State, letter: str) -> _State:
        """Return the state that a letter leads to from another one."""
        kind = self._kinds.get(letter) or self._kind(letter)
        known = state.by_kind.get(kind)
        if known is None:
            known = state.by_kind[kind] = self._worked_out(state, letter, kind[0])
        self._kept += 1
        if self._kept > _MOST_KEPT and known is not self._match:
            self._forget()
            known = self._state(known.nodes, known.before)
        return known

    def _kind(self, letter: str) -> _Kind:
        """Return what the expression can tell of a letter: others may have all that in common."""
        self._allowance.take(len(self._tests))
        shown = _SHOWN.get(letter, letter)
        place = _place(letter) if self._minds_places else ""
        kind = (place, tuple(bool(test(shown)) for test in self._tests.values()))
        self._kinds[letter] = kind
        return kind

    def _worked_out(self, state: _State, letter: str, place: str) -> _State:
        shown = _SHOWN.get(letter, letter)
        after, seen = {self._start}, set(state.nodes)
        ahead = list(seen)
        while ahead:
            node = ahead.pop()
            if node is _FOUND:
                return self._match
            if isinstance(node.of, Place):
                passes = node.of.holds(state.before, place)
            elif node.of is not None:
                if node.of(shown):
                    after.update(node.next)
                continue
            else:
                passes = True
            if passes:
                ahead += [each for each in node.next if each not in seen]
                seen.update(node.next)
        self._allowance.take(1 + len(seen))
        return self._state(frozenset(after), place)

    def _state(self, nodes: frozenset[_Node], before: str) -> _State:
        known = self._states.get((nodes, before))
        if known is None:
            known = self._states[nodes, before] = _State(self, nodes, before)
        return known

    def _forget(self) -> None:
        self._kept = 0
        self._kinds: dict[str, _Kind] = {}
        self._states: dict[tuple[frozenset[_Node], str], _State] = {}
        self._first = self._state(frozenset([self._start]), "start" if self._minds_places else "")

    def _built(self, item: Item, then: _Node) -> _Node:
        """Return the first place of an item after which `then` comes."""
        self._allowance.pieces -= 1
        if self._allowance.pieces < 0:
            raise RegexRefused(f"more than {MOST_PIECES} pieces ({{12}} makes twelve of one)")
        match item:
            case Chars():
                self._allowance.pieces -= item.letters // _LETTERS_A_PIECE
                test = self._tests.setdefault(item, re.compile(item.source, item.flags).match)
                return _Node(test, then)
            case Place():
                self._minds_places = True
                return _Node(item, then)
            case Row():
                for each in reversed(item.items):
                    then = self._built(each, then)
                return then
            case Either():
                return _Node(None, *(self._built(each, then) for each in item.items))
            case Repeat():
                return self._repeated(item, then)

    def _repeated(self, item: Repeat, then: _Node) -> _Node:
        first = then
        if item.most is None:
            first = _Node(None, then)
            first.next.append(self._built(item.item, first))
        for _ in range((item.most or item.least) - item.least):
            first = _Node(None, then, self._built(item.item, first))
        for _ in range(item.least):
            first = self._built(item.item, first)
        return first


def _place(letter: str) -> str:
    """Return what a letter is to the places beside it."""
    if letter in _SHOWN:
        return letter
    return "line" if letter == "\n" else "word" if _WORD.match(letter) else "other"
