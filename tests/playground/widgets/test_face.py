"""Kernel and view talk without losing an exception."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from playground.widgets.face import Face

if TYPE_CHECKING:
    from tests.playground.widgets.face_page import Wire


class Counter(Face):
    """A face that answers one message."""

    def heard_add(self, message: dict[str, Any], buffers: object) -> None:
        self.tell({"kind": "sum", "sum": sum(message["numbers"])})

    def still_html(self) -> str:
        return "<b>3</b>"

    def still_text(self) -> str:
        return "three"


@pytest.fixture
def counter(wire: Wire) -> Counter:
    made = Counter()
    made.comm = wire
    return made


def test_a_message_is_answered(counter: Counter, wire: Wire) -> None:
    counter._heard(counter, {"kind": "add", "numbers": [1, 2]}, [])
    assert wire.outbox == [({"kind": "sum", "sum": 3}, [])]


@pytest.mark.parametrize("message", [{"kind": "add"}, {"kind": "nonsense"}, {}, "text", None])
def test_a_failing_answer_is_told_and_logged(
    counter: Counter, wire: Wire, message: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        counter._heard(counter, message, [])
    told, _ = wire.outbox[0]
    assert told["kind"] == "trouble"
    assert told["text"]
    assert caplog.records


def test_a_saved_notebook_shows_the_still_picture(counter: Counter) -> None:
    data, _ = counter._repr_mimebundle_()
    assert data["text/html"] == "<b>3</b>"
    assert data["text/plain"] == repr(counter) == "three"
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == counter.model_id


def test_a_closed_face_takes_messages_in_silence(counter: Counter) -> None:
    counter.close()
    counter.tell({"kind": "sum", "sum": 1})
