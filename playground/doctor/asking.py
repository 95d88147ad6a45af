"""Asking an address whether the lab is there, as a browser would, within a deadline."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from typing import Any, Final, Generic, NamedTuple, TypeVar
from urllib.parse import urlsplit

from playground.entrance.identity import PATH

T = TypeVar("T")

# An address may take this many seconds.
PATIENCE: Final = 2.0

# An answer is less than this many bytes; more is a page of something else.
_MOST: Final = 4096


class Reply(NamedTuple):
    """What came back from an address.

    Attributes:
        status: The HTTP status; 0 if there was no response.
        lab: The id that a lab answered with; "" if there is none.
        seconds: How long it took.
        error: Why there was no response, in words.
    """

    status: int
    lab: str = ""
    seconds: float = 0.0
    error: str = ""


class Trial(Generic[T]):
    """A call that may hang, made on a thread of its own, so that its caller can have a deadline.

    Args:
        work: What to do.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._result: list[T] = []
        self._done = threading.Event()
        threading.Thread(target=self._run, name="playground-doctor", daemon=True).start()

    def _run(self) -> None:
        try:
            self._result.append(self._work())
        finally:
            self._done.set()

    def result(self, seconds: float) -> T | None:
        """Return the result of the call; None if it has not returned within so many seconds."""
        self._done.wait(max(0.0, seconds))
        return self._result[0] if self._result else None


def ask(url: str, token: str = "") -> Reply:
    """Ask an address which lab answers there.

    Args:
        url: Absolute, and ends in "/".
        token: Of the Jupyter server that passes it on; it is never shown.
    """
    began = time.monotonic()
    try:
        status, body = _get(url, token)
    except (OSError, http.client.HTTPException) as error:
        return Reply(0, error=_reason(error))
    except ValueError:  # its message may hold the token
        return Reply(0, error="is no address that can be asked")
    lab = _lab_of(body) if status == 200 else ""
    return Reply(status, lab, time.monotonic() - began)


def _get(url: str, token: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    if parts.scheme not in kinds or parts.hostname is None:
        raise ValueError(f"expected http or https, got {parts.scheme!r}")
    connection = kinds[parts.scheme](parts.hostname, parts.port, timeout=PATIENCE)
    headers = {"authorization": f"token {token}"} if token else {}
    try:
        connection.request("GET", parts.path.rstrip("/") + PATH, headers=headers)
        response = connection.getresponse()
        return response.status, response.read(_MOST)
    finally:
        connection.close()


def _lab_of(body: bytes) -> str:
    try:
        value: Any = json.loads(body)
    except ValueError:
        return ""
    return str(value.get("lab", "")) if isinstance(value, dict) else ""


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"has not answered for {PATIENCE:g} s"
    if isinstance(error, ConnectionRefusedError):
        return "refuses connections"
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"cannot be asked: {said}"
