"""What a loop with virtual time cannot have: connections, programs, signals, real sleep.

Law of the room: it is refused at once with a sentence, and noted, also where the app catches the
error; or, where it does no harm, it is done and noted.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from micropie.testing.places import Place, innermost_of_user


class OutOfReach(RuntimeError):
    """An app on a `Clock` has asked for something that virtual time has no place for."""


# Methods of a loop that lead out of the program, in words.
_METHODS: Final = {
    "create_connection create_server create_unix_connection create_unix_server "
    "create_datagram_endpoint sock_recv sock_recv_into sock_sendall sock_connect sock_accept "
    "sock_sendfile sock_recvfrom sock_sendto sendfile start_tls connect_accepted_socket "
    "getaddrinfo getnameinfo": "a connection",
    "subprocess_exec subprocess_shell": "another program",
    "connect_read_pipe connect_write_pipe add_reader add_writer": "a file descriptor",
    "add_signal_handler": "a signal",
}

# What Python itself tells of (PEP 578), and in words; nothing of it can be undone or hastened.
_EVENTS: Final = {
    "socket.connect": "a connection",
    "socket.bind": "a connection",
    "socket.sendto": "a connection",
    "socket.getaddrinfo": "a connection",
    "subprocess.Popen": "another program",
    "os.system": "another program",
    "os.posix_spawn": "another program",
}

_SLEEP: Final = "time.sleep"
# From Python 3.13 on it has the second name.
_THREADS: Final = frozenset({"_thread.start_new_thread", "_thread.start_joinable_thread"})
_FILE: Final = "open"
_WRITING: Final = frozenset("wax+")


# Every method of a loop is abstract to a type checker, and half of them are refused below.
_Loop: Any = asyncio.AbstractEventLoop


class Unreachable(_Loop):  # type: ignore[misc]
    """A loop without any outside.

    Attributes:
        said: What went another way than on a real loop, in sentences, each once.
        refused: What the app has asked for in vain, in sentences.
    """

    def __init__(self) -> None:
        self.said: dict[str, None] = {}
        self.refused: dict[str, None] = {}

    def begins_thread(self) -> None:
        """Be told that what runs here has started a thread."""

    def say(self, sentence: str) -> None:
        """Note what a reader of the result should know.

        Args:
            sentence: It, once however often it is said.
        """
        self.said[sentence] = None

    def refuse(self, what: str, remedy: str) -> OutOfReach:
        """Note what cannot be had; return what to raise.

        Args:
            what: Such as ``"a connection"``.
            remedy: What to do instead.
        """
        place = innermost_of_user(sys._getframe(1)) or Place("", 0, "")
        at = f" ({place})" if place.file else ""
        self.refused[f"the app asks for {what}{at}, which has no virtual time; {remedy}"] = None
        return OutOfReach(f"expected what runs by itself, got {what}; {remedy}")


_STAND_IN: Final = "give the app a stand-in for it"


def _refusing(what: str) -> Callable[..., Any]:
    def refused(self: Unreachable, *args: Any, **options: Any) -> Any:
        raise self.refuse(what, _STAND_IN)

    refused.__doc__ = (
        f"Refuse: {what} has no virtual time.\n\n        Args:\n            args, options: Any."
    )
    return refused


for _names, _what in _METHODS.items():
    for _name in _names.split():
        setattr(Unreachable, _name, _refusing(_what))


def heard(event: str, arguments: tuple[Any, ...]) -> None:
    """Be told by Python what is done; refuse what a clock cannot have."""
    if event not in _HEARD:
        return
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    if not isinstance(loop, Unreachable):
        return
    if event == _SLEEP:
        raise loop.refuse("time.sleep, which would stop everybody", "await asyncio.sleep instead")
    if event in _THREADS:
        loop.begins_thread()
    elif event == _FILE:
        _opened(loop, arguments)
    else:
        raise loop.refuse(_EVENTS[event], _STAND_IN)


_HEARD: Final = frozenset({*_EVENTS, _SLEEP, *_THREADS, _FILE})


def _opened(loop: Unreachable, arguments: tuple[Any, ...]) -> None:
    path, mode = arguments[0], arguments[1]
    if isinstance(mode, str) and _WRITING & set(mode) and isinstance(path, str):
        loop.say(f"The app has written to a file in each order: {path}.")


def _asleep(seconds: float, /) -> None:
    """Be `time.sleep`, which Python tells of from 3.13 on."""
    heard(_SLEEP, (seconds,))
    _sleep(seconds)


_sleep = time.sleep
_listening: list[bool] = []


def listen() -> None:
    """Have Python tell what is done, from now on: that cannot be taken back, and costs little."""
    if _listening:
        return
    _listening.append(True)
    sys.addaudithook(heard)
    if sys.version_info < (3, 13):
        time.sleep = _asleep  # type: ignore[assignment]
