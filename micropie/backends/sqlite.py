"""Sessions in an SQLite file: they outlive a process, and the processes of one machine share them.

Law: nothing here waits on the event loop; every statement runs in the one thread of its backend.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from micropie.backends import SessionStoreError
from micropie.backends.values import dump, load
from micropie.merging import merged
from micropie.sessions import SessionBackend
from micropie.storable import stored

T = TypeVar("T")

logger = logging.getLogger(__name__)

# Each save takes out so many expired sessions: the file stops growing, and no save takes long.
_SWEPT = 16
# Seconds until a file that another process is opening is tried again.
_PAUSE = 0.01

# The times are seconds: `expiry` since 1970, `timeout` for expiry to slide by.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS micropie_sessions (
    id TEXT PRIMARY KEY, data TEXT NOT NULL, timeout REAL NOT NULL, expiry REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS micropie_sessions_expiry ON micropie_sessions (expiry);
"""
# A damaged text is read as bytes too, so that it is ours to say so.
_SELECT = "SELECT CAST(data AS BLOB) FROM micropie_sessions WHERE id = ? AND expiry > ?"
_SLIDE = "UPDATE micropie_sessions SET expiry = ? + timeout WHERE id = ? AND expiry > ?"
_SAVE = "INSERT OR REPLACE INTO micropie_sessions (id, data, timeout, expiry) VALUES (?, ?, ?, ?)"
_DELETE = "DELETE FROM micropie_sessions WHERE id = ?"
_SWEEP = (
    "DELETE FROM micropie_sessions WHERE id IN "
    "(SELECT id FROM micropie_sessions WHERE expiry <= ? LIMIT ?)"
)


class SQLiteSessionBackend(SessionBackend):
    """Sessions in an SQLite file, for the processes of one machine.

    The file is made when the first session is asked for, readable by its owner alone. It has to lie
    on a local disk: SQLite's write-ahead log does not work over a network.

    Args:
        path: The file; its directory must be there.
        busy_timeout: Seconds to wait for another process that is writing.
        clock: Seconds since 1970, by which every process that shares the file agrees.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        busy_timeout: float = 5.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path = Path(path)
        self._busy_timeout = busy_timeout
        self._clock = clock
        self._file: _File | None = None
        self._opening = threading.Lock()

    async def load(self, session_id: str) -> dict[str, Any]:
        """Return the session's data and put off its expiry.

        Raises:
            SessionStoreError: The file cannot be used.
        """
        text = await self._do(_load, session_id, self._clock())
        return {} if text is None else load(text, session_id)

    async def save(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
        """Keep the data, or delete the session.

        Raises:
            SessionStoreError: The file cannot be used.
            TypeError: The data is not JSON.
        """
        if not data or timeout <= 0:
            await self._do(_delete, session_id)
        else:
            await self._do(_save, session_id, _text(data), timeout, self._clock())

    async def merge(
        self, session_id: str, before: dict[str, Any], after: dict[str, Any], timeout: float
    ) -> None:
        """Save what was changed, in one transaction; raises as `save` does."""
        # A copy: the thread must not see what others do to the dictionary from now on.
        after = stored(after)
        if after == before:
            return
        await self._do(_merge, session_id, before, after, timeout, self._clock())

    async def close(self) -> None:
        """Close the file, after what is under way; the next use opens it again."""
        with self._opening:
            file, self._file = self._file, None
            if file is None:
                return
            self._leave()
        await asyncio.wrap_future(file.closed)

    async def _do(self, work: Callable[..., T], *args: Any) -> T:
        with self._opening:
            if self._file is None:
                self._file = _File(self._path, self._busy_timeout)
                # Who forgets to close a backend leaves neither a thread nor an open file behind.
                self._leave = weakref.finalize(self, self._file.close)
            future = self._file.submit(work, *args)
        return await asyncio.wrap_future(future)


class _File:
    """An open SQLite file and the thread it belongs to.

    Attributes:
        closed: Done when the file is closed and the thread at its end.
    """

    def __init__(self, path: Path, busy_timeout: float) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self._connection: sqlite3.Connection | None = None
        self.closed: Future[None] = Future()
        # Who waits for it may give up waiting, but not undo it.
        self.closed.set_running_or_notify_cancel()
        # No executor: this queue may be written to from a finalizer, whatever that interrupts.
        self._jobs: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        threading.Thread(target=self._work, name="micropie-sessions", daemon=True).start()

    def submit(self, work: Callable[..., T], *args: Any) -> Future[T]:
        """Let the thread do work on the connection."""
        future: Future[T] = Future()
        self._jobs.put((future, partial(self._run, work, *args)))
        return future

    def close(self) -> None:
        """Close the file and end the thread, after all that it has to do."""
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            _fulfil(*job)
            # Nothing is kept alive while there is nothing to do.
            del job
        self._drop()
        self.closed.set_result(None)

    def _run(self, work: Callable[..., T], *args: Any) -> T:
        try:
            if self._connection is None or not self._is_there():
                self._drop()
                self._connection = self._open()
            return work(self._connection, *args)
        except (sqlite3.Error, OSError) as error:
            # Whatever is wrong may be mended meanwhile: the next use opens the file again.
            self._drop()
            raise SessionStoreError(
                f"expected a session file that SQLite can use at {str(self._path)!r}, got "
                f"{error}; see that its directory is there and writable, that it is an SQLite "
                "file, and that no process keeps it locked"
            ) from error

    def _is_there(self) -> bool:
        """Say whether the path still leads to the open file; SQLite would go on without it."""
        try:
            return os.path.samestat(os.stat(self._path), self._identity)
        except FileNotFoundError:
            return False

    def _open(self) -> sqlite3.Connection:
        # Sessions are secrets: SQLite gives the files that it puts beside this one the same mode.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        self._identity = os.stat(self._path)
        if os.name != "nt" and self._identity.st_mode & 0o077:
            logger.warning(
                "Others on this machine may read or write the session file %s; chmod 600 it, or "
                "whoever reads it is logged in as anybody.",
                self._path,
            )
        connection = sqlite3.connect(
            self._path, timeout=self._busy_timeout, isolation_level=None, check_same_thread=False
        )
        try:
            self._set_up(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_up(self, connection: sqlite3.Connection) -> None:
        """Readers and a writer do not wait for each other, and a commit not for the disk.

        After a power cut the last sessions may be missing, but the file is whole.
        """
        _use_write_ahead_log(connection, time.monotonic() + self._busy_timeout)
        connection.execute("PRAGMA synchronous = NORMAL")
        with _transaction(connection):
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()


def _fulfil(future: Future[Any], job: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = job()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)


def _use_write_ahead_log(connection: sqlite3.Connection, deadline: float) -> None:
    # While two processes switch a new file over, SQLite says "locked" at once instead of waiting.
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE)


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Any:
    """Keep every other writer out: a transaction that starts as a reader may fail to become one."""
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        yield


def _load(connection: sqlite3.Connection, session_id: str, now: float) -> bytes | None:
    row = connection.execute(_SELECT, (session_id, now)).fetchone()
    if row is None:
        return None
    connection.execute(_SLIDE, (now, session_id, now))
    text: bytes = row[0]
    return text


def _save(
    connection: sqlite3.Connection, session_id: str, text: str, timeout: float, now: float
) -> None:
    with _transaction(connection):
        connection.execute(_SAVE, (session_id, text, timeout, now + timeout))
        connection.execute(_SWEEP, (now, _SWEPT))


def _merge(
    connection: sqlite3.Connection,
    session_id: str,
    before: dict[str, Any],
    after: dict[str, Any],
    timeout: float,
    now: float,
) -> None:
    with _transaction(connection):
        text = _load(connection, session_id, now)
        result = merged(before, after, {} if text is None else load(text, session_id))
        if not result:
            if result is not None:
                _delete(connection, session_id)
            return
        connection.execute(_SAVE, (session_id, _text(result), timeout, now + timeout))


def _delete(connection: sqlite3.Connection, session_id: str) -> None:
    connection.execute(_DELETE, (session_id,))


def _text(data: dict[str, Any]) -> str:
    return dump(data).decode("utf-8")
