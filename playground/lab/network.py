"""What lies between the clients and the app, as its user rules it: delays, holds, cuts."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Final, Self

from playground.clients.asking import check_client
from playground.gates.gates import InFlight
from playground.gates.rules import Direction, Directions, Rule, words_of
from playground.lab import asking
from playground.lab.gating import Gating
from playground.notebook import kernel
from playground.transports import count

# Of this many seeds one is taken where none is given: few enough to be read out.
_SEEDS: Final = 100_000


class Held:
    """A message that has been sent and has not arrived.

    Attributes:
        client: Whose connection it is on.
        direction: ``"to app"`` or ``"to client"``.
        data: The message; for a close its reason.
        since: For how many seconds it has been in flight.
        seq: The number of its entry in the log, if it has one.
    """

    def __init__(self, gating: Gating, flight: InFlight, at: float, client: str) -> None:
        self.client = client
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
        if not self._network._has(self._rule):
            raise RuntimeError(
                f"expected a rule that holds, got {self!r}, which has ended; make it again"
            )
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
            jitter: Seconds that it may take more or less, by chance; never less than none, so that
                alone it is from 0 to so many.
            rate: Bytes in a second; None for any number.
            direction: ``"to app"``, ``"to client"`` or ``"both"``.
            seed: A number that makes the chance the same again; the log has the one that was taken.
        """
        asking.check_seconds(delay, "delay")
        asking.check_seconds(jitter, "jitter")
        asking.check_rate(rate)
        asking.check_seed(seed)
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
            LookupError: If nobody is or was called so.
            ValueError: If `count` is less than 1.
        """
        if isinstance(client, int) and count is None:
            raise TypeError(
                f"expected client= as a name, got {client!r}; for so many messages write "
                f"lab.network.release(count={client!r})"
            )
        self._check_known(client)
        if count is not None:
            asking.check_count(count)
            self._gating.there(lambda: self._deliver(client, count))
            return
        named = self._named(client)
        holds = [each for each in self._mine(named) if each.kind == "hold"]
        if holds:
            self._gating.say(f"network, {client or 'everybody'}: released")
        self._gating.there(lambda: self._release(holds, named))
        if not holds:
            self._say_what_is_left("there is no hold to end", client)

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
        asking.check_one(client)
        named = self._named(client)
        found = self._gating.there(lambda: self._cut(named, client))
        if found is not None:
            there = f"open are {asking.some(map(self._shown, found))}" if found else "none is open"
            raise LookupError(f"expected a client with an open WebSocket, got {client!r}; {there}")

    def partition(self, *groups: Iterable[str]) -> Ruling:
        """Part the network: what clients of one group set off does not reach those of another.

        Messages that they set off are held until it ends. What comes after such a message on a
        line waits behind it: one connection keeps its order.

        Args:
            groups: Two or more, each the names of some clients. Who is in none hears everybody.

        Raises:
            TypeError: If a group is no list of names.
            ValueError: If there are fewer than two, one is empty, or a client is in two of them.
        """
        parts = asking.parts_of_a_network(groups)
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

        Raises:
            LookupError: If nobody is or was called so.
        """
        self._check_known(client)
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
        if client is not None and not ended:
            self._say_what_is_left(f"no rule is about {client!r} alone", client)

    # What they share.

    def _own(self) -> list[Rule]:
        return [each for each in self._gating.gates.rules if each.among == self._among]

    def _has(self, rule: Rule) -> bool:
        return rule in list(self._gating.gates.rules)

    def _mine(self, named: str | None) -> list[Rule]:
        """Return the rules that this may end, about one client or everybody."""
        rules = self._own() if self._among else list(self._gating.gates.rules)
        return [each for each in rules if named is None or _is_about(each, named)]

    def _called(self, client: str) -> str:
        """Return what the log calls a client; one without a name is an exercise's only one."""
        return "-".join(filter(None, (self._among, client)))

    def _named(self, client: str | None) -> str | None:
        return None if client is None else self._called(client)

    def _shown(self, name: str) -> str:
        """Return what a client is called here."""
        return name.removeprefix(f"{self._among}-") if self._among else name

    def _check(self, client: str | None) -> None:
        check_client(client)
        if client == "" and not self._among:
            raise ValueError("expected client= as a name, got ''; leave it out for everybody")

    def _check_known(self, client: str | None) -> None:
        """Check that somebody is or was called so, or that a rule waits for somebody who is."""
        self._check(client)
        named = self._named(client)
        known = [
            each
            for each in self._gating.clients()
            if Rule("hold", among=self._among).includes(each)
        ]
        waits = any(each.client == named for each in self._own())
        if named is None or waits or self._meant(named, known):
            return
        there = f"there are {asking.some(map(self._shown, known))}" if known else "nobody is there"
        raise LookupError(f"expected a client that is there, or was, got {client!r}; {there}")

    def _meant(self, named: str | None, names: Iterable[str]) -> list[str]:
        """Return which of some clients is called so, or has connected again as such a one."""
        wanted = Rule("hold", named, alike=bool(self._among))
        return [name for name in names if wanted.concerns(name, "to app")]

    def _rule(self, kind: Any, client: str | None, direction: Directions) -> Rule:
        self._check(client)
        asking.check_direction(direction)
        alike = bool(self._among)
        return Rule(kind, self._named(client), direction, among=self._among, alike=alike)

    def _add(self, rule: Rule) -> Ruling:
        said = words_of(rule)
        self._gating.say(said)
        self._gating.there(lambda: self._gating.gates.add(rule))
        self._say_who_is_not_there(rule)
        return Ruling(self, rule, said)

    def _say_who_is_not_there(self, rule: Rule) -> None:
        """Say under the cell that nobody is called so, while others are there."""
        open_ = [each.client for each in self._gating.sockets()]
        alone = [] if rule.client is None else [rule.client]
        named = [*alone, *(name for group in rule.groups for name in sorted(group))]
        missing = [each for each in named if each not in open_]
        if missing and not self._among and open_:
            called = ", ".join(map(repr, missing))
            kernel.say(
                f"No client with an open WebSocket is called {called}; there are "
                f"{asking.some(open_)}. The rule waits for one.",
                trouble=False,
            )

    def _say_what_is_left(self, why: str, client: str | None) -> None:
        """Say under the cell why nothing was ended, where some rule holds something up still."""
        left = [words_of(each) for each in self._mine(self._named(client)) if not each.is_clear]
        if left:
            kernel.say(
                f"Nothing was ended: {why}. What holds is {'; '.join(left)}. "
                "lab.network.calm() ends all of it.",
                trouble=False,
            )

    def _leave(self, rule: Rule, words: str) -> None:
        if rule in self._gating.gates.rules:
            self._gating.say(f"{words}, no more")
        self._gating.there(lambda: self._gating.gates.end([rule]))

    def _release(self, holds: list[Rule], named: str | None) -> None:
        gates = self._gating.gates
        everybodys = [each for each in holds if each.client is None and named is not None]
        for each in everybodys:
            each.exempt.add(named or "")
        gates.end([each for each in holds if each not in everybodys])

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
        return [Held(self._gating, each, at, self._shown(each.client)) for each in found]

    def _cut(self, named: str | None, client: str) -> list[str] | None:
        """Cut; return who is there instead, if nobody is called so."""
        everybody = Rule("hold", among=self._among)
        there = dict.fromkeys(each.client for each in self._gating.sockets())
        names = [each for each in there if everybody.includes(each)]
        found = self._meant(named, names)
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


def event_of(flight: InFlight) -> Any:
    """Return the event that a message in flight is."""
    event = flight.item.event
    return getattr(event, "event", event)


def _is_about(rule: Rule, named: str) -> bool:
    if rule.client is None:
        return rule.includes(named) and named not in rule.exempt
    return rule.client == named
