"""When files may have changed: told by the system, and looked at now and then all the same.

Editors write a file in place, or another one that takes its name; a link may be led elsewhere; a
disk on the network tells nothing. So nothing is made of what the system says but to look.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, Final

# Milliseconds in which nothing more may come: an editor writes a file in several steps.
_QUIET: Final = 15
_LONGEST: Final = 200

# Seconds after which files are looked at though nothing was told, and where nothing can be; and
# after which they are for the first time, since what was saved before is told by nobody.
UNTOLD: Final = 1.0
ALONE: Final = 0.3
_FIRST: Final = 0.1

Folders = frozenset[tuple[str, int]]


def folders_of(files: Iterable[str]) -> Folders:
    """Return the folders of files, and of what they are links to; each with its number on disk.

    A folder that is made again under the same name has another number.
    """
    paths = {os.path.dirname(each) for file in files for each in (file, os.path.realpath(file))}
    return frozenset((path, os.stat(path).st_ino) for path in paths if os.path.isdir(path))


def changes(
    files: Callable[[], Iterable[str]], stop: threading.Event, poll: float | None
) -> Iterator[None]:
    """Yield whenever some files may have changed, until `stop` is set.

    Args:
        files: Returns which; they may be others each time.
        stop: Ends it.
        poll: Seconds between two looks, for a disk that tells nothing; None to be told.
    """
    while not stop.is_set():
        now = folders_of(files())
        told = _told([path for path, _ in now], stop) if poll is None else _asked(stop, poll)
        with contextlib.closing(told) as looks:
            for _ in looks:
                yield
                if poll is None and folders_of(files()) != now:
                    break


def _told(paths: list[str], stop: threading.Event) -> Generator[object, None, None]:
    """Yield whenever something in folders has changed, or a second is over."""
    watch = _watchfiles()
    if watch is None or not paths:
        yield from _asked(stop, ALONE)
        return
    try:
        looks = watch(
            *paths,
            watch_filter=lambda change, path: path.endswith(".py"),
            debounce=_LONGEST,
            step=_QUIET,
            stop_event=stop,
            rust_timeout=int(_FIRST * 1000),
            yield_on_timeout=True,
            recursive=False,
            ignore_permission_denied=True,
        )
        for number, told in enumerate(looks):
            if told or number % round(UNTOLD / _FIRST) == 0:
                yield told
    except (
        OSError,
        RuntimeError,
    ):  # a system tells of so many folders and no more, or one is gone already
        yield from _asked(stop, ALONE)


def _asked(stop: threading.Event, seconds: float) -> Generator[None, None, None]:
    while not stop.wait(seconds):
        yield


def _watchfiles() -> Any:
    try:
        from watchfiles import watch
    except ImportError:
        return None
    return watch
