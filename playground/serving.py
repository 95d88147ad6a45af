"""serve: one name, one lab, however often the cell is run."""

from __future__ import annotations

import atexit
import contextlib
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from types import FrameType
from typing import Any, Final

from playground.lab import Lab, Parts, TransportName, move, parts_of
from playground.lab.code import Policies
from playground.lab.files import Origin, origin_of
from playground.lab.settings import Path, Settings, check_origins
from playground.lab.wiring import wired
from playground.live.advice import check_app, name_of
from playground.live.carrying import Carry
from playground.live.following import Followed, following, imported_as
from playground.live.importing import imported
from playground.live.misserved import says_what_to_write
from playground.live.tracebacks import shortened
from playground.notebook import kernel
from playground.stage import OnSwap
from playground.traffic.log import Log
from playground.watching.loading import as_saved
from playground.watching.reasons import NoNews, is_from_a_file

labs: Final[dict[str, Lab]] = {}
"""The labs of this kernel by name, stopped ones too."""

# The threads on which apps live: whoever waits there has everybody wait.
_LOOPS: Final = ("playground-server", "playground-memory")

_turns: Final[dict[str, threading.RLock]] = {}


@says_what_to_write
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
    isolate: bool = True,
    url: str | None = None,
    max_entries: int | None = None,
    max_bytes: int | None = None,
    spill: Path = None,
    see: Sequence[str] | None = None,
    watch: bool = False,
) -> Lab:
    """Serve an app from this kernel, and keep serving what its name stands for.

    ::

        lab = serve(Chat)  # the panel, if it is the last line
        alice = await lab.connect("/echo")

    Run it again as often as you like. The same name is the same lab on the same port, with the new
    code on stage and the sockets still open. If it raises, nothing changes.

    Args:
        app: An `App` subclass, an instance, any ASGI app, or as text where one is, as it is saved
            now: ``"chat:app"``.
        name: What the lab is called; by default as its class, and what is no class as the variable
            that it is given in: bind that to another, which takes the stage.
        port: A TCP port on 127.0.0.1; by default a free one, which the lab then keeps.
        transport: ``"server"`` or ``"memory"`` (no network); by default what this Python can.
        on_swap: What becomes of open sockets when the code changes: ``"handover"``, ``"close"``
            (with 1012; the lab's clients connect again) or ``"keep"`` (on the old code).
        carry: What of the app's state goes on then: nothing; attributes by name, ``["rooms"]``; or
            with True all that it has set, before its start-up. Sessions always go on.
        frames: Whether the log holds every WebSocket frame too; see `Lab.frames`.
        origins: More origins whose pages may talk to the app, such as ``"https://example.org"``.
        isolate: Whether pages that share an address with Jupyter, as on a Hub, can do nothing
            there; False if you trust everybody who writes to the app.
        url: The address a browser should use, if you know better; ``{port}`` is filled in.
        max_entries, max_bytes: What the log keeps, at first 50,000 entries in 32 MiB.
        spill: A ``.jsonl`` file that all traffic is written to as it comes; see `Lab.spill`.
        see: Attributes of the app, such as ``["rooms"]``, of which each change is a row; see
            `Lab.see`. By default what is seen by now.
        watch: Whether what is saved in the app's files takes over; see `Lab.watch`.

    Returns:
        The lab. As the last line of a cell it shows its panel.

    Raises:
        TypeError, ValueError: If `app` is no app, or another argument is not as said above.
        ImportError: If there is nothing to import where `app` says.
        OSError: If the port is taken, or the file cannot be written.
        NotOnStage: If its constructor or start-up fails.
    """
    given = app
    app, followed = _given(app, sys._getframe(2))
    origin = _watched(app, given, watch)
    called, chosen = name or followed.name or name_of(app), _checked(transport, port, origins)
    settings = Settings(
        on_swap, carry, frames, tuple(origins), isolate, url, max_entries, max_bytes, spill, see
    )
    settings.check()
    if called in labs and parts_of(labs[called]).files.are_imported_here:
        return labs[called]  # a file that serves itself takes the stage when all of it is there
    with _one_at_a_time(called):
        lab = labs.get(called)
        if lab is not None and parts_of(lab).life.fits(chosen, port):
            _go_on(parts_of(lab), app, followed, settings)
        else:
            parts = _begun(called, chosen, port, app, followed, settings, lab)
            if lab is None:
                lab = labs[called] = Lab(parts)
            else:
                _let_go(lab, parts)
        _say_what_is_not_followed(parts_of(lab), followed)
        parts_of(lab).files.follow(origin)
        return lab


@contextlib.contextmanager
def _one_at_a_time(name: str) -> Iterator[None]:
    """Serve under a name from one thread after another.

    Raises:
        RuntimeError: If that would wait for itself: in a handler, or in the app's own start-up.
    """
    if name in labs:
        parts_of(labs[name]).transport.check_caller()
    turn = _turns.setdefault(name, threading.RLock())
    # A thread of a lab's own must not wait: a cell may hold the turn, and wait for that thread.
    ours = threading.current_thread().name.startswith("playground-")
    if not turn.acquire(blocking=not ours):
        raise RuntimeError(
            f"expected serve() of {name} from a cell, got one from inside of its own start-up, "
            "which would wait for itself; call it from a cell"
        )
    try:
        if threading.current_thread().name in _LOOPS:
            raise RuntimeError(
                f"expected serve() of {name} from a cell, got one from inside a handler, where "
                "everybody would wait for it; call it from a cell, or from asyncio.to_thread"
            )
        yield
    finally:
        turn.release()


def _go_on(parts: Parts, app: Any, followed: Followed, settings: Settings) -> None:
    """Have a lab serve an app as is asked for now; if it cannot, all is as it was."""
    before = Settings.of(parts)
    try:
        settings.take_effect(parts)
        parts.life.go_on(app, followed)
    except BaseException:
        before.take_effect(parts)
        if before.spill is None:
            parts.spilling.spill(None)
        raise
    settings.limit(parts.log)


def _begun(
    name: str,
    transport: TransportName,
    port: int,
    app: Any,
    followed: Followed,
    settings: Settings,
    old: Lab | None,
) -> Parts:
    """Return the parts of a new lab that serves.

    The one of that name which has served until now goes on as long as it is not sure that this one
    does. A file that it writes to is not this one's before that.
    """
    log = Log(*settings.limits(), lock=threading.Lock())
    policies = Policies(settings.on_swap, settings.carry)
    parts = wired(
        name, transport, log, policies, port=port, origins=settings.origins, url=settings.url
    )
    parts.entrance.isolation.on = settings.isolate
    parts.frames.see(settings.frames)
    parts.seeing.see_only(settings.see or ())
    if old is None or not parts_of(old).spilling.writes_to(settings.spill):
        parts.spilling.spill(settings.spill)
    try:
        parts.life.begin(app, followed)
    except BaseException:
        parts.spilling.spill(None)
        raise
    return parts


def _let_go(lab: Lab, parts: Parts) -> None:
    """Give a lab the parts that serve elsewhere, stop those it had, and write on in its file.

    It stays the same object: there is one lab of a name, whatever variables hold it.
    """
    old = parts_of(lab)
    spill = old.spilling.path
    move(lab, parts)
    parts.files.inherit(old.files)
    parts.panel_site.inherit(old.panel_site)
    try:
        old.life.stop()
    except RuntimeError as late:  # a handler blocks it; its thread ends when that handler does
        parts.remarks.tell(str(late))
    if spill is not None and parts.spilling.path is None:
        parts.spilling.spill(spill)


def _say_what_is_not_followed(parts: Parts, followed: Followed) -> None:
    """Say at once, in a notebook, if no later cell will change what is served."""
    if followed.why_not and kernel.shell() is not None:
        parts.remarks.tell(followed.why_not)
        kernel.say(followed.why_not, trouble=False)


def _given(app: Any, frame: FrameType) -> tuple[Any, Followed]:
    """Return the app that is to be served, and by which name it is followed.

    Args:
        app: What `serve` was given.
        frame: Of whoever called `serve`.
    """
    if isinstance(app, str):
        found = _saved(app)
        return found, imported_as(found)
    check_app(app)
    return app, following(app, frame=frame)


def _saved(reference: str) -> Any:
    """Return the app that a text names, as its files say now."""
    try:
        with as_saved(reference.partition(":")[0]):
            found = imported(reference)
            check_app(found)
    except NoNews as why:
        raise ImportError(f"{why}; save it, and run this again") from None
    except Exception as error:
        if is_from_a_file(error):
            shortened(error)
        raise
    return found


def _watched(app: Any, given: Any, watch: object) -> Origin | None:
    """Return where an app comes from, if its files are to be watched."""
    if not isinstance(watch, bool):
        raise TypeError(
            f"expected watch True or False, got {watch!r}; lab.watch({watch!r}) watches a file"
        )
    return origin_of(app, given) if watch else None


def _checked(transport: TransportName | None, port: int, origins: Iterable[str]) -> TransportName:
    _check_port(port)
    check_origins(origins)
    chosen = transport or ("memory" if sys.platform == "emscripten" else "server")
    if chosen not in ("server", "memory"):
        raise ValueError(f"expected transport 'server' or 'memory', got {chosen!r}; leave it out")
    return chosen


def stop_all() -> None:
    """Stop every lab of this kernel.

    Raises:
        RuntimeError: If one could not be stopped; the others are by then.
    """
    failures = []
    for lab in list(labs.values()):
        try:
            lab.stop()
        except RuntimeError as error:
            failures.append(error)
    if failures:
        raise failures[0]


def _at_exit() -> None:
    """Stop what serves when Python ends; who ends it can do nothing about what is late."""
    with contextlib.suppress(RuntimeError):
        stop_all()
    for lab in labs.values():
        parts_of(lab).panel_site.close()


atexit.register(_at_exit)


def _check_port(port: object) -> None:
    """Check a port, before anything is done about it.

    Raises:
        TypeError: If it is no number.
        ValueError: If no port has this number.
    """
    if isinstance(port, bool) or not isinstance(port, int):
        text = port.strip() if isinstance(port, str) else ""
        remedy = f"write port={int(text)}" if text.isdecimal() else "leave it out for a free one"
        raise TypeError(f"expected a port as a number, got {port!r}; {remedy}")
    if not 0 <= port <= 65535:
        raise ValueError(
            f"expected a port from 1 to 65535, got {port}; leave it out, and a free one is chosen"
        )
