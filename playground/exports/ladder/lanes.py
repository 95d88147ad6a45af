"""The lanes of a ladder, its vertical lines: who has one, where it stands, and who shares one.

Law of the room: whole numbers and sums that JavaScript does alike; see `ladder_steps`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Final, Literal, NamedTuple

from playground.traffic.escapes import escaped

# The rows' numbers stand left of the lanes.
GUTTER: Final = 52
MARGIN: Final = 16

# A lane that is narrower has no room for a name, or for a dozen characters on an arrow.
NARROWEST: Final = 66
# Where one scrolls for the others anyway, names need not be cut.
UNFOLDED: Final = 84
# In lanes that are wider the eye loses the line.
WIDEST: Final = 300

# Eight clients, the server, and one that the others share: more are too many to tell apart.
MOST_LANES: Final = 10


class Lane(NamedTuple):
    """One vertical line.

    Attributes:
        name: What stands above it.
        role: ``"client"``, ``"server"`` or ``"others"``.
        x: Pixels from the left edge.
        clients: Whose lane it is: one name, or all that share it; none for the server's.
    """

    name: str
    role: Literal["client", "server", "others"]
    x: int
    clients: tuple[str, ...]


class Lanes(NamedTuple):
    """All lanes from left to right, and how wide they are together.

    Attributes:
        lanes: From left to right; the server's is in the middle.
        pitch: Pixels from one to the next.
        width: Pixels that they take with the gutter; more than asked for if they had to.
        places: Client name → index of its lane, its own or the shared one.
    """

    lanes: tuple[Lane, ...]
    pitch: float
    width: int
    places: dict[str, int]

    @property
    def server(self) -> Lane:
        """The server's lane."""
        return next(lane for lane in self.lanes if lane.role == "server")

    def of(self, client: str) -> Lane:
        """Return the lane of a client: its own or the shared one; the server's if it has none."""
        index = self.places.get(client)
        return self.server if index is None else self.lanes[index]


def lanes(clients: Sequence[str], width: int, unfolded: bool = False) -> Lanes:
    """Return the lanes for these clients.

    Args:
        clients: Names in the order of joining.
        width: Pixels there are.
        unfolded: Give everybody a lane, and take more width if that needs it.
    """
    room = max(NARROWEST, width - GUTTER - MARGIN)
    most = min(MOST_LANES, room // NARROWEST)
    heads = heads_of(clients, len(clients) + 1 if unfolded else most)
    pitch = min(WIDEST, max(UNFOLDED if unfolded else 0, room / len(heads)))
    start = GUTTER + max(0.0, (room - pitch * len(heads)) / 2)
    placed = tuple(
        Lane(name, role, floor(start + pitch * (index + 0.5) + 0.5), whose)
        for index, (name, role, whose) in enumerate(heads)
    )
    places = {name: number for number, lane in enumerate(placed) for name in lane.clients}
    return Lanes(placed, pitch, max(width, floor(GUTTER + pitch * len(heads) + MARGIN)), places)


Head = tuple[str, Literal["client", "server", "others"], tuple[str, ...]]
"""A lane without its place: name, role, clients."""


def heads_of(clients: Sequence[str], room: int) -> list[Head]:
    """Return what stands above the lanes, from left to right.

    Args:
        clients: Names in the order of joining.
        room: How many lanes there may be; three always are.
    """
    most = max(3, room)
    alone = len(clients) if len(clients) < most else most - 2
    heads: list[Head] = [(escaped(name), "client", (name,)) for name in clients[:alone]]
    rest = clients[alone:]
    if rest:
        heads.append((f"+{len(rest)} others", "others", tuple(rest)))
    # In the middle no arrow is longer than half the ladder.
    heads.insert((len(heads) + 1) // 2, ("server", "server", ()))
    return heads
