"""Where each handler stands, and what the app holds: seen from outside, at a moment.

`looking.py` and what it uses see the line at which each handler waits, for what, with which
variables; `state.py` sees what the app's attributes hold, and writes down what a message changes.

Law of the room: it only looks. No code of the user's is run, not even a `__repr__`; what is read is
turned into text at once, and no object of the user's is kept.
"""

from playground.sight.standing import Frame, Standing, Standings

__all__ = ["Frame", "Standing", "Standings"]
