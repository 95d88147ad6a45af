"""How many files a process may have open: each socket is one."""

from __future__ import annotations

# What a process has open besides: its own files, pipes, modules that are being read.
SPARE = 200


def make_room(sockets: int) -> int:
    """Let this process have so many sockets open, as far as the system allows it.

    Args:
        sockets: How many there are to be.

    Returns:
        For how many there is room.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit, and a browser no sockets
        return sockets
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = sockets + SPARE
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return sockets
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # macOS has a limit of its own below the one it tells
        wanted = soft
    return min(sockets, max(0, wanted - SPARE))


def check_room(sockets: int) -> None:
    """Let this process have so many sockets open.

    Raises:
        ValueError: If the system does not let it; the message says how many it does.
    """
    room = make_room(sockets)
    if room < sockets:
        raise ValueError(
            f"expected at most {room:,} clients here, got {sockets:,}: this system lets a process "
            "have no more files open, and each socket is one; take fewer, or start Jupyter from a "
            f"terminal in which you ran `ulimit -n {sockets + SPARE}`"
        )
