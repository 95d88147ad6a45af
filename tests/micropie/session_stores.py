"""The places where sessions are kept, with one face: what one suite holds to one contract."""

from __future__ import annotations

import itertools
import sqlite3
from pathlib import Path
from typing import Any, Protocol

import pytest
import redis

from micropie import InMemorySessionBackend, SessionBackend
from micropie.backends.redis import RedisSessionBackend
from micropie.backends.sqlite import SQLiteSessionBackend
from tests.micropie.redis_server import RedisServer


class Store(Protocol):
    """A place that outlives its backends, and whose time can be moved on."""

    def open(self) -> SessionBackend:
        """Return one more backend on the same sessions, as another worker has it."""

    def pass_time(self, seconds: float) -> None:
        """Let time pass for every session that is kept."""

    def damage(self, session_id: str, text: bytes) -> None:
        """Write over what is kept for a session."""

    def count(self) -> int:
        """Return how many sessions take up room, expired ones too."""


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class MemoryStore:
    """In one process there is one backend."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._backend = InMemorySessionBackend(self._clock)

    def open(self) -> SessionBackend:
        return self._backend

    def pass_time(self, seconds: float) -> None:
        self._clock.now += seconds

    def damage(self, session_id: str, text: bytes) -> None:
        raise NotImplementedError

    def count(self) -> int:
        return len(self._backend._kept)


class SQLiteStore:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "sessions.db"
        self._clock = Clock()

    def open(self) -> SessionBackend:
        return SQLiteSessionBackend(self.path, clock=self._clock)

    def pass_time(self, seconds: float) -> None:
        self._clock.now += seconds

    def damage(self, session_id: str, text: bytes) -> None:
        self._do("UPDATE micropie_sessions SET data = ? WHERE id = ?", text, session_id)

    def count(self) -> int:
        return int(self._do("SELECT count(*) FROM micropie_sessions"))

    def _do(self, statement: str, *values: Any) -> Any:
        connection = sqlite3.connect(self.path)
        try:
            with connection:
                row = connection.execute(statement, values).fetchone()
            return row and row[0]
        finally:
            connection.close()


class RedisStore:
    _numbers = itertools.count(1)

    def __init__(self, server: RedisServer) -> None:
        self._url = server.url
        self._prefix = f"test-{next(self._numbers)}:"

    def open(self) -> SessionBackend:
        return RedisSessionBackend(self._url, prefix=self._prefix)

    def pass_time(self, seconds: float) -> None:
        """Take the time from what each key has left: the server lets it expire as ever."""
        with redis.Redis.from_url(self._url) as client:
            for key in client.scan_iter(f"{self._prefix}*"):
                client.pexpire(key, int(client.pttl(key) - seconds * 1000))

    def damage(self, session_id: str, text: bytes) -> None:
        with redis.Redis.from_url(self._url) as client:
            client.set(f"{self._prefix}{session_id}", b"1000000 " + text, keepttl=True)

    def count(self) -> int:
        with redis.Redis.from_url(self._url) as client:
            return len(list(client.scan_iter(f"{self._prefix}*")))


LASTING = pytest.mark.parametrize("store", ["sqlite", "redis"], indirect=True)
"""Leaves out the store in memory."""
