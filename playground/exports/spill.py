"""A log written to a file while it grows, so that a kernel that dies leaves all that was recorded.

Law of the room: no append to the log waits for a disk. A thread of its own reads the log a few
times a second, as any view does, and adds what is new to the file. What the log lets go of before
that is held for it, within bounds; and if the disk fails, a sentence says so and the log goes on.
"""

from __future__ import annotations

import os
import shlex
import threading
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from io import BufferedWriter
from os import PathLike
from pathlib import Path
from typing import Final

from playground.exports import jsonl
from playground.traffic.log import Log, Row
from playground.traffic.model import Entry, Exchange
from playground.traffic.store import EXCHANGE_BYTES, weight_of

# Seconds between two looks: what a kernel that is killed may lose.
PERIOD: Final = 0.25

# Bytes that may wait for a slow disk beside the log itself. A message is counted as not written
# rather than let the memory of the kernel run full.
MOST_WAITING: Final = 64 * 1024 * 1024

# Entries written at once: some milliseconds' work, between which a `stop` is seen.
_BATCH: Final = 2_000

# Seconds that `stop` gives a disk that does not answer.
PATIENCE: Final = 5.0

# Exchanges whose line was written; when there are more, those that the log has forgotten go.
_KNOWN: Final = 10_000

# What a row costs beside its payload while it waits.
_ROW: Final = 300


class Backlog:
    """Holds the rows that the log lets go of before they are written.

    Args:
        log: Whose rows they are; its exchanges may go with them, so these are held as well.
    """

    def __init__(self, log: Log) -> None:
        self.written = 0
        self.missed = 0
        self._log = log
        self._rows: deque[Row] = deque()
        self._exchanges: dict[int, Exchange] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def append(self, row: Row, /) -> None:
        """Take a row; called by the log, which holds its lock meanwhile."""
        if row[0] <= self.written:
            return
        with self._lock:
            if self._bytes > MOST_WAITING:
                self.missed += 1
                return
            self._bytes += _weight(row)
            self._rows.append(row)
            if row[2] not in self._exchanges:
                self._hold_exchange(row[2])

    def _hold_exchange(self, number: int) -> None:
        exchange = self._log.exchange(number)
        if exchange is not None:
            self._exchanges[number] = exchange
            self._bytes += EXCHANGE_BYTES + len(exchange.path) + weight_of(exchange.headers)

    def before(self, seq: int, limit: int) -> list[tuple[Entry, Exchange | None]]:
        """Give back rows below a number that are not written yet, with their exchanges."""
        found: list[tuple[Entry, Exchange | None]] = []
        with self._lock:
            while self._rows and self._rows[0][0] < seq and len(found) < limit:
                row = self._rows.popleft()
                self._bytes -= _weight(row)
                if row[0] > self.written:
                    found.append((Entry._make(row), self._exchanges.get(row[2])))
            if not self._rows:
                self._bytes = 0
                self._exchanges.clear()
        return found


def _weight(row: Row) -> int:
    size: int = row[6]
    return _ROW + size + len(row[12] or b"")


class Spill:
    """Writes a log to a file as JSON lines.

    Args:
        log: What to write: all that it holds, and all that comes.
        path: A file that ends with ``.jsonl``; what is in it stays, and this comes after it.
        tell: Called with a sentence when something goes wrong, from any thread.

    Raises:
        ValueError: If the file's name ends with something else, or it is being written to already.
        OSError: If the file cannot be written.
    """

    _busy: Final[set[Path]] = set()
    _all: Final[weakref.WeakSet[Spill]] = weakref.WeakSet()

    def __init__(self, log: Log, path: str | PathLike[str], tell: Callable[[str], None]) -> None:
        self.path = _checked(path)
        self.log = log
        self._tell = tell
        self._backlog = Backlog(log)
        self._known: set[int] = set()
        self._room_for_known = _KNOWN
        self._dropped_before: int | None = None
        self._missed_reported = 0
        self._file: BufferedWriter | None = None
        self._stopping = threading.Event()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._all.add(self)

    @classmethod
    def forget_all(cls) -> None:
        """Write no more, in a forked child: the files are the parent's."""
        cls._busy.clear()
        for each in list(cls._all):
            each._forget()

    def _forget(self) -> None:
        file, self._file, self._thread = self._file, None, None
        self._writing = threading.Lock()  # the parent's thread may have held it
        if file is not None:
            self.log.overflow = None
            file.raw.close()  # not flushed: what waits is written by the parent

    @property
    def running(self) -> bool:
        """Whether what comes is being written."""
        return self._file is not None

    def start(self) -> None:
        """Begin to write; or go on, after `stop`, where it stopped."""
        if self.running:
            return
        _check_is_a_file(self.path)
        if self.path in self._busy:
            raise ValueError(
                f"expected a file of its own, got {str(self.path)!r}, to which another lab is "
                "written; take another name"
            )
        file = open(self.path, "ab", opener=_private)  # noqa: SIM115  it is closed by `stop`
        if _is_seen_by_others(file):
            self._tell(
                f"{self.path.name}: others on this machine may read it, for it was there before; "
                f"chmod 600 {shlex.quote(str(self.path))}"
            )
        self._busy.add(self.path)
        self._file = file
        self.log.overflow = self._backlog
        self._stopping.clear()
        thread = threading.Thread(target=self._run, name=f"spill {self.path.name}", daemon=True)
        try:
            self._begin()
            thread.start()
        except BaseException as error:
            self._close()
            if isinstance(error, RuntimeError):
                raise RuntimeError(
                    "expected a Python that can start threads, and this one cannot; "
                    "write the log at the end, with lab.log.save('log.jsonl')"
                ) from None
            raise
        self._thread = thread

    def stop(self) -> None:
        """Write what is left and close the file. Stopping what is stopped does nothing."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None and not self._ended(thread):
            self._tell(f"{self.path.name}: the disk does not answer. Its end is not written.")
            return
        if self.running:
            self.flush()
        with self._writing:
            if self.running:
                self._write([jsonl.line(self._counts())])
            self._close()

    def _ended(self, thread: threading.Thread) -> bool:
        """Wait for the thread as long as it gets on with its work; return whether it has ended."""
        written = -1
        while thread.is_alive() and written != self._backlog.written:
            written = self._backlog.written
            thread.join(PATIENCE)
        return not thread.is_alive()

    def flush(self) -> None:
        """Write what has come until now."""
        with self._writing:
            while self.running and self._write_some():
                pass
            self._report_missed()

    def _report_missed(self) -> None:
        missed = self._backlog.missed - self._missed_reported
        self._missed_reported += missed
        if missed:
            self._tell(
                f"{self.path.name}: {missed:,} entries came faster than they could be written, "
                "and are not in it."
            )

    def _begin(self) -> None:
        """Write the first line; a line before it that was cut short is ended."""
        assert self._file is not None
        if self._dropped_before is not None:
            return
        cut_short = self._file.tell() > 0 and not _ends_with_a_line(self.path)
        dropped = self.log.dropped
        self._put(("\n" if cut_short else "") + jsonl.head({"dropped": dropped}))
        self._dropped_before = dropped

    def _run(self) -> None:
        while not self._stopping.wait(PERIOD):
            self.flush()
            if not self.running:
                return

    def _write_some(self) -> bool:
        """Write the next entries; return whether there were any."""
        fresh = self.log.since(self._backlog.written, _BATCH)
        # In this order: what was let go before that look is held by now.
        rows = self._backlog.before(fresh[0].seq if fresh else self.log.last + 1, _BATCH)
        if len(rows) < _BATCH:
            rows += [(entry, self.log.exchange(entry.exchange)) for entry in fresh]
        if not rows:
            return False
        lines = [line for entry, exchange in rows for line in self._lines(entry, exchange)]
        if not self._write(lines):
            return False
        self._backlog.written = rows[-1][0].seq
        return True

    def _lines(self, entry: Entry, exchange: Exchange | None) -> list[str]:
        line = jsonl.line(jsonl.entry_fields(entry))
        if exchange is None or exchange.id in self._known:
            return [line]
        if len(self._known) >= self._room_for_known:
            self._known = {each for each in self._known if self.log.exchange(each) is not None}
            self._room_for_known = 2 * len(self._known) + _KNOWN
        self._known.add(exchange.id)
        return [jsonl.line(jsonl.exchange_fields(exchange)), line]

    def _counts(self) -> dict[str, int]:
        dropped = (self._dropped_before or 0) + self._backlog.missed
        return {"last": self.log.last, "dropped": dropped, "unrecorded": self.log.unrecorded}

    def _write(self, lines: list[str]) -> bool:
        """Write lines; if that fails, say so and write no more."""
        try:
            self._put("".join(lines))
        except OSError as error:
            self._close()
            # What of these lines is in the file is not known, so a new start writes all of the log.
            self._dropped_before = None
            self._backlog.written = 0
            self._known.clear()
            said = error.strerror or str(error)
            self._tell(f"{self.path.name}: {said}. Nothing more is written to it; the log goes on.")
        return self.running

    def _put(self, text: str) -> None:
        assert self._file is not None
        self._file.write(text.encode())
        self._file.flush()

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        self.log.overflow = None
        self._busy.discard(self.path)
        with suppress(OSError):  # what could not be written has been reported
            file.close()

    def __repr__(self) -> str:
        return f"<Spill to {str(self.path)!r}: {self._backlog.written} written>"


def _checked(path: str | PathLike[str]) -> Path:
    checked = Path(path).expanduser().absolute()
    if checked.suffix.lower() != ".jsonl":
        raise ValueError(
            f"expected a file name that ends with .jsonl, got {str(path)!r}; "
            "for another format save the log when it is done"
        )
    return checked


def _check_is_a_file(path: Path) -> None:
    """Refuse a pipe or a device: to open one may wait for ever for somebody at its other end."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise ValueError(
            f"expected a file to write to, got {str(path)!r}, which is a pipe or a device; "
            "take another name"
        )


def _private(path: str, flags: int) -> int:
    # Whatever lies there by now, it does not wait.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)


def _is_seen_by_others(file: BufferedWriter) -> bool:
    # Windows says of every file that all may read it.
    return os.name != "nt" and bool(os.fstat(file.fileno()).st_mode & 0o077)


def _ends_with_a_line(path: Path) -> bool:
    with open(path, "rb") as file:
        file.seek(-1, 2)
        return file.read() == b"\n"


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=Spill.forget_all)
