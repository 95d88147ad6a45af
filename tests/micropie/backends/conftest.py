"""The stores that the contract is held against."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from micropie import SessionBackend
from tests.micropie.redis_server import RedisServer, redis_server
from tests.micropie.session_stores import MemoryStore, RedisStore, SQLiteStore, Store


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """One Redis for all tests that leave it alone."""
    with redis_server() as server:
        yield server


@pytest.fixture(params=["memory", "sqlite", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Each kind of store, empty; `LASTING` leaves those that outlive a process."""
    if request.param == "redis":
        return RedisStore(request.getfixturevalue("shared_redis"))
    return MemoryStore() if request.param == "memory" else SQLiteStore(tmp_path)


@pytest.fixture
async def backend(store: Store) -> AsyncIterator[SessionBackend]:
    """A backend on the store."""
    backend = store.open()
    yield backend
    await backend.close()


@pytest.fixture
async def other(store: Store) -> AsyncIterator[SessionBackend]:
    """The backend of another worker on the same store; in memory, there is only one."""
    backend = store.open()
    yield backend
    await backend.close()
