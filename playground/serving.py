"""serve: one name, one lab, however often the cell is run."""

from __future__ import annotations

import atexit
import sys
import threading
from collections.abc import Iterable
from os import PathLike
from typing import Any, Final

from playground.advice import check_app, name_of
from playground.lab import Lab, TransportName
from playground.live.carrying import Carry, check_carry
from playground.stage import OnSwap, check_on_swap
from playground.traffic.log import Log

labs: Final[dict[str, Lab]] = {}
"""The labs of this kernel by name, stopped ones too."""


def serve(
    app: Any,
    *,
    name: str | None = None,
    port: int = 0,
    transport: TransportName | None = None,
    on_swap: OnSwap = "handover",
    carry: Carry = False,
    frames: bool = False,
    origins: Iterable[str] = (),
    url: str | None = None,
    max_entries: int = 50_000,
    max_bytes: int = 32 * 1024 * 1024,
    spill: str | PathLike[str] | None = None,
) -> Lab:
    """Serve an app from this kernel, and keep serving what its name stands for.

    Run it again as often as you like: the same name is the same lab on the same port, with the new
    code on stage and the sockets still open.

    Args:
        app: An `App` subclass, an instance, or any ASGI app.
        name: What the lab is called; the class's name by default.
        port: A TCP port on 127.0.0.1; by default a free one, which the lab then keeps.
        transport: ``"server"`` (uvicorn on a thread), or ``"memory"`` (no network, in this loop);
            by default whichever this Python can.
        on_swap: What becomes of open sockets when the code changes: ``"handover"``, ``"close"``
            (with 1012; the lab's own clients connect again) or ``"keep"`` (on the old code).
        carry: What of the app's state goes on when the code changes: nothing, so that an instance
            starts fresh; attributes by name, such as ``["rooms"]``; or with True all that it has
            set. The new instance gets them before its start-up. Sessions always go on.
        frames: Whether the log also holds every frame of the WebSockets that are opened from now
            on, both ways: ping, pong, close, and each piece of a message, with its opcode, FIN and
            RSV bits, mask, and its payload's size before and after compression. A control frame's
            payload is kept; a data frame's is its message's. The server then takes compression
            (permessage-deflate) from whoever offers it, as browsers do and the lab's own clients
            do not; without frames it takes none. Where there are no frames, as with
            transport="memory", or none can be seen, the log says so, and `Lab.doctor`.
        origins: More origins whose pages may talk to the app, such as ``"https://example.org"``.
        url: The address a browser should use, if you know better; ``{port}`` is filled in. By
            default it is found out.
        max_entries: How many entries the log keeps; older ones are let go, and counted.
        max_bytes: How many bytes they may take up; 32 MiB by default.
        spill: A ``.jsonl`` file that all traffic is written to as it comes; see `Lab.spill`.

    Returns:
        The lab. As the last line of a cell it shows its panel.

    Raises:
        TypeError: If `app` is no app, or `carry` neither a bool nor a list of names.
        ValueError: If there is no such transport or policy, or the file's name is not ``.jsonl``.
        OSError: If the port is taken, or the file cannot be written.
        NotOnStage: If its constructor or start-up fails; an earlier revision goes on serving.
    """
    check_app(app)
    check_carry(carry)
    chosen = _checked(transport, on_swap)
    called = name or name_of(app)
    lab = labs.get(called)
    if lab is not None and lab.fits(chosen, port):
        lab.on_swap, lab.carry = on_swap, carry
        lab.see_frames(frames)
        if spill is not None:
            lab.spill(spill)
        lab.serve_again(app)
        return lab
    if lab is not None:
        lab.stop()
        spill = spill if spill is not None else lab.spilling
    log = Log(max_entries, max_bytes, lock=threading.Lock())
    lab = Lab(
        called, chosen, log, port=port, on_swap=on_swap, carry=carry, frames=frames,
        origins=origins, url=url,
    )  # fmt: skip
    lab.spill(spill)
    try:
        lab.begin(app)
    except BaseException:
        lab.spill(None)
        raise
    labs[called] = lab
    return lab


def _checked(transport: TransportName | None, on_swap: OnSwap) -> TransportName:
    check_on_swap(on_swap)
    chosen = transport or ("memory" if sys.platform == "emscripten" else "server")
    if chosen not in ("server", "memory"):
        raise ValueError(f"expected transport 'server' or 'memory', got {chosen!r}; leave it out")
    return chosen


def stop_all() -> None:
    """Stop every lab of this kernel."""
    for lab in list(labs.values()):
        lab.stop()


atexit.register(stop_all)
