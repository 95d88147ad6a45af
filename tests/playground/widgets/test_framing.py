"""The pane is told of a frame what was seen of it, and of a message which frames carried it."""

from __future__ import annotations

from typing import Any

import pytest

from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.widgets.details import details
from playground.widgets.framing import MOST_CARS, frame_shown
from tests.playground.traffic.test_trains import Talk


@pytest.fixture
def talk() -> Talk:
    """A message in two fragments with a ping between them."""
    log = Talk()
    log.frame("client", "text", b"he", fin=False)
    log.frame("client", "ping", b"!", payload=b"!")
    log.frame("server", "pong", b"!", payload=b"!")
    log.frame("client", "continuation", b"llo")
    log.message("client", "hello")
    return log


def shown(log: Log, seq: int) -> dict[str, Any] | None:
    entry = log.entry(seq)
    assert entry is not None
    return frame_shown(log, entry)


def test_a_message_is_shown_with_its_first_frame_and_its_train(talk: Talk) -> None:
    seen = shown(talk, 5)
    assert seen is not None
    assert (seen["seq"], seen["message"], seen["name"]) == (1, 5, "text frame, more follows")
    assert [(car["name"], car["own"], car["here"]) for car in seen["train"]] == [
        ("text", True, True), ("ping", False, False), ("pong", False, False),
        ("continuation", True, False),
    ]  # fmt: skip
    assert (seen["head"], seen["key"], seen["size"]) == (b"he".hex(), "", 2)
    assert seen["parts"][4][:3] == ["opcode", 4, "0x1"]


def test_a_ping_is_shown_alone_with_what_it_holds(talk: Talk) -> None:
    seen = shown(talk, 2)
    assert seen is not None
    assert (seen["train"], seen["message"], seen["head"]) == ([], None, "21")


def test_what_compression_made_is_shown_with_the_beginning_of_the_message() -> None:
    talk = Talk()
    talk.frame("server", "text", b"\xab\xcd", reserved=(1,), size=25)
    talk.message("server", '{"token": "s3cr3tV4lue9"}')
    seen = shown(talk, 1)
    assert seen is not None
    assert (seen["compressed"]["before"], seen["compressed"]["after"]) == (25, 2)
    assert bytes.fromhex(seen["compressed"]["begins"]) == b'{"token": "************"}'


def test_a_frame_whose_bytes_were_not_seen_says_so(talk: Talk) -> None:
    talk.frame("client", "text", b"", header=b"")
    seen = shown(talk, 6)
    assert seen is not None
    assert seen["seen"].startswith("Its bytes were not seen")
    assert (seen["parts"], seen["head"]) == ([], "")


def test_of_a_long_train_the_rest_is_counted() -> None:
    talk = Talk()
    talk.frame("client", "text", b"a", fin=False)
    for _ in range(MOST_CARS + 8):
        talk.frame("client", "continuation", b"a", fin=False)
    seen = shown(talk, 3)
    assert seen is not None
    assert (len(seen["train"]), seen["left_out"]) == (MOST_CARS, 9)


def test_where_no_frames_were_recorded_there_is_nothing_to_show() -> None:
    log = Log()
    log.append(0.0, 1, "text", "client", "hi", 2)
    entry: Entry = log[0]
    assert frame_shown(log, entry) is None
    assert details(log, entry)[0]["frame"] is None
