"""What a crowd is to do, as it was asked for, and how far it may go."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

MOST: Final = 10_000
"""More clients than this are not asked of one machine."""

# Seconds that a run may take at most: an hour.
_LONGEST: Final = 3600.0


_RAMP: Final = 5.0
_A_SECOND: Final = 200


class Plan(NamedTuple):
    """What a crowd is to do.

    Attributes:
        path: Path and query that each client connects to.
        clients: How many there are to be.
        ramp: Seconds in which they come.
        seconds: Seconds for which they talk after that.
        every: Seconds from one message of a client to its next.
        message: What they send.
        mark: The header by which the lab knows one of the crowd, and the secret in it.
    """

    path: str
    clients: int = 1000
    ramp: float = 5.0
    seconds: float = 10.0
    every: float = 1.0
    message: str | bytes = "hi"
    mark: tuple[str, str] = ("x-crowd", "")

    def header(self, number: int) -> tuple[str, str]:
        """Return the header with which one of the crowd says that it is one.

        Args:
            number: Which, from 1.
        """
        name, secret = self.mark
        return name, f"{secret};{number}"


def ramp_for(clients: object) -> float:
    """Return the seconds in which so many clients come, if nobody says: 200 in a second."""
    if not isinstance(clients, int):
        return _RAMP
    return min(_RAMP, max(clients, 0) / _A_SECOND)


def checked(plan: Plan) -> Plan:
    """Return a plan that can be carried out.

    Raises:
        TypeError, ValueError: If one of its values makes no sense; the message says which.
    """
    if not isinstance(plan.path, str) or not plan.path.startswith("/"):
        raise ValueError(f"expected a path that begins with '/', got {plan.path!r}; try '/chat'")
    if not isinstance(plan.clients, int) or isinstance(plan.clients, bool):
        raise TypeError(f"expected a whole number of clients, got {plan.clients!r}; try 1000")
    if not 1 <= plan.clients <= MOST:
        remedy = "try 20" if plan.clients < 1 else "more than that is a matter for several machines"
        raise ValueError(f"expected 1 to {MOST:,} clients, got {plan.clients!r}; {remedy}")
    if not isinstance(plan.message, str | bytes):
        raise TypeError(
            f"expected a message of text or bytes, got {plan.message!r}; "
            "json.dumps makes a text of a value, and script= sends what it likes"
        )
    for name, least in (("ramp", 0.0), ("seconds", 0.0), ("every", 0.001)):
        _check_seconds(name, getattr(plan, name), least)
    return plan


def _check_seconds(name: str, value: Any, least: float) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"expected {name} in seconds, got {value!r}; try {name}=1")
    if not (math.isfinite(value) and least <= value <= _LONGEST):
        raise ValueError(
            f"expected {name} from {least:g} to {_LONGEST:g} seconds, got {value!r}; try {name}=1"
        )
