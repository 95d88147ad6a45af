"""A play: the clients and requests that an exercise's script has, each with a deadline."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from playground.checks.actor import WAIT, Actor
from playground.checks.answer import Answer
from playground.checks.ground import Ground, OnLab
from playground.checks.story import REASON, Fault, Story, shown
from playground.clients.client import Client
from playground.clients.pool import ClientPool, body_of
from playground.lab import Lab, parts_of
from playground.lab.network import Network
from playground.lab.reasons import forgotten
from playground.live.advice import advice_for
from playground.traffic.apart import CHECK
from playground.transports import HandshakeRefused

# What the clients of a check are called in the log; a name that the teacher gave comes after.
CALLED = CHECK


class Play:
    """The clients and requests of an exercise's script. Given to each exercise.

    Each name is one browser: its requests and its sockets share their cookies.

    Attributes:
        story: What happened so far.

    Args:
        lab: The lab, for what is not traffic; None where there is none.
        clients: Who talks to the app.
        ground: What is known of the app; by default of the lab's.
    """

    def __init__(self, lab: Lab | None, clients: ClientPool, ground: Ground | None = None) -> None:
        self._lab = lab
        self.story = Story()
        self._network: Network | None = None
        self._clients = clients
        self._ground: Ground = OnLab(self.lab) if ground is None else ground
        self._begun = self._ground.log.last

    @property
    def lab(self) -> Lab:
        """The lab, for what is not traffic."""
        if self._lab is None:
            raise RuntimeError("expected a lab, got none; this part of the script needs one")
        return self._lab

    @property
    def network(self) -> Network:
        """What lies between this exercise's clients and the app, by their names here.

        It is as `lab.network` is for all of them; what is set ends with the exercise.
        """
        if self._network is None:
            self._network = Network(parts_of(self.lab).gating, CALLED)
        return self._network

    def end(self) -> None:
        """Take away what was set for this exercise alone."""
        if self._network is not None:
            self._network.calm()

    async def connect(
        self,
        path: str = "/",
        *,
        name: str = "",
        headers: Mapping[str, str] | None = None,
        subprotocols: Sequence[str] = (),
    ) -> Actor:
        """Connect a client, and expect to be let in.

        Args:
            path: Path and query.
            name: What to call it where there are several.
            headers: More request headers.
            subprotocols: What it offers to speak, best first.
        """
        try:
            client = await self._open(path, name, headers, subprotocols)
        except HandshakeRefused as refusal:
            raise self._unwelcome(path, name, refusal) from None
        except TimeoutError:
            self.story.tell(name, "opening", f"asked to connect to {path}")
            late = f"no answer within {WAIT:g} s"
            raise self.story.fault(
                name, "to be accepted", late, "does the handler await ws.accept()?"
            ) from None
        self.story.tell(name, "opening", f"connected to {path}")
        return Actor(self, client, name)

    async def expect_refused(
        self,
        path: str,
        status: int | None = None,
        *,
        name: str = "",
        headers: Mapping[str, str] | None = None,
        subprotocols: Sequence[str] = (),
    ) -> HandshakeRefused:
        """Expect the opening handshake to be refused.

        Args:
            path, name, headers, subprotocols: As for `connect`.
            status: With which HTTP status; None for any below 500 but 404.
        """
        self.story.tell(name, "opening", f"asked to connect to {path}")
        wanted = "to be refused" + ("" if status is None else f" with {status}")
        try:
            client = await self._open(path, name, headers, subprotocols)
        except HandshakeRefused as refusal:
            meant = refusal.status == status if status else refusal.status in (400, 401, 403, 426)
            if not meant:
                raise self._unwelcome(path, name, refusal, wanted) from None
            self.story.tell(name, "hearing", f"was refused with {refusal.status}")
            return refusal
        except TimeoutError:
            late = f"no answer within {WAIT:g} s"
            raise self.story.fault(name, wanted, late) from None
        await client.close()
        raise self.story.fault(name, wanted, "accepted")

    async def get(self, path: str = "/", **options: Any) -> Answer:
        """Send a GET request; see `request`."""
        return await self.request("GET", path, **options)

    async def post(self, path: str = "/", **options: Any) -> Answer:
        """Send a POST request; see `request`."""
        return await self.request("POST", path, **options)

    async def request(
        self,
        method: str,
        path: str = "/",
        *,
        name: str = "",
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        body: str | bytes = b"",
    ) -> Answer:
        """Send an HTTP request and return the answer, whatever it is.

        Args:
            method: ``"GET"``, ``"POST"`` …
            path: Path and query.
            name: Who asks, where there are several.
            headers: More request headers.
            json, form, body: What to send: a JSON value, form fields, or the body itself.
        """
        words = f"asked for {path}" if method == "GET" else _asking(method, path, json, form, body)
        self.story.tell(name, "doing", words)
        content, called = body_of(json, form, body), _called(name)
        try:
            response = await self._clients.request(
                method, path, headers or {}, content, WAIT, called
            )
        except TimeoutError:
            late = f"no answer within {WAIT:g} s"
            raise self.story.fault(name, "an answer", late, self.why(called)) from None
        advice = advice_for(response.status, path, self._ground.routes(), "http")
        return Answer(self.story, response, name, self.why(called) or advice)

    @asynccontextmanager
    async def another_worker(self) -> AsyncIterator[Play]:
        """Make the app once more, as another worker would, and play there with the same browsers.

        What its instances keep in `self` is apart; class attributes and the notebook's globals are
        shared, as nothing is between real workers.

        Yields:
            The play at the other one; its steps go into the same story.
        """
        async with self._ground.another(self._clients) as clients:
            other = Play(self._lab, clients, self._ground)
            other.story = self.story
            clients.share_cookies(self._clients)
            yield other

    def expect(self, condition: object, sentence: str) -> None:
        """Expect anything else.

        Args:
            condition: What is to be true.
            sentence: Shown if it is not: what was expected, and what was got.
        """
        if not condition:
            raise Fault(sentence)

    def why(self, client: str) -> str:
        """Return what the app raised in a conversation, or did not await; "" for neither."""
        log = self._ground.log
        for entry in reversed(log.since(self._begun)):
            exchange = log.exchange(entry.exchange)
            if entry.kind == "exception" and exchange is not None and exchange.client == client:
                place = f" in {entry.where}" if entry.where else ""
                return f"the handler raised {entry.data!s}{place}"
        return forgotten(log, client, self._begun, among=CALLED)

    async def _open(
        self,
        path: str,
        name: str,
        headers: Mapping[str, str] | None,
        subprotocols: Sequence[str],
    ) -> Client:
        browser = called = _called(name)
        while called in self._clients.clients:
            called = _next(called)
        return await self._clients.connect(
            path, called, headers or {}, subprotocols, WAIT, browser=browser
        )

    def _unwelcome(
        self, path: str, name: str, refusal: HandshakeRefused, wanted: str = "to be accepted"
    ) -> Fault:
        if not self.story.lines or self.story.lines[-1].words != f"asked to connect to {path}":
            self.story.tell(name, "opening", f"asked to connect to {path}")
        reason = refusal.body.strip()
        said = f" {shown(reason, REASON)}" if reason else ""
        advice = advice_for(refusal.status, path, self._ground.routes(), "websocket")
        why = advice or self.why(_called(name))
        return self.story.fault(name, wanted, f"refused with {refusal.status}{said}", why)


def _called(name: str) -> str:
    return f"{CALLED}-{name}" if name else CALLED


def _next(called: str) -> str:
    stem, _, number = called.rpartition("-")
    return f"{stem}-{int(number) + 1}" if number.isdigit() else f"{called}-2"


def _asking(method: str, path: str, json: Any, form: Any, body: str | bytes) -> str:
    sent = json if json is not None else form if form is not None else body
    return f"sent {method} {path}" + (f" with {shown(sent)}" if sent else "")
