"""What an app's attributes hold, as a picture: plain values in bounds, made without its code.

Law of the room: a picture is immutable, so that later ones share what has not changed; it keeps no
object of the app's alive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

# Of a text; a longer one is cut.
TEXT: Final = 60


class Name(str):
    """What a thing is called that is no text of the app's: a socket by its client, an object."""

    __slots__ = ()


Value = None | bool | int | float | str | Name
Key = int | str | Name


class Leaf(NamedTuple):
    """A value that holds no others."""

    value: Value

    @property
    def size(self) -> int:
        """How many values it is."""
        return 1


class Pairs(NamedTuple):
    """A dict, or an object with its attributes.

    Attributes:
        names: What its values stand under.
        nodes: The values.
        more: How many others it has.
        size: How many values it is, all in all.
    """

    names: tuple[Key, ...]
    nodes: tuple[Node, ...]
    more: int
    size: int


class Many(NamedTuple):
    """A list or the like.

    Attributes:
        nodes: What it holds.
        more: How many others it has.
        size: How many values it is, all in all.
        ordered: Whether their order means something; of a set it does not.
    """

    nodes: tuple[Node, ...]
    more: int
    size: int
    ordered: bool


Node = Leaf | Pairs | Many
Picture = dict[str, Node]
"""The attributes that are seen, by name."""


def plain(node: Node) -> Any:
    """Return a node as a person at a notebook has it: dicts, lists, texts and numbers."""
    if isinstance(node, Leaf):
        return str(node.value) if isinstance(node.value, Name) else node.value
    rest = f"… {node.more:,} more"
    if isinstance(node, Pairs):
        shown: dict[Any, Any] = {
            str(name) if isinstance(name, str) else name: plain(each)
            for name, each in zip(node.names, node.nodes, strict=True)
        }
        return {**shown, "…": rest} if node.more else shown
    items = [plain(each) for each in in_order(node)]
    return [*items, rest] if node.more else items


def in_order(many: Many) -> Sequence[Node]:
    """Return what a list holds as it stands there, and of a set by its text."""
    return many.nodes if many.ordered else sorted(many.nodes, key=written)


def written(node: Node) -> str:
    """Return a node as one short text, as a line says it."""
    if isinstance(node, Leaf):
        return _value(node.value)
    if isinstance(node, Pairs):
        pairs = zip(node.names, node.nodes, strict=True)
        return "{" + _joined((f"{key_of(name)}: {written(each)}" for name, each in pairs), node)
    return "[" + _joined(map(written, in_order(node)), node)


def _joined(parts: Iterator[str], node: Pairs | Many) -> str:
    """Return what stands between brackets, and the closing one; of much, how much it is."""
    end = "}" if isinstance(node, Pairs) or not node.ordered else "]"
    count = len(node.nodes) + node.more
    text = ", ".join(parts) if node.size <= TEXT // 2 and not node.more else ""
    return text + end if len(text) <= TEXT and (text or not count) else f"{count:,} items{end}"


def _value(value: Value) -> str:
    if isinstance(value, Name):
        return str(value)
    return repr(value)


def key_of(name: Key) -> str:
    """Return what a value stands under as a part of a path: in quotes if it is no plain word."""
    if isinstance(name, str) and not isinstance(name, Name):
        word = name.replace("-", "_").replace(" ", "_")
        return str(name) if word.isidentifier() else repr(name)
    return str(name)
