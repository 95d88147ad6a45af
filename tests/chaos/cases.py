"""Wrong programs, by what was done: the rows of the page, and what the suite runs of each.

The page "When something is wrong" is made of these rows by `tests.chaos.page`.
"""

from __future__ import annotations

from tests.chaos.answering import ANSWERS, SOCKETS
from tests.chaos.asking import ASKING
from tests.chaos.commanding import COMMANDS
from tests.chaos.defining import CLASSES
from tests.chaos.going_on import GOING_ON
from tests.chaos.holding import BESIDES, HOLDING
from tests.chaos.raising import LEAVING

CHAPTERS = [CLASSES, LEAVING, HOLDING, GOING_ON, ANSWERS, SOCKETS, ASKING, COMMANDS, BESIDES]

PROGRAMS = [program for chapter in CHAPTERS for kind in chapter.kinds for program in kind.programs]
