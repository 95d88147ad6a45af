"""The stage: one stable ASGI app whose content can be swapped while sockets stay open.

Law of the room: it knows ASGI and asyncio, nothing of servers, logs or frameworks. All of it runs
on one event loop; whoever calls from another thread hops there first.
"""

from playground.stage.lifespan import StartupFailed
from playground.stage.stage import ON_SWAP, OnSwap, Stage, Swapped, current_revision

__all__ = ["ON_SWAP", "OnSwap", "Stage", "StartupFailed", "Swapped", "current_revision"]
