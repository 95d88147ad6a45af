"""A child process under its keeper, which ends it even if the kernel dies: its output, its end."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

_KEEPER: Final = Path(__file__).with_name("keeper.py")
# How many lines of its output are kept, the last ones.
_LINES: Final = 10_000
# Seconds in which a keeper is gone for certain: its own patience, and a slow machine's.
_END: Final = 15.0


class ProgramFailed(RuntimeError):
    """A program ended before it was ready, or was not ready in time; the message has its output."""


class Program:
    """A program in a process of its own, from its start to its end.

    It ends when `stop` is called, when nothing refers to it any more, and when this process ends,
    in whichever way.

    Args:
        command: The program and its arguments.
        folder: The folder it works in.
        environment: More environment variables; None takes one away.
        heard: Given each line of its output, on a thread of its own; it returns whether that line
            is left out of `text`. With it the program hears what it is told by `tell`.
        ended: Called when its output has ended, on that thread.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str | None] | None = None,
        *,
        heard: Callable[[str], bool] | None = None,
        ended: Callable[[], object] = lambda: None,
    ) -> None:
        wanted = {**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})}
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", str(_KEEPER), *(["--hears"] if heard else []), *command],
            cwd=folder,
            env={name: value for name, value in wanted.items() if value is not None},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # An interrupt of the kernel goes to its whole group, and is not meant for this one.
            start_new_session=True,
        )
        self._output = _Output(heard, ended)
        assert self._keeper.stdout is not None
        threading.Thread(
            target=self._output.read, args=(self._keeper.stdout,), name="outside", daemon=True
        ).start()
        self.stop: Callable[[], object] = weakref.finalize(self, _end, self._keeper)

    def tell(self, line: str) -> None:
        """Write a line to its standard input; nothing happens if it has ended.

        Args:
            line: Text without a line break.
        """
        stream = self._keeper.stdin
        if stream is not None and not stream.closed:
            with contextlib.suppress(OSError, ValueError):
                stream.write(f"{line}\n".encode())
                stream.flush()

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._keeper.poll() is None

    @property
    def text(self) -> str:
        """Its output so far, standard output and standard error; of much, the last lines."""
        return self._output.text()

    def wait_until(self, ready: Callable[[str], bool], seconds: float) -> str:
        """Wait until a function returns true for its output so far; return that output.

        Raises:
            ProgramFailed: It ended before, or time is up. It has been stopped.
        """
        try:
            if self._output.wait_until(ready, seconds):
                return self.text
        except BaseException:
            self.stop()
            raise
        raise self.failed("it ended" if self._output.ended else f"not so within {seconds:g} s")

    def failed(self, why: str) -> ProgramFailed:
        """Stop it; return the error to raise."""
        self.stop()
        return ProgramFailed(f"expected the program to start, got: {why}\n{self.text.strip()}")

    def wait(self, seconds: float) -> int | None:
        """Wait until it has ended; return its exit code, None if it was stopped as time was up."""
        try:
            return self._keeper.wait(seconds) if self._output.wait_until_ended(seconds) else None
        except subprocess.TimeoutExpired:
            return None
        finally:
            self.stop()


class _Output:
    """The output of a program, which a thread reads and others wait for."""

    def __init__(self, heard: Callable[[str], bool] | None, on_end: Callable[[], object]) -> None:
        self.ended = False
        self._heard = heard
        self._on_end = on_end
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._news = threading.Condition()

    def read(self, stream: IO[bytes]) -> None:
        with stream:
            for each in stream:
                line = each.decode("utf-8", "replace").replace("\r\n", "\n")
                if self._heard is not None and self._heard(line):
                    continue
                with self._news:
                    self._lines.append(line)
                    self._news.notify_all()
        with self._news:
            self.ended = True
            self._news.notify_all()
        self._on_end()

    def text(self) -> str:
        with self._news:
            return "".join(self._lines)

    def wait_until(self, ready: Callable[[str], bool], seconds: float) -> bool:
        def is_ready() -> bool:
            return ready("".join(self._lines))

        with self._news:
            self._news.wait_for(lambda: self.ended or is_ready(), seconds)
            return is_ready()

    def wait_until_ended(self, seconds: float) -> bool:
        with self._news:
            return self._news.wait_for(lambda: self.ended, seconds)


def _end(keeper: subprocess.Popen[bytes]) -> None:
    """Let go of the pipe, which ends a program, and wait for its end."""
    assert keeper.stdin is not None
    with contextlib.suppress(OSError):
        keeper.stdin.close()
    try:
        keeper.wait(_END)
    except subprocess.TimeoutExpired:
        keeper.kill()
        keeper.wait()
