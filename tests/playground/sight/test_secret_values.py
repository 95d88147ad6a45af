"""Variables that are shown say no credential: by name, by what they are, at any depth."""

from __future__ import annotations

import sys
import uuid

import pytest

from micropie import App
from playground import serve
from playground.sight.values import text_of, variables_of
from playground.traffic.quoted import Quoted

SECRET = "s3cr3t-abcdef-0123456789"


class Client:
    """An object with a credential."""

    def __init__(self) -> None:
        self.api_key = SECRET
        self.name = "ann"


@pytest.mark.parametrize(
    "value",
    [
        {"password": SECRET},
        {"user": {"accessToken": SECRET}},
        {"x-auth-token": SECRET.encode()},
        Client(),
        [Client()],
        f"Bearer {SECRET}",
        f"/chat?token={SECRET}",
        ("postgres://ann:" + SECRET + "@db/1",),
        {"tokens": [SECRET, SECRET]},
        {"sessions": {SECRET: "ann"}},
        {"session": {"user": {"note": SECRET}}},
        {"tokens": {"s3cr3t"}},
        ("authorization", SECRET),
        [(b"authorization", SECRET.encode()), (b"accept", b"*/*")],
        {b"cookie": f"a={SECRET}".encode()},
        "x" * 40 + f" Bearer {SECRET}",
        "x" * 20 + f" https://ann:{SECRET * 20}@example.org/",
        b"x" * 40 + f"?token={SECRET}".encode(),
    ],
)
def test_no_credential_is_shown(value: object) -> None:
    assert "s3cr3t" not in text_of(value)
    assert "[redacted]" in text_of(value)


def test_a_variable_is_redacted_by_its_name() -> None:
    token, author, session_id, secret = SECRET, "ann", SECRET, ""
    shown = variables_of(sys._getframe(), lambda _: None)
    assert shown["token"] == shown["session_id"] == "[redacted]"
    assert shown["author"] == repr(author)
    assert shown["secret"] == repr(secret)
    assert token == session_id


@pytest.mark.parametrize("value", [4711, 47.11, uuid.UUID(int=4711), [4711], {"a": 4711}])
def test_a_number_under_such_a_name_is_one(value: object) -> None:
    shown = text_of(value, name="pin")
    assert not any(part in shown for part in ("4711", "1267"))
    assert "[redacted]" in shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("max_tokens", 100, "100"),
        ("code", 404, "404"),
        ("token", None, "None"),
        ("auth", True, "True"),
        ("session", {"user": ""}, "{'user': ''}"),
        ("author", ["ann"], "['ann']"),
        ("pair", ("author", "ann"), "('author', 'ann')"),
    ],
)
def test_what_is_no_credential_stays(name: str, value: object, shown: str) -> None:
    assert text_of(value, name=name) == shown


def test_what_the_request_has_sent_as_one_is_found_under_any_name() -> None:
    long = "v" * 9000
    quoted = Quoted([f"Bearer {SECRET}", "sid=kücken-42; dark=1".encode().decode("latin-1"), long])
    for value in (SECRET, SECRET.encode(), [f"he said {SECRET}!"], "kücken-42", f"x{long}"):
        shown = text_of(value, quoted=quoted, name="harmless")
        assert "[redacted]" in shown
        assert not any(part in shown for part in ("s3cr3t", "cken", "vvv"))


class Waiting(App):
    """Keeps its caller's credential under names that say nothing."""

    async def ws_room(self, ws: object) -> None:
        headers = ws.headers  # type: ignore[attr-defined]
        what = headers["authorization"].split()[1]
        await ws.accept()  # type: ignore[attr-defined]
        pieces = [what, {"of": what}]
        async for _ in ws:  # type: ignore[attr-defined]
            print(pieces)


async def test_a_handler_shows_none_of_its_request() -> None:
    lab = serve(Waiting, transport="memory")
    client = await lab.connect("/room?room=5", headers={"authorization": f"Bearer {SECRET}"})
    await client.send("hello")
    await lab.until("kind:print")
    (standing,) = lab.handlers()
    variables = standing.frames[-1].variables
    assert variables["what"] == "'[redacted]'"
    assert variables["pieces"] == "['[redacted]', {'of': '[redacted]'}]"
