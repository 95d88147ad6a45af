"""Exercises of the notebook on Socket.IO, played by clients that write its packets by hand."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from playground.checks import Actor, Play, exercise

# Engine.IO's fourth protocol, which Socket.IO's fifth stands on; by WebSocket from the start.
ENTRANCE: Final = "/socket.io/?EIO=4&transport=websocket"


@exercise(
    "sio-shout",
    "Acknowledge shout with its text in capitals, and let everybody else hear shouted with it.",
)
async def sio_shout(play: Play) -> None:
    """Shout twice; another one listens."""
    ada, bob = await _enter(play, "ada"), await _enter(play, "bob")
    for number, text in enumerate(("hello", "Is it tea?")):
        await ada.send(f"42{number}{_packed('shout', text)}")
        await ada.expect(f"43{number}{_packed(text.upper())}")
        await bob.expect(f"42{_packed('shouted', text.upper())}")


@exercise("sio-leave", "Let leave take somebody out of a room; acknowledge how many are still in.")
async def sio_leave(play: Play) -> None:
    """Let three meet in a room and leave it one by one; who has left hears nothing of it."""
    # A room of its own: the learner's clients may be anywhere.
    room = "the check's room"
    people = [await _enter(play, name) for name in ("ada", "bob", "carol")]
    for inside, person in enumerate(people, 1):
        await _ask(person, f"1{_packed('join', room)}", f"1[{inside}]")
    ada, bob, carol = people
    await _ask(carol, f"2{_packed('leave', room)}", "2[2]")
    await ada.send(f"42{_packed('say', room, 'hello')}")
    await bob.expect(f"42{_packed('said', 'hello')}")
    await carol.expect_silence()
    await _ask(bob, f"2{_packed('leave', room)}", "2[1]")
    await _ask(ada, f"2{_packed('leave', room)}", "2[0]")


async def _enter(play: Play, name: str) -> Actor:
    """Connect a client, as far as Socket.IO's own connection."""
    actor = await play.connect(ENTRANCE, name=name)
    await actor.expect(re.compile(r'^0\{"sid":'))
    await actor.send("40")
    await actor.expect(re.compile(r'^40\{"sid":'))
    return actor


async def _ask(actor: Actor, event: str, answer: str) -> None:
    """Send an event with its number, and expect the acknowledgement of that number."""
    await actor.send(f"42{event}")
    await actor.expect(f"43{answer}")


def _packed(*parts: Any) -> str:
    return json.dumps(parts, separators=(",", ":"))
