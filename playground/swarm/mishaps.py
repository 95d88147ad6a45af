"""What goes wrong with a client of a crowd, as a kind of which there may be many."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterable
from types import FrameType
from typing import Final

from playground.notebook import kernel
from playground.swarm.travelling import PLACES, SCRIPT, placed
from playground.traffic.model import beside, close_phrase
from playground.transports import ClientClosed, HandshakeRefused

SILENT: Final = "no answer to the handshake within {:g} s: the app neither accepts nor refuses"
GONE: Final = "could not connect: nobody listens there any more"
FILES: Final = "could not connect: this system lets a process open no more files (ulimit -n)"
BROKEN: Final = "the handshake broke off"
HELD: Final = (
    "the script held up all the others for a moment, which is in these times: "
    "await what takes long{}"
)
LOST: Final = "the connection broke off, without a closing handshake (1006)"


def not_open(error: Exception, seconds: float) -> str:
    """Return why a client did not get its connection.

    Args:
        error: What came of its handshake.
        seconds: For how long it was waited for.
    """
    if isinstance(error, HandshakeRefused):
        said = beside(error.status, error.body.strip())
        return f"refused with {error.status}{f': {said}' if said else ''}"
    if isinstance(error, ConnectionRefusedError):
        return GONE
    if isinstance(error, TimeoutError):
        return SILENT.format(seconds)
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return FILES
    if isinstance(error, EOFError | ConnectionError):
        return BROKEN
    return f"could not connect: {type(error).__name__}: {error}"


def closed(code: int, reason: str) -> str:
    """Return how a connection ended that its client had not closed."""
    if code == 1006:
        return LOST
    phrase = close_phrase(code, reason)
    told = f"closed by the app with {code}{f' ({phrase})' if phrase else ''}"
    return told if reason in ("", phrase) else f"{told}: {reason}"


def held_up(where: str) -> str:
    """Return that a script did not await for long; what it stood at then, or ""."""
    return HELD.format(f" (before {where})" if where else "")


def in_script(error: BaseException, name: str, *, hung_up: bool = False) -> str:
    """Return what a script has raised, for a client of any name.

    Args:
        error: What it was.
        name: The client's own name, which is not part of the kind.
        hung_up: Whether the client has closed its connection itself.
    """
    if isinstance(error, ClientClosed) and not hung_up:
        return closed(error.code, error.reason)
    return f"the script raised {told(error)}".replace(name, "a client")


def told(error: BaseException) -> str:
    """Return an exception's type, the first line of what it says, and the learner's line."""
    said = str(error).partition("\n")[0]
    place = place_of(traceback.walk_tb(error.__traceback__))
    what = f"{type(error).__name__}{f': {said}' if said else ''}"
    return f"{what} ({place})" if place else what


def place_of(frames: Iterable[tuple[FrameType, int]]) -> str:
    """Return the last line of the learner's among some frames, as ``In[5] line 3``; "" for none.

    Args:
        frames: Each with its line, the outermost first.
    """
    found = ""
    for frame, line in frames:
        filename = frame.f_code.co_filename
        place = kernel.place_of(filename)
        if place is not None:
            found = f"{place} line {line}"
        elif filename == SCRIPT:
            found = placed(frame.f_globals.get(PLACES, []), line) or found
    return found
