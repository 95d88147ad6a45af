"""Messages in a form that a person can read: by a function of one's own, as MessagePack, as CBOR.

Law of the room: the record keeps what went over the wire, and a decoder never breaks a view:
whatever one raises is said in place of what it did not return.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from playground.traffic.filter import Filter
from playground.traffic.model import Entry, Exchange
from playground.traffic.socketio import speaks
from playground.traffic.summary import event_of

Decoder = Callable[[Any], object]

LONGEST: Final = 100_000
"""Bytes of a message that is recognised by itself, and characters of what is shown of any."""

# Kinds that carry a message, or the part of a body.
_KINDS: Final = frozenset({"text", "binary", "body", "event", "response"})

# What was decoded is kept for so many entries: stills are drawn again and again.
_KEPT: Final = 500

# The first bytes of arrays and maps: https://github.com/msgpack/msgpack/blob/master/spec.md, and
# RFC 8949 3.1, with 0xd9d9f7, the tag that says "this is CBOR" (3.4.6).
_MESSAGE_PACK: Final = frozenset((*range(0x80, 0xA0), *range(0xDC, 0xE0)))
_SELF_DESCRIBED: Final = b"\xd9\xd9\xf7"
_CBOR: Final = frozenset((*range(0x80, 0xC0), 0xD9))


class Decoded(NamedTuple):
    """What a decoder made of a message.

    Attributes:
        by: Whose work it is: the function's name, ``"MessagePack"`` or ``"CBOR"``.
        text: What it says, as JSON where it can be.
        problem: What the decoder raised, as ``ValueError: too short``; "" if nothing.
        cut: Whether only the beginning of the text is here.
    """

    by: str
    text: str
    problem: str = ""
    cut: bool = False


class _Chosen(NamedTuple):
    decoder: Decoder
    which: str


class Decoders:
    """The decoders of one log."""

    def __init__(self) -> None:
        self._chosen: list[_Chosen] = []
        self._known: dict[int, tuple[Decoded | None]] = {}

    @property
    def chosen(self) -> bool:
        """Whether any function is used; what is recognised by itself needs none."""
        return bool(self._chosen)

    def use(self, decoder: Decoder | None, which: str) -> None:
        """Use a function for the entries that a filter means; None to use none for them.

        Args:
            which: As `filter.Filter` reads it; "" for all. What was used for the same words goes.

        Raises:
            FilterError: If it cannot be read.
            TypeError: If the decoder is none.
        """
        Filter(which)
        if decoder is not None and not callable(decoder):
            raise TypeError(
                f"expected a function of bytes or text, got {decoder!r}; "
                "write lab.log.decode(function, 'client:bob')"
            )
        self._chosen = [each for each in self._chosen if each.which != which]
        if decoder is not None:
            self._chosen.insert(0, _Chosen(decoder, which))
        self._known = {}

    def decoded(self, entry: Entry, exchange: Exchange | None) -> Decoded | None:
        """Return what an entry says, by the newest decoder that is meant for it; None if none is.

        A decoder that returns None leaves the entry to the next one.
        """
        if not entry.data or entry.kind not in _KINDS:
            return None
        # Numbers are never given out again. A view's thread may empty it meanwhile.
        known = self._known
        if (kept := known.get(entry.seq)) is None:
            if len(known) >= _KEPT:
                known.clear()
            # In a tuple, since there may be nothing to keep.
            kept = known[entry.seq] = (next(self._tried(entry, exchange), None),)
        return kept[0]

    def _tried(self, entry: Entry, exchange: Exchange | None) -> Iterator[Decoded]:
        data = event_of(entry, LONGEST).data if entry.kind == "event" else entry.data
        for decoder, which in self._chosen:
            if not which or Filter(which)(entry, exchange):
                found = _called(decoder, data)
                if found is not None:
                    yield found
        if entry.kind == "binary" and isinstance(entry.data, bytes) and not speaks(exchange):
            found = recognised(entry.data)
            if found is not None:
                yield found


def _called(decoder: Decoder, data: object) -> Decoded | None:
    name = str(getattr(decoder, "__name__", type(decoder).__name__))
    name = "decoded" if name == "<lambda>" else name
    try:
        value = decoder(data)
        return None if value is None else _said(name, value)
    except (Exception, SystemExit) as error:
        return Decoded(name, "", f"{type(error).__name__}: {error}"[:LONGEST])


def recognised(data: bytes) -> Decoded | None:
    """Return what bytes say that are wholly one map or array in MessagePack or CBOR.

    That is found out with the packages ``msgpack`` or ``ormsgpack``, and ``cbor2``, where they are
    installed.
    """
    if not 0 < len(data) <= LONGEST:
        return None
    for name, first, reader in (
        ("MessagePack", _MESSAGE_PACK, _message_pack),
        ("CBOR", _CBOR, _cbor),
    ):
        read = reader() if data[0] in first else None
        if read is not None:
            whole, value = _whole(read, data)
            if whole and isinstance(value, dict | list | tuple):
                return _said(name, value)
    return None


def _whole(read: Callable[[bytes], object], data: bytes) -> tuple[bool, object]:
    """Return whether bytes are one value with nothing after it, and the value."""
    try:
        value = read(data)
    except Exception:
        return False, None
    try:
        # Some readers pass over what comes after a value. One that reaches to the last byte cannot
        # be read without it.
        read(data[:-1])
    except Exception:
        return True, value
    return False, None


def _message_pack() -> Callable[[bytes], object] | None:
    try:
        import msgpack

        return lambda data: msgpack.unpackb(data, strict_map_key=False)
    except ImportError:
        pass
    try:
        import ormsgpack

        option = ormsgpack.OPT_NON_STR_KEYS
        return lambda data: ormsgpack.unpackb(data, option=option)
    except ImportError:
        return None


def _cbor() -> Callable[[bytes], object] | None:
    try:
        import cbor2
    except ImportError:
        return None

    def read(data: bytes) -> object:
        # The tag only says that this is CBOR. Below one, cbor2 makes values that cannot change,
        # which are no dict and no list.
        value: object = cbor2.loads(data.removeprefix(_SELF_DESCRIBED))
        return value

    return read


def _said(name: str, value: object) -> Decoded:
    text = value if isinstance(value, str) else _written(value)
    return Decoded(name, text[:LONGEST], cut=len(text) > LONGEST)


def _written(value: object) -> str:
    """Return a value as JSON, bytes in it as hex; as Python writes it where JSON has no way."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex(" ")
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)
    except (TypeError, ValueError, RecursionError):
        return repr(value)


def _plain(value: object) -> object:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex(" ")
    if isinstance(value, set | frozenset):
        return list(value)
    return repr(value)
