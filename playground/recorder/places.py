"""Find the line of the user's code that sends, prints or fails, such as ``In[5]:12``.

Law of the room: looked for with each message, so what is known of a function is kept, and a line's
number is worked out once for each place in the code.
"""

from __future__ import annotations

import linecache
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Final

from playground.recorder.texts import TEXT, label_of_text

# More functions than a notebook has; those of cells that were run again are forgotten with it.
MAX_FUNCTIONS: Final = 4096

# What a framework sets on an exception about what a handler is or gave: its code, and the line.
BLAMED: Final = "__handler__"

# What stands between an app and its tap lies here.
_PACKAGE: Final = str(Path(__file__).resolve().parent.parent)

# Below a recorder stands the server, and below a step of a task whoever happens to run the loop,
# such as a cell. What leads on what another server sends is a task of its own, begun by us.
_RECORDER: Final = (str(Path(__file__).with_name("recorder.py")), "__call__")
_STEP: Final = (str(Path("asyncio", "events.py")), "_run")
_LEADS: Final = tuple(
    (str(Path("upstream", "bridge.py")), name) for name in ("_lead_down", "_lead_straight")
)


class Site:
    """One function of the user's code, with the places in it that are known already.

    Attributes:
        code: The function's; while it is kept, its id is its own.
        label: What it is called; "" for what leads on what others send: no place is below it.
        lines: Places by the instruction that a frame has come to.
    """

    __slots__ = ("code", "label", "lines")

    def __init__(self, code: CodeType | None, label: str) -> None:
        self.code = code
        self.label = label
        self.lines: dict[int, str] = {}

    def place(self, frame: FrameType) -> str:
        """Return where a frame of this function stands; "" for nowhere."""
        known = self.lines.get(frame.f_lasti)
        if known is None:
            known = f"{self.label}:{frame.f_lineno}" if self.label else ""
            self.lines[frame.f_lasti] = known
        return known


NOWHERE: Final = Site(None, "")


class Places:
    """Find the user's code among the frames of the stack.

    Args:
        locate: Given a source file's name, what to call it (``In[5]``), or None if it is not code
            of the user's. Asked once for each function; see `forget`.
    """

    def __init__(self, locate: Callable[[str], str | None]) -> None:
        self._locate = locate
        # By the code's id, since hashing code is slow. True: not the user's. False: nothing of the
        # user's is further out.
        self._known: dict[int, Site | bool] = {}
        self._kept: list[CodeType] = []

    def forget(self) -> None:
        """Ask `locate` anew: a cell that is run again gets another number."""
        self._known.clear()
        self._kept.clear()

    def here(self, skip: int = 1) -> str | None:
        """Return the innermost line of the user's code that is running, None if there is none.

        Args:
            skip: How many callers are certainly not the user's.
        """
        return self.find(skip + 1)[0]

    def near(self, skip: int) -> str | None:
        """Return the line at exactly `skip` callers out, if that is code of the user's."""
        frame = sys._getframe(skip)
        site = self._known.get(id(frame.f_code))
        if site is None:
            site = self._learn(frame)
        return site.place(frame) or None if isinstance(site, Site) else None

    def find(self, skip: int) -> tuple[str | None, Site | None, int]:
        """Return the innermost line of the user's code, its function, and how far out that is."""
        known = self._known
        frame: FrameType | None = sys._getframe(skip)
        distance = 0
        while frame is not None:
            code = frame.f_code
            site = known.get(id(code))
            if site is None:
                site = self._learn(frame)
            if site is not True:
                return (site.place(frame) or None, site, distance) if site else (None, None, 0)
            frame = frame.f_back
            distance += 1
        return None, None, 0

    def lines(self, skip: int = 1) -> Iterator[str]:
        """Yield every line of the user's code that is running, the innermost first."""
        frame: FrameType | None = sys._getframe(skip)
        while frame is not None:
            site = self._known.get(id(frame.f_code))
            if site is None:
                site = self._learn(frame)
            if site is False or (site is not True and not site.label):
                return
            if isinstance(site, Site):
                yield site.place(frame)
            frame = frame.f_back

    def _learn(self, frame: FrameType) -> Site | bool:
        code = frame.f_code
        if len(self._kept) >= MAX_FUNCTIONS:
            self.forget()
        self._kept.append(code)
        label = self._locate(code.co_filename) or label_of_text(frame)
        if label is None and any(_is(code, each) for each in _LEADS):
            label = ""
        site: Site | bool = not _is_outermost(code) if label is None else Site(code, label)
        self._known[id(code)] = site
        return site

    def trace_of(self, error: BaseException) -> tuple[str | None, str]:
        """Return where an exception left the user's code, and the traceback in that code alone.

        Of an exception group, where the first of its exceptions did, whose traceback follows. Of
        one that never was in the user's code, where its cause did, as of a `StopIteration`, which
        Python makes a `RuntimeError`; or the handler whose result it is about.
        """
        found, trace = self.trace(error.__traceback__)
        where, each, seen = found, error, {id(error)}
        while (inner := _behind(each, found)) is not None and id(inner) not in seen:
            seen.add(id(inner))
            found, more = self.trace(inner.__traceback__)
            if found is not None:
                where, trace = found, more if where is None else f"{trace}\n{more}"
            each = inner
        return (where, trace) if where is not None else self._blamed(error) or (None, trace)

    def _blamed(self, error: BaseException) -> tuple[str, str] | None:
        """Return the line of the handler that an exception is about, though it never was in it."""
        place = getattr(error, BLAMED, None)
        code, number = place if isinstance(place, tuple) else (None, 0)
        label = None if code is None else self._locate(code.co_filename)
        if label is None:
            return None
        text = linecache.getline(code.co_filename, number).strip()
        return f"{label}:{number}", f"{label}, line {number}, in {code.co_name}\n    {text}"

    def trace(self, trace: TracebackType | None) -> tuple[str | None, str]:
        """Return where an exception left the user's code, and the traceback in that code alone.

        Of an exception that never was there, the whole traceback.
        """
        frames = traceback.extract_tb(trace)
        users = [(self._locate(frame.filename), frame) for frame in frames]
        shown = [(label, frame) for label, frame in users if label is not None]
        # Only where no cell has a line: that is what is known best.
        shown = shown or _texts(trace)
        if not shown:
            return None, "".join(traceback.format_list(frames))
        lines = [
            f"{label}, line {frame.lineno}, in {frame.name}\n    {frame.line}".rstrip()
            for label, frame in shown
        ]
        label, last = shown[-1]
        return f"{label}:{last.lineno}", "\n".join(lines)


class Spot:
    """Find the user's line where the same code leads to it again and again: mostly where it was.

    Args:
        places: Find it where that is another.
    """

    __slots__ = ("_depth", "_places", "_site")

    def __init__(self, places: Places) -> None:
        self._places = places
        self._site, self._depth = NOWHERE, 0

    def here(self) -> str | None:
        """Return the innermost line of the user's code that is running, None if there is none."""
        site = self._site
        # Of a handler's frame there is an object already; to ask for one of each costs more.
        try:
            frame = sys._getframe(self._depth)
        except ValueError:  # there are not so many
            frame = None
        if frame is not None and frame.f_code is site.code:
            return site.lines.get(frame.f_lasti) or site.place(frame) or None
        where, found, distance = self._places.find(2)
        if found is not None:
            self._site, self._depth = found, distance + 1
        return where


def _texts(trace: TracebackType | None) -> list[tuple[str, traceback.FrameSummary]]:
    """Return the frames of a traceback that stand in a text given to exec."""
    found = []
    while trace is not None:
        if label := label_of_text(trace.tb_frame):
            code = trace.tb_frame.f_code
            at = traceback.FrameSummary(TEXT, trace.tb_lineno, code.co_name, line="")
            found.append((label, at))
        trace = trace.tb_next
    return found


def _behind(error: BaseException, where: str | None) -> BaseException | None:
    """Return the exception that has the line, where another only brings it."""
    if isinstance(error, BaseExceptionGroup):
        return error.exceptions[0]
    return error.__cause__ if where is None else None


def callers_of_ours() -> int:
    """Return how many frames of this package stand between the caller and the app."""
    count = 0
    frame = sys._getframe(2)
    while frame.f_code.co_filename.startswith(_PACKAGE) and frame.f_back is not None:
        count += 1
        frame = frame.f_back
    return count


def _is_outermost(code: CodeType) -> bool:
    return _is(code, _RECORDER) or _is(code, _STEP)


def _is(code: CodeType, wanted: tuple[str, str]) -> bool:
    file, name = wanted
    return code.co_name == name and code.co_filename.endswith(file)
