"""Where sessions are kept between requests."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any, Generic, TypeVar, overload

from micropie.merging import merge_by_saving, merged, open_by_loading
from micropie.storable import copy_of, is_flat, stored

SESSION_TIMEOUT = 28800
"""Seconds a session outlives its last use: eight hours."""

# Expired sessions that nobody asks for again are swept out once in so many saves.
_SWEEP_EVERY = 1024


class SessionBackend(ABC):
    """What keeps sessions; subclass it to keep them elsewhere.

    `load` and `save` are all that a backend must have; any object that has the two will do. One
    that several processes share overrides `merge` too, as one step that nobody can come between.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # What stands in for `load` and `save` goes by those of its own class, or of one above it:
        # who overrides them below is to be asked.
        for name, stands_for in _STAND_INS.items():
            if min(map(cls.__mro__.index, map(_owner(cls), stands_for))) < cls.__mro__.index(
                _owner(cls)(name)
            ):
                setattr(cls, name, vars(SessionBackend)[name])

    def __setattr__(self, name: str, value: object) -> None:
        if name == "load" or name == "save":
            # Put on the object, by a test for instance: it is to be asked as well.
            for stand_in in _STAND_INS:
                object.__setattr__(self, stand_in, partial(vars(SessionBackend)[stand_in], self))
        object.__setattr__(self, name, value)

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

    async def merge(
        self, session_id: str, before: dict[str, Any], after: dict[str, Any], timeout: float
    ) -> None:
        """Save what a request or an open socket changed of a session, over nothing newer.

        Each key that differs between `before` and `after` is set or deleted, unless somebody else
        has changed it since; a session that has ended since stays ended. A backend that does not
        override this loads the session once more, and saves it: in one process nobody comes between
        the two; another process may, and then the last to save wins. It saves what is unchanged as
        well, since for many a backend that is what puts off the expiry.

        Args:
            session_id: Its id, as the cookie brings it and the validator has let it pass.
            before: The session as it was loaded.
            after: The session as the handler has left it.
            timeout: Seconds that it outlives this call.
        """
        await merge_by_saving(self, session_id, before, after, timeout)

    async def close(self) -> None:
        """Let go of files and connections; the next use opens them again.

        An application calls it after its last shutdown handler.
        """
        return None

    async def _open_session(self, session_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a session twice: to be changed, and to be compared with later."""
        return await open_by_loading(self, session_id)


# Methods that a backend may have beside `load` and `save`, and which of the two they do in one.
_STAND_INS = {"merge": ("load", "save"), "_open_session": ("load",)}


def _owner(kind: type) -> Callable[[str], type]:
    return lambda name: next(klass for klass in kind.__mro__ if name in vars(klass))


_Kept = tuple[dict[str, Any], bool, float, float]
T = TypeVar("T")


class _Look(Generic[T]):
    """An attribute that says something of each session in memory; a subclass may have its own."""

    def __init__(self, doc: str, say: Callable[[_Kept], T]) -> None:
        self.__doc__ = doc
        self._say = say

    @overload
    def __get__(self, backend: None, owner: type) -> _Look[T]: ...
    @overload
    def __get__(self, backend: InMemorySessionBackend, owner: type) -> dict[str, T]: ...
    def __get__(
        self, backend: InMemorySessionBackend | None, owner: type
    ) -> _Look[T] | dict[str, T]:
        if backend is None:
            return self
        now = backend._clock()
        return {key: self._say(kept) for key, kept in backend._kept.items() if kept[3] > now}


class InMemorySessionBackend(SessionBackend):
    """Sessions in this process; they end with it.

    Args:
        clock: Seconds on a clock that never runs backwards.

    Attributes:
        sessions: Copies of the sessions that are kept, by id; to look at, in a test for instance.
        timeouts: How many seconds each of them outlives its last use, by id.
    """

    sessions = _Look("Copies of what is kept, by id.", lambda kept: copy_of(kept[0]))
    timeouts = _Look("Seconds that each session outlives its last use.", lambda kept: kept[2])

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # The data, whether it is flat, its timeout and its expiry. What is kept is never changed,
        # only replaced.
        self._kept: dict[str, _Kept] = {}
        self._saves = count(1)

    async def load(self, session_id: str) -> dict[str, Any]:
        """Return a copy of the session and put off its expiry."""
        return (await InMemorySessionBackend._open_session(self, session_id))[0]

    async def save(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
        """Keep a copy of the data, or delete the session.

        Raises:
            TypeError: The data is not JSON.
        """
        if not data or timeout <= 0:
            self._kept.pop(session_id, None)
            return
        flat = is_flat(data)
        kept = {**data} if flat else stored(data)
        self._kept[session_id] = kept, flat, timeout, self._clock() + timeout
        if next(self._saves) % _SWEEP_EVERY == 0:
            self._sweep()

    async def merge(
        self, session_id: str, before: dict[str, Any], after: dict[str, Any], timeout: float
    ) -> None:
        """Save what was changed, over nothing newer; raises as `save` does."""
        flat = is_flat(after)
        data = {**after} if flat else stored(after)
        kept, now = self._kept.get(session_id), self._clock()
        if kept is None or kept[3] <= now or kept[0] is not before or not data or timeout <= 0:
            current = {} if kept is None or kept[3] <= now else kept[0]
            result = merged(before, data, current)
            if result is not None:
                await self.save(session_id, result, timeout)
        else:
            self._kept[session_id] = data, flat, timeout, now + timeout

    async def _open_session(self, session_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        kept = self._kept.get(session_id)
        if kept is None:
            return {}, {}
        data, flat, timeout, expiry = kept
        now = self._clock()
        if expiry <= now:
            del self._kept[session_id]
            return {}, {}
        self._kept[session_id] = data, flat, timeout, now + timeout
        return {**data} if flat else copy_of(data), data

    def _sweep(self) -> None:
        now = self._clock()
        for session_id in [key for key, kept in self._kept.items() if kept[3] <= now]:
            del self._kept[session_id]
