"""The log, which no fault of who listens to it leaves.

A handler of `logging` that raises, or ends the program, does so where something is logged: in the
middle of a response, or of the server's own work. There it is told on stderr, as `logging` itself
tells what its handlers fail at.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

from micropie.failures import is_failure


class UnfailingLogger(logging.LoggerAdapter[logging.Logger]):
    """Logs by a name; what its handlers raise stays here."""

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        """Log, as `logging.Logger.log` does."""
        kwargs["stacklevel"] = kwargs.get("stacklevel", 1) + _OURS
        try:
            super().log(level, msg, *args, **kwargs)
        except BaseException as fault:
            if not is_failure(fault):
                raise
            if logging.raiseExceptions and sys.stderr is not None:
                traceback.print_exception(fault, file=sys.stderr)


# The frame of `log` above stands between who logs and `logging`.
_OURS = 1


def logger_of(name: str) -> UnfailingLogger:
    """Return the logger of a name.

    Args:
        name: As for `logging.getLogger`.
    """
    return UnfailingLogger(logging.getLogger(name), {})


logger = logger_of("micropie")
