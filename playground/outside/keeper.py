"""Run a program until it ends, or until standard input does: then end it and all it started.

As the first argument, ``--hears`` has the program hear what standard input says.

Law of the room: a script for a process of its own; it imports nothing of ours. The kernel
holds the other end of the pipe, and need not do anything to end the program: dying is enough.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading

# Seconds in which a program may end by itself once it was asked to.
_GRACE = 3.0


def main(command: list[str]) -> int:
    """Run a command; return its exit code."""
    hears = command[0] == "--hears"
    # A group of its own: all that it starts can be ended at once.
    process = subprocess.Popen(
        command[hears:],
        stdin=subprocess.PIPE if hears else subprocess.DEVNULL,
        start_new_session=True,
    )
    threading.Thread(target=_end_with_input, args=(process,), daemon=True).start()
    code = process.wait()
    _kill(process)
    return code


def _end_with_input(process: subprocess.Popen[bytes]) -> None:
    # Not `sys.stdin`: a buffered reader's lock would be in the way when Python ends.
    while said := os.read(0, 4096):
        if process.stdin is not None:
            # One that has closed its ears goes on nevertheless.
            with contextlib.suppress(OSError):
                process.stdin.write(said)
                process.stdin.flush()
    _ask(process)
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        _kill(process)


if sys.platform == "win32":

    def _ask(process: subprocess.Popen[bytes]) -> None:
        """End it at once, with all it started: nothing gentler reaches another console."""
        tree = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
        subprocess.run(tree, capture_output=True, check=False)

    def _kill(process: subprocess.Popen[bytes]) -> None:
        process.kill()

else:

    def _ask(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)

    def _kill(process: subprocess.Popen[bytes]) -> None:
        # macOS says PermissionError of a group whose members have all ended.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
