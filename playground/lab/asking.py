"""What is asked of the network, checked before a rule is made; and who there is to ask about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, get_args

from playground.clients.asking import check_client, check_number
from playground.gates.rules import Directions
from playground.traffic.log import Log

_DIRECTIONS: Final = get_args(Directions)

# So many of who is there are named.
_NAMED: Final = 5


def clients_in(log: Log) -> list[str]:
    """Return the clients that have, or had, a WebSocket, as they came."""
    sockets = (each for each in log.exchanges if each.protocol == "websocket")
    found = dict.fromkeys([*log.cleared, *(each.client for each in sockets)])
    return [each for each in found if each]


def some(names: Iterable[str]) -> str:
    """Return the last few of some names, and how many more there are."""
    found = list(dict.fromkeys(names))
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return ", ".join(found[-_NAMED:]) + more


def check_one(client: object) -> None:
    """Check the name of a client that has to have one.

    Raises:
        TypeError: If it is no text.
        ValueError: If it is none that a client can have.
    """
    if client is None:
        raise TypeError("expected client= as the name of one client, got None; write client='bob'")
    check_client(client)


def check_direction(direction: object) -> None:
    """Check a direction.

    Raises:
        ValueError: If it is none.
    """
    if not isinstance(direction, str) or direction not in _DIRECTIONS:
        raise ValueError(
            f"expected direction to be one of {_DIRECTIONS}, got {direction!r}; leave it out"
        )


def check_seconds(seconds: object, name: str) -> None:
    """Check how long messages shall take.

    Raises:
        TypeError: If it is no number.
        ValueError: If it is none that can be waited for.
    """
    check_number(seconds, name, "a number of seconds", "0.2", "0.2")


def check_rate(rate: object) -> None:
    """Check how many bytes a second shall pass; None for any number.

    Raises:
        TypeError: If it is no number.
        ValueError: If nothing would pass, or it is none.
    """
    if rate is None:
        return
    check_number(rate, "rate", "bytes in a second", "2000", "2000")
    if not rate:
        raise ValueError(
            "expected rate= as bytes in a second, got 0; lab.network.hold() lets nothing through"
        )


def check_seed(seed: object) -> None:
    """Check what chance is drawn from; None for any.

    Raises:
        TypeError: If it is no whole number.
    """
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise TypeError(f"expected seed= as a whole number, got {seed!r}; leave it out")


def check_count(count: object) -> None:
    """Check how many messages shall arrive.

    Raises:
        ValueError: If it is no number from 1.
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ValueError(
            f"expected count= as how many messages, from 1, got {count!r}; leave it out for all"
        )


def parts_of_a_network(groups: tuple[Iterable[str], ...]) -> list[list[str]]:
    """Return the groups that a network is parted into, each a list of names.

    Raises:
        TypeError: If one is no list of names.
        ValueError: If there are fewer than two, one is empty, or a client is in two.
    """
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
        if isinstance(group, str):
            raise TypeError(f"expected a list of names, got {group!r}; write [{group!r}]")
        if isinstance(group, bytes) or not isinstance(group, Iterable):
            raise TypeError(f"expected a list of names, got {group!r}; write ['ann', 'bob']")
        names = list(dict.fromkeys(map(_name, group)))
        if not names:
            raise ValueError("expected a name in each group, got an empty one; leave it out")
        yield names


def _name(client: object) -> str:
    if not isinstance(client, str) or not client:
        name = getattr(client, "name", None)
        remedy = repr(name) if isinstance(name, str) else repr("bob")
        raise TypeError(f"expected names in a group, got {client!r}; write {remedy}")
    check_client(client)
    return client
