"""The keys of a panel's page: an address that works once, and the cookie that it is exchanged for.

Law of the file: what is given is compared in constant time, and nothing of it is ever quoted.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import deque
from typing import Final
from urllib.parse import parse_qs

ROOT: Final = "/__lab__/"

# Who asks for more addresses than that has no use for the first.
_MOST: Final = 32


class Keys:
    """Whom a panel's page lets in."""

    def __init__(self) -> None:
        self._tokens: deque[str] = deque(maxlen=_MOST)
        self._secret = secrets.token_urlsafe(32)
        self._lock = threading.Lock()
        self.name = f"lab-panel-{secrets.token_hex(3)}"
        """What the cookie is called; a browser sends those of all ports of a host to each."""

    def token(self) -> str:
        """Return a token that lets one browser in, once."""
        made = secrets.token_urlsafe(24)
        with self._lock:
            self._tokens.append(made)
        return made

    def use(self, given: str) -> bool:
        """Use a token up; return whether it was one."""
        found = ""
        with self._lock:
            for each in self._tokens:
                if _same(each, given):
                    found = each
            if found:
                self._tokens.remove(found)
        return bool(found)

    def cookie(self) -> str:
        """Return the header that gives a browser the cookie, for the page's addresses alone."""
        return f"{self.name}={self._secret}; Path={ROOT}; HttpOnly; SameSite=Strict"

    def knows(self, header: str) -> bool:
        """Return whether a ``Cookie`` header has the cookie in it."""
        known = False
        for each in header.split(";"):
            name, _, value = each.strip().partition("=")
            known |= name == self.name and _same(self._secret, value)
        return known


def _same(own: str, given: str) -> bool:
    return hmac.compare_digest(own.encode(), given.encode("utf-8", "replace"))


def token_in(query: bytes) -> str:
    """Return the token in the query of an address; "" if it has none."""
    return parse_qs(query.decode("latin-1")).get("token", [""])[0]
