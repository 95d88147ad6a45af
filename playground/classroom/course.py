"""The course's exercises by notebook, in the order in which they are taught."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

NOTEBOOKS: Final = {
    "00-start": ("echo-reverse", "echo-twice"),
    "01-http": ("http-double", "http-secret"),
    "02-websockets": ("divide-zero", "divide-word"),
    "03-arguments": ("args-repeat", "args-whoami"),
    "04-chat": ("chat-names", "chat-left", "chat-rooms"),
    "05-messages": ("json-sum", "bytes-reverse", "sub-version"),
    "06-sessions": ("session-count", "ws-seats", "ws-logout"),
    "07-live": ("live-tally", "live-carry"),
    "08-traffic": ("traffic-once", "traffic-small"),
    "09-socketio": ("sio-shout", "sio-leave"),
    "10-asgi": ("asgi-bytes", "asgi-path", "asgi-page"),
    "11-testing": ("test-goodbye", "test-empty", "test-double"),
    "12-beyond": ("beyond-count", "beyond-origin", "beyond-size"),
    "13-where-the-code-is": ("where-tea", "where-tickets"),
    "14-bad-weather": ("weather-once", "weather-slow", "weather-heartbeat"),
    "15-every-order": ("orders-seat", "orders-vote"),
    "16-somebody-elses-server": ("elsewhere-sorry", "elsewhere-broken"),
}
"""What a learner is asked to do in each notebook. A test holds it against the notebooks."""

_ORDER: Final = {name: place for place, name in enumerate(sum(NOTEBOOKS.values(), ()))}


def in_order(exercises: Iterable[str]) -> list[str]:
    """Return exercises as the course has them, and others after those, as they came."""
    return sorted(exercises, key=lambda each: _ORDER.get(each, len(_ORDER)))
