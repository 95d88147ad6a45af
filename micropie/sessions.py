"""Where sessions are kept between requests, and which session ids are believed."""

from __future__ import annotations

import os
import re
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
# RFC 9562 5.4: a UUID of version 4, in lower case.
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
# Expired sessions that nobody asks for again are swept out once in so many saves.
_SWEEP_EVERY = 1024


class SessionBackend(ABC):
    """What keeps sessions; subclass it to keep them elsewhere.

    `load` and `save` are all that a backend must have. One that several processes share overrides
    `replace` and `merge` too, each as one step that nobody can come between.
    """

    @abstractmethod
    async def load(self, session_id: str) -> dict[str, Any]:
        """Return the session's data; `{}` when it is unknown or expired.

        Args:
            session_id: Its id, as the cookie brings it and the validator has let it pass.
        """

    @abstractmethod
    async def save(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
        """Keep data for `timeout` seconds; empty data or a timeout ≤ 0 deletes the session.

        Args:
            session_id: Its id, as the cookie brings it and the validator has let it pass.
            data: What to keep.
            timeout: Seconds that it outlives this call.
        """

    async def replace(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
        """Save a session that was there when its request began, and stays ended if it has ended.

        A backend that does not override this saves, and so revives it.

        Args:
            session_id: Its id, as the cookie brings it and the validator has let it pass.
            data: What to keep.
            timeout: Seconds that it outlives this call.
        """
        await self.save(session_id, data, timeout)

    async def merge(
        self, session_id: str, before: dict[str, Any], after: dict[str, Any], timeout: float
    ) -> None:
        """Save what an open socket changed, from `before` to `after`, by the rules of `merged`.

        A backend that does not override this loads and saves; what is saved in between is lost.

        Args:
            session_id: Its id, as the cookie brings it and the validator has let it pass.
            before: The session as it was when the socket loaded it.
            after: The session as the handler has left it.
            timeout: Seconds that it outlives this call.
        """
        result = merged(before, after, await self.load(session_id))
        if result is not None:
            await self.save(session_id, result, timeout)

    async def close(self) -> None:
        """Let go of files and connections; the next use opens them again.

        An application calls it after its last shutdown handler.
        """
        return None


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

    async def replace(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
        """Keep a copy of the data, unless the session has ended."""
        kept, now = self._kept.get(session_id), self._clock()
        if kept is None or kept[2] <= now or not data or timeout <= 0:
            self._kept.pop(session_id, None)
        else:
            self._kept[session_id] = copied(data), timeout, now + timeout

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


def new_session_id() -> str:
    """Make a random UUID (version 4), faster than `uuid.uuid4` does."""
    raw = bytearray(os.urandom(16))
    # RFC 9562 5.4: the version, and the variant.
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    digits = raw.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def valid_session_id(value: str) -> str | None:
    """Return a canonical UUID (version 4) in lower case; `None` for anything else."""
    text = value.lower()
    return text if _UUID4.fullmatch(text) else None
