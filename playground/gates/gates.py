"""All gates of an app: which connections have one, by the rules and breakpoints there are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextvars import Context
from typing import Any, NamedTuple

from playground.gates.breakpoints import Breakpoints, Point, Working
from playground.gates.gate import Event, Gate, Socket
from playground.gates.link import Clock, Item
from playground.gates.rules import CLEAR, DIRECTIONS, Direction, Rule, Rules
from playground.gates.stops import Verdict
from playground.traffic.log import Log


class InFlight(NamedTuple):
    """A message in flight: whose, on which way, and the gate that has it."""

    client: str
    direction: Direction
    item: Item
    gate: Gate


class Gates:
    """All gates of an app. Used on its event loop.

    Args:
        log: Where entries are found.
        sockets: Returns the connections that are open.
        opened: Sets whom to tell of each new connection; None for nobody.
        at_work: Returns at what the code works that runs where it is called.
        why: Called for why a handler is cancelled, as a clause; "" if that is not known.
        passed: Makes what the recorder is told of an event that a gate has changed or kept.
        lines: Returns the lines of the user's that run where it is called.
        clock: Tells the time; the event loop by default.
    """

    def __init__(
        self,
        log: Log,
        sockets: Callable[[], Iterable[Any]],
        opened: Callable[[Callable[[Any], None] | None], None],
        at_work: Callable[[], Working],
        why: Callable[[Any], str],
        passed: Callable[..., Any],
        lines: Callable[[], Iterable[str]],
        clock: Clock | None = None,
    ) -> None:
        self.rules = Rules()
        self.breaks = Breakpoints(log, at_work, self._watch, why, lines)
        self.passed = passed
        self._sockets = sockets
        self._opened = opened
        self._at_work = at_work
        self._clock = clock
        self._gates: dict[int, Gate] = {}
        self._ordered: asyncio.Task[None] | None = None

    @property
    def clock(self) -> Clock:
        """What tells the time."""
        return self._clock or asyncio.get_running_loop()

    def author(self) -> str:
        """Return the client whose doing is what is sent here; "" for nobody's."""
        owner = self._at_work().owner
        return "" if owner is None else str(owner.client)

    def refresh(self) -> None:
        """Have every connection a gate that needs one now, and no other."""
        asked = bool(self.rules) or self.breaks.are_set
        self._opened(self._greet if asked else None)
        for socket in list(self._sockets()):
            self._look(socket)

    def _greet(self, socket: Socket) -> None:
        self._look(socket)

    def _look(self, socket: Socket) -> None:
        ways = {each: self.rules.way(socket.client, each) for each in DIRECTIONS}
        gate = self._gates.get(socket.id)
        if gate is None:
            if not self.breaks.are_set and not any(way != CLEAR for way in ways.values()):
                return
            gate = self._gates[socket.id] = Gate(socket, self)
            socket.stand_at(gate)
        gate.follow(ways)
        self.rest(gate)

    def rest(self, gate: Gate) -> None:
        """Take a gate away that nothing needs any more."""
        if gate.is_needed or self.breaks.are_set or self._gates.get(gate.socket.id) is not gate:
            return
        del self._gates[gate.socket.id]
        gate.socket.stand_at(None)

    # What a gate asks.

    def stops_here(self, socket: Socket, event: Event | None) -> Working | None:
        """Return whose work stands still here; see `Breakpoints.stops_here`."""
        return self.breaks.stops_here(socket, event)

    async def stand(self, work: Working, socket: Socket, event: Event | None) -> Verdict:
        """Stand still; see `Breakpoints.stand`."""
        return await self.breaks.stand(work, socket, event)

    def gone(self, socket: Socket, why: str) -> None:
        """Let go on whoever stands still for a connection that has ended."""
        self.breaks.gone(socket, why)

    def forget(self, socket: Socket) -> None:
        """Forget a connection whose handler has ended."""
        self._gates.pop(socket.id, None)
        self.breaks.forget(socket)

    def _watch(self, socket: Socket, watching: bool) -> None:
        gate = self._gates.get(socket.id)
        if gate is None and watching:
            gate = self._gates[socket.id] = Gate(socket, self)
            socket.stand_at(gate)
        if gate is not None:
            gate.is_watching = watching
            gate.look()
        if not watching and not self.breaks.are_set:
            self.refresh()

    # What is asked of all of them.

    def add(self, rule: Rule) -> None:
        """Have a rule hold."""
        self.rules.add(rule)
        self.refresh()

    def end(self, rules: Iterable[Rule]) -> None:
        """Have some rules hold no more."""
        self.rules.end(rules)
        self.refresh()

    def calm(self) -> None:
        """End every rule, and deliver everything."""
        for each in list(self.in_flight()):
            each.item.free = True
        self.end(list(self.rules))

    def in_flight(self) -> Iterator[InFlight]:
        """Yield the messages in flight; of one link in their order."""
        for gate in list(self._gates.values()):
            for direction, link in gate.links.items():
                for item in link:
                    yield InFlight(gate.socket.client, direction, item, gate)

    def deliver_in_order(self, flights: Iterable[InFlight]) -> None:
        """Have messages arrive one after the other, each when the one before it has arrived.

        It takes the place of an order that is not through yet.
        """
        if self._ordered is not None:
            self._ordered.cancel()
        work = _delivered_in_order(list(flights))
        self._ordered = asyncio.get_running_loop().create_task(work, context=Context())

    def break_at(self, point: Point) -> None:
        """Have handlers stand still at some messages."""
        self.breaks.add(point)
        self.refresh()

    def remove(self, point: Point) -> None:
        """Have them go on."""
        self.breaks.remove(point)
        self.refresh()

    def gate_of(self, socket: Socket) -> Gate:
        """Return the gate of a connection; it is made where there is none."""
        gate = self._gates.get(socket.id)
        if gate is None:
            gate = self._gates[socket.id] = Gate(socket, self)
            socket.stand_at(gate)
        return gate

    def forget_all(self) -> None:
        """Forget every connection: their event loop has ended, or is left behind."""
        self._gates.clear()
        self._ordered = None
        for each in self.breaks.stops:
            each.end_by_itself("its event loop has ended")
        self.breaks.stops.clear()

    @property
    def are_there(self) -> bool:
        """Whether any connection has a gate."""
        return bool(self._gates)

    def hang_up(self, why: str) -> None:
        """Let everybody go on, and lose what is in flight: the app is about to end."""
        self.breaks.end_all(why)
        for gate in list(self._gates.values()):
            gate.lose_all(why)


async def _delivered_in_order(flights: list[InFlight]) -> None:
    for each in flights:
        link = each.gate.links[each.direction]
        link.deliver(each.item)
        await link.gone(each.item)
