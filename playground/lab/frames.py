"""Whether the frames of WebSockets are recorded: wanted by the user, and possible here."""

from __future__ import annotations

from collections.abc import Callable

from playground.recorder import Recorder
from playground.transports import Transport


class FrameSwitch:
    """Switches the recording of frames on and off.

    Args:
        transport: Shows the frames, or says why it cannot.
        recorder: Writes them down.
        tell: Writes a sentence into the log.

    Attributes:
        wanted: Whether the frames of new connections are wanted in the log.
    """

    def __init__(
        self, transport: Transport, recorder: Recorder, tell: Callable[[str], object]
    ) -> None:
        self.wanted = False
        self._transport = transport
        self._recorder = recorder
        self._tell = tell

    def see(self, wanted: bool) -> None:
        """Record frames from the next connection on, or do not; say once if none can be seen."""
        why = self._transport.frames_unseen() if wanted else ""
        shown = wanted and not why
        self._transport.show_frames(shown)
        self._recorder.watch = self._transport.watch if shown else None
        if why and not self.wanted:
            self._tell(why)
        self.wanted = wanted
