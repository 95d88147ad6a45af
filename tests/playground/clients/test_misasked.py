"""Who asks with arguments that there are none of is told what to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from playground import Lab
from tests.playground.lab_apps import Echo, on_both, serving


@pytest.fixture
async def lab() -> Lab:
    return await serving(Echo, "memory")


@pytest.mark.parametrize(
    ("call", "remedy"),
    [
        (lambda lab: lab.post("/x", {"a": 1}), r"write json=\{'a': 1\} or form=\{'a': 1\}"),
        (lambda lab: lab.post("/x", "text"), r"write body='text' or client='text'"),
        (lambda lab: lab.request("POST", "/x", [1]), r"write json=\[1\] or form="),
        (lambda lab: lab.stream("/x", {"a": 1}), r"write json="),
        (lambda lab: lab.connect("/x", "ada"), r"write client='ada'"),
        (lambda lab: lab.get("/x?b=2", params={"a": [1, 2]}), r"path: '/x\?b=2&a=1&a=2'"),
        (lambda lab: lab.get(path="/x", params="a=1"), r"path: '/x\?a=1'"),
        (lambda lab: lab.connect("/x", params=5), r"path: '/x\?name=value'"),
        (lambda lab: lab.post("/x", data={"a": 1}), r"got data=; write form=\{…\} .* body=…"),
        (lambda lab: lab.post("/x", header={}), r"got header=; write headers="),
        (lambda lab: lab.get("/x", verify=False), r"one of client=, headers=, json=.*leave it out"),
        (lambda lab: lab.connect("/x", json=1), r"one of client=, headers=, subprotocols="),
    ],
)
async def test_arguments_that_are_none(lab: Lab, call: Callable[[Any], Any], remedy: str) -> None:
    with pytest.raises(TypeError, match=remedy):
        call(lab)


ASKED: list[Callable[..., Any]] = [
    lambda lab, **options: lab.get("/", **options),
    lambda lab, **options: lab.post("/", **options),
    lambda lab, **options: lab.request("PUT", "/", **options),
    lambda lab, **options: lab.stream("/", **options).__aenter__(),
]
CONNECTED: Callable[..., Any] = lambda lab, **options: lab.connect("/echo", **options)  # noqa: E731


@pytest.mark.parametrize("asked", [*ASKED, CONNECTED])
async def test_a_client_is_said_by_its_name(lab: Lab, asked: Callable[..., Any]) -> None:
    alice = await lab.connect("/echo")
    for bad, error, remedy in (
        (5, TypeError, "write client='5'"),
        (0, TypeError, "write client='0'"),
        (alice, TypeError, "write client=alice.name, which is 'alice'"),
        ("\ud800", ValueError, "half a surrogate pair; nothing was sent"),
    ):
        with pytest.raises(error, match=remedy):
            await asked(lab, client=bad)
        with pytest.raises(error, match=remedy):
            lab.cookies(bad)  # type: ignore[arg-type]
    assert list(lab.clients) == ["alice"]


@pytest.mark.parametrize("asked", [*ASKED, CONNECTED])
@pytest.mark.parametrize("headers", ["a: b", ["a: b"], ["ab"], [("a", "b", "c")], 5, None, b"a: b"])
async def test_what_are_no_headers(lab: Lab, asked: Callable[..., Any], headers: Any) -> None:
    with pytest.raises(TypeError, match=r"headers= as a dict, or as pairs, .*; write headers=\{"):
        await asked(lab, headers=headers)


@pytest.mark.parametrize("asked", ASKED)
async def test_what_is_no_content(lab: Lab, asked: Callable[..., Any]) -> None:
    bodies: list[Any] = [5, {"a": 1}, None, ["a"]]
    forms: list[Any] = ["a=b", ["ab"], 5]
    for bad in bodies:
        with pytest.raises(TypeError, match=r"body= as text or bytes, got .*; write json="):
            await asked(lab, body=bad)
    for bad in forms:
        with pytest.raises(TypeError, match=r"form= as a dict, or as pairs, got .*; write form=\{"):
            await asked(lab, form=bad)
    for length in ("99", "x"):
        with pytest.raises(ValueError, match=r"content-length of the body, 2, got .*leave the"):
            await asked(lab, body="hi", headers={"Content-Length": length})


@on_both
async def test_fields_may_be_pairs_and_a_body_any_bytes(transport: str) -> None:
    lab = await serving(Echo, transport)
    answer = await lab.post("/greet", form=[("name", "Ada"), ["x", "1"]])  # type: ignore[list-item]
    assert answer.json() == {"hello": "Ada"}
    sent = {"content-type": "application/x-www-form-urlencoded", "content-length": "8"}
    answer = await lab.post("/greet", body=bytearray(b"name=Bob"), headers=sent)  # type: ignore[arg-type]
    assert answer.json() == {"hello": "Bob"}


async def test_what_are_no_subprotocols(lab: Lab) -> None:
    for bad, error, remedy in (
        (["a b"], ValueError, "got 'a b'; try 'a-b'"),
        ([""], ValueError, "try 'chat'"),
        ([5], TypeError, "write '5'"),
        (5, TypeError, r"write \['chat'\]"),
    ):
        with pytest.raises(error, match=remedy):
            await lab.connect("/echo", subprotocols=bad)  # type: ignore[arg-type]
