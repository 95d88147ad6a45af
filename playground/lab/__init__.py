"""Lab: an app that is being served, its traffic and its clients, as one object.

Each side of it has a room: `life` (start and stop), `code` (swap, revisions), `addresses`, `visits`
(clients, requests) and `views` (the panel and its parts). `ground` is what they all stand on.
"""

from playground.lab.ground import TransportName
from playground.lab.lab import Lab

__all__ = ["Lab", "TransportName"]
