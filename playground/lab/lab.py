"""The lab as its user holds it: every name here is for users, and hands on to a part.

What the lab's clients do is in `browsing`, what stands between them and the app in `between`, the
views are in `faces`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from playground.clients.misnamed import LAB, says_the_right_name
from playground.doctor import Report, examine
from playground.entrance.addresses import Address
from playground.lab import health
from playground.lab.between import Between
from playground.lab.browsing import Browsing
from playground.lab.faces import Faces
from playground.lab.filed import Filed
from playground.lab.fuzzed import Fuzzed
from playground.lab.in_short import in_short, speaks_of
from playground.lab.parts import Parts
from playground.lab.replaying import Replaying
from playground.live.carrying import Carry
from playground.replays.explored import Explored
from playground.replays.scripts import script_of
from playground.sight import Standings
from playground.stage import OnSwap


def parts_of(lab: Lab) -> Parts:
    """Return the parts of a lab, for a room that does more with one than its user."""
    return lab._parts


def move(lab: Lab, parts: Parts) -> None:
    """Have a lab serve elsewhere: it stays the object that its user holds."""
    lab._parts, lab.log = parts, parts.log


@speaks_of("lab")
@says_the_right_name("lab", LAB)
class Lab(Faces, Between, Replaying, Fuzzed, Filed, Browsing):
    """An app being served. Made by `serve`.

    Serve and stop::

        name, app, running    what it is called; the instance on stage; whether clients can connect
        stop, restart         close all sockets, free the port; make the app anew on the same port
        url, local_url        addresses: for a browser; for programs on this machine
        address, ws_url       how the browser's was found; of a WebSocket: lab.ws_url("/chat")
        port, sockets         the port on 127.0.0.1; how many WebSockets are open
        doctor                try all that the lab stands on, and say what to do: lab.doctor()

    Talk to it::

        connect               bob = await lab.connect("/chat", client="bob")
        get, post, request    await lab.get("/users"), await lab.request("DELETE", "/users/7")
        stream                a response as it comes: async with lab.stream("/events") as events
        clients, cookies      lab.clients["bob"]; lab.cookies("bob")
        guests                who else has a WebSocket open: pages, programs
        browse                a page of the app in the notebook: lab.browse("/")
        connect_in_browser    a client that runs in the page: lab.connect_in_browser("/chat")

    See what happens::

        log                   the traffic, a sequence of entries: lab.log.filter("client:bob")
        until                 wait for an entry: await lab.until("client:bob kind:close")
        panel                 everything in one view; as a page: lab.panel.open_page()
        traffic, ladder       the table alone; the sequence diagram alone
        routes, console       the routes alone; the clients' console alone
        frames                whether pings and pieces of messages are rows: lab.frames = True
        spill                 write all traffic to a file too: lab.spill("talk.jsonl")

    See the code at work::

        code, handlers        the source with a dot for each handler; the same for a cell
        see, state            make changes of attributes rows: lab.see("rooms"); lab.state(12)

    Change it while it runs::

        swap                  put other code on stage: lab.swap(Chat), lab.swap(revision=1)
        watch                 what an editor saves takes over: lab.watch("chat.py")
        on_swap, carry        what becomes of open sockets, and of the app's state
        revision              the number of the code on stage
        source, diff          a revision's source; how it changed: lab.diff(1, 2)
        break_out             end a handler that blocks all others

    Stop at a message::

        break_at              pause who works on one: lab.break_at("client:bob kind:text")
        paused, pauses        pause = await lab.paused(); those of now
        breakpoints           those that are set

    Be the network::

        network               lab.network("bob", delay=0.2); also hold, release, cut and more

    Try it and describe it::

        explore               a script in every order that may happen: await lab.explore(script)
        fuzz                  conversations that nobody would have: await lab.fuzz("/chat")
        keep, kept            have conversations again with each new code: lab.keep("tea")
        replay, compare       a recording with this code; two revisions: await lab.compare(1, 2)
        swarm                 a crowd of clients: await lab.swarm("/chat", clients=1000)
        describe              the app as OpenAPI and AsyncAPI: lab.describe().openapi
    """

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.name, self.log = parts.name, parts.log

    @property
    def on_swap(self) -> OnSwap:
        """What becomes of open sockets when the code changes; see `serve`. It may be set."""
        return self._parts.policies.on_swap

    @on_swap.setter
    def on_swap(self, policy: OnSwap) -> None:
        self._parts.policies.on_swap = policy

    @property
    def carry(self) -> Carry:
        """What of the app's state goes on when the code changes; see `serve`. It may be set."""
        return self._parts.policies.carry

    @carry.setter
    def carry(self, names: Carry) -> None:
        self._parts.policies.carry = names

    @property
    def running(self) -> bool:
        """Whether clients can connect."""
        return self._parts.transport.running

    @property
    def revision(self) -> int:
        """The number of the code on stage, from 1; while the lab is stopped, of the last there."""
        return self._parts.staging.revision

    @property
    def app(self) -> Any:
        """The instance on stage."""
        return self._parts.staging.app

    @property
    def sockets(self) -> int:
        """How many WebSockets are open, whoever opened them."""
        return self._parts.stage.sockets

    @property
    def port(self) -> int | None:
        """The TCP port on 127.0.0.1; None for the memory transport."""
        return self._parts.transport.port

    @property
    def local_url(self) -> str:
        """The address for programs on this machine; "" for the memory transport."""
        return self._parts.addresses.local

    @property
    def address(self) -> Address:
        """The address a browser should use, how it was found, and what it may lack."""
        return self._parts.addresses.browser

    @property
    def url(self) -> str:
        """The address a browser should use; "" for the memory transport."""
        return self.address.url

    def ws_url(self, path: str = "/") -> str:
        """Return the WebSocket address of a path, for a browser.

        Args:
            path: Path and query, such as ``"/chat?room=lobby"``.
        """
        return self._parts.addresses.websocket(path)

    def swap(
        self,
        app: Any = None,
        *,
        revision: int | None = None,
        on_swap: OnSwap | None = None,
        carry: Carry | None = None,
    ) -> int | Awaitable[int]:
        """Put other code on stage, or go back to what was there; see `serve` for the policies.

        Args:
            app: An `App` subclass, an instance, or any ASGI app.
            revision: Instead of an app: the number of the revision to go back to. It stays on stage
                until its class is defined again.
            on_swap, carry: For this once, instead of the lab's own.

        Returns:
            The number of the revision; with the memory transport an awaitable of it.

        Raises:
            NotOnStage: Then the old code goes on serving.
            LookupError: If there is no such revision, or nothing to make it of.
        """
        if revision is not None:
            self._parts.redefinition.see()  # what this cell has defined is a revision too
        return self._parts.code.swap(app, revision, on_swap, carry)

    def source(self, revision: int | None = None) -> str:
        """Return the source of a revision, by default of the one on stage.

        With the class come those of the notebook's that it derives from. The first revision has its
        source as soon as it is on its way to the stage.

        Args:
            revision: Its number, from 1.
        """
        return self._parts.code.source(revision)

    def diff(self, old: int, new: int) -> str:
        """Return how the source changed from one revision to another, as a unified diff.

        Args:
            old, new: The numbers of two revisions.
        """
        return self._parts.code.diff(old, new)

    def stop(self) -> None:
        """Stop serving: sockets are closed with 1012, the port is free again.

        What that cut off is said in the log; the cookies of its clients are forgotten. Stopping
        what is stopped does nothing.
        """
        self._parts.life.stop()

    def restart(self) -> None:
        """Stop, make the app anew, and serve it on the same port; the revision stays what it is.

        A class that was defined again while the lab was stopped is served as a new revision.

        Raises:
            NotOnStage: If it does not start this time; then the lab is stopped.
        """
        self._parts.life.restart()

    def break_out(self) -> str:
        """End a handler that does not await, so that others are served; return what was done.

        It gets an exception at its line. One that waits in C, as in ``time.sleep``, is left behind,
        and the app made anew on the same port. New code does all this by itself.

        Raises:
            RuntimeError: If it is called from inside a handler.
        """
        return self._parts.unblocking.free() or "nothing blocks the event loop"

    @property
    def frames(self) -> bool:
        """Whether the log has the frames of connections that are opened from now on. It may be set.

        Each ping, pong, close and piece of a message is a row. The server then takes compression
        (permessage-deflate) from whoever offers it; without frames it takes none. Where no frames
        can be seen, as with transport="memory", the log and `Lab.doctor` say so.
        """
        return self._parts.frames.wanted

    @frames.setter
    def frames(self, wanted: bool) -> None:
        self._parts.frames.see(wanted)

    def handlers(self) -> Standings:
        """Return where every handler stands: its line, what it waits for, since when.

        One for each open WebSocket and running request, with the tasks that the handler has begun;
        it reads as a list. Also while a handler blocks the event loop: that one is "running".
        """
        return self._parts.sight.handlers()

    def see(self, *names: str) -> tuple[str, ...]:
        """Have each change of some of the app's attributes be a row of kind ``state``.

        ::

            lab.see("rooms")  # + rooms.lobby: bob, caused by the message that bob sent

        It is looked at whenever a handler sends or asks for its next message, as deep as three
        collections; a socket is called after its client. No code of the app's is run for it.

        Args:
            names: Attributes of the app, beside those that are seen already; ``"state.rooms"`` is
                one of an attribute. Without any, nothing is seen any more.

        Returns:
            All that is seen now.

        Raises:
            TypeError, ValueError: If one is not the name of an attribute.
        """
        return self._parts.seeing.see(*names)

    def state(self, seq: int | None = None) -> dict[str, Any]:
        """Return the attributes that are seen, as they were as of an entry; see `see`.

        Args:
            seq: The entry's number; by default that of the newest.

        Raises:
            LookupError: If they were not seen yet, or it is not known any more.
            RuntimeError: If nothing is seen.
        """
        return self._parts.seeing.state(seq)

    @in_short
    async def explore(
        self,
        script: str | Callable[[Any], Awaitable[object]],
        *,
        deviations: int = 2,
        seconds: float = 5.0,
    ) -> Explored:
        """Play a script in every order in which things may happen; return the first that is wrong.

        It has instances of its own, beside the cells: neither the stage nor the log notices. Time
        is virtual there, so an hour of sleep is over at once.

        Args:
            script: The name of an exercise, or an async function that is given a `Play`.
            deviations: How often an order may depart from first come, first served.
            seconds: Real seconds to take, at most.

        Raises:
            ValueError: There is no exercise of that name, or the app cannot be made anew.
            TypeError: It is neither a name nor an async function, or a bound is no number.
        """
        return await self._parts.exploring.explore(script_of(script, self), deviations, seconds)

    def doctor(self) -> Report:
        """Try everything the lab stands on, and say what to do where something is not right.

        Server, port, loop, addresses, output, redefinition, recorder, frames, versions. It takes at
        most five seconds, runs none of the app's code and records nothing.

        Raises:
            RuntimeError: If it is called from inside a handler.
        """
        return examine(health.patient(self._parts))

    def __repr__(self) -> str:
        return health.in_short(self._parts)
