"""Record the far leg of a connection: what the app itself says to a server elsewhere, and hears.

It is an exchange of its own, which the app opens and not a client. What goes out there is due to
what the handler works on. What comes back is due to nothing: no wire says which message another
program answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from playground.recorder.causes import current_cause, doing
from playground.recorder.tap import EPOCH, Ending, Tap, now, perf_counter
from playground.recorder.websocket import SHARE, UNCLEAN
from playground.traffic.model import Kind, Sender
from playground.traffic.redact import redact_headers, redact_path, redact_subprotocols
from playground.traffic.store import LARGE

FAR: Final = "playground.far"
"""The scope key under which an app finds what records a line of its own, a `Far`."""

UPSTREAM: Final = "upstream"
"""What the log calls the server elsewhere."""

RawHeaders = Iterable[tuple[bytes, bytes]]


class FarTap(Tap):
    """Record one WebSocket that the app has opened, from its opening handshake to its close.

    Args:
        near: What records the client's own leg.
        address: Where it goes to, such as ``"wss://example.org/chat?room=1"``.
        headers: Those of its opening handshake.
        offered: The subprotocols that it offers.
    """

    def __init__(
        self, near: Tap, address: str, headers: RawHeaders, offered: Iterable[str] = ()
    ) -> None:
        self.recorder, self.log, self.working_on = near.recorder, near.log, None
        self.near = self._client = near
        self._scope = {"headers": list(headers), "path": address}
        self._over = False
        self._number, self._take = self.log.number, self.log.take
        path, chosen = redact_path(address), redact_subprotocols(offered)
        self.id = self.log.begin(
            "websocket", UPSTREAM, "GET", path, redact_headers(self._scope["headers"]), chosen,
            now(), far=True,
        )  # fmt: skip
        self._sent("open", path, note=", ".join(chosen) or None)

    @property
    def at_once(self) -> bool:
        """Whether nothing holds up what goes on to the client."""
        return self._client.gate is None

    def accepted(self, subprotocol: str | None) -> None:
        """Note that the handshake was answered with 101."""
        self._work(self.write("accept", "client", subprotocol and _covered(subprotocol)))

    def refused(self, status: int, text: str) -> None:
        """Note that the handshake was answered with another status."""
        self._work(self.write("refuse", "client", self._redacted(text), code=status))
        self._end()

    def sent(self, message: str | bytes) -> None:
        """Note a message that has gone there."""
        if not self.log.recording:
            self.log.unrecorded += 1
            return
        cause, revision = current_cause()
        self._note("server", message, cause, revision or self.recorder.revision())

    def heard(self, message: str | bytes) -> None:
        """Note a message from there, which is handled now."""
        seq: int | None = None
        revision = doing.get()[2] or self.recorder.revision()
        if self.log.recording:
            seq = self._note("client", message, None, revision)
        else:
            self.log.unrecorded += 1
        doing.set((seq, self, revision))

    def _note(self, sender: Sender, message: str | bytes, cause: int | None, revision: int) -> int:
        """Write a message down, which is done for each: with what no other row needs left out."""
        log = self.log
        if isinstance(message, bytes):
            kind: Kind = "binary"
            size = len(message)
        else:
            kind = "text"
            size = len(message) if message.isascii() else len(message.encode())
        seq = self._number()
        self._take(
            (seq, EPOCH + perf_counter(), self.id, kind, sender, message, size,
             cause, revision, None, None, None, None)
        )  # fmt: skip
        if not seq & SHARE or size >= LARGE:
            log.settle()
        return seq

    def closed(self, code: int, reason: str, *, by_us: bool) -> None:
        """Note the end, once: later ones are none."""
        if self._over:
            return
        note = "not clean" if code in UNCLEAN else "clean"
        if by_us:
            self._sent("close", reason, code=code, note=note)
        else:
            self._work(self.write("close", "client", reason, code=code, note=note))
        self._end()

    def _sent(
        self,
        kind: Kind,
        data: str | bytes | None,
        *,
        code: int | None = None,
        note: str | None = None,
    ) -> None:
        cause, revision = current_cause()
        self.write(kind, "server", data, cause=cause, revision=revision, code=code, note=note)

    def _work(self, seq: int | None) -> None:
        """Have what is done now be due to an entry."""
        doing.set((seq, self, doing.get()[2]))

    def _end(self) -> None:
        self._over = True
        self.log.finish(self.id)


class Far(NamedTuple):
    """What an app that leads a connection on is given to have the other leg recorded.

    Attributes:
        tap: The connection's own.
    """

    tap: Tap

    def opens(self, address: str, headers: RawHeaders, offered: Iterable[str] = ()) -> FarTap:
        """Begin to record a WebSocket that the app opens; see `FarTap`."""
        return FarTap(self.tap, address, headers, offered)

    @property
    def ending(self) -> Ending | None:
        """How the client's own leg has ended, as the wire showed it; None while it has not."""
        return self.tap.ending


def _covered(subprotocol: str) -> str:
    return redact_subprotocols([subprotocol])[0]
