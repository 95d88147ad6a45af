"""What an `Upstream` is made with beside the address: checked before anything is asked."""

from __future__ import annotations

import math
import os
import ssl
from collections.abc import Mapping
from typing import Any, Final

Header = tuple[bytes, bytes]

# What may stand in the name of a header (RFC 9110 5.6.2), beside letters and digits.
_MARKS: Final = frozenset("!#$%&'*+-.^_`|~")

_AS_DICT: Final = "expected headers= as a dict of texts, such as {'authorization': 'Bearer …'}"


def check_timeout(timeout: object) -> float:
    """Return the seconds that the far side may take.

    Raises:
        TypeError, ValueError: If it is no number of seconds above 0.
    """
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        raise TypeError(f"expected timeout= in seconds, got {timeout!r}; write timeout=10")
    if not 0 < timeout < math.inf:
        raise ValueError(f"expected timeout= above 0 seconds, got {timeout!r}; write timeout=10")
    return float(timeout)


def check_verify(verify: Any) -> Any:
    """Return whose certificates are trusted, a file by its name.

    Raises:
        TypeError: If it is nothing that says so.
        FileNotFoundError, ValueError: If it is no file of certificates.
    """
    if isinstance(verify, bool | ssl.SSLContext):
        return verify
    if not isinstance(verify, str | os.PathLike):
        raise TypeError(
            f"expected verify= as True, False, a file or an ssl.SSLContext, got {verify!r}; "
            "leave it out to trust what this machine trusts"
        )
    file = os.fspath(verify)
    if not os.path.isfile(file):
        raise FileNotFoundError(f"expected a file of certificates (PEM), found no {file!r}")
    return file


def check_headers(headers: Any) -> list[tuple[str, str]]:
    """Return headers as pairs of texts.

    Raises:
        TypeError, ValueError: If one is no pair of texts, or would be no header.
    """
    try:
        pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    except TypeError:
        raise TypeError(f"{_AS_DICT}, got {type(headers).__name__}") from None
    for each in pairs:
        if not (
            isinstance(each, tuple | list)
            and len(each) == 2
            and all(isinstance(one, str) for one in each)
        ):
            raise TypeError(f"{_AS_DICT}; one is none")
        _check_header(*each)
    return [(name, value) for name, value in pairs]


def _check_header(name: str, value: str) -> None:
    if any(mark in part for part in (name, value) for mark in "\r\n\0"):
        raise ValueError(f"expected the header {name!r} in one line; leave the line break out")
    if not name or not all(each.isascii() and (each.isalnum() or each in _MARKS) for each in name):
        raise ValueError(f"expected the name of a header, got {name!r}; write 'x-name'")


def as_sent(pairs: list[tuple[str, str]]) -> list[Header]:
    """Return headers as ASGI has them."""
    return [(name.lower().encode("latin-1"), value.encode()) for name, value in pairs]
