"""Where sessions are kept between requests, and which session ids are believed."""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from copy import deepcopy
from typing import Any

SESSION_TIMEOUT = 28800
"""Seconds a session outlives its last use: eight hours."""

# Values of these types cannot change, so that a shallow copy of a session is a copy.
_ATOMS = frozenset({str, int, float, bool, bytes, type(None)})
# Stands for a key that is not there.
_GONE: Any = object()
_HEX = frozenset("0123456789abcdef")
# Expired sessions that nobody asks for again are swept out once in so many saves.
_SWEEP_EVERY = 1024


class SessionBackend(ABC):
    """What keeps sessions; subclass it to keep them elsewhere."""

    @abstractmethod
    async def load(self, session_id: str) -> dict[str, Any]:
        """Return the session's data; `{}` when it is unknown or expired."""

    @abstractmethod
    async def save(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
        """Keep data for `timeout` seconds; empty data or a timeout ≤ 0 deletes the session."""


class InMemorySessionBackend(SessionBackend):
    """Sessions in this process; they end with it.

    Args:
        clock: Seconds on a clock that never runs backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[dict[str, Any], float, float]] = {}
        self._saves = 0

    async def load(self, session_id: str) -> dict[str, Any]:
        """Return a copy of the session and put off its expiry."""
        kept = self._kept.get(session_id)
        if kept is None:
            return {}
        data, timeout, expiry = kept
        now = self._clock()
        if expiry <= now:
            del self._kept[session_id]
            return {}
        self._kept[session_id] = data, timeout, now + timeout
        return copied(data)

    async def save(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
        """Keep a copy of the data, or delete the session."""
        if not data or timeout <= 0:
            self._kept.pop(session_id, None)
            return
        self._kept[session_id] = copied(data), timeout, self._clock() + timeout
        self._saves += 1
        if self._saves % _SWEEP_EVERY == 0:
            self._sweep()

    def _sweep(self) -> None:
        now = self._clock()
        for session_id in [key for key, kept in self._kept.items() if kept[2] <= now]:
            del self._kept[session_id]


def copied(data: dict[str, Any]) -> dict[str, Any]:
    """Copy session data as deeply as it needs."""
    for value in data.values():
        if type(value) not in _ATOMS:
            return deepcopy(data)
    return data.copy()


def merged(
    before: dict[str, Any], after: dict[str, Any], now: dict[str, Any]
) -> dict[str, Any] | None:
    """Apply to `now` what changed from `before` to `after`; `None` when nothing is to be saved.

    A key that somebody else changed in the meantime keeps the newer value, and a session that
    ended in the meantime stays ended.
    """
    if before == after or (before and not now):
        return None
    result = dict(now)
    for key in before.keys() | after.keys():
        old, new = before.get(key, _GONE), after.get(key, _GONE)
        if old == new or now.get(key, _GONE) != old:
            continue
        if new is _GONE:
            result.pop(key, None)
        else:
            result[key] = new
    return None if result == now else result


async def keep(
    backend: SessionBackend,
    data: dict[str, Any],
    *,
    session_id: str | None,
    was_filled: bool,
    fresh: bool,
    timeout: float,
    make_id: Callable[[], str],
) -> tuple[str | None, bool]:
    """Save a session at the end of an HTTP request.

    A session that begins under an id which the client chose, and one that is to be fresh, get a
    new id, so that nobody can know it beforehand.

    Returns:
        The new id to give to the client, if any; whether its cookie is to expire.
    """
    if not data:
        if session_id is None or not was_filled:
            return None, False
        await backend.save(session_id, {}, 0)
        return None, True
    if session_id is not None and was_filled and not fresh:
        await backend.save(session_id, data, timeout)
        return None, False
    if session_id is not None:
        await backend.save(session_id, {}, 0)
    new_id = make_id()
    await backend.save(new_id, data, timeout)
    return new_id, False


def new_session_id() -> str:
    """Make a random UUID (version 4), faster than `uuid.uuid4` does."""
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def valid_session_id(value: str) -> str | None:
    """Return a canonical UUID (version 4) in lower case; `None` for anything else."""
    text = value.lower()
    if len(text) != 36 or text[14] != "4" or text[19] not in "89ab":
        return None
    groups = text.split("-")
    if [len(group) for group in groups] != [8, 4, 4, 4, 12]:
        return None
    return text if _HEX.issuperset("".join(groups)) else None
