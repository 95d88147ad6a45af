"""What is said of a handler: plain values, which keep nothing of the app alive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

WaitsFor = Literal[
    "receive", "send", "sleep", "lock", "queue", "task", "paused", "running", "something else"
]

# What each reads like behind "alice, ws_chat, In[5]:12, ".
_SAID: Final[dict[WaitsFor, str]] = {
    "receive": "waits for a message",
    "send": "waits until a message is sent",
    "sleep": "sleeps",
    "lock": "waits for a lock",
    "queue": "waits for a queue",
    "task": "waits for a task",
    "paused": "is paused",
    "running": "runs",
    "something else": "waits",
}

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Frame:
    """One function of the user's code that has been called and has not returned.

    Attributes:
        function: Its name, such as ``"Chat.ws_chat"``.
        where: The line at which it stands, such as ``"In[5]:12"``.
        source: That line's text; "" if it is not known.
        variables: Its local variables as text, each cut to a length; empty where they may not be
            read, as in code that runs.
    """

    function: str
    where: str
    source: str = ""
    variables: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one handler stands, or a task that it has begun.

    Attributes:
        client: Whose WebSocket or request it is.
        exchange: Its number in the log.
        route: The path that was asked for.
        revision: The number of the code that runs.
        where: The innermost line of the user's code, such as ``"In[5]:12"``; None if it stands in
            none.
        waits_for: What it waits for: ``"receive"``, ``"send"``, ``"sleep"``, ``"lock"``,
            ``"queue"``, ``"task"``, ``"paused"``, or ``"something else"``; ``"running"`` if it
            waits for nothing.
        since: For how many seconds, at least, nothing has happened on its exchange.
        frames: The functions of the user's code that it stands in, the outermost first.
        task: The name of the task, if it is one that the handler has begun; else "".
        tasks: Those that the handler has begun and that have not ended.
    """

    client: str
    exchange: int
    route: str
    revision: int
    where: str | None
    waits_for: WaitsFor
    since: float
    frames: tuple[Frame, ...] = ()
    task: str = ""
    tasks: tuple[Standing, ...] = ()

    def __str__(self) -> str:
        who = f"task {self.task}" if self.task else f"{self.client} {self.route}"
        function = f", {self.frames[-1].function}" if self.frames else ""
        return f"{who}{function}, {self.where or 'not in your code'}: {self.doing}"

    @property
    def doing(self) -> str:
        """What it does, in words: "waits for a message, for 3 s"."""
        said = _SAID[self.waits_for]
        return said if self.waits_for == "running" and not self.since else f"{said}, {_for(self)}"

    def __repr__(self) -> str:
        return f"<Standing {self}>"


def _for(standing: Standing) -> str:
    return f"for {standing.since:.0f} s" if standing.since >= 1 else "since just now"


class Standings(tuple[Standing, ...]):
    """Where every handler stands, in the order in which their exchanges began."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(lines_of(self)) or "No handler is at work."


def lines_of(standings: tuple[Standing, ...], indent: str = "") -> Iterator[str]:
    """Yield a line for each handler, and an indented one for each of its tasks."""
    for each in standings:
        yield f"{indent}{each}"
        if each.frames and each.frames[-1].source:
            yield f"{indent}    {each.frames[-1].source}"
        yield from lines_of(each.tasks, f"{indent}  ")
