"""All gates of an app: which connections have one, by the rules and breakpoints there are."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextvars import Context
from typing import Any, Final, NamedTuple

from playground.gates.breakpoints import Breakpoints, Point, Working
from playground.gates.gate import Event, Gate, Socket
from playground.gates.link import Clock, Item, Link
from playground.gates.rules import CLEAR, DIRECTIONS, Direction, Rule, Rules
from playground.gates.stops import Verdict
from playground.traffic.log import Log


class InFlight(NamedTuple):
    """A message in flight: whose, on which way, and the gate that has it."""

    client: str
    direction: Direction
    item: Item
    gate: Gate

    @property
    def link(self) -> Link:
        """The link that it is on."""
        return self.gate.links[self.direction]


# So many turns of the event loop who is let go has to be taken before the next one is: a handler
# that waits takes it in two, and one that does not holds up no others.
_TURNS: Final = 8


class Gates:
    """All gates of an app. Used on its event loop.

    Args:
        log: Where entries are found.
        sockets: Returns the connections that are open.
        opened: Sets whom to tell of each new connection; None for nobody.
        at_work: Returns at what the code works that runs where it is called.
        owner: Returns the connection alone whose code that is.
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
        owner: Callable[[], Any],
        why: Callable[[Any], str],
        passed: Callable[..., Any],
        lines: Callable[[], Iterable[str]],
        clock: Clock | None = None,
    ) -> None:
        self.rules = Rules()
        self.breaks = Breakpoints(log, at_work, owner, self._watch, why, lines)
        self.passed = passed
        self._sockets = sockets
        self._opened = opened
        self._owner = owner
        # Every message is asked about: whose work stands still here, see `Breakpoints.stops_here`.
        self.stops_here = self.breaks.stops_here
        self._clock = clock
        self._gates: dict[int, Gate] = {}
        self._ordered: asyncio.Task[None] | None = None
        self._letting_go: set[asyncio.Task[None]] = set()

    @property
    def clock(self) -> Clock:
        """What tells the time."""
        return self._clock or asyncio.get_running_loop()

    def author(self) -> str:
        """Return the client whose doing is what is sent here; "" for nobody's."""
        owner = self._owner()
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
        """Have some rules hold no more; what they have held arrives as it was sent."""
        held = [each for each in self.in_flight() if each.link.is_stopped(each.item)]
        self._end(rules, held)

    def calm(self) -> None:
        """End every rule, and deliver everything, as it was sent."""
        flights = list(self.in_flight())
        for each in flights:
            each.item.free = True
        self._end(list(self.rules), flights)

    def _end(self, rules: Iterable[Rule], flights: list[InFlight]) -> None:
        for each in flights:
            each.item.kept = True
        self.rules.end(rules)
        self.refresh()
        now = self.clock.time() if flights else 0.0
        for each in flights:
            each.item.kept = not each.link.is_stopped(each.item)
            each.item.free = each.item.free or (each.item.kept and each.item.due <= now)
        self._let_go([each for each in flights if each.item.kept])

    def deliver(self, flights: Iterable[InFlight]) -> None:
        """Have messages arrive as they were sent, whatever holds."""
        found = list(flights)
        for each in found:
            each.item.free = each.item.stopped = each.item.kept = True
        self._let_go(found)

    def _let_go(self, flights: list[InFlight]) -> None:
        if len({id(each.link) for each in flights}) < 2:  # its order is kept as it is
            for each in flights:
                each.link.let_go(each.item)
            return
        work = _in_turn(sorted(flights, key=lambda each: each.item.number))
        task = asyncio.get_running_loop().create_task(work, context=Context())
        self._letting_go.add(task)
        task.add_done_callback(self._letting_go.discard)

    def in_flight(self) -> Iterator[InFlight]:
        """Yield the messages in flight; of one link in their order, else as it comes."""
        for gate in list(self._gates.values()):
            for direction, link in gate.links.items():
                for item in link:
                    yield InFlight(gate.socket.client, direction, item, gate)

    def on_their_way(self) -> list[InFlight]:
        """Return the messages in flight that nothing has let go, as they were sent."""
        found = (each for each in self.in_flight() if not each.item.free)
        return sorted(found, key=lambda each: each.item.number)

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
        self._letting_go.clear()
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
        each.link.deliver(each.item)
        await each.link.gone(each.item)


async def _in_turn(flights: list[InFlight]) -> None:
    """Have messages arrive one after the other, but wait for nobody who does not take them."""
    waiting, busy = deque(flights), set[int]()
    try:
        while waiting:
            each = waiting.popleft()
            each.link.let_go(each.item)
            if id(each.link) not in busy and not await _is_taken(each.item):
                busy.add(id(each.link))
    finally:
        for each in waiting:
            each.link.let_go(each.item)


async def _is_taken(item: Item) -> bool:
    for _ in range(_TURNS):
        if item.gone:
            return True
        await asyncio.sleep(0)
    return item.gone
