"""What the lab's own work makes other libraries log reaches no handler of the user's.

A lab asks its app with httpx2 and websockets, which log each request and message, credentials
included. A user who looks at all that is logged (`logging.basicConfig(level="DEBUG")`; Litestar
does much the same) has not asked for the lab's own; and a handler of theirs that raises, or ends
the program, would do so in the lab's work. What the user's own code does with these libraries is
logged as ever.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_LOGGERS: Final = (
    "asyncio",
    "httpcore2.connection",
    "httpcore2.http11",
    "httpcore2.http2",
    "httpcore2.proxy",
    "httpcore2.socks",
    "httpx2",
)

_is_ours: ContextVar[bool] = ContextVar("the lab's own work", default=False)


def quiet_logger() -> logging.Logger:
    """Return a logger for libraries that take one: it logs nothing, and nobody can ask it to."""
    # One that can be got by its name is switched on by `logging.config`.
    logger = logging.Logger("playground.clients")  # noqa: LOG001
    logger.disabled = True
    return logger


@contextmanager
def quietly() -> Iterator[None]:
    """Log nothing within the block: what runs there is the lab's own work, and no code of users."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if _takes not in logger.filters:
            # Before those of the user's, which may raise too.
            logger.filters.insert(0, _takes)
    token = _is_ours.set(True)
    try:
        yield
    finally:
        _is_ours.reset(token)


def _takes(record: logging.LogRecord) -> bool:
    return not _is_ours.get()
