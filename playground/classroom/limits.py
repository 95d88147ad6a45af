"""How much a board takes, and from whom it takes nothing."""

from __future__ import annotations

from typing import Final

VERSION: Final = 1
"""Of what a kernel and a board say to each other."""

NAME: Final = 40
"""Characters of a learner's name."""

EXERCISE: Final = 64
"""Characters of the name of an exercise."""

SENTENCE: Final = 600
"""Characters of the sentence of what is wrong: about twice the longest of the course."""

LEARNERS: Final = 200
"""Learners on a board."""

EXERCISES: Final = 80
"""Exercises of one learner; the course has about forty."""

COLUMNS: Final = 120
"""Exercises on a board."""

LINES: Final = 4
"""Kernels that one learner has on the board at once: a notebook each."""

LADDER: Final = 200_000
"""Characters of a ladder: it shows forty rows, and is about 20,000 long."""

LADDERS: Final = 3
"""Ladders of one learner that are kept."""

MESSAGE: Final = 256 * 1024
"""Characters of a message to the board."""

BURST: Final = 60
"""Messages that may come at once, from one kernel."""

EACH_SECOND: Final = 10.0
"""Messages a second that may come, from one kernel."""

PAGES: Final = 60
"""Pages that show the board at once."""

PATIENCE: Final = 30.0
"""Seconds in which a kernel that has connected says who it is."""

UNFIT: Final = 4400
"""Close codes of ours (RFC 6455 7.4.2): the kernel says what no board takes."""

REMOVED: Final = 4403
"""The teacher has removed the learner."""

MUTE: Final = 4408
"""Whoever connected has not said in time who they are; a kernel tries again."""

TOO_FAST: Final = 4429
"""More has come than a kernel sends."""

FULL: Final = 4503
"""There is no room for one more."""

STILL_HERE: Final = 20.0
"""Seconds after which a kernel that has nothing to say says that it is still there."""

SILENT: Final = 60.0
"""Seconds after which a board says of a kernel that it hears nothing of it."""

STUCK: Final = 300.0
"""Seconds with the same sentence after which somebody is stuck."""
