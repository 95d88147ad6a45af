"""A server elsewhere, in any language, as an ASGI app: what is served here is led on to it.

Laws of the room:

- There is one server that all is led to, and whoever writes the code names it. No client can.
- A message is forwarded, changed or dropped by a hook; nothing else makes one, and none is lost.
- The far leg belongs to the connection, not to the code: after a swap the next code has it.

A connection has two *legs*, a near one (the client's) and a far one. Each has its own handshake,
compression, masks, pings and fragments; what passes from one to the other are messages, and how it
ended.
"""

from playground.upstream.refused import Refused
from playground.upstream.upstream import Upstream

__all__ = ["Refused", "Upstream"]
