"""The words of ASGI as types: scope, event, receive, send, application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

NUMBER: Final = "micropie.number"
"""A scope key: the number of a connection among its client's, where somebody counts them."""

RawHeader = tuple[bytes, bytes]
"""A header as ASGI carries it: lower-case name and value, both latin-1."""
