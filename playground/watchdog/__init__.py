"""The watchdog: notices that the app's event loop is blocked, names by whom, and breaks it out.

An event loop runs one piece of code at a time. Code that does not await, be it a loop without an
end, a long computation or `time.sleep`, keeps everybody else waiting, and nothing on that loop can
notice. So somebody looks from a thread of its own:

1. `watching.py` asks the loop for a sign of life now and then, unless its thread plainly rests.
   After a second without one, the loop is blocked.
2. `stacks.py` reads where the thread is: the user's own line, the handler, and whose.
3. `breaking.py` raises an exception there, while the user's own code is at work and not the
   loop's, so that the handler ends as if it had raised it itself; where that is caught each time,
   `each_line.py` does at each of its lines, on a Python that tells of them.

Law of the room: it knows threads and frames; what an app, a cell or a log is, others tell it.
"""

from playground.watchdog.breaking import break_out, goes_on_asking
from playground.watchdog.stacks import Blockage, Named, says
from playground.watchdog.watching import Watchdog

__all__ = ["Blockage", "Named", "Watchdog", "break_out", "goes_on_asking", "says"]
