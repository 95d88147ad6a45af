"""A conversation as a pytest module: the app, what clients do, and what is usual."""

from __future__ import annotations

from collections.abc import Sequence
from pprint import pformat
from typing import Any, Final

from playground.fuzzing.acts import Conversation
from playground.fuzzing.usual import Usual
from playground.replays.saving import Sources, wrapped

_HEAD: Final = '''\
"""A conversation that goes wrong. Made by playground.

{sentence}

Run it with pytest: it fails as long as this conversation goes wrong. It is yours to edit.
"""

{imports}


{sources}# What each client does, one after the other.
CONVERSATION = (
{acts}
)
{more}

def test_this_conversation_goes_well():
    found = in_conversation({app}, CONVERSATION{given})
    assert not found, found
'''

_ORDER: Final = """
# What happens wherever several things could.
ORDER = (
{lines}
)
"""

_USUAL: Final = """
# Who connects how, and says what, when all is as usual: it is compared with that.
USUAL = (
{lines}
)
"""


def module(
    app: type,
    acts: Conversation,
    usual: Sequence[Usual],
    order: Sequence[str] | None,
    sentence: str,
    where: str = "",
) -> str:
    """Return the text of a test module.

    Args:
        app: The app's class.
        acts: What clients do.
        usual: What is usual, if it is compared with that.
        order: What happens at each point where several things could; None as it comes.
        sentence: What is wrong.
        where: Where the app is found, as ``module:name``; "" to write its source.

    Raises:
        ValueError: A source cannot be had.
    """
    found = Sources()
    place, _, name = where.partition(":")
    if where:
        found.imports.add(f"from {place} import {name}")
    else:
        name = found.add(app)
    found.imports.add("from playground.fuzzing import in_conversation")
    more = given = ""
    if usual:
        more += _USUAL.format(lines=_lines([each.plain() for each in usual]))
        given += ", usual=USUAL"
    if order is not None:
        more += _ORDER.format(lines=_lines(order))
        given += ", order=ORDER"
    return _HEAD.format(
        sentence=wrapped(sentence),
        imports=found.statements(),
        sources="".join(f"{text}\n\n\n" for text in found.texts),
        acts=_lines([each.plain() for each in acts]),
        more=more,
        app=name,
        given=given,
    )


def _lines(values: Sequence[Any]) -> str:
    return "\n".join(f"    {_value(each)}," for each in values)


def _value(value: Any) -> str:
    """Return a value as Python writes it; a huge text by what it is made of."""
    if isinstance(value, tuple):
        inner = ", ".join(map(_value, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, str | bytes) and len(value) > 200:
        return _repeated(value)
    return pformat(value, width=10**9)


def _repeated(value: str | bytes) -> str:
    """Return a text of which most is one character, again and again."""
    middle = value[len(value) // 2 : len(value) // 2 + 1]
    left = len(value) - len(value.lstrip(middle))  # type: ignore[arg-type]
    first = value.find(middle * 50)  # type: ignore[arg-type]
    if first < 0:
        return repr(value)
    rest = value[first:]
    run = len(rest) - len(rest.lstrip(middle))  # type: ignore[arg-type]
    parts = [repr(value[:first])] if first and not left else []
    parts.append(f"{middle!r} * {run:_}")
    if rest[run:]:
        parts.append(_value(rest[run:]))
    return " + ".join(parts)
