"""Conversations had again: by a fresh app, on a clock of their own, with a log of their own.

Law of the room: nothing here touches the stage, its log or its clients.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from micropie.testing.places import NOT_USERS

_PLAYGROUND: Final = str(Path(__file__).parent.parent)

if _PLAYGROUND not in NOT_USERS:
    NOT_USERS.append(_PLAYGROUND)
