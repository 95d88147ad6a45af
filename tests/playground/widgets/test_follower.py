"""A follower keeps faces up with a log, from one thread that ends when it should."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from playground.traffic.log import Log
from playground.widgets.follower import Follower

SOON = 5.0


class Listener:
    """What a follower needs of a face; it notes what it was told."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.moves = 0
        self.last = -1
        self.told: list[dict[str, Any]] = []
        self.troubles: list[BaseException] = []
        self.happened = threading.Condition()

    def keep_up(self, moved: bool) -> None:
        with self.happened:
            self.moves += moved
            self.last = self.log.last
            self.happened.notify_all()

    def tell(self, message: dict[str, Any]) -> None:
        with self.happened:
            self.told.append(message)
            self.happened.notify_all()

    def trouble(self, error: BaseException, doing: str) -> None:
        with self.happened:
            self.troubles.append(error)
            self.happened.notify_all()

    def until(self, claim: Any) -> None:
        with self.happened:
            assert self.happened.wait_for(claim, SOON)


class Broken(Listener):
    """A face that cannot keep up."""

    def keep_up(self, moved: bool) -> None:
        raise RuntimeError("no")


@pytest.fixture
def log() -> Log:
    return Log(lock=threading.Lock())


@pytest.fixture
def follower(log: Log) -> Iterator[Follower]:
    made = Follower(log)
    yield made
    assert made.stop()


def threads() -> int:
    return sum(thread.name.startswith("playground-follower") for thread in threading.enumerate())


def test_no_thread_before_the_first_face(follower: Follower) -> None:
    assert not follower.running


def test_a_face_hears_that_the_log_moved(follower: Follower, log: Log) -> None:
    face = Listener(log)
    follower.attach(face)
    log.append(1.0, 0, "lab", "lab", "serving")
    face.until(lambda: face.last == 1)
    assert face.moves >= 1


def test_a_log_at_rest_does_not_move(follower: Follower, log: Log) -> None:
    face = Listener(log)
    follower.attach(face)
    face.until(lambda: face.told)  # a heartbeat: two seconds of looking
    assert face.moves == 1
    assert face.told[0] == {"kind": "beat"}


def test_a_cleared_log_has_moved(follower: Follower, log: Log) -> None:
    face = Listener(log)
    log.append(1.0, 0, "lab", "lab", "serving")
    follower.attach(face)
    face.until(lambda: face.moves == 1)
    log.clear()
    face.until(lambda: face.moves == 2)


def test_one_thread_serves_all_faces(follower: Follower, log: Log) -> None:
    before = threads()
    faces = [Listener(log) for _ in range(5)]
    for face in faces:
        follower.attach(face)
        follower.attach(face)
    for face in faces:
        face.until(lambda face=face: face.last == 0)
    assert threads() == before + 1


def test_a_failing_face_does_not_stop_the_others(follower: Follower, log: Log) -> None:
    broken, face = Broken(log), Listener(log)
    follower.attach(broken)
    follower.attach(face)
    log.append(1.0, 0, "lab", "lab", "serving")
    face.until(lambda: face.last == 1)
    broken.until(lambda: broken.troubles)


def test_the_last_face_takes_the_thread_along(follower: Follower, log: Log) -> None:
    face = Listener(log)
    follower.attach(face)
    follower.detach(face)
    assert follower.stop()
    assert not follower.running


def test_it_starts_again_for_a_face_that_comes_back(follower: Follower, log: Log) -> None:
    face = Listener(log)
    follower.attach(face)
    follower.detach(face)
    follower.attach(face)
    log.append(1.0, 0, "lab", "lab", "serving")
    face.until(lambda: face.last == 1)


def test_stopping_ends_the_thread_within_a_second(log: Log) -> None:
    follower = Follower(log, Listener(log))
    assert follower.running
    assert follower.stop(1.0)
    assert not follower.running


def test_messages_are_counted_for_all_faces(follower: Follower, log: Log) -> None:
    face = Listener(log)
    follower.attach(face)
    log.append(1.0, 0, "lab", "lab", "serving")
    log.append(2.0, 1, "text", "client", "hi", 2)
    face.until(lambda: face.last == 2 and follower.tally.messages == 1)


def test_who_does_not_follow_can_count(log: Log) -> None:
    log.append(2.0, 1, "text", "client", "hi", 2)
    assert Follower(log).count().messages == 1
