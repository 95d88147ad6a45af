"""The bytes of a frame that are kept: its header, and the first of its payload, as on the wire.

Law of the room: a credential among them is covered with stars, byte for byte, before they are kept,
so that lengths, masks and places stay what they were. What is compressed is covered whole.
"""

from __future__ import annotations

import re
from codecs import utf_8_decode
from typing import Final

from playground.traffic.redact import REDACTED, redact_header
from playground.traffic.secret_names import secrecy

HEAD: Final = 64
"""Bytes of a frame's payload that are kept."""

MOST: Final = 14 + HEAD
"""The most that is kept of a frame: the longest header (RFC 6455 5.2), and those."""

# A value that begins in the head ends somewhere behind it: so much more tells what it is.
_BEYOND: Final = 64

# So much of a compressed message is read closely, which takes a millisecond; in a longer one a hint
# is enough. And so much of it can 64 bytes hold, for deflate makes 1,032 of one at most.
_CLOSELY: Final = 2_048
_WITHIN: Final = 1_032 * HEAD

# Each name that says of its value that it is a credential has one of these in it, each scheme is
# one, and each token that is known by its looks has one. Most payloads have none: that is found out
# in a microsecond or two, while reading one closely takes thirty.
HINTS: Final = (
    "key", "tok", "pass", "auth", "secret", "code", "sess", "sid", "pw", "sig", "pin", "cookie",
    "cred", "bearer", "jw", "otp", "ticket", "srf", "mac", "saml", "assertion", "eyj", "@", "%",
    "basic", "digest", "negotiate", "dpop",
)  # fmt: skip

# In text: among bytes Python looks for one of them ten times as long.
_hint: Final = re.compile("|".join(HINTS)).search

# What is broadcast, or echoed, comes again: bytes in which nothing was found, at most 256 each.
_MOST_CLEAN: Final = 256
_clean: Final[set[bytes]] = set()

_WORD: Final = re.compile(r"[A-Za-z][\w-]*")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_STAR: Final = b"*"


def header_size(raw: bytes) -> int:
    """Return how many bytes the header of a frame has that begins so (RFC 6455 5.2)."""
    if len(raw) < 2:
        return len(raw)
    form = raw[1] & 0x7F
    size = 2 if form < 126 else 4 if form == 126 else 10
    return min(len(raw), size + 4 if raw[1] & 0x80 else size)


def length_of(header: bytes) -> int:
    """Return the length of the payload that a header announces (RFC 6455 5.2)."""
    form = header[1] & 0x7F if len(header) > 1 else 0
    size = {126: 2, 127: 8}.get(form, 0)
    return int.from_bytes(header[2 : 2 + size], "big") if size else form


def key_of(header: bytes) -> bytes:
    """Return the masking key that ends a header; b"" if it has none."""
    return header[-4:] if len(header) > 5 and header[1] & 0x80 else b""


def mixed(data: bytes, key: bytes) -> bytes:
    """Return data xor key, over and over (RFC 6455 5.3): masks and unmasks; without a key, data."""
    if not key:
        return data
    keys = (key * (len(data) // 4 + 1))[: len(data)]
    # As two big numbers, which is done in C.
    return (int.from_bytes(data, "big") ^ int.from_bytes(keys, "big")).to_bytes(len(data), "big")


def may_hold_one(data: bytes) -> bool:
    """Return whether there is a hint of a credential in some bytes."""
    if data in _clean:
        return False
    if _hint(data.decode("latin-1").lower()) is not None:
        return True
    if len(_clean) >= _MOST_CLEAN:
        _clean.clear()
    _clean.add(data)
    return False


def covered(plain: bytes, before: bytes = b"", most: int = HEAD) -> bytes:
    """Return the first bytes of a payload, those of credentials as stars.

    Args:
        plain: The payload, unmasked and uncompressed.
        before: The end of the fragment before, of the same message: a name may stand there.
        most: How many bytes to return at most.
    """
    data = before + plain[: most + _BEYOND]
    if not may_hold_one(data):
        return plain[:most]
    text = data.decode("latin-1")  # a character for each byte
    found: list[str] = []
    redact_header("", text, found.append)
    kept = data if all(each in text for each in found) else _STAR * len(data)
    for each in map(_coded, sorted(found, key=len, reverse=True)):
        kept = kept.replace(each, _STAR * len(each))
    if not _is_text(data):
        kept = _without_rest(kept, text)
    return kept[len(before) :][:most]


def holds_one(plain: bytes) -> bool:
    """Return whether a compressed message may hold a credential that its first bytes tell."""
    text = plain[:_WITHIN].decode("latin-1")
    if _hint(text.lower()) is None:  # which may be too long to be remembered
        return False
    return len(text) > _CLOSELY or REDACTED in redact_header("", text) or _word(text) is not None


def _is_text(data: bytes) -> bool:
    try:
        utf_8_decode(data, "strict", False)  # it may end within a character
    except UnicodeDecodeError:
        return False
    return _CONTROL.search(data) is None


def _without_rest(kept: bytes, text: str) -> bytes:
    """Cover what follows a name in what is no text, where nobody knows how long its value is."""
    word = _word(text)
    return kept if word is None else kept[: word.end()] + _STAR * (len(kept) - word.end())


def _word(text: str) -> re.Match[str] | None:
    return next((each for each in _WORD.finditer(text) if secrecy(each[0]) == "always"), None)


def _coded(value: str) -> bytes:
    return value.encode("latin-1")
