"""What lies between the clients and the app, as its user rules it: delays, holds, cuts."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Final, Self, get_args

from playground.clients.asking import check_client, check_timeout
from playground.gates.gates import InFlight
from playground.gates.rules import Direction, Directions, Rule
from playground.lab.gating import Gating
from playground.notebook import kernel
from playground.transports import count

_DIRECTIONS: Final = get_args(Directions)

# Of this many seeds one is taken where none is given: few enough to be read out.
_SEEDS: Final = 100_000

# So many of who is there are named.
_NAMED: Final = 5


class Held:
    """A message that has been sent and has not arrived.

    Attributes:
        client: Whose connection it is on.
        direction: ``"to app"`` or ``"to client"``.
        data: The message; for a close its reason.
        since: For how many seconds it has been in flight.
        seq: The number of its entry in the log, if it has one.
    """

    def __init__(self, gating: Gating, flight: InFlight, at: float, among: str = "") -> None:
        self.client: str = flight.client.removeprefix(among)
        self.direction: Direction = flight.direction
        event = event_of(flight)
        self.data: str | bytes = next(
            (event[key] for key in ("text", "bytes", "reason") if event.get(key) is not None), ""
        )
        self.is_close = event["type"] != "websocket.receive" and event["type"] != "websocket.send"
        self.seq = flight.item.seq
        self.since = max(0.0, at - flight.item.since)
        self._gating = gating
        self._flight = flight

    def deliver(self) -> None:
        """Have it arrive now; those before it on its line arrive first.

        Raises:
            RuntimeError: If it has arrived, or was lost.
        """
        flight = self._flight
        if not self._gating.there(lambda: flight.link.deliver(flight.item)):
            raise RuntimeError(
                f"expected a message in flight, got {self!r}, which has arrived or was lost; "
                "look at lab.network.held again"
            )

    def __repr__(self) -> str:
        what = "close" if self.is_close else repr(self.data)
        return f"<Held {self.client} {self.direction}: {what}, for {self.since:.1f} s>"


class Ruling:
    """A rule that holds until the ``with`` block that it is used in ends, or `Network.calm`."""

    def __init__(self, network: Network, rule: Rule, words: str) -> None:
        self._network = network
        self._rule = rule
        self._words = words

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._network._leave(self._rule, self._words)

    def __repr__(self) -> str:
        return f"<Rule {self._words}>"


class Network:
    """What lies between a lab's clients and the app. Call it to delay messages.

    It rules messages and close frames of WebSockets, of the lab's own clients and of others. The
    handshake passes, and so do HTTP requests.
    """

    def __init__(self, gating: Gating, among: str = "") -> None:
        self._gating = gating
        # Whom it is about, as `Rule.among` says; in an exercise its own clients.
        self._among = among

    def __call__(
        self,
        client: str | None = None,
        *,
        delay: float = 0,
        jitter: float = 0,
        rate: float | None = None,
        direction: Directions = "both",
        seed: int | None = None,
    ) -> Ruling:
        """Delay messages; those of one client and direction never change their order.

        Without ``with`` it holds until `calm`. Of several such rules for a client the newest
        counts, and the one before again when its block ends.

        Args:
            client: Whose; None for everybody's, now and later.
            delay: Seconds that each message takes.
            jitter: Seconds that it may take more or less, by chance.
            rate: Bytes in a second; None for any number.
            direction: ``"to app"``, ``"to client"`` or ``"both"``.
            seed: A number that makes the chance the same again; the log has the one that was taken.
        """
        check_timeout(delay, "delay")
        check_timeout(jitter, "jitter")
        _check_rate(rate)
        _check_seed(seed)
        chosen = secrets.randbelow(_SEEDS) if seed is None else seed
        rule = self._rule("weather", client, direction)
        rule.delay, rule.jitter, rule.rate, rule.seed = delay, jitter, rate, chosen
        return self._add(rule)

    def hold(self, client: str | None = None, direction: Directions = "both") -> Ruling:
        """Hold messages back until they are released, or the ``with`` block ends.

        Args:
            client: Whose; None for everybody's, now and later.
            direction: ``"to app"``, ``"to client"`` or ``"both"``.
        """
        return self._add(self._rule("hold", client, direction))

    def release(self, client: str | None = None, count: int | None = None) -> None:
        """End a hold: what it has held arrives.

        Args:
            client: Whose; None for everybody's.
            count: Deliver only so many, those that were sent first, and go on holding.

        Raises:
            ValueError: If `count` is less than 1.
        """
        check_client(client)
        if count is not None:
            _check_count(count)
            self._gating.there(lambda: self._deliver(client, count))
            return
        self._gating.say(f"network, {client or 'everybody'}: released")
        self._gating.there(lambda: self._release(self._named(client)))

    @property
    def held(self) -> list[Held]:
        """The messages in flight, held or delayed, those first that were sent first."""
        return self._gating.there(self._held)

    def cut(self, client: str) -> None:
        """Cut a client's line: both ends see 1006, and what is in flight is lost.

        Args:
            client: Its name.

        Raises:
            LookupError: If it has no open WebSocket.
        """
        check_client(client)
        named = self._named(client)
        found = self._gating.there(lambda: self._cut(named, client))
        if found is not None:
            raise LookupError(
                f"expected a client with an open WebSocket, got {client!r}; "
                f"{'open are ' + ', '.join(found) if found else 'none is open'}"
            )

    def partition(self, *groups: Iterable[str]) -> Ruling:
        """Part the network: what clients of one group set off does not reach those of another.

        Messages that they set off are held until it ends. What comes after such a message on a
        line waits behind it: one connection keeps its order.

        Args:
            groups: Two or more, each the names of some clients.

        Raises:
            TypeError: If a group is no list of names.
            ValueError: If there are fewer than two, or a client is in two of them.
        """
        parts = _parts(groups)
        rule = self._rule("parts", None, "to client")
        rule.groups = tuple(frozenset(self._called(each) for each in group) for group in parts)
        return self._add(rule)

    def slow_reader(self, client: str | None = None) -> Ruling:
        """Have a client read nothing: once 64 KiB are on the way to it, `send` waits.

        Args:
            client: Which; None for everybody.
        """
        return self._add(self._rule("slow", client, "to client"))

    def calm(self, client: str | None = None) -> None:
        """End every rule, and deliver what is in flight.

        Args:
            client: Only the rules that are about this client alone.
        """
        check_client(client)
        gates = self._gating.gates
        if client is None and not self._among:
            if gates.rules:
                self._gating.say("network: calm")
            self._gating.there(gates.calm)
            return
        named = self._named(client)
        ended = [each for each in self._own() if named in (None, each.client)]
        for each in ended if client is not None else ():
            self._gating.say(f"{words_of(each)}, no more")
        self._gating.there(lambda: gates.end(ended))

    # What they share.

    def _own(self) -> list[Rule]:
        return [each for each in self._gating.gates.rules if each.among == self._among]

    def _called(self, client: str) -> str:
        """Return what the log calls a client; one without a name is an exercise's only one."""
        return "-".join(filter(None, (self._among, client)))

    def _named(self, client: str | None) -> str | None:
        return None if client is None else self._called(client)

    def _rule(self, kind: Any, client: str | None, direction: Directions) -> Rule:
        check_client(client)
        if direction not in _DIRECTIONS:
            raise ValueError(
                f"expected direction to be one of {_DIRECTIONS}, got {direction!r}; leave it out"
            )
        alike = bool(self._among)
        return Rule(kind, self._named(client), direction, among=self._among, alike=alike)

    def _add(self, rule: Rule) -> Ruling:
        said = words_of(rule)
        self._gating.say(said)
        self._gating.there(lambda: self._gating.gates.add(rule))
        self._say_who_is_not_there(rule.client)
        return Ruling(self, rule, said)

    def _say_who_is_not_there(self, client: str | None) -> None:
        """Say under the cell that nobody is called so, while others are there."""
        open_ = dict.fromkeys(each.client for each in self._gating.sockets())
        if client is not None and not self._among and open_ and client not in open_:
            there = ", ".join(list(open_)[:_NAMED])
            kernel.say(
                f"No client with an open WebSocket is called {client!r}; there are {there}. The "
                "rule waits for one.",
                trouble=False,
            )

    def _leave(self, rule: Rule, words: str) -> None:
        if rule in self._gating.gates.rules:
            self._gating.say(f"{words}, no more")
        self._gating.there(lambda: self._gating.gates.end([rule]))

    def _release(self, client: str | None) -> None:
        gates = self._gating.gates
        gates.end(gates.rules.of("hold", client))
        if client is not None:
            for each in gates.rules.of("hold", None):
                each.exempt.add(client)
            gates.refresh()

    def _deliver(self, client: str | None, count: int) -> None:
        named = self._named(client)
        found = [each for each in self._in_flight() if named in (None, each.client)]
        self._gating.gates.deliver(found[:count])

    def _in_flight(self) -> list[InFlight]:
        """Return what is in flight, as it was sent."""
        everybody = Rule("hold", among=self._among)
        found = self._gating.gates.on_their_way()
        return [each for each in found if everybody.includes(each.client)]

    def _held(self) -> list[Held]:
        found = self._in_flight()
        if not found:
            return []
        at = self._gating.gates.clock.time()
        return [Held(self._gating, each, at, f"{self._among}-") for each in found]

    def _cut(self, named: str | None, client: str) -> list[str] | None:
        """Cut; return who is there instead, if nobody is called so."""
        names = list(dict.fromkeys(each.client for each in self._gating.sockets()))
        wanted = Rule("hold", named, alike=bool(self._among))
        found = [name for name in names if wanted.concerns(name, "to app")]
        for each in found:
            self._gating.say(f"network, {each}: cut")
            self._gating.cut(each)
        return None if found else names

    def __repr__(self) -> str:
        held = self.held
        size = sum(len(each.data) for each in held)
        rules = self._own() if self._among else list(self._gating.gates.rules)
        state = count(len(rules), "rule") if rules else "calm"
        return f"<Network {state}; {count(len(held), 'message')} in flight, {size:,} bytes>"


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


def event_of(flight: InFlight) -> Any:
    """Return the event that a message in flight is."""
    event = flight.item.event
    return getattr(event, "event", event)


def _weather(rule: Rule) -> str:
    parts = []
    if rule.delay or rule.jitter:
        chance = f" ± {rule.jitter:g} s, seed {rule.seed}" if rule.jitter else ""
        parts.append(f"delay {rule.delay:g} s{chance}")
    if rule.rate:
        parts.append(f"{rule.rate:g} bytes/s")
    return ", ".join(parts) or "no delay"


def _check_rate(rate: object) -> None:
    if rate is None:
        return
    check_timeout(rate, "rate")
    if not rate:
        raise ValueError(
            "expected rate= as bytes in a second, got 0; lab.network.hold() lets nothing through"
        )


def _check_seed(seed: object) -> None:
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise TypeError(f"expected seed= as a whole number, got {seed!r}; leave it out")


def _check_count(count: object) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ValueError(
            f"expected count= as how many messages, from 1, got {count!r}; leave it out for all"
        )


def _parts(groups: tuple[Iterable[str], ...]) -> list[list[str]]:
    parts = list(_listed(groups))
    if len(parts) < 2:
        raise ValueError(
            f"expected two groups or more, got {len(parts)}; "
            "write lab.network.partition(['ann'], ['bob'])"
        )
    names = [name for part in parts for name in part]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"expected each client in one group, got {twice!r} in two; leave one out")
    return parts


def _listed(groups: tuple[Iterable[str], ...]) -> Iterator[list[str]]:
    for group in groups:
        if isinstance(group, str) or not isinstance(group, Iterable):
            raise TypeError(f"expected a list of names, got {group!r}; write [{group!r}]")
        names = list(group)
        for each in names:
            check_client(each)
        yield names
