"""Where a crowd's process stands that gives no sign of life: read from what Python says of it.

Law of the file: a script is to blame only if its line is on the stack of the loop's thread twice in
a row, without a turn of the loop in between; a machine that is slow is nobody's fault.
"""

from __future__ import annotations

import re
from typing import Final

from playground.notebook import kernel
from playground.swarm.travelling import SCRIPT, place_in

# As `faulthandler` writes: it begins, and each thread has its frames, the innermost first.
_BEGINS: Final = re.compile(r"Timeout \(\d+:\d\d:\d\d(\.\d+)?\)!$")
_THREAD: Final = re.compile(r"(Current t|T)hread 0x")
_FRAME: Final = re.compile(r'  File "(.+)", line (\d+) in ')


class Standing:
    """Hears what is said of a process that stands still.

    Args:
        text: Of the module that its script is; "" for none.

    Attributes:
        stuck: The line that it does not leave, as ``In[5] line 3``; "" while it is not stuck.
    """

    def __init__(self, text: str) -> None:
        self.stuck = ""
        self._text = text
        self._last = self._found = ""
        self._reads = False

    def turned(self) -> None:
        """Note that the loop has turned."""
        self._reads, self._last, self._found = False, "", ""

    def heard(self, line: str) -> bool:
        """Hear a line; return whether it is of what is said of a process that stands still."""
        if _BEGINS.search(line):
            # The one before is whole only now.
            if self._reads and self._last and self._found:
                self.stuck = self._found
            self._last = self._found if self._reads else ""
            self._reads, self._found = True, ""
        elif self._reads and _THREAD.match(line):
            self._found = ""  # the thread that was there first comes last: it is the loop's
        elif self._reads and not self._found and (frame := _FRAME.match(line)):
            self._found = self._place(frame[1], int(frame[2]))
        return self._reads

    def _place(self, filename: str, line: int) -> str:
        if filename == SCRIPT:
            return place_in(self._text, line)
        label = kernel.place_of(filename)
        return f"{label} line {line}" if label else ""
