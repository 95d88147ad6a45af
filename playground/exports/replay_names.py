"""Names of variables in an exported test, made of what clients are called.

Law of the room: no name hides another that the module needs, whatever a client is called.
"""

from __future__ import annotations

import builtins
import inspect
import keyword
import re
import unicodedata
from collections.abc import Collection
from typing import Final

from playground.exports import changing

# Of the module itself, of what it imports, and its helpers.
_MODULES: Final = frozenset(
    {
        "asyncio", "json", "re", "datetime", "UTC", "Iterable", "Any", "NamedTuple", "pytest",
        "Client", "ConnectionClosed", "ResponseIncomplete", "WebSocketRefused", "TIMEOUT",
        "conversation", "test_the_conversation_goes_as_it_did", "serving", "client", "answer",
        "refusal", "heard", "heard_like", "end_of", "beginning_of", "beginning_like",
        "assert_like", "IGNORED", "SPAN", "_HELD", "recorded_app",
    }
)  # fmt: skip
_FORGIVING: Final = frozenset(name for name, _ in inspect.getmembers(changing))
_TAKEN: Final = _MODULES | _FORGIVING | frozenset(dir(builtins))

# The tasks that wait for an answer.
_ANSWER: Final = re.compile(r"answer_\d+")


def is_free(name: str) -> bool:
    """Return whether a name means nothing in an exported test."""
    return not (name in _TAKEN or keyword.iskeyword(name) or _ANSWER.fullmatch(name))


def variable(client: str, others: Collection[str]) -> str:
    """Return a variable's name for a client: its own, as far as Python allows it.

    Args:
        others: Names that are in use.
    """
    # As Python reads names: it takes some characters for others, and not all will do.
    said = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", client).lower())
    kept = "".join(each if f"a{each}".isidentifier() else " " for each in said)
    name = "_".join(kept.split()).strip("_") or "someone"
    if not name.isidentifier() or not is_free(name):
        name = f"client_{name}"
    unique, number = name, 1
    while unique in others or not is_free(unique):
        number += 1
        unique = f"{name}_{number}"
    return unique
