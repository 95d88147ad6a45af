"""The rules of a network, and what comes of them for one client in one direction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

Direction = Literal["to app", "to client"]
Directions = Literal["to app", "to client", "both"]

DIRECTIONS: Final[tuple[Direction, ...]] = ("to app", "to client")

# What a line takes of a reader that does not read, before its sender has to wait: the receive
# window that TCP begins with, and what asyncio buffers before it says so, are about as much.
WINDOW: Final = 64 * 1024


class Way(NamedTuple):
    """What holds for one client in one direction.

    Attributes:
        delay: Seconds that each message takes.
        jitter: Seconds that it may take more or less, and never less than none.
        rate: Bytes in a second; None for any number.
        seed: What the jitter is drawn from.
        held: Whether nothing arrives for now.
        window: So many bytes may be in flight before the sender waits; None for many.
        apart: Clients whose doing does not arrive.
    """

    delay: float = 0.0
    jitter: float = 0.0
    rate: float | None = None
    seed: str = ""
    held: bool = False
    window: int | None = None
    apart: frozenset[str] = frozenset()


CLEAR: Final = Way()
"""Nothing is in the way."""


@dataclass(eq=False)
class Rule:
    """One rule.

    Attributes:
        kind: ``"weather"`` (delay, jitter and rate), ``"hold"``, ``"slow"`` or ``"parts"``.
        client: For whom; None for everybody, who comes later too.
        direction: On which way.
        delay, jitter, rate, seed: See `Way`.
        groups: For ``"parts"``: who hears whom.
        exempt: Clients for whom it has ended.
        among: Who everybody is: the clients of that name, and of it with a dash and more; all if
            "".
        alike: Whether ``bob-2`` is bob too, who has connected again.
    """

    kind: Literal["weather", "hold", "slow", "parts"]
    client: str | None = None
    direction: Directions = "both"
    delay: float = 0.0
    jitter: float = 0.0
    rate: float | None = None
    seed: int = 0
    groups: tuple[frozenset[str], ...] = ()
    exempt: set[str] = field(default_factory=set)
    among: str = ""
    alike: bool = False

    @property
    def is_clear(self) -> bool:
        """Whether it holds up nothing: it says that there is no weather."""
        return self.kind == "weather" and not (self.delay or self.jitter or self.rate)

    def concerns(self, client: str, direction: Direction) -> bool:
        """Return whether it is about a client in a direction."""
        names = {client, self._without_number(client)}
        if self.direction not in ("both", direction) or names & self.exempt:
            return False
        return self.includes(client) if self.client is None else self.client in names

    def includes(self, client: str) -> bool:
        """Return whether a client is one of everybody."""
        among = self.among
        return not among or client == among or client.startswith(f"{among}-")

    def _without_number(self, client: str) -> str:
        stem, dash, number = client.rpartition("-")
        return stem if self.alike and dash and number.isdigit() else client

    def apart_from(self, client: str) -> frozenset[str]:
        """Return whose messages a client does not hear, by a partition."""
        others = [group for group in self.groups if client not in group]
        return frozenset().union(*others) if len(others) < len(self.groups) else frozenset()


def words_of(rule: Rule) -> str:
    """Return what a rule does, in words, with whom it is about."""
    if rule.kind == "parts":
        return f"network: {_parted(rule.groups)}"
    what = {"hold": "held", "slow": "reads nothing"}.get(rule.kind) or _weather(rule)
    one_way = f", {rule.direction}" if rule.direction != "both" else ""
    exempt = f" but {', '.join(sorted(rule.exempt))}" if rule.exempt else ""
    return f"network, {rule.client or 'everybody'}{exempt}{one_way}: {what}"


def _parted(groups: Iterable[Iterable[str]]) -> str:
    return "parted: " + " | ".join(", ".join(sorted(each)) for each in groups)


def _weather(rule: Rule) -> str:
    parts = []
    if rule.jitter > rule.delay:
        parts.append(f"delay 0 to {rule.delay + rule.jitter:g} s, seed {rule.seed}")
    elif rule.delay:
        chance = f" ± {rule.jitter:g} s, seed {rule.seed}" if rule.jitter else ""
        parts.append(f"delay {rule.delay:g} s{chance}")
    if rule.rate:
        parts.append(f"{rule.rate:g} bytes/s")
    return ", ".join(parts) or "no delay"


class Rules:
    """All rules, in the order in which they were made.

    Of several about the weather the newest holds, which may say that there is none. A hold, a slow
    reader and a partition hold beside it.
    """

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)

    def __bool__(self) -> bool:
        return bool(self._rules)

    def add(self, rule: Rule) -> None:
        """Add a rule."""
        self._rules.append(rule)

    def end(self, rules: Iterable[Rule]) -> None:
        """End some rules; those that have ended already do not matter."""
        gone = list(rules)
        self._rules = [each for each in self._rules if each not in gone]

    def of(self, kind: str, client: str | None) -> list[Rule]:
        """Return the rules of a kind that are about a client alone; about anybody for None."""
        return [each for each in self._rules if each.kind == kind and client in (None, each.client)]

    def way(self, client: str, direction: Direction) -> Way:
        """Return what holds for a client in a direction."""
        mine = [each for each in self._rules if each.concerns(client, direction)]
        weather = next((each for each in reversed(mine) if each.kind == "weather"), None)
        kinds = {each.kind for each in mine}
        way = Way(
            held=bool(kinds & {"hold", "slow"}),
            window=WINDOW if "slow" in kinds else None,
            apart=frozenset().union(
                *(each.apart_from(client) for each in mine if each.kind == "parts")
            ),
        )
        if weather is None or weather.is_clear:
            return way
        return way._replace(
            delay=weather.delay,
            jitter=weather.jitter,
            rate=weather.rate,
            seed=f"{weather.seed}/{client}/{direction}",
        )
