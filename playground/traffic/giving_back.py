"""Memory that was let go is given back to the system, where the allocator would keep it.

Law of the room: it changes nothing that can be seen but how much memory the process has.
"""

from __future__ import annotations

from contextlib import suppress


def give_back() -> None:
    """Have the C library give back what it holds and nobody uses.

    That of Linux keeps what other threads than the main one had, for their next time. Others have
    no such function, and need none.
    """
    # Missing where Python was built without it; elsewhere the library has no name, or not this.
    with suppress(ImportError, OSError, AttributeError, TypeError):
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)
