"""The far leg, on a transport of the test's: how far it reads ahead of who takes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.http11 import Request
from websockets.server import ServerProtocol

from playground.upstream import leg as legs
from playground.upstream.address import address_of
from playground.upstream.opening import Opening


class Wire(asyncio.Transport):
    """Keeps what is written, and how often reading was paused and resumed."""

    def __init__(self) -> None:
        super().__init__()
        self.written, self.calls = b"", list[str]()

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None: ...

    def pause_reading(self) -> None:
        self.calls.append("pause")

    def resume_reading(self) -> None:
        self.calls.append("resume")


@pytest.mark.parametrize("large", [False, True], ids=["many", "large"])
async def test_small_messages_are_read_so_far_ahead_and_no_further(
    monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    async def dial(*given: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(legs, "dial", dial)
    opening = Opening(address_of("ws://127.0.0.1:9"), "/", [], [], None, 10.0)
    deflate = [ServerPerMessageDeflateFactory()]
    leg, wire, far = legs.Leg(opening), Wire(), ServerProtocol(extensions=deflate)
    leg.connection_made(wire)
    far.receive_data(wire.written)
    [request] = far.events_received()
    assert isinstance(request, Request)
    far.send_response(far.accept(request))
    leg.data_received(b"".join(far.data_to_send()))
    await leg.opened()

    def say(text: str) -> None:
        far.send_text(text.encode())
        leg.data_received(b"".join(far.data_to_send()))

    most = 2 if large else legs.MOST
    size = legs.MOST_BYTES // 2 if large else 1
    for number in range(most):
        assert not wire.calls, number
        say("x" * size)
    assert wire.calls == ["pause"]
    # What was on its way all the same waits, unread.
    say("last")
    taken: list[Any] = [await leg.take() for _ in range(most)]
    assert wire.calls == ["pause", "resume"]
    assert [*map(len, taken), await leg.take()] == [size] * most + ["last"]
    leg.abort()
