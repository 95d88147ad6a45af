"""What is spilled is all that was said, whatever the log lets go of and whatever the disk does."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from playground import serve
from playground.exports import spill
from playground.exports.spill import Backlog, Spill
from playground.lab import parts_of
from playground.traffic.log import Log
from tests.playground.lab_apps import Echo


@pytest.fixture
def log() -> Log:
    return Log(max_entries=100, lock=threading.Lock())


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def spilling(log: Log, told: list[str], tmp_path: Path) -> Iterator[Spill]:
    spill = Spill(log, tmp_path / "chat.jsonl", told.append)
    yield spill
    spill.stop()


def say(log: Log, count: int, exchange: int = 0) -> None:
    for number in range(count):
        log.append(float(number), exchange, "text", "client", f"message {number}", 10)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_all_is_in_the_file_though_the_log_has_let_it_go(log: Log, spilling: Spill) -> None:
    say(log, 50, log.open("websocket", "alice").id)
    spilling.start()
    say(log, 3_000, log.open("websocket", "bob").id)
    spilling.stop()
    again = Log.load(spilling.path)
    assert [entry.seq for entry in again] == list(range(1, 3_051))
    assert [each.client for each in again.exchanges] == ["alice", "bob"]
    assert (again.dropped, again.last, log.dropped) == (0, 3_050, 2_950)


def test_what_comes_is_in_the_file_soon_without_anybody_asking(log: Log, spilling: Spill) -> None:
    spilling.start()
    say(log, 5)
    until(lambda: spilling.path.read_bytes().count(b"\n") == 6)


def test_rows_and_their_exchanges_that_are_gone_at_once_are_held(
    log: Log, spilling: Spill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spill, "PERIOD", 60)
    spilling.start()
    for number in range(500):
        exchange = log.open("http", f"client {number}").id
        say(log, 2, exchange)
        log.finish(exchange)
    assert log.exchange(1) is None
    spilling.stop()
    again = Log.load(spilling.path)
    assert len(again) == 1_000
    assert [each.client for each in again.exchanges] == [f"client {n}" for n in range(500)]


def test_what_was_let_go_before_is_counted(log: Log, spilling: Spill) -> None:
    say(log, 130)
    spilling.start()
    spilling.stop()
    again = Log.load(spilling.path)
    assert (again.first, again.dropped, len(again)) == (31, 30, 100)


def test_clearing_the_log_takes_nothing_from_the_file(
    log: Log, spilling: Spill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spill, "PERIOD", 60)
    spilling.start()
    say(log, 10)
    log.clear()
    say(log, 1)
    spilling.stop()
    assert len(Log.load(spilling.path)) == 11


def test_it_goes_on_where_it_stopped(log: Log, spilling: Spill) -> None:
    spilling.start()
    say(log, 5)
    spilling.stop()
    say(log, 5)
    spilling.start()
    spilling.stop()
    assert [entry.seq for entry in Log.load(spilling.path)] == list(range(1, 11))


def test_what_others_wrote_there_stays(log: Log, spilling: Spill, told: list[str]) -> None:
    other = Spill(Log(), spilling.path, told.append)
    say(other.log, 3)
    other.start()
    other.stop()
    with open(spilling.path, "a") as file:
        file.write('{"seq": 4, "at"')  # and was cut short
    say(log, 2)
    spilling.start()
    spilling.stop()
    assert spilling.path.read_text().count('{"playground log"') == 2
    assert len(Log.load(spilling.path)) == 2


@pytest.mark.live
def test_a_kernel_that_is_killed_leaves_what_was_said(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    code = (
        "import os, sys, time\n"
        "from playground.exports.spill import Spill\n"
        "from playground.traffic.log import Log\n"
        "log = Log()\n"
        f"Spill(log, {str(path)!r}, print).start()\n"
        "for number in range(1000):\n"
        "    log.append(1.0, 0, 'text', 'client', 'x', 1)\n"
        "while os.path.getsize(sys.argv[1]) < 1000 * 60: time.sleep(0.01)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], timeout=60, check=False)
    assert done.returncode == -9
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert len(Log.load(path)) >= 900


def test_a_disk_that_is_full_is_told_of_and_the_log_goes_on(
    log: Log, spilling: Spill, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spilling.start()
    say(log, 5)

    def full(self: Spill, text: str) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Spill, "_put", full)
        until(lambda: bool(told))
    assert told == [
        "chat.jsonl: No space left on device. Nothing more is written to it; the log goes on."
    ]
    assert not spilling.running
    say(log, 200)
    assert (len(log), log.overflow) == (100, None)
    spilling.start()
    spilling.stop()
    assert len(Log.load(spilling.path)) == 100


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_device_is_refused_at_once(log: Log, told: list[str], tmp_path: Path) -> None:
    (tmp_path / "full.jsonl").symlink_to("/dev/full")
    with pytest.raises(ValueError, match="is a pipe or a device; take another name"):
        Spill(log, tmp_path / "full.jsonl", told.append).start()
    assert log.overflow is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes here")
def test_a_pipe_that_nobody_reads_is_refused_at_once(
    log: Log, told: list[str], tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(ValueError, match="is a pipe or a device; take another name"):
        Spill(log, tmp_path / "pipe.jsonl", told.append).start()


def test_a_disk_that_is_full_from_the_start_is_refused_at_once(
    log: Log, spilling: Spill, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Spill, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Spill, "_put", full)
    with pytest.raises(OSError, match="No space left"):
        spilling.start()
    assert log.overflow is None


def test_a_disk_that_does_not_answer_holds_nobody_up(
    log: Log, spilling: Spill, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spill, "PATIENCE", 0.05)
    stuck, free = threading.Event(), threading.Event()
    put = Spill._put

    def slow(self: Spill, text: str) -> None:
        stuck.set()
        free.wait(10)
        put(self, text)

    spilling.start()
    monkeypatch.setattr(Spill, "_put", slow)
    say(log, 5)
    assert stuck.wait(10)
    spilling.stop()
    assert told == ["chat.jsonl: the disk does not answer. Its end is not written."]
    say(log, 5)
    free.set()
    until(lambda: threading.active_count() == 1 or not _spills())
    spilling.stop()


def _spills() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith("spill ")]


def test_what_waits_is_bounded_and_what_is_missed_is_counted(
    log: Log, spilling: Spill, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spill, "PERIOD", 60)
    monkeypatch.setattr(spill, "MOST_WAITING", 50 * 310)
    spilling.start()
    say(log, 400)
    spilling.stop()
    again = Log.load(spilling.path)
    missed = 400 - len(again)
    assert again.dropped == missed
    assert told == [
        f"chat.jsonl: {missed} entries came faster than they could be written, and are not in it."
    ]
    assert 150 <= len(again) < 160


def test_backlog_takes_only_what_is_not_written(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    backlog = Backlog(log)
    backlog.written = 2
    monkeypatch.setattr(spill, "MOST_WAITING", 2 * 300)
    for seq in (1, 2, 3, 4, 5):
        backlog.append((seq, 0.0, 0, "lab", "lab", None, 0, None, 0, None, None, None, None))
    assert [entry.seq for entry, _ in backlog.before(5, 9)] == [3, 4]
    assert [entry.seq for entry, _ in backlog.before(9, 9)] == [5]
    assert backlog.missed == 0


def test_a_file_that_is_none_of_ours_is_refused(log: Log, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"ends with \.jsonl, got 'chat\.txt'; for another format"):
        Spill(log, "chat.txt", print)
    with pytest.raises(FileNotFoundError):
        Spill(log, tmp_path / "nowhere" / "chat.jsonl", print).start()


def test_two_labs_do_not_write_to_one_file(log: Log, spilling: Spill) -> None:
    spilling.start()
    with pytest.raises(ValueError, match="to which another lab is written; take another name"):
        Spill(Log(), spilling.path, print).start()
    spilling.stop()
    other = Spill(Log(), spilling.path, print)
    other.start()
    other.stop()


def test_without_threads_it_says_what_to_do(
    log: Log, spilling: Spill, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_threads(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_threads)
        with pytest.raises(RuntimeError, match=r"write the log at the end, with lab\.log\.save"):
            spilling.start()
    assert (spilling.running, log.overflow) == (False, None)


@pytest.mark.live
async def test_a_lab_spills_from_its_first_entry_to_its_last(tmp_path: Path) -> None:
    path = tmp_path / "echo.jsonl"
    lab = serve(Echo, name="spilled", spill=path)
    client = await lab.connect("/echo", client="alice")
    await client.send("hi")
    assert await client.receive() == "Echo: hi"
    lab.stop()
    again = Log.load(path)
    assert list(again) == list(lab.log)
    assert str(again[-1].data).startswith("stopped")
    lab.restart()
    await lab.connect("/echo", client="bob")
    lab.spill(None)
    assert parts_of(lab).spilling.path is None
    again = Log.load(path)
    assert [each.client for each in again.exchanges] == ["alice", "bob"]
    assert [entry.seq for entry in again] == list(range(1, len(again) + 1))


@pytest.mark.live
def test_serving_again_goes_on_spilling_and_another_file_takes_over(tmp_path: Path) -> None:
    lab = serve(Echo, name="spilled", spill=tmp_path / "one.jsonl")
    assert serve(Echo, name="spilled") is lab
    assert parts_of(lab).spilling.path == tmp_path / "one.jsonl"
    serve(Echo, name="spilled", spill=tmp_path / "one.jsonl")
    serve(Echo, name="spilled", spill=tmp_path / "two.jsonl")
    assert parts_of(lab).spilling.path == tmp_path / "two.jsonl"
    with pytest.raises(ValueError, match=r"ends with \.jsonl"):
        serve(Echo, name="spilled", spill=tmp_path / "three.json")
    assert parts_of(lab).spilling.path == tmp_path / "two.jsonl"
    lab.stop()
    assert len(Log.load(tmp_path / "two.jsonl")) == len(lab.log)


@pytest.mark.live
def test_a_file_that_cannot_be_written_leaves_nothing_running(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        serve(Echo, name="unwritable", spill=tmp_path / "nowhere" / "a.jsonl")
    serve(Echo, name="unwritable", spill=tmp_path / "a.jsonl").stop()
    assert _spills() == []
