"""Where a thread is: whether it rests, and if not, in whose code.

Law of the file: frames of another thread are read and let go at once. One that is kept keeps all
that its code holds.
"""

from __future__ import annotations

import selectors
import sys
import threading
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any, Final, NamedTuple

from playground.recorder.texts import called_text, label_of_text

Locate = Callable[[str], str | None]
"""Given a file's name, what to call it, such as ``In[5]``; None if it is not the user's own."""

# Where asyncio's own loop rests.
_RESTING: Final = selectors.__file__

# How frameworks call what they have handlers receive and send with.
_ASKING: Final = ("receive", "recv", "send", "iter", "anext", "accept", "close")


class Blockage(NamedTuple):
    """Who holds an event loop, and since when.

    Attributes:
        handler: The function of the user's that the loop has called.
        place: The cell or file of the innermost line of the user's.
        line: Its number.
        function: Its function; the handler, or one that it calls.
        client: Whose exchange it is; "" if that is not known.
        seconds: For how long, at least, it has not awaited.
    """

    handler: str
    place: str
    line: int
    function: str
    client: str
    seconds: float

    def __str__(self) -> str:
        return f"{self._where()}, {self._since()}"

    def left(self) -> str:
        """Return as a sentence that it was left behind with its thread, and what to do."""
        return (
            f"{self._where()}, was left behind: it {self._since()}; "
            "await asyncio.sleep, or give what takes long to asyncio.to_thread"
        )

    def _where(self) -> str:
        inside = f" in {self.function}" if self.function != self.handler else ""
        return f"{self.handler}, {self.place} line {self.line}{inside}"

    def _since(self) -> str:
        whose = f" (client {self.client})" if self.client else ""
        seconds = f"{self.seconds:.0f}" if self.seconds >= 1 else f"{self.seconds:.1f}"
        return f"has not awaited for {seconds} s{whose}"


class Named(NamedTuple):
    """What a stack shows, read from a scope that is found on it.

    Attributes:
        locate: Names files.
        client: Given an ASGI scope, whose exchange it is.
    """

    locate: Locate
    client: Callable[[Any], str]


def frames_of(thread: threading.Thread) -> Iterator[FrameType]:
    """Yield the frames of a thread, innermost first; none of one that has ended."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        yield frame
        frame = frame.f_back


def rests(thread: threading.Thread) -> bool:
    """Return whether a thread's event loop waits for something to happen."""
    frame = next(frames_of(thread), None)
    if frame is None:
        return False
    # uvloop, which is of C, shows no frame of its own but that of whoever runs it.
    return frame.f_code.co_filename == _RESTING or "run_forever" in frame.f_code.co_names


def blockage(thread: threading.Thread, seconds: float, named: Named) -> Blockage | None:
    """Return who holds a thread's loop; None if it is nobody's code that the user knows.

    Args:
        thread: The thread of the loop.
        seconds: For how long it has been held.
        named: Names what is found.
    """
    own: list[tuple[str, int, str]] = []
    texts: list[tuple[str, int, str]] = []
    client = ""
    for frame, place in _placed(thread, named.locate):
        code = frame.f_code
        if place is not None:
            is_text = named.locate(code.co_filename) is None
            (texts if is_text else own).append((place, frame.f_lineno, code.co_name))
        elif (own or texts) and not client and "scope" in code.co_varnames[: code.co_argcount]:
            client = named.client(frame.f_locals.get("scope"))
    # A line of a cell or a file, if there is one, is where a text was given to exec.
    own = own or texts
    if not own:
        return None
    place, line, function = own[0]
    return Blockage(own[-1][2], place, line, function, client, seconds)


def asks(thread: threading.Thread, locate: Locate) -> bool:
    """Return whether a thread is in what the user's code has called to receive or send.

    Args:
        thread: The thread.
        locate: Tells the user's code from other's.
    """
    called: list[bool] = []
    last = 0
    for frame, place in _placed(thread, locate):
        if place is not None:
            last = len(called)
        called.append(frame.f_code.co_name.strip("_").startswith(_ASKING))
    return any(called[:last])


def says(thread: threading.Thread, locate: Locate) -> bool:
    """Return whether what others have asked is what an object of the user's says, as its text."""
    codes = own_codes(thread, locate)
    return bool(codes) and codes[-1].co_name in ("__str__", "__repr__", "__format__")


def own_codes(thread: threading.Thread, locate: Locate) -> list[CodeType]:
    """Return the user's own code on a thread's stack, innermost first."""
    return [frame.f_code for frame, place in _placed(thread, locate) if place is not None]


def outermost(thread: threading.Thread, locate: Locate) -> int:
    """Return the address of the frame of the user's that others have called; 0 if there is none.

    It is that frame's until it has ended, and may be another's then.
    """
    own = [id(frame) for frame, place in _placed(thread, locate) if place is not None]
    return own[-1] if own else 0


def _placed(thread: threading.Thread, locate: Locate) -> list[tuple[FrameType, str | None]]:
    """Return the frames of a thread, innermost first, each with what to call it.

    That is None where it is not the user's code.
    """
    found: list[tuple[FrameType, str | None]] = []
    place: str | None = None
    for frame in reversed([*frames_of(thread)]):
        by_user = place is not None
        place = locate(frame.f_code.co_filename) or label_of_text(frame)
        if place is None and by_user:
            place = called_text(frame.f_code)
        found.append((frame, place))
    return found[::-1]
