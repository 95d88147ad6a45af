"""Sessions in Redis: the server, its keys, its failures."""

from __future__ import annotations

import asyncio
import builtins
import socket
import subprocess
import sys
import threading
from typing import Any

import pytest
import redis

from micropie.backends import SessionStoreError
from micropie.backends.redis import RedisSessionBackend
from tests.micropie.peers import DEADLINE
from tests.micropie.redis_server import ADVICE, RedisServer, program, redis_server

pytestmark = pytest.mark.live


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


async def test_a_session_expires_by_the_servers_clock(shared_redis: RedisServer) -> None:
    backend = RedisSessionBackend(shared_redis.url, prefix="clock:")
    await backend.save("a", {"x": 1}, 0.001)
    with redis.Redis.from_url(shared_redis.url) as client:
        async with asyncio.timeout(DEADLINE):
            while client.exists("clock:a"):
                await asyncio.sleep(0)
    assert await backend.load("a") == {}
    await backend.close()


async def test_a_key_has_its_prefix_and_its_time_to_live(shared_redis: RedisServer) -> None:
    backend = RedisSessionBackend(shared_redis.url, prefix="own:")
    await backend.save("a", {"x": "é"}, 1234.5)
    with redis.Redis.from_url(shared_redis.url) as client:
        assert client.get("own:a") == b'1234500 {"x":"\xc3\xa9"}'
        assert 1_234_000 < client.pttl("own:a") <= 1_234_500
    await backend.close()


async def test_connections_end_with_the_backend(shared_redis: RedisServer) -> None:
    with redis.Redis.from_url(shared_redis.url) as client:
        before = len(client.client_list())
        backend = RedisSessionBackend(shared_redis.url)
        await asyncio.gather(*(backend.save(str(n), {"x": n}, 1000) for n in range(200)))
        assert before < len(client.client_list()) <= before + 50
        await backend.close()
        async with asyncio.timeout(DEADLINE):
            while len(client.client_list()) > before:
                await asyncio.sleep(0.001)


async def test_what_a_restart_forgets_is_loaded_again(shared_redis: RedisServer) -> None:
    backend = RedisSessionBackend(shared_redis.url)
    await backend.save("a", {"x": 1}, 1000)
    await backend.load("a")
    with redis.Redis.from_url(shared_redis.url) as client:
        client.script_flush()
    assert await backend.load("a") == {"x": 1}
    await backend.close()


async def test_a_server_that_is_gone_is_told_and_used_again_when_it_is_back() -> None:
    with redis_server() as server:
        backend = RedisSessionBackend(server.url)
        await asyncio.gather(*(backend.save(str(n), {"x": n}, 1000) for n in range(10)))
        server.kill()
        for call in (
            backend.load("1"),
            backend.save("1", {"x": 1}, 1000),
            backend.merge("1", {}, {"x": 1}, 1000),
        ):
            with pytest.raises(SessionStoreError, match="expected the Redis server at unix:///"):
                await call
        server.start()
        assert await asyncio.gather(*(backend.load(str(n)) for n in range(10))) == [{}] * 10
        await backend.close()


async def test_a_server_that_was_started_anew_costs_no_error() -> None:
    with redis_server() as server:
        backend = RedisSessionBackend(server.url)
        await asyncio.gather(*(backend.save(str(n), {"x": n}, 1000) for n in range(10)))
        server.kill()
        server.start()
        await asyncio.gather(*(backend.save(str(n), {"x": n}, 1000) for n in range(10)))
        await backend.close()


async def test_a_port_where_nobody_listens_is_told_without_the_password() -> None:
    place = f"127.0.0.1:{free_port()}/0"
    backend = RedisSessionBackend(f"redis://ada:secret@{place}?client_name=secret")
    with pytest.raises(SessionStoreError) as caught:
        await backend.load("a")
    assert f"redis://{place} to answer" in str(caught.value)
    assert "secret" not in str(caught.value)
    await backend.close()


async def test_a_server_that_says_nothing_is_an_error_after_a_while() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        backend = RedisSessionBackend(url, timeout=0.05)
        async with asyncio.timeout(DEADLINE):
            with pytest.raises(SessionStoreError, match=r"[Tt]imeout"):
                await backend.load("a")
        await backend.close()


async def test_a_key_of_somebody_else_is_told(shared_redis: RedisServer) -> None:
    with redis.Redis.from_url(shared_redis.url) as client:
        client.rpush("theirs:a", "an item")
    backend = RedisSessionBackend(shared_redis.url, prefix="theirs:")
    with pytest.raises(SessionStoreError, match="WRONGTYPE"):
        await backend.load("a")
    await backend.close()


async def test_a_wrong_url_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="scheme"):
        RedisSessionBackend("http://127.0.0.1")


async def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_redis(name: str, *args: Any, **options: Any) -> Any:
        if name.partition(".")[0] == "redis":
            raise ModuleNotFoundError(f"No module named {name!r}")
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without_redis)
    with pytest.raises(ImportError, match=r"pip install 'micropie-playground\[redis\]'"):
        RedisSessionBackend()


async def test_a_loop_that_ended_without_a_word_is_forgotten(shared_redis: RedisServer) -> None:
    backend = RedisSessionBackend(shared_redis.url)

    async def visit() -> None:
        await backend.load("a")
        # All that a loop keeps open, but for closing the backend itself.
        for link in backend._links.values():
            await link.client.connection_pool.disconnect()

    thread = threading.Thread(target=lambda: asyncio.run(visit()))
    thread.start()
    await asyncio.to_thread(thread.join)
    assert len(backend._links) == 1
    await backend.load("a")
    assert list(backend._links) == [asyncio.get_running_loop()]
    await backend.close()


def test_importing_the_module_imports_no_engine() -> None:
    code = "import sys, micropie.backends.redis; print('redis' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)]
)
def test_without_redis_server_the_tests_say_what_to_do(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome) as caught:
        program()
    assert str(caught.value) == ADVICE
    assert "apt-get install redis-server" in ADVICE
