"""A crowd: so many clients that only a few of them are written down, and of those not everything.

Law of the room: one of a crowd is known by a secret. Of those that are not written down the log has
nothing, so what their handlers raise and print is counted here, for the one row that tells of all.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from playground.recorder.tap import Desk, Tap
from playground.traffic.escapes import escaped
from playground.traffic.log import Log
from playground.traffic.model import Kind, Sender
from playground.traffic.redact import redact_text
from playground.traffic.told import told

CROWD_HEADER: Final = b"x-playground-crowd"
"""A request header that says of a client that it is one of a crowd; the app does not see it."""

SAMPLES: Final = 5
"""So many clients of a crowd are written down: the first ones."""

ROWS: Final = 100
"""So many messages of each of those are; then only how it ends."""

# So many kinds of exceptions are told apart.
_KINDS: Final = 20
# What an app sends and prints as often as it likes; all else comes once or twice.
_MANY: Final = frozenset({"text", "binary", "print", "exception"})


class CrowdTap(Tap):
    """Stands for all those of a crowd that are not written down.

    Args:
        recorder: Whose it is.

    Attributes:
        raised: How often their handlers have raised what.
        mark: The header by which its clients are known, and the secret in it.
    """

    def __init__(self, recorder: Desk) -> None:
        silent: Any = _Silent(recorder)
        super().__init__(silent, {"headers": (), "path": "/"}, _nobody, _nobody)
        self.id, self.working_on = 0, None
        self.raised: Counter[str] = Counter()
        self._secret = secrets.token_hex(16)
        self.mark = CROWD_HEADER.decode(), self._secret

    def number_of(self, headers: Iterable[tuple[bytes, bytes]]) -> int:
        """Return which of the crowd has sent a handshake, from 1; 0 for anybody else."""
        said = next((value for name, value in headers if name == CROWD_HEADER), b"")
        secret, _, number = said.partition(b";")
        known = secrets.compare_digest(secret, self._secret.encode())
        return int(number) if known and number.isdigit() else 0

    def due(self, seq: int | None) -> int | None:
        """Return None: there is no entry that anything could be due to."""
        return None

    def write(self, kind: Kind, sender: Sender, *data: Any, **fields: Any) -> int | None:
        """Write nothing."""
        return None

    def printed(self, stream: str, text: str) -> None:
        """Let go of what a handler printed: the same thing a thousand times says no more."""

    def failed_at(self, error: BaseException, where: str | None, trace: str) -> None:
        """Count an exception, by what it says and where it was raised."""
        self.count(redact_text(told(error)), where)

    def count(self, said: str, where: str | None) -> None:
        """Count an exception, without credentials, that a handler raised at a line."""
        kind = escaped(f"{said} (at {where})" if where else said)
        self.raised[kind if kind in self.raised or len(self.raised) < _KINDS else "others"] += 1


class _Silent:
    """A recorder of which nothing is shown that handlers print."""

    silent = True

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)


class Share:
    """A log that takes so many messages of one exchange, and no more.

    Args:
        log: What takes them.
        rows: How many.
        crowd: Counts what its handler raises.
    """

    def __init__(self, log: Log, rows: int, crowd: CrowdTap) -> None:
        self._log = log
        self._left = rows
        self._crowd = crowd
        self.unrecorded = 0

    @property
    def recording(self) -> bool:
        """Whether the next message is written down."""
        return self._left > 0 and self._log.recording

    def number(self) -> int:
        """Return the number of the next row."""
        self._left -= 1
        return self._log.number()

    def append(
        self,
        at: float,
        exchange: int,
        kind: Kind,
        sender: Sender,
        data: str | bytes | None = None,
        size: int = 0,
        cause: int | None = None,
        revision: int = 0,
        where: str | None = None,
        *rest: Any,
        **fields: Any,
    ) -> int | None:
        """Add a row, as a log does; return its number, None if it was one too many."""
        if kind == "exception":
            self._crowd.count(str(data), where)
        if kind in _MANY:
            if self._left <= 0:
                self.unrecorded += 1
                return None
            self._left -= 1
        return self._log.append(
            at, exchange, kind, sender, data, size, cause, revision, where, *rest, **fields
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


def without_mark(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers without that which marks one of a crowd: it is not the app's to see."""
    return [pair for pair in headers if pair[0] != CROWD_HEADER]


async def _nobody(*event: Any) -> Any:
    raise RuntimeError("expected nobody to call this: a crowd's events pass it by")
