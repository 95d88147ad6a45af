"""The lab: an app that is being served, its traffic and its clients, as one object.

`Lab` is what a user holds: a façade that only hands on. Its parts do the work, one file each;
`wiring` makes them and introduces them to each other, and `parts_of` gives them to the rooms that
work on a lab from outside, such as the checks.
"""

from playground.lab import showing as showing
from playground.lab.lab import Lab, move, parts_of
from playground.lab.parts import Parts, TransportName

__all__ = ["Lab", "Parts", "TransportName", "move", "parts_of"]
