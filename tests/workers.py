"""Which worker of pytest-xdist runs which tests, in which order, and how many workers there are."""

from __future__ import annotations

import os

from xdist.scheduler import LoadFileScheduling

# Their tests share nothing but what is made for each value of one parameter: those of each value
# are given away by themselves.
BY_PARAMETER = ("tests/notebooks/test_run.py",)

# Of the files that drive a browser, which come last: what takes longest begins first, or one worker
# would still be at it when the others have nothing left to do.
LONGEST_FIRST = (
    "tests/notebooks/test_hub.py",
    "tests/lite/test_site.py",
    "tests/notebooks/test_docked.py",
    "tests/notebooks/test_film.py",
    "tests/notebooks/test_between.py",
    "tests/notebooks/test_journey.py",
    "tests/notebooks/test_driver.py",
    "tests/notebooks/test_code_face.py",
    "tests/notebooks/test_crowd.py",
    "tests/notebooks/test_frontends.py",
    "tests/notebooks/test_flood.py",
)


def how_many() -> int:
    """Return how many workers `-n auto` is: two for each processor, because tests wait a lot."""
    return 2 * (os.cpu_count() or 1)


def place(file: str) -> int:
    """Return the place of a file among those whose turn is the same: the lowest begins first."""
    return LONGEST_FIRST.index(file) if file in LONGEST_FIRST else len(LONGEST_FIRST)


class BySharing(LoadFileScheduling):  # type: ignore[misc] # it has no types
    """Gives a file to one worker, so that what its tests share is made once."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        parameter = nodeid.partition("[")[1:] if file in BY_PARAMETER else ()
        return "".join((file, *parameter))
