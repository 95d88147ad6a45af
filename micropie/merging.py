"""What a request has changed of a session goes onto what others have changed in the meantime.

Law: a change is lost to nobody but who changed the same key first; what has ended stays ended.
"""

from __future__ import annotations

import asyncio
from copy import deepcopy
from typing import Any, Final, Protocol
from weakref import WeakValueDictionary

from micropie.storable import check

# Values of these types cannot change, so that a shallow copy of a session is a copy.
_ATOMS: Final = frozenset({str, int, float, bool, bytes, type(None)})
# Stands for a key that is not there.
_GONE: Final[Any] = object()


class Loads(Protocol):
    """What any backend can do: the two methods that it must have."""

    async def load(self, session_id: str) -> dict[str, Any] | None: ...
    async def save(self, session_id: str, data: dict[str, Any], timeout: float) -> object: ...


def copied(data: dict[str, Any]) -> dict[str, Any]:
    """Copy session data as deeply as it needs; a value that cannot be copied is shared."""
    for value in data.values():
        if type(value) not in _ATOMS:
            return {key: _copied(value) for key, value in data.items()}
    return {**data}


def _copied(value: Any) -> Any:
    if type(value) in _ATOMS:
        return value
    try:
        return deepcopy(value)
    except Exception:
        return value


def same(one: Any, other: Any) -> bool:
    """Say whether two values are equal; what cannot be compared is not."""
    try:
        return one is other or bool(one == other)
    except Exception:
        return False


def merged(
    before: dict[str, Any], after: dict[str, Any], now: dict[str, Any]
) -> dict[str, Any] | None:
    """Apply to `now` what changed from `before` to `after`; `None` when nothing is to be saved.

    A key that somebody else changed in the meantime keeps the newer value, and a session that
    ended in the meantime stays ended.
    """
    if same(before, after) or (before and not now):
        return None
    result = changed(before, after, now)
    return None if same(result, now) else result


def changed(before: dict[str, Any], after: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Return `now` with what changed from `before` to `after`, but for what is newer there."""
    result = dict(now)
    for key in before.keys() | after.keys():
        old, new = before.get(key, _GONE), after.get(key, _GONE)
        if same(old, new) or (not same(now.get(key, _GONE), old) and _has_value(old)):
            continue
        if new is _GONE:
            result.pop(key, None)
        else:
            result[key] = new
    return result


def _has_value(value: Any) -> bool:
    """Say whether a value equals its copy; of one that does not, nobody can say who changed it."""
    return value is _GONE or same(value, _copied(value))


# Where those stand in line who are about to save one session, in one event loop: a lock is held
# from loading it to saving it, and there for as long as somebody needs it.
_LINES: Final[WeakValueDictionary[tuple[int, Any, str], asyncio.Lock]] = WeakValueDictionary()


def _line_of(backend: object, session_id: str) -> asyncio.Lock:
    key = (id(backend), asyncio.get_running_loop(), session_id)
    line = _LINES.get(key)
    if line is None:
        line = _LINES[key] = asyncio.Lock()
    return line


async def open_by_loading(backend: Loads, session_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Load a session and return two copies of it: what is loaded may be what the backend keeps."""
    loaded = await backend.load(session_id) or {}
    return copied(loaded), copied(loaded)


async def merge_by_saving(
    backend: Loads,
    session_id: str,
    before: dict[str, Any],
    after: dict[str, Any],
    timeout: float,
) -> None:
    """Save a session, changed or not: for many a backend that is what puts off its expiry.

    What was changed is merged into what the session is now, which is loaded once more: another
    process may have saved it, or ended it, while the request was at work.

    Raises:
        TypeError, ValueError: The session can't be stored, in this backend or another.
    """
    check(after)
    async with _line_of(backend, session_id):
        now = await backend.load(session_id) or {}
        result = merged(before, after, now)
        if result is None:
            result = dict(now)
            if not result:
                return
        await backend.save(session_id, result, timeout if result else 0)


async def end_by_saving(backend: Loads, session_id: str) -> None:
    """Delete a session, after whoever is about to save it."""
    async with _line_of(backend, session_id):
        await backend.save(session_id, {}, 0)
