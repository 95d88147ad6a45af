"""Exceptions say what happened in words, and survive a process."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from micropie import exceptions
from micropie.exceptions import (
    BadRequest,
    ClientDisconnected,
    ConnectionClosed,
    HandshakeRefused,
    InternalError,
    InvalidJSON,
    MultipartFileError,
    NotFound,
    PayloadTooLarge,
    Refusal,
    RequestTimeout,
)


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (BadRequest("Bad JSON"), 400, "400 Bad Request: Bad JSON"),
        (NotFound(), 404, "404 Not Found"),
        (RequestTimeout(), 408, "408 Request Timeout: Failed to receive body"),
        (PayloadTooLarge(), 413, "413 Payload Too Large"),
        (
            PayloadTooLarge("Multipart form field"),
            413,
            "413 Payload Too Large: Multipart form field",
        ),
        (InternalError(), 500, "500 Internal Server Error"),
        (InternalError("no parser"), 500, "500 Internal Server Error: no parser"),
    ],
)
def test_a_refusal_is_a_status_and_a_sentence(error: Refusal, status: int, text: str) -> None:
    assert (error.status, error.text, str(error)) == (status, text, text)
    assert isinstance(error, Refusal)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ConnectionClosed(), "connection closed with code 1006"),
        (ConnectionClosed(4000, "enough"), "connection closed with code 4000: enough"),
        (HandshakeRefused(1008, "who are you?", 401), "who are you?"),
        (MultipartFileError(), "upload is incomplete"),
    ],
)
def test_an_exception_says_what_happened(error: Exception, text: str) -> None:
    assert str(error) == text


def test_a_closed_connection_keeps_its_code_and_reason_when_it_is_copied() -> None:
    closed = ConnectionClosed(1001, "bye")
    for same in (copy.copy(closed), pickle.loads(pickle.dumps(closed))):
        assert (same.code, same.reason) == (1001, "bye")


def test_an_incomplete_upload_keeps_its_cause() -> None:
    cause = PayloadTooLarge()
    assert MultipartFileError("half", cause).cause is cause
    assert MultipartFileError().cause is None


def test_what_comes_over_the_wire_never_passes_for_a_mistake_of_the_caller() -> None:
    kinds: list[Any] = [kind for kind in vars(exceptions).values() if isinstance(kind, type)]
    assert InvalidJSON in kinds
    for kind in kinds:
        assert issubclass(kind, Exception)
        assert not issubclass(kind, TypeError | RuntimeError | OSError)
        # The one exception: what should have been JSON is a value that is wrong.
        assert issubclass(kind, ValueError) is (kind is InvalidJSON)


def test_a_client_that_left_needs_no_words() -> None:
    assert isinstance(ClientDisconnected(), Exception)
