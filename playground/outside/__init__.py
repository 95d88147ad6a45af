"""Programs (child processes) for a notebook: their folder, test runs, servers, none left behind.

Law of the room: whatever becomes of the kernel, what was started here ends with it.
"""

from playground.outside.absent import Absent
from playground.outside.folder import Outside
from playground.outside.programs import ProgramFailed
from playground.outside.runs import Finished
from playground.outside.servers import Redis, Server, Workers

__all__ = ["Absent", "Finished", "Outside", "ProgramFailed", "Redis", "Server", "Workers"]
