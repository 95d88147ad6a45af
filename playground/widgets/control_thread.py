"""Where the kernel hears a view: on a control thread beside the cells, which runs none of them.

ipykernel from 7.4 on sends a comm's messages to the shell that spoke on it last: nearly always the
one that runs the cells. There a view isn't heard while a cell is busy; a message that comes in just
when an awaiting cell ends can take that cell's "idle" along, so that the page waits for ever; and
where a page that has gone was spoken to last, its shell is gone too. A shell of our own, next to
the cells, has none of that, whatever a page knows of such shells.
"""

from __future__ import annotations

import logging
from typing import Any

_log = logging.getLogger(__name__)
_ours: str | None = None


def hear_on_control_thread(comm: Any) -> None:
    """Have the kernel call back for this comm on a thread of its own.

    Nothing is changed where the kernel has no such threads, or doesn't ask where a message goes:
    before ipykernel 7.4, in Pyodide, outside of a kernel.

    Args:
        comm: A view's comm; None where there is none.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda _data, chosen: _subshell(comm.kernel, chosen)


def _subshell(kernel: Any, chosen: str | None) -> str | None:
    """Return the subshell for the views, or the page's choice. The shell channel's thread asks."""
    global _ours
    try:
        manager = kernel.shell_channel_thread.manager
        if _ours not in manager.list_subshell():
            _ours = manager._create_subshell()
    except Exception:
        # These are ipykernel's own affairs: another version may do them in another way.
        _log.debug("views are heard where the page chose, for want of a subshell", exc_info=True)
        return chosen
    return _ours
