"""What clients do in a conversation, as plain values that a test module can hold.

Law of the room: nothing here knows an app, a clock or a log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import quote

from micropie.testing.happenings import shown

Kind = Literal["connects", "sends", "leaves", "vanishes", "asks"]
"""A handshake, a message, a closing handshake, a connection that is lost, an HTTP request."""

KINDS: Final[tuple[Kind, ...]] = ("connects", "sends", "leaves", "vanishes", "asks")

PEOPLE: Final = ("ada", "bob", "cleo")
WHO: Final = "{who}"
"""What stands in an address for the name of who comes."""

AT_ONCE: Final = "at once"


class Act(NamedTuple):
    """One thing that a client does.

    Attributes:
        who: The client.
        kind: What it does.
        what: The address that it connects to, or asks for; the message that it sends.
        body: What it sends with a request; None for a GET.
        at_once: Whether the next act comes at once, before all that follows from this one.
    """

    who: str
    kind: Kind
    what: str | bytes = ""
    body: str | None = None
    at_once: bool = False

    @property
    def words(self) -> str:
        """The act as a line of a list: ``ada sends 'hi'``."""
        if self.kind in ("leaves", "vanishes"):
            said = f"{self.who} {self.kind}"
        elif self.kind == "sends":
            said = f"{self.who} sends {shown(self.what)}"
        elif self.kind == "connects":
            said = f"{self.who} connects to {cut(self.address)}"
        else:
            method = "GET" if self.body is None else "POST"
            said = f"{self.who} asks for {method} {cut(self.address)}"
            said += f" with {shown(self.body)}" if self.body else ""
        return f"{said}, and at once" if self.at_once else said

    @property
    def address(self) -> str:
        """Path and query, with the name of who comes."""
        return str(self.what).replace(WHO, quote(self.who, safe=""))

    def plain(self) -> tuple[Any, ...]:
        """Return the act as a tuple of a test module: only what is not left open."""
        found: list[Any] = [self.who, self.kind]
        if self.kind in ("connects", "sends", "asks"):
            found.append(self.what)
        if self.body is not None:
            found.append(self.body)
        return (*found, AT_ONCE) if self.at_once else tuple(found)


Conversation = tuple[Act, ...]


def act_of(plain: Sequence[Any]) -> Act:
    """Return an act that a test module has as a tuple.

    Raises:
        ValueError: It is none.
    """
    who, kind, *rest = plain if len(plain) > 1 else ("", "")
    # A message may be called so too: it stands before.
    least = 1 if kind in ("connects", "sends", "asks") else 0
    at_once = len(rest) > least and rest[-1] == AT_ONCE
    rest = rest[:-1] if at_once else rest
    if kind not in KINDS or len(rest) < least:
        raise ValueError(
            f"expected an act such as ('ada', 'sends', 'hi') or ('ada', 'leaves'), got {plain!r}"
        )
    what, body = [*rest, *("", None)[len(rest) :]][:2]
    return Act(who, kind, what, body, at_once)


def conversation_of(plain: Iterable[Sequence[Any]]) -> Conversation:
    """Return a conversation that a test module has as tuples."""
    return tuple(act_of(each) for each in plain)


def people_of(conversation: Conversation) -> tuple[str, ...]:
    """Return who takes part, in the order they come."""
    return tuple(dict.fromkeys(act.who for act in conversation))


def cut(text: str, limit: int = 60) -> str:
    """Return a text, cut where it is long."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
