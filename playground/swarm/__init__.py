"""A crowd of WebSocket clients, what it makes of a script, and how long it waits for answers.

Law of the room: a crowd ends by itself, and nobody needs to be there to end it.
"""

from playground.swarm.crowd import Crowd
from playground.swarm.histogram import Histogram
from playground.swarm.plan import Plan

__all__ = ["Crowd", "Histogram", "Plan"]
