"""Sessions in Redis: they outlive every process, and workers on many machines share them.

Law: what others could come between is one command or one script, so Redis does it as one step.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from micropie.backends import SessionStoreError
from micropie.backends.values import dump, load
from micropie.merging import merged
from micropie.sessions import SessionBackend
from micropie.storable import stored

if TYPE_CHECKING:
    from redis.asyncio import Redis

# A value is its timeout in milliseconds, a space, and the session as JSON. The timeout stands there
# for expiry to slide by, in the same step as the value is read.
_LOAD = """
local value = redis.call('GET', KEYS[1])
local timeout = value and string.match(value, '^(%d+) ')
if timeout then redis.call('PEXPIRE', KEYS[1], timeout) end
return value
"""
# Write, or delete, a value that is still the one that was read.
_SWAP = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1])
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1
"""
# A century: Redis refuses what does not fit into 64 bits of milliseconds.
_LONGEST = 100 * 365 * 24 * 3600
# Connections of one event loop; who needs one more waits for it.
_CONNECTIONS = 50


class RedisSessionBackend(SessionBackend):
    """Sessions in Redis, or in a server that speaks its protocol, for any number of workers.

    Each event loop has connections of its own, made when first needed.

    Args:
        url: `redis://[[user]:password@]host[:port][/database]`, `rediss://…` over TLS, or
            `unix:///path/to/socket?db=0`.
        prefix: What the keys begin with.
        timeout: Seconds to wait for a connection, and for an answer.
        options: More options of `redis.asyncio.BlockingConnectionPool.from_url`.

    Raises:
        ImportError: The package `redis` is not installed.
        ValueError: The URL is of another scheme.
    """

    def __init__(
        self,
        url: str = "redis://127.0.0.1:6379/0",
        *,
        prefix: str = "micropie:session:",
        timeout: float = 5.0,
        **options: Any,
    ) -> None:
        self._url = url
        self._prefix = prefix
        self._options = {**_pool_options(timeout), **options}
        self._links: dict[asyncio.AbstractEventLoop, _Link] = {}
        # A wrong URL or option is refused here, not in the first request; nothing is connected.
        _client(url, self._options)

    async def load(self, session_id: str) -> dict[str, Any]:
        """Return the session's data and put off its expiry.

        Raises:
            SessionStoreError: Redis is not there, or refuses.
        """
        async with self._link() as link:
            value = await link.load(keys=[self._key(session_id)])
        return _read(value, session_id)

    async def save(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
        """Keep the data, or delete the session.

        Raises:
            SessionStoreError: Redis is not there, or refuses.
            TypeError: The data is not JSON.
        """
        key = self._key(session_id)
        kept = bool(data) and timeout > 0
        value = _write(data, timeout) if kept else b""
        async with self._link() as link:
            if kept:
                await link.client.set(key, value, px=_ms(timeout))
            else:
                await link.client.delete(key)

    async def merge(
        self, session_id: str, before: dict[str, Any], after: dict[str, Any], timeout: float
    ) -> None:
        """Save what was changed, over nothing newer than what it is merged with; see `save`."""
        after = stored(after)
        if after == before:
            return
        key, swapped = self._key(session_id), False
        while not swapped:
            # Each turn that fails is one in which another worker has saved.
            async with self._link() as link:
                value = await link.load(keys=[key])
                result = merged(before, after, _read(value, session_id))
                if result is None:
                    return
                new = _write(result, timeout) if result and timeout > 0 else b""
                swapped = await link.swap(keys=[key], args=[value or b"", new, _ms(timeout)])

    async def close(self) -> None:
        """Close the connections of this event loop, after what is under way on them."""
        link = self._links.pop(asyncio.get_running_loop(), None)
        if link is not None:
            await link.close()

    def _key(self, session_id: str) -> str:
        return self._prefix + session_id

    @asynccontextmanager
    async def _link(self) -> AsyncIterator[_Link]:
        """Lend the connections of this event loop, and say plainly what Redis complains about."""
        from redis.exceptions import RedisError

        link = self._links.get(asyncio.get_running_loop()) or self._new_link()
        try:
            with link:
                yield link
        except (RedisError, OSError) as error:
            raise SessionStoreError(
                f"expected the Redis server at {_without_secrets(self._url)} to answer, got: "
                f"{error}; see that it runs, that it can be reached from here, and that it lets "
                "this user read, write and run scripts"
            ) from error

    def _new_link(self) -> _Link:
        for loop in [loop for loop in self._links if loop.is_closed()]:
            del self._links[loop]
        link = self._links[asyncio.get_running_loop()] = _Link(_client(self._url, self._options))
        return link


class _Link:
    """The connections of one event loop; as a context manager, one use of them."""

    def __init__(self, client: Redis) -> None:
        self.client = client
        self.load = client.register_script(_LOAD)
        self.swap = client.register_script(_SWAP)
        self._uses = 0
        self._is_free = asyncio.Event()
        self._is_free.set()

    def __enter__(self) -> None:
        self._uses += 1
        self._is_free.clear()

    def __exit__(self, *_: object) -> None:
        self._uses -= 1
        if not self._uses:
            self._is_free.set()

    async def close(self) -> None:
        await self._is_free.wait()
        await self.client.aclose()


def _pool_options(timeout: float) -> dict[str, Any]:
    try:
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
        from redis.exceptions import ConnectionError as ConnectionLost
    except ImportError as error:
        raise ImportError(
            "expected the package redis, got none; install it with "
            "pip install 'micropie-playground[redis]'"
        ) from error
    return {
        "max_connections": _CONNECTIONS,
        "timeout": timeout,
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        # Once more at once, for a connection that went stale when Redis was restarted; whatever
        # is asked for here may be done twice.
        "retry": Retry(NoBackoff(), 1, (ConnectionLost,)),
    }


def _client(url: str, options: dict[str, Any]) -> Redis:
    from redis.asyncio import BlockingConnectionPool, Redis

    return Redis.from_pool(BlockingConnectionPool.from_url(url, **options))


def _write(data: dict[str, Any], timeout: float) -> bytes:
    return b"%d %b" % (_ms(timeout), dump(data))


def _read(value: bytes | None, session_id: str) -> dict[str, Any]:
    return {} if value is None else load(value.partition(b" ")[2], session_id)


def _ms(timeout: float) -> int:
    return ceil(min(timeout, _LONGEST) * 1000)


def _without_secrets(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
