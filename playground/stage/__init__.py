"""The stage: one stable ASGI app whose content can be swapped while sockets stay open.

Law of the room: it knows ASGI and asyncio, nothing of servers, logs or frameworks. All of it runs
on one event loop; whoever calls from another thread hops there first.
"""

from playground.stage.act import current_revision
from playground.stage.errands import in_handler
from playground.stage.lifespan import StartupFailed
from playground.stage.stage import ON_SWAP, OnSwap, Stage, Swapped, check_on_swap

__all__ = [
    "ON_SWAP",
    "OnSwap",
    "Stage",
    "StartupFailed",
    "Swapped",
    "check_on_swap",
    "current_revision",
    "in_handler",
]
