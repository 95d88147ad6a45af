"""A conversation as it is had on the clock: what each client does, and what it hears."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Coroutine
from typing import Any, Final, NamedTuple, cast

from micropie.exceptions import ConnectionClosed
from micropie.testing import Client, WebSocketSession
from micropie.testing.clock import Clock
from playground.fuzzing.acts import Act, Conversation

Naming = Callable[[str], tuple[str, str]]
"""Given a client's name, the header that says it."""

# Seconds, which take no time, and timers of the app's that are waited for after each act.
_SETTLES: Final = (10.0, 10)
# The same when all have left: reminders and time-outs go off.
_ENDS: Final = (60.0, 20)

# The cookie that each client has from the beginning.
COOKIE: Final = "visitor"

_GONE: Final = (ConnectionClosed, ConnectionError, TimeoutError, RuntimeError)


class Heard(NamedTuple):
    """What a client hears.

    Attributes:
        who: The client.
        message: What it hears; of an HTTP answer, its body.
        after: How many acts there were by then.
    """

    who: str
    message: str | bytes
    after: int


class Talk:
    """One conversation.

    Args:
        client: Reaches the app.
        naming: Says what clients are called.
        together: Whether the clients do not wait for each other, as in every order.

    Attributes:
        heard: What was heard, in order.
        answered: Indexes of the acts after which who acted heard something, or was let in.
        present: Indexes of the acts by somebody who was there before and after.
        acting: What was done last.
        secrets: What only one client's requests carried → whose it is, and what it is.
    """

    def __init__(self, client: Client, naming: Naming, *, together: bool = False) -> None:
        self.heard: list[Heard] = []
        self.answered: set[int] = set()
        self.present: set[int] = set()
        self.acting: Act | None = None
        self.secrets: dict[str, tuple[str, str]] = {}
        self._client = client
        self._naming = naming
        self._together = together
        self._clock = cast(Clock, asyncio.get_running_loop())
        self._sessions: dict[str, WebSocketSession] = {}
        self._all: list[tuple[str, WebSocketSession]] = []
        self._last: dict[str, asyncio.Task[None]] = {}
        self._listening: list[asyncio.Task[None]] = []
        self._cookies: dict[str, dict[str, str]] = {}
        self._number = 0

    async def have(self, acts: Conversation, look: Callable[[], object] = lambda: None) -> None:
        """Have all do what they do; what comes of it is waited for, unless it is at once.

        Args:
            acts: What they do.
            look: Called after each that was waited for.
        """
        for act in acts:
            number = self._number
            self.acting = act
            was_there = self._is_there(act.who)
            heard = len(self.heard)
            task = self._begin(act.who, self._do(act))
            if not act.at_once and not self._together:
                await self._clock.quiet(*_SETTLES)
                self._look(number, act, was_there, task, self.heard[heard:])
                look()
            self._number += 1

    def _look(
        self, number: int, act: Act, was_there: bool, task: asyncio.Task[None], heard: list[Heard]
    ) -> None:
        """Note what has come of an act."""
        if act.kind in ("connects", "asks"):
            self.present.add(number)
            if task.done():
                self.answered.add(number)
        elif was_there and self._is_there(act.who):
            self.present.add(number)
            if any(each.who == act.who for each in heard):
                self.answered.add(number)

    async def end(self) -> None:
        """Have all leave who are still there, and wait until all is quiet."""
        await self._clock.quiet(*_SETTLES)
        for who in list(self._sessions):
            self._begin(who, self._leave(who))
            if not self._together:
                await self._clock.quiet(*_SETTLES)
        await self._clock.quiet(*_ENDS)
        # Somebody may have been let in only when another one left.
        for who, session in self._all:
            if session.state == "open":
                self._begin(who, session.close())
        await self._clock.quiet(*_ENDS)

    def left_waiting(self) -> list[str]:
        """Return whose act was never answered: a handshake, or a request."""
        return [who for who, task in self._last.items() if not task.done()]

    def still_running(self) -> list[str]:
        """Return whose handler has not ended, though the client has left."""
        return [who for who, session in self._all if session.running]

    def is_open(self, who: str) -> bool:
        """Return whether a client is connected."""
        return self._is_there(who)

    def _is_there(self, who: str) -> bool:
        session = self._sessions.get(who)
        return session is not None and session.state == "open"

    def _begin(self, who: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin an act; it comes after what the same client has done before."""
        before = self._last.get(who)

        async def after() -> None:
            if before is not None:
                await asyncio.wait({before})
            with contextlib.suppress(*_GONE):
                await work

        task: asyncio.Task[None] = self._clock.create_task(after())
        self._last[who] = task
        return task

    async def _do(self, act: Act) -> None:
        if act.kind == "connects":
            await self._connect(act)
        elif act.kind == "asks":
            await self._ask(act)
        elif act.kind == "sends":
            if session := self._sessions.get(act.who):
                await session.send(act.what)
        elif act.kind == "leaves":
            await self._leave(act.who)
        elif session := self._sessions.pop(act.who, None):
            session.abort()

    async def _connect(self, act: Act) -> None:
        session = await self._client.connect(act.address, headers=self._headers(act.who))
        self._keep_cookies(act.who, session.headers)
        self._sessions[act.who] = session
        self._all.append((act.who, session))
        self._listening.append(self._clock.create_task(self._listen(act.who, session)))

    async def _ask(self, act: Act) -> None:
        headers = self._headers(act.who)
        body = (act.body or "").encode()
        if body:
            is_json = body[:1] in (b"{", b"[")
            kind = "application/json" if is_json else "application/x-www-form-urlencoded"
            headers.append(("content-type", kind))
        method = "GET" if act.body is None else "POST"
        answer = await self._client.request(method, act.address, headers=headers, body=body)
        self._keep_cookies(act.who, answer.headers)
        self.heard.append(Heard(act.who, answer.body, self._number))

    async def _leave(self, who: str) -> None:
        if session := self._sessions.pop(who, None):
            await session.close()

    async def _listen(self, who: str, session: WebSocketSession) -> None:
        while True:
            try:
                self.heard.append(Heard(who, await session.receive(), self._number))
            except TimeoutError:
                continue
            except ConnectionClosed:
                return

    def _headers(self, who: str) -> list[tuple[str, str]]:
        if who not in self._cookies:
            mine = secrets.token_hex(8)
            self._cookies[who] = {COOKIE: mine}
            self.secrets[mine] = (who, "cookie")
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies[who].items())
        return [self._naming(who), ("cookie", cookies)]

    def _keep_cookies(self, who: str, headers: Any) -> None:
        for name, value in headers:
            if name.lower() == "set-cookie":
                pair = value.partition(";")[0]
                called, _, held = pair.partition("=")
                self._cookies[who][called.strip()] = held.strip()
                if len(held.strip()) >= 8:
                    self.secrets[held.strip()] = (who, "session")
