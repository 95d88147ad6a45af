"""The recorder: ASGI middleware that writes down what passes, with time and cause.

Law of the room: it changes nothing that passes, save one header of our own that names a client
and that no app should see. It calls nobody; whoever wants to know reads the log.

A message's **cause** travels in a context variable: `receive` sets it in the task of the handler,
tasks and threads started from there inherit it, and `send` reads it, on whichever connection.
"""

from playground.recorder.recorder import Recorder
from playground.recorder.tap import CLIENT_HEADER, Tap, current_tap, now

__all__ = ["CLIENT_HEADER", "Recorder", "Tap", "current_tap", "now"]
