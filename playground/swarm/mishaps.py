"""What goes wrong with a client of a crowd, as a kind of which there may be many."""

from __future__ import annotations

import errno
import traceback
from typing import Final

from playground.notebook import kernel
from playground.swarm.travelling import PLACES, SCRIPT
from playground.traffic.model import beside, close_phrase
from playground.transports import ClientClosed, HandshakeRefused

SILENT: Final = "no answer to the handshake within {:g} s: the app neither accepts nor refuses"
GONE: Final = "could not connect: nobody listens there any more"
FILES: Final = "could not connect: this system lets a process open no more files (ulimit -n)"
BROKEN: Final = "the handshake broke off"
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


def in_script(error: BaseException, name: str) -> str:
    """Return what a script has raised, for a client of any name.

    Args:
        error: What it was.
        name: The client's own name, which is not part of the kind.
    """
    if isinstance(error, ClientClosed):
        return closed(error.code, error.reason)
    said = str(error).partition("\n")[0].replace(name, "a client")
    told = f"the script raised {type(error).__name__}{f': {said}' if said else ''}"
    place = _place(error)
    return f"{told} ({place})" if place else told


def _place(error: BaseException) -> str:
    """Return the last line of the learner's that an exception came through: ``In[5] line 3``."""
    found = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        parts = frame.f_globals.get(PLACES, [])
        place, number = kernel.place_of(frame.f_code.co_filename), line
        if place is None and frame.f_code.co_filename == SCRIPT:
            for here, label, there in parts:
                if here <= line:
                    place, number = label, there + line - here
        if place is not None:
            found = f"{place} line {number}"
    return found
