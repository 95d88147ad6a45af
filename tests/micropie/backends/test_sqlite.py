"""Sessions in an SQLite file: the file, its thread, its processes."""

from __future__ import annotations

import asyncio
import gc
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from micropie.backends import SessionStoreError
from micropie.backends.sqlite import SQLiteSessionBackend
from tests.micropie.peers import DEADLINE


def threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "micropie-sessions"]


async def until_no_thread() -> None:
    async with asyncio.timeout(DEADLINE):
        while threads():
            await asyncio.sleep(0.001)


async def test_a_session_expires_by_the_wall_clock(tmp_path: Path) -> None:
    backend = SQLiteSessionBackend(tmp_path / "sessions.db")
    await backend.save("a", {"x": 1}, 0.001)
    expiry = time.time() + 0.001
    while time.time() < expiry:
        await asyncio.sleep(0)
    assert await backend.load("a") == {}
    await backend.close()


async def test_nothing_is_opened_before_it_is_used_nor_left_open(tmp_path: Path) -> None:
    backend = SQLiteSessionBackend(tmp_path / "sessions.db")
    assert not os.listdir(tmp_path)
    assert not threads()
    await backend.save("a", {"x": 1}, 1000)
    assert len(threads()) == 1
    await backend.close()
    await until_no_thread()
    # The write-ahead log is worked in and gone.
    assert os.listdir(tmp_path) == ["sessions.db"]


async def test_a_forgotten_backend_leaves_neither_thread_nor_file_open(tmp_path: Path) -> None:
    backend = SQLiteSessionBackend(tmp_path / "sessions.db")
    await backend.save("a", {"x": 1}, 1000)
    del backend
    gc.collect()
    await until_no_thread()
    assert os.listdir(tmp_path) == ["sessions.db"]


async def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    backend = SQLiteSessionBackend(tmp_path / "sessions.db")
    await backend.save("a", {"x": 1}, 1000)
    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in os.listdir(tmp_path)}
    assert modes == dict.fromkeys(["sessions.db", "sessions.db-wal", "sessions.db-shm"], 0o600)
    await backend.close()


async def test_the_loop_runs_on_while_the_file_is_locked(tmp_path: Path) -> None:
    backend = SQLiteSessionBackend(tmp_path / "sessions.db")
    await backend.save("a", {"x": 1}, 1000)
    writer = sqlite3.connect(tmp_path / "sessions.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    saving = asyncio.create_task(backend.save("a", {"x": 2}, 1000))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not saving.done()
    writer.execute("COMMIT")
    writer.close()
    async with asyncio.timeout(DEADLINE):
        await saving
    assert await backend.load("a") == {"x": 2}
    await backend.close()


async def test_a_file_that_stays_locked_is_an_error_after_a_while(tmp_path: Path) -> None:
    backend = SQLiteSessionBackend(tmp_path / "sessions.db", busy_timeout=0.01)
    await backend.save("a", {"x": 1}, 1000)
    writer = sqlite3.connect(tmp_path / "sessions.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(SessionStoreError, match="database is locked"):
        await backend.save("a", {"x": 2}, 1000)
    writer.execute("ROLLBACK")
    writer.close()
    assert await backend.load("a") == {"x": 1}
    await backend.close()


async def test_a_new_file_that_is_locked_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    hurried = SQLiteSessionBackend(path, busy_timeout=0.01)
    with pytest.raises(SessionStoreError, match="database is locked"):
        await hurried.load("a")
    await hurried.close()
    patient = SQLiteSessionBackend(path)
    saving = asyncio.create_task(patient.save("a", {"x": 1}, 1000))
    for _ in range(100):
        await asyncio.sleep(0)
    other.execute("ROLLBACK")
    other.close()
    async with asyncio.timeout(DEADLINE):
        await saving
    await patient.close()


async def test_many_may_make_the_same_file_at_once(tmp_path: Path) -> None:
    # SQLite says "locked" to some of them without waiting; about one round in six shows it.
    for number in range(40):
        path = tmp_path / f"{number}.db"
        backends = [SQLiteSessionBackend(path) for _ in range(8)]
        await asyncio.gather(*(each.load("a") for each in backends))
        await asyncio.gather(*(each.close() for each in backends))


async def test_a_merge_sees_what_a_writer_commits_while_it_waits(tmp_path: Path) -> None:
    backend = SQLiteSessionBackend(tmp_path / "sessions.db")
    await backend.save("a", {"x": 1}, 1000)
    writer = sqlite3.connect(tmp_path / "sessions.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE micropie_sessions SET data = ?", ('{"x": 1, "theirs": 1}',))
    merging = asyncio.create_task(backend.merge("a", {"x": 1}, {"x": 2}, 1000))
    for _ in range(2000):
        await asyncio.sleep(0)
    writer.execute("COMMIT")
    writer.close()
    async with asyncio.timeout(DEADLINE):
        await merging
    assert await backend.load("a") == {"x": 2, "theirs": 1}
    await backend.close()


async def test_a_connection_in_a_bad_state_is_given_up(tmp_path: Path) -> None:
    backend = SQLiteSessionBackend(tmp_path / "sessions.db")
    await backend.save("a", {"x": 1}, 1000)
    assert backend._file is not None
    assert backend._file._connection is not None
    backend._file._connection.execute("BEGIN")
    with pytest.raises(SessionStoreError, match="transaction within a transaction"):
        await backend.save("a", {"x": 2}, 1000)
    await backend.save("a", {"x": 3}, 1000)
    assert await backend.load("a") == {"x": 3}
    await backend.close()


async def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    backend = SQLiteSessionBackend(tmp_path / "none" / "sessions.db")
    with pytest.raises(SessionStoreError, match="see that its directory is there") as caught:
        await backend.load("a")
    assert isinstance(caught.value.__cause__, FileNotFoundError)
    await backend.close()


async def test_another_file_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    path.write_text("a letter, and no database at all\n" * 50)
    backend = SQLiteSessionBackend(path)
    with pytest.raises(SessionStoreError, match="file is not a database"):
        await backend.save("a", {"x": 1}, 1000)
    assert path.read_text().startswith("a letter")
    await backend.close()


async def test_after_a_file_is_taken_away_a_new_one_is_made(tmp_path: Path) -> None:
    backend = SQLiteSessionBackend(tmp_path / "sessions.db")
    await backend.save("a", {"x": 1}, 1000)
    for name in os.listdir(tmp_path):
        os.unlink(tmp_path / name)
    assert await backend.load("a") == {}
    await backend.save("a", {"x": 2}, 1000)
    other = SQLiteSessionBackend(tmp_path / "sessions.db")
    assert await other.load("a") == {"x": 2}
    await backend.close()
    await other.close()


async def test_a_table_of_somebody_else_is_told(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "sessions.db")
    connection.execute("CREATE TABLE micropie_sessions (expiry, other)")
    connection.close()
    backend = SQLiteSessionBackend(tmp_path / "sessions.db")
    with pytest.raises(SessionStoreError, match="no such column"):
        await backend.load("a")
    await backend.close()


WORKER = """
import asyncio, sys
from micropie.backends.sqlite import SQLiteSessionBackend

async def main(path, name):
    backend = SQLiteSessionBackend(path)
    for count in range(25):
        await backend.merge("a", {}, {f"{name}-{count}": count}, 1000)
        await backend.save(f"{name}-{count}", {"x": count}, 1000)
    await backend.close()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.live
async def test_several_processes_share_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    workers = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-c", WORKER, str(path), name),
            stderr=subprocess.PIPE,
        )
        for name in "ABCD"
    ]
    answers = await asyncio.gather(*(each.communicate() for each in workers))
    assert [answer[1].decode() for answer in answers] == [""] * 4
    backend = SQLiteSessionBackend(path)
    assert len(await backend.load("a")) == 100
    assert await backend.load("D-24") == {"x": 24}
    await backend.close()


async def test_who_gives_up_waiting_for_the_end_does_not_stop_it(tmp_path: Path) -> None:
    backend = SQLiteSessionBackend(tmp_path / "sessions.db")
    save = asyncio.create_task(backend.save("a", {"x": 1}, 1000))
    await asyncio.sleep(0)
    closing = asyncio.create_task(backend.close())
    await asyncio.sleep(0)
    closing.cancel()
    await save
    await until_no_thread()
    assert await backend.load("a") == {"x": 1}
    await backend.close()
