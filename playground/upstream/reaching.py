"""Whether the far side is there, before anybody is led to it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from playground.upstream.dialling import dial

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


class _HangsUp(asyncio.Protocol):
    """Ends a connection as soon as it is there."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """End it."""
        transport.close()
