"""A witness writes frames down, with what each of them answers."""

from __future__ import annotations

from playground.recorder import Recorder, doing
from playground.recorder.frames import MOST_PINGS, Witness
from playground.traffic.frames import Frame
from playground.traffic.log import Log


def ping(payload: bytes) -> Frame:
    return Frame("client", "ping", True, len(payload), len(payload), masked=True, payload=payload)


def pong(payload: bytes) -> Frame:
    return ping(payload)._replace(sender="server", opcode="pong", masked=False)


def close(sender: str, code: int = 1000) -> Frame:
    return Frame(sender, "close", True, 2, 2, payload=code.to_bytes(2, "big"))  # type: ignore[arg-type]


def watching() -> tuple[Witness, Log]:
    log = Log()

    async def app(scope: object, receive: object, send: object) -> None: ...

    return Witness(Recorder(app, log, revision=lambda: 3), log.begin("websocket", "alice")), log


def test_each_pong_answers_its_own_ping_once() -> None:
    witness, log = watching()
    for frame in (ping(b"one"), ping(b"two"), pong(b"two"), pong(b"one"), pong(b"one")):
        witness.saw(frame)
    assert [entry.cause for entry in log] == [None, None, 2, 1, None]
    assert {(entry.kind, entry.revision, entry.exchange) for entry in log} == {("frame", 3, 1)}


def test_a_side_that_pings_for_ever_is_not_remembered_for_ever() -> None:
    witness, log = watching()
    for number in range(10 * MOST_PINGS):
        witness.saw(ping(str(number).encode()))
    assert len(witness._asked) == MOST_PINGS
    witness.saw(pong(str(10 * MOST_PINGS - 1).encode()))
    assert log[-1].cause == log.last - 1


def test_the_second_half_of_a_close_is_due_to_the_first() -> None:
    for first, second in (("client", "server"), ("server", "client")):
        witness, log = watching()
        witness.saw(close(first))
        witness.saw(close(second))
        assert [entry.cause for entry in log] == [None, 1]
        assert [entry.code for entry in log] == [1000, 1000]


def test_what_the_server_closes_with_by_itself_is_due_to_what_it_refused() -> None:
    witness, log = watching()
    witness.saw(ping(b"x")._replace(fin=False, taken=False))
    witness.saw(close("server", 1002))
    assert log[-1].cause == 1
    witness, log = watching()
    witness.saw(close("server", 1012))
    assert log[-1].cause is None


def test_while_recording_is_off_frames_are_counted_and_not_kept() -> None:
    witness, log = watching()
    log.recording = False
    witness.saw(ping(b"one"))
    assert (len(log), log.unrecorded) == (0, 1)
    log.recording = True
    witness.saw(pong(b"one"))
    assert log[-1].cause is None


def test_an_exchange_ends_once_whoever_says_so() -> None:
    witness, log = watching()
    witness.leave()
    witness.saw(close("server"))
    log.clear()
    assert log.exchange(1) is not None
    witness.saw(close("client"))
    for _ in range(2):
        witness.over()
        witness.leave()
    log.clear()
    assert log.exchange(1) is None


def test_only_what_a_handler_sends_is_due_to_what_it_works_on() -> None:
    witness, log = watching()
    before = doing.set((7, None, 2))
    try:
        witness.saw(ping(b"one")._replace(sender="server", masked=False))
        witness.saw(ping(b"two")._replace(opcode="text", payload=b""))
        witness.saw(ping(b"two")._replace(opcode="text", payload=b"", sender="server"))
        witness.saw(close("server"))
    finally:
        doing.reset(before)
    assert [(entry.cause, entry.revision) for entry in log] == [
        (None, 3), (None, 3), (7, 2), (7, 2),
    ]  # fmt: skip
