"""Conversations by the dozen, made by hypothesis; the only place that knows it.

Law of the room: a seed makes the same conversations everywhere, and no file is written. So only
coins are tossed: for numbers and texts, hypothesis also uses what it finds in the modules that are
loaded, and keeps it in a folder of its own beside the notebook.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from playground.fuzzing.acts import PEOPLE, Act, Conversation, Kind
from playground.fuzzing.oddities import ANYTHING, Message, odd_addresses, odd_messages
from playground.fuzzing.usual import Usual

T = TypeVar("T")

Pick = Callable[[Sequence[T]], T]

MISSING: Final = (
    "lab.fuzz makes its conversations with hypothesis, which is not installed; in a cell, write "
    "%pip install hypothesis"
)

# Acts in one conversation.
_MOST: Final = 8

# What somebody does who is connected; what stands there more often is done more often.
_DOINGS: Final[tuple[Kind, ...]] = (
    *("sends", "sends", "sends", "sends"),
    *("leaves", "vanishes", "connects", "connects"),
)
_USUALLY: Final = (True, True, True, False)


def check() -> None:
    """See that hypothesis is there.

    Raises:
        ImportError: It is not, with what to do.
    """
    try:
        import hypothesis  # noqa: F401
    except ImportError as error:
        raise ImportError(MISSING) from error


def conversations(usual: Sequence[Usual], seed: int, count: int) -> list[Conversation]:
    """Return so many conversations.

    Args:
        usual: What is usual at each route.
        seed: The same makes the same.
        count: How many, at most; twins are left out.
    """
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis import strategies as st

    found: dict[Conversation, None] = {}
    coins = st.booleans()
    stocks = [Stock(each) for each in usual]

    @st.composite
    def conversation(draw: Any) -> Conversation:
        return _made(stocks, _picking(lambda: draw(coins)))

    @seeded(seed)
    @settings(
        database=None,
        max_examples=count,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(conversation())
    def collect(made: Conversation) -> None:
        found.setdefault(made)

    collect()
    return list(found)


class Stock:
    """What conversations at a route are made of.

    Args:
        usual: What is usual there.
    """

    def __init__(self, usual: Usual) -> None:
        self.usual = usual
        self.addresses = usual.addresses
        self.odd_addresses = [each for one in usual.addresses for each in odd_addresses(one)]
        self.messages: tuple[Message, ...] = usual.messages or ("",)
        odd = dict.fromkeys(each for one in usual.messages for each in odd_messages(one))
        self.odd_messages = list(odd)


def _picking(toss: Callable[[], bool]) -> Pick[Any]:
    def pick(options: Sequence[T]) -> T:
        size = len(options)
        # A few coins more than it takes, where it does not come out even.
        coins = (size - 1).bit_length() + (2 if size & (size - 1) else 0)
        number = 0
        for _ in range(coins):
            number = 2 * number + toss()
        return options[number % size]

    return pick


def _made(stocks: Sequence[Stock], pick: Pick[Any]) -> Conversation:
    acts: list[Act] = []
    there: dict[str, Stock] = {}
    for _ in range(pick(range(1, _MOST + 1))):
        doing: Kind = pick(_DOINGS) if there else "connects"
        if doing == "connects":
            acts.append(_joining(stocks, there, pick))
            continue
        who = pick(list(there))
        stock = there[who]
        at_once = pick((False, False, False, True))
        if doing == "sends":
            acts.append(Act(who, "sends", _message(stock, pick), at_once=at_once))
        else:
            acts.append(Act(who, doing, at_once=at_once))
            del there[who]
    return tuple(acts)


def _joining(stocks: Sequence[Stock], there: dict[str, Stock], pick: Pick[Any]) -> Act:
    stock, who = pick(stocks), pick(PEOPLE)
    odd = stock.odd_addresses
    address = pick(stock.addresses if pick(_USUALLY) or not odd else odd)
    at_once = pick((False, False, False, True))
    if stock.usual.kind == "http":
        body = _body(stock, pick)
        return Act(who, "asks", address, body, at_once)
    there[who] = stock
    return Act(who, "connects", address, at_once=at_once)


def _body(stock: Stock, pick: Pick[Any]) -> str | None:
    if not stock.usual.is_seen and pick(_USUALLY):
        return None
    body = _message(stock, pick)
    return body if isinstance(body, str) and body else None


def _message(stock: Stock, pick: Pick[Any]) -> Message:
    kind = pick(("usual", "odd", "odd", "any"))
    if kind == "odd" and stock.odd_messages:
        return pick(stock.odd_messages)  # type: ignore[no-any-return]
    return pick(stock.messages if kind == "usual" else ANYTHING)  # type: ignore[no-any-return]
