"""The recorder: ASGI middleware that writes down what passes, with time and cause.

Law of the room: it changes nothing that passes, save one header of our own that names a client
and that no app should see. It calls nobody; whoever wants to know reads the log.
"""

from playground.recorder.callers import CLIENT_HEADER
from playground.recorder.causes import doing
from playground.recorder.crowds import SAMPLES, CrowdTap
from playground.recorder.recorder import Present, Recorder
from playground.recorder.tap import Ending, Tap, client_of, current_tap, now, tap_of

__all__ = [
    "CLIENT_HEADER",
    "SAMPLES",
    "CrowdTap",
    "Ending",
    "Present",
    "Recorder",
    "Tap",
    "client_of",
    "current_tap",
    "doing",
    "now",
    "tap_of",
]
