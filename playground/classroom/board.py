"""The board: an app that learners' kernels join, and a page that shows how the class stands.

Law of the file: nobody learns from it who is in the class but who has the teacher's key, and nobody
changes anything but how they stand themselves.
"""

from __future__ import annotations

import asyncio
import functools
import hmac
import secrets
import sys
import time
from typing import Any, Final

from micropie import App, ConnectionClosed, WebSocket
from playground.classroom import limits, messages
from playground.classroom.looks import Looks
from playground.classroom.messages import Unfit
from playground.classroom.page import headers, page
from playground.classroom.roster import Full, Learner, Removed, Roster
from playground.classroom.sending import Sending

# Seconds between two looks at what has changed.
_PACE: Final = 0.2


class Board(App):
    """How a class stands: who has done which exercise, and what the others meet.

    ::

        from playground.classroom import Board

        board = serve(Board, port=8765)

    The learners' kernels join it. As the last line of a cell it shows the board. At its address
    there is a page with the same, which names nobody, for a projector; the one that the board
    in the notebook leads to has the names. It keeps everything in memory alone.

    Attributes:
        names: Whether its page names learners to everybody who can open it.
    """

    names = False

    def __init__(self) -> None:
        super().__init__()
        self._roster = Roster(time.monotonic)
        self._sending = Sending(self._roster)
        self._key = secrets.token_urlsafe(18)
        self._pages = 0

    async def index(self) -> Any:
        """Answer with the page."""
        if sys.platform != "emscripten":
            # It is made of many files at first, for which no learner's kernel is to wait.
            await asyncio.to_thread(headers)
        return 200, page(), list(headers())

    async def ws_join(self, ws: WebSocket) -> None:
        """Let a learner's kernel take part, until it leaves."""
        secret = ws.headers.get(messages.TOKEN, "")
        if not messages.is_secret(secret):
            await ws.close(limits.UNFIT, "this is for kernels that join; a page is at /")
            return
        await ws.accept()
        # After a swap this handler has a socket that has said all it had to say: it says it again.
        await ws.send_text(messages.written("again"))
        learner: Learner | None = None
        try:
            learner = await self._entered(ws, secret)
            await ws.send_text(messages.written("joined", name=learner.name))
            await self._until_removed(ws, learner)
        except Unfit as error:
            await ws.close(limits.UNFIT, str(error))
        except Removed:
            await ws.close(limits.REMOVED, "the teacher has taken you off the board")
        except Full:
            await ws.close(limits.FULL, f"the board is full: it has room for {limits.LEARNERS}")
        except _Silent:
            await ws.close(limits.MUTE, "whoever joins says at once who it is; nothing came")
        except _TooFast:
            await ws.close(limits.TOO_FAST, "too many messages")
        finally:
            if learner is not None:
                self._roster.leave(learner)

    async def ws_watch(self, ws: WebSocket) -> None:
        """Keep a page up, until it is closed; with the teacher's key it has names and ladders."""
        if self._pages >= limits.PAGES:
            await ws.close(limits.FULL, "too many pages show the board")
            return
        offered = ws.subprotocols
        await ws.accept(subprotocol=messages.BOARD if messages.BOARD in offered else None)
        self._pages += 1
        trusted = any(map(self._opens, offered))
        hearing = asyncio.create_task(self._answer(ws, trusted))
        try:
            await self._keep_up(ws, hearing, names=trusted or self.names)
        except ConnectionClosed:
            pass
        finally:
            hearing.cancel()
            self._pages -= 1

    async def _entered(self, ws: WebSocket, secret: str) -> Learner:
        try:
            async with asyncio.timeout(limits.PATIENCE):
                said = messages.read(await ws.receive_text())
        except TimeoutError:
            raise _Silent from None
        if said.get("kind") != "join" or said.get("version") != limits.VERSION:
            raise Unfit(f"expected to be joined in version {limits.VERSION}; update both ends")
        standings = messages.standings_in(said.get("stands"))
        called = messages.line_of(said.get("called"), limits.NAME + 8)
        learner = self._roster.enter(secret, messages.name_in(said.get("name")), called)
        if learner.lines > limits.LINES:
            self._roster.leave(learner)
            raise Unfit(f"at most {limits.LINES} kernels of one learner are on the board")
        self._roster.take(learner, standings)
        return learner

    async def _until_removed(self, ws: WebSocket, learner: Learner) -> None:
        loop, removed = asyncio.get_running_loop(), asyncio.Event()
        listening = asyncio.create_task(self._listen(ws, learner))
        waiting = asyncio.create_task(removed.wait())
        on_removal = functools.partial(loop.call_soon_threadsafe, removed.set)
        self._roster.on_removal(learner, on_removal)
        try:
            await asyncio.wait({listening, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if removed.is_set():
                raise Removed
            await listening
        finally:
            self._roster.off_removal(learner, on_removal)
            listening.cancel()
            waiting.cancel()

    async def _listen(self, ws: WebSocket, learner: Learner) -> None:
        pace = _Pace(self._roster.clock())
        async for message in ws:
            pace.take(self._roster.clock())
            said = messages.read(message)
            if said.get("kind") == "stands":
                self._roster.take(learner, messages.standings_in(said.get("stands")))
            elif said.get("kind") == "help":
                self._roster.help(learner, messages.help_in(said))
            else:
                raise Unfit("expected how exercises stand, or a wish for help")

    async def _keep_up(self, ws: WebSocket, hearing: asyncio.Task[None], *, names: bool) -> None:
        port = str((self.request.scope.get("server") or ("", ""))[1])
        told = ""
        while not hearing.done():
            text = self._sending.text(port, names=names)
            if text is not told:
                told = text
                await ws.send_text(text)
            await asyncio.wait({hearing}, timeout=_PACE)

    async def _answer(self, ws: WebSocket, trusted: bool) -> None:
        """Give a page with the key the ladders it asks for; of any other nothing is taken."""
        pace = _Pace(self._roster.clock())
        try:
            async for message in ws:
                pace.take(self._roster.clock())
                said = messages.read(message)
                if trusted and said.get("kind") == "ladder":
                    found = self._roster.ladder(said.get("learner"), said.get("exercise"))
                    reply = {"id": said.get("id"), "error": None, "result": found}
                    await ws.send_text(messages.written("reply", **reply))
        except (Unfit, _TooFast, ConnectionClosed):
            return

    def _opens(self, offered: str) -> bool:
        """Return whether an offered subprotocol is the teacher's key."""
        return hmac.compare_digest(offered.encode(), f"{messages.BEARER}{self._key}".encode())

    def _lab_face(self, controls: Any, follower: Any) -> Any:
        """Return what a lab shows in place of its panel."""
        from playground.widgets.classboard import ClassBoard

        return ClassBoard(controls, follower, self._looks())

    def _looks(self) -> Looks:
        """Return what the teacher sees of it and may do."""
        return Looks(self._roster, self._key)


class _Silent(Exception):
    """Nobody has said who joins."""


class _TooFast(Exception):
    """More came at once than somebody does by hand."""


class _Pace:
    """How much may come: a bucket with a hole (token bucket)."""

    def __init__(self, now: float) -> None:
        self._left, self._then = float(limits.BURST), now

    def take(self, now: float) -> None:
        """Let one more message through.

        Raises:
            _TooFast: If it is too many.
        """
        more = (now - self._then) * limits.EACH_SECOND
        self._left, self._then = min(limits.BURST, self._left + more) - 1, now
        if self._left < 0:
            raise _TooFast
