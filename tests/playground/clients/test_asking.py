"""What cannot be sent is refused with what to write, and nothing is sent."""

from __future__ import annotations

import datetime
import math
from typing import Any

import pytest

from playground.clients.asking import (
    MAX_NAME,
    check_client,
    check_headers,
    check_method,
    check_path,
    check_subprotocols,
    check_timeout,
    json_text,
    pairs_of,
)
from playground.clients.pool import body_of
from playground.clients.sendable import encode
from tests.playground.lab_apps import Echo, on_both, serving


def numpy_like(value: float) -> object:
    """Return a number of a kind of its own, as those of numpy are."""

    class Number:
        def __float__(self) -> float:
            return value

    return Number()


@pytest.mark.parametrize(
    ("path", "error", "remedy"),
    [
        ("ws://127.0.0.1:8000/echo?a=1", ValueError, "write '/echo?a=1'"),
        ("https://example.org", ValueError, "write '/'"),
        ("echo", ValueError, "try '/echo'"),
        (5, TypeError, "such as '/echo'"),
        ("/\ud800", ValueError, "surrogate"),
    ],
)
def test_what_is_no_path(path: Any, error: type[Exception], remedy: str) -> None:
    with pytest.raises(error, match=remedy.replace("?", r"\?")):
        check_path(path)


SECRET = "SEKRIT77"


def headers_of(given: object) -> None:
    pairs_of(given, "headers")


@pytest.mark.parametrize(
    ("check", "asked"),
    [
        (check_path, f"ok?token={SECRET}"),
        (check_path, f"u:{SECRET}@h/ok"),
        (check_path, f"http://u:{SECRET}@h/ok?token={SECRET}"),
        (check_path, f"ws://h/reset/token/{SECRET}"),
        (check_method, f"GET /ok?token={SECRET}"),
        (check_headers, [("authorization", f"Bearer {SECRET}\r\nx: y")]),
        (check_headers, [("x-any", f"a\r\nauthorization: Bearer {SECRET}")]),
        (check_headers, [("x-tokens", [SECRET])]),
        (check_headers, [(b"cookie", SECRET.encode())]),
        (check_headers, [(f"authorization: Bearer {SECRET}", "")]),
        (headers_of, f"authorization: Bearer {SECRET}"),
        (headers_of, [f"x-token: {SECRET}"]),
        (check_subprotocols, f"bearer.{SECRET}"),
        (check_subprotocols, ["chat", f"bearer.{SECRET} x"]),
    ],
)
def test_a_message_quotes_what_was_typed_without_its_credentials(check: Any, asked: Any) -> None:
    with pytest.raises((TypeError, ValueError)) as refused:
        check(asked)
    assert "[redacted]" in str(refused.value)
    assert SECRET not in str(refused.value)


def test_paths_that_name_an_address_are_paths() -> None:
    check_path("/proxy?url=http://example.org/é")
    check_path("/a:b/c")


def test_what_is_no_method_header_or_list_of_subprotocols() -> None:
    check_method("M-SEARCH")
    with pytest.raises(ValueError, match="try 'GET'"):
        check_method("GE T")
    check_headers([("x-name", "Ada Löv")])
    with pytest.raises(ValueError, match="leave the line break out"):
        check_headers([("x-name", "a\r\nb")])
    with pytest.raises(ValueError, match="name of a header"):
        check_headers([("x name", "a")])
    with pytest.raises(TypeError, match="write 'x-count': '5'"):
        check_headers([("x-count", 5)])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"write \['chat'\]"):
        check_subprotocols("chat")


def test_what_json_cannot_say() -> None:
    assert json_text({"é": None}) == '{"é": null}'
    for bad in (math.nan, [math.inf]):
        with pytest.raises(ValueError, match="send None"):
            json_text(bad)
        with pytest.raises(ValueError, match="send None"):
            body_of(bad, None, b"")
    loop: list[Any] = []
    loop.append(loop)
    for value, why in (
        (datetime.date(2024, 1, 1), r"JSON has no date, so send str\(\) of it"),
        ({"a": {1, 2}}, "JSON has no set, so send a list of it; nothing was sent"),
        ((each for each in "ab"), "JSON has no generator, so send a list of it"),
        ({("a", 1): 2}, "in JSON a key is text"),
        (loop, "it holds itself"),
    ):
        with pytest.raises(TypeError, match=why):
            json_text(value)
    for sent in ("\ud800", {"a": "\ud800"}):
        with pytest.raises(ValueError, match="nothing was sent"):
            encode(sent)
    content: list[dict[str, Any]] = [
        {"json": "\ud800"},
        {"form": {"a": "\ud800"}},
        {"body": "\ud800"},
    ]
    for options in content:
        with pytest.raises(ValueError, match="nothing was sent"):
            body_of(options.get("json"), options.get("form"), options.get("body", b""))


@pytest.mark.live
@on_both
async def test_a_client_stays_open_when_a_message_is_refused(transport: str) -> None:
    lab = await serving(Echo, transport)
    client = await lab.connect("/echo")
    for message in ("\ud800", math.nan):
        with pytest.raises(ValueError, match="nothing was sent"):
            await client.send(message)
    await client.send("on")
    assert await client.receive() == "Echo: on"
    for method, path, headers in (
        ("GE T", "/", {}),
        ("GET", "http://127.0.0.1/", {}),
        ("GET", "/", {"x": "a\nb"}),
    ):
        with pytest.raises(ValueError, match="expected"):
            await lab.request(method, path, headers=headers)


@pytest.mark.parametrize("timeout", [0, 0.0, 1, 2.5, 1e9, numpy_like(3.0)])
def test_a_time_to_wait_is_a_number_of_seconds(timeout: Any) -> None:
    check_timeout(timeout)


@pytest.mark.parametrize(
    ("timeout", "error", "says"),
    [
        ("5", TypeError, "got '5'; write timeout=5"),
        ("x", TypeError, "expected timeout= as a number of seconds, got 'x'; write timeout=5.0"),
        (None, TypeError, "timeout=3600 for an hour"),
        (True, TypeError, "got True"),
        ([1], TypeError, r"got \[1\]"),
        (datetime.timedelta(seconds=1), TypeError, "timedelta"),
        (math.nan, ValueError, "got nan; write timeout=3600"),
        (math.inf, ValueError, "from 0 to 1,000,000,000, got inf"),
        (-1, ValueError, "got -1"),
        (-0.1, ValueError, "got -0.1"),
        (10**400, ValueError, "got one of about 398 digits"),
        pytest.param(-(10**5000), ValueError, "got one of about", id="a very long one"),
    ],
)
def test_what_is_none_is_refused(timeout: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        check_timeout(timeout)


def test_a_name_is_as_long_as_a_person_may_read() -> None:
    check_client("n" * MAX_NAME)
    with pytest.raises(ValueError, match=f"at most {MAX_NAME} characters, got 5,000: 'nnnn"):
        check_client("n" * 5000)


@on_both
async def test_a_long_name_is_the_same_in_the_log_and_everywhere(transport: str) -> None:
    lab = await serving(Echo, transport)
    names = ["n" * 100, "n" * 100 + "x"]
    for name in names:
        await lab.connect("/echo", client=name)
    assert list(lab.clients) == names
    assert [lab.log.exchange(each.exchange).client for each in lab.log.filter("kind:open")] == names  # type: ignore[union-attr]
    assert lab.guests == []


@on_both
@pytest.mark.parametrize("timeout", ["x", None, math.nan, -1, pytest.param(10**400, id="huge")])
async def test_so_it_is_wherever_one_can_wait(transport: str, timeout: Any) -> None:
    lab = await serving(Echo, transport)
    alice = await lab.connect("/echo")
    for wait in (
        lambda: lab.get("/", timeout=timeout),
        lambda: lab.post("/", timeout=timeout),
        lambda: lab.connect("/echo", timeout=timeout),
        lambda: lab.until("kind:text", timeout=timeout),
        lambda: alice.send("hi", timeout=timeout),
        lambda: alice.receive(timeout=timeout),
        lambda: alice.receive_json(timeout=timeout),
    ):
        with pytest.raises((TypeError, ValueError), match="expected timeout= as a number"):
            await wait()
    assert alice.state == "open"
    # The one that `serving` has asked.
    assert [entry.kind for entry in lab.log].count("request") == 1
