"""Credentials of a request, found again in what code says of it: an exception, a print."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote_plus

from playground.traffic.redact import REDACTED, redact_said

# What is shorter stands in too many words, and protects nothing.
_SHORTEST: Final = 3
# What is shorter is replaced where it stands alone.
_ALONE: Final = 8

_BASIC: Final = re.compile(r"(?i)basic\s+([\w+/=-]+)")


class Quoted:
    """Redacts text that may quote one of a request's credentials.

    Args:
        credentials: As they stood in headers and address.

    Attributes:
        longest: How many characters the longest of them has, as it may be quoted; 0 without any.
    """

    def __init__(self, credentials: Iterable[str]) -> None:
        said = {form for each in credentials for form in _forms(each)}
        self._said = sorted(said, key=len, reverse=True)
        self.longest = len(self._said[0]) if self._said else 0

    def redacted(self, text: str) -> str:
        """Return text without them, and without what looks like one.

        Args:
            text: The text.
        """
        for each in self._said:
            if each in text:
                text = _without(each, text)
        return redact_said(text)


def _forms(credential: str) -> Iterable[str]:
    """Return what a credential may be quoted as: the whole, its parts, each as Python writes it."""
    found = {credential, unquote_plus(credential), *_decoded(credential)}
    found |= {_in_utf8(each) for each in tuple(found)}
    found |= {part for each in tuple(found) for part in _values(each)}
    found |= {repr(each)[1:-1] for each in tuple(found)}
    return (each for each in found if len(each) >= _SHORTEST)


def _in_utf8(credential: str) -> str:
    """Return a header's value as an app reads it that takes it for UTF-8."""
    try:
        return credential.encode("latin-1").decode()
    except UnicodeError:
        return credential


def _values(credential: str) -> Iterable[str]:
    """Return the parts that are values: of cookies not their names, of a header not its scheme."""
    for pair in credential.split(";"):
        name, _, value = pair.strip().partition("=")
        if not value.strip("="):
            yield from name.split()[-1:]
        elif len(value) >= _ALONE or not (value.isalpha() or value.isdigit()):
            yield value.strip('"')  # and no cookie's `dark` or `1`


def _decoded(credential: str) -> Iterable[str]:
    """Return name and password of `Basic` (RFC 7617), and the password alone."""
    basic = _BASIC.fullmatch(credential)
    if basic is not None:
        try:
            user = base64.b64decode(basic[1]).decode()
        except (binascii.Error, UnicodeDecodeError):
            return
        yield user
        yield user.partition(":")[2]


def _without(credential: str, text: str) -> str:
    if len(credential) >= _ALONE:
        return text.replace(credential, REDACTED)
    return re.sub(rf"(?<!\w){re.escape(credential)}(?!\w)", REDACTED, text)
