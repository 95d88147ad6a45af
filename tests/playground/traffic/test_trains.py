"""The frames of a message are found by their order, and a ping that passes them is none of them."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from playground.traffic.frames import Frame, Opcode, code_of, data_of, note_of, raw_of
from playground.traffic.log import Log
from playground.traffic.model import Sender
from playground.traffic.record import Selection
from playground.traffic.trains import Train, trains
from tests.playground.records import records


class Talk(Log):
    """A log that frames and messages of one connection are added to."""

    def frame(self, sender: Sender, opcode: Opcode, said: bytes, **how: Any) -> None:
        size = len(said)
        frame = Frame(sender, opcode, True, size, size, header=bytes((0x81, size)), head=said)
        frame = frame._replace(**how)
        self.append(
            0.0, 1, "frame", sender, data_of(frame), frame.size, None, 1, None, code_of(frame),
            note_of(frame), raw_of(frame),
        )  # fmt: skip

    def message(self, sender: Sender, said: str) -> None:
        self.append(0.0, 1, "text", sender, said, len(said.encode()))


def shown(train: Train) -> tuple[list[bytes], str | bytes | None]:
    return [car.frame.head for car in train.cars], train.message.data if train.message else None


def test_the_fragments_of_a_message_are_one_train_with_the_ping_outside() -> None:
    talk = Talk()
    talk.frame("client", "text", b"he", fin=False)
    talk.frame("client", "ping", b"!")
    talk.frame("server", "pong", b"!")
    talk.frame("client", "continuation", b"llo")
    talk.message("client", "hello")
    talk.frame("server", "text", b"hi")
    talk.message("server", "hi")
    first, second = trains(talk)
    assert shown(first) == ([b"he", b"llo"], "hello")
    assert [car.offset for car in first.cars] == [0, 2]
    assert shown(second) == ([b"hi"], "hi")


def test_frames_that_came_before_the_app_took_any_find_their_messages() -> None:
    talk = Talk()
    for said in (b"one", b"two", b"six"):
        talk.frame("client", "text", said)
    for text in ("one", "two"):
        talk.message("client", text)
    assert [shown(each)[1] for each in trains(talk)] == ["one", "two", None]


def test_a_message_whose_frames_have_gone_has_none_of_the_others() -> None:
    talk = Talk()
    talk.frame("client", "text", b"two")
    talk.message("client", "one")
    talk.message("client", "two")
    assert [shown(each) for each in trains(talk)] == [([b"two"], "two")]


def test_one_that_was_not_taken_carries_nothing() -> None:
    talk = Talk()
    talk.frame("client", "text", b"he", fin=False)
    talk.frame("client", "text", b"x", taken=False)
    talk.frame("client", "continuation", b"llo", fin=False)
    talk.message("client", "hello")
    assert [shown(each) for each in trains(talk)] == [
        ([b"he"], None), ([b"x"], None), ([b"llo"], None),
    ]  # fmt: skip


def test_one_that_is_compressed_goes_by_its_size() -> None:
    talk = Talk()
    talk.frame("server", "text", b"\xab\xcd", reserved=(1,), size=5)
    talk.message("server", "hello")
    [train] = trains(talk)
    assert (train.is_compressed, shown(train)[1]) == (True, "hello")


@given(records())
def test_no_record_is_too_strange(record: Selection) -> None:
    for train in trains(entry._replace(note="continuation, FIN") for entry in record):
        assert train.cars
