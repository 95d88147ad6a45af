"""The way in: every layer between a transport and the app, put together here, with its reason.

A request passes them from the outermost to the innermost: `Isolation`, `Sharing`, `Identity`,
`Credentials`, `Cookies`, `Recorder`, `Origins`, `Rehearsals`, and then the `Stage`.

Law of the room: who must not see something stands further in than the layer that takes it away: the
recorder, and the log, come after `Credentials`. Who is to write a refusal down stands further out
than the layer that refuses: the recorder comes before `Origins`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import Context
from typing import Any, NamedTuple

from playground.entrance.cookies import Cookies
from playground.entrance.credentials import Credentials
from playground.entrance.identity import Identity
from playground.entrance.isolation import Isolation
from playground.entrance.origins import Origins
from playground.entrance.sharing import Sharing
from playground.recorder import Ending, Recorder
from playground.stage import Stage, in_handler
from playground.stage.rehearsals import Rehearsals
from playground.traffic.log import Log


class Entrance(NamedTuple):
    """The layers that the lab has to call; `isolation` is the outermost, which is served."""

    isolation: Isolation
    identity: Identity
    recorder: Recorder
    origins: Origins
    rehearsals: Rehearsals


def entrance(
    stage: Stage,
    log: Log,
    *,
    trusted: Iterable[str],
    revision: Callable[[], int],
    locate: Callable[[str], str | None],
    home: Callable[[], Context | None],
    ending: Callable[[Any], Ending | None],
    raised: Callable[[str, str | None, str, int], None],
) -> Entrance:
    """Put the layers before a stage, from the innermost to the outermost.

    Args:
        stage: Where the app stands.
        log: Where traffic is written down.
        trusted: Origins whose pages may talk to the app, such as ``"https://example.org"``.
        revision: Returns the number of the code on stage, or last there; `Identity` answers with
            it. (The recorder asks the stage for that of the handler at work.)
        locate, home, ending, raised: Callbacks of the recorder; see `Recorder`.
    """
    # Next to the stage: a check's clients pass all that others pass, and get an instance of their
    # own only at the end.
    rehearsals = Rehearsals(stage)
    # Inside the recorder, so that the log has each refusal (403), and why.
    origins = Origins(rehearsals, trusted)
    # Outside of all that answers for the app: whatever reaches the user's code, or a client, is
    # in the log.
    recorder = Recorder(
        origins,
        log,
        revision=stage.revision_now,
        locate=locate,
        home=home,
        in_handler=in_handler,
        ending=ending,
        raised=raised,
    )
    # Outside the recorder: what a browser carries for Jupyter is gone before a log could hold it.
    # So are the names that cookies have in a browser: the log has the app's own.
    credentials = Credentials.in_front_of(Cookies(recorder))
    # Outside the recorder: a request that only tries the address runs nothing of the user's, and is
    # not recorded.
    identity = Identity(credentials, origins, revision)
    # Outside of whatever answers, the identity too: it says to a browser who may read that.
    sharing = Sharing(identity, origins.stranger)
    # Outermost: what any layer answers in the app's place is sandboxed as the app's own is.
    isolation = Isolation(sharing, origins)
    return Entrance(isolation, identity, recorder, origins, rehearsals)
