"""Whether the far side is there, before anybody is led to it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from playground.upstream.dialling import dial
from playground.upstream.refused import Unreachable

if TYPE_CHECKING:
    from playground.upstream.upstream import Upstream

# Seconds: somebody waits for it before a form.
_PATIENCE: Final = 5.0


async def reach(upstream: Upstream) -> None:
    """Connect to where an upstream leads, and hang up at once: nothing is asked there.

    Args:
        upstream: It.

    Raises:
        Unreachable: If nobody answers there, or not in TLS where it is asked for.
    """
    timeout = min(_PATIENCE, upstream._timeout)
    await dial(upstream._address, upstream._context, _HangsUp(), timeout)


def missing(upstream: Upstream) -> str:
    """Return why an upstream leads to nobody now, as a sentence; "" if somebody is there.

    Args:
        upstream: It; for a thread in which no loop runs, as it waits for up to five seconds.
    """
    try:
        asyncio.run(reach(upstream))
    except Unreachable as error:
        return error.sentence
    return ""


class _HangsUp(asyncio.Protocol):
    """Ends a connection as soon as it is there."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """End it."""
        transport.close()
