"""A hook that cannot be called, or gives what nobody can send on, is told with its own line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from playground import HandshakeRefused, Refused, Upstream, serve
from playground.upstream.hooks import connect, messages
from tests.playground.upstream.far import far_side, free_port, led_to

URL = "ws://127.0.0.1:9"


async def short(self: Any, message: Any) -> Any:
    return message


async def long(self: Any, scope: Any, more: Any) -> None: ...


@pytest.mark.parametrize(
    ("name", "hook", "words"),
    [
        ("from_client", short, "too many positional arguments; write async def from_client(self, "),
        ("from_server", short, "write async def from_server(self, message, client)"),
        ("on_connect", long, "missing a required argument: 'more'; write async def on_connect"),
        ("from_client", 5, "expected from_client to be a function, got 5"),
    ],
)
def test_a_hook_that_cannot_be_called_is_refused_at_once(name: str, hook: Any, words: str) -> None:
    with pytest.raises(TypeError) as error:
        type("U", (Upstream,), {name: hook})(URL)
    assert words in str(error.value)
    assert getattr(error.value, "__handler__", (None, 1))[1] > 0


@pytest.mark.parametrize(
    "hook",
    [
        lambda self, message, client: message,
        staticmethod(lambda message, client="": message),
        lambda self, *given: given[0],
        print,
    ],
)
def test_a_hook_of_any_kind_is_taken_if_it_can_be_called(hook: Any) -> None:
    type("U", (Upstream,), {"from_client": hook})(URL)


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        ({"a": 1}, "; write json.dumps(…)"),
        ((each for each in "ab"), "; return a list in place of yield"),
        (["a", ["b"]], "got ['b']"),
        (type("Odd", (), {"__repr__": lambda self: 1 / 0})(), "got a Odd"),
    ],
)
def test_what_nobody_can_send_on_is_said_with_a_remedy(given: Any, remedy: str) -> None:
    def from_client() -> None: ...

    with pytest.raises(TypeError, match="expected from_client to return str, bytes") as error:
        messages(given, from_client)
    assert str(error.value).endswith(remedy)
    assert error.value.__handler__[0] is from_client.__code__  # type: ignore[attr-defined]


async def test_what_was_not_awaited_is_said_with_a_remedy() -> None:
    async def late() -> str:
        return "x"

    with pytest.raises(TypeError, match="await it first"):
        messages(late(), late)


def leaving(key: str, value: Any) -> Callable[[Any], Any]:
    async def on_connect(scope: Any) -> None:
        scope[key] = value

    return on_connect


async def answering(scope: Any) -> bool:
    return False


@pytest.mark.parametrize(
    ("hook", "words"),
    [
        (answering, "return nothing, got False; raise Refused"),
        (leaving("path", 5), "scope['path'] as text that begins with /, got 5"),
        (leaving("query_string", "a=1"), "as bytes, such as b'a=1', got 'a=1'"),
        (leaving("subprotocols", 5), "as a list of texts, got 5"),
        (leaving("headers", [("cookie", "s3cret")]), "without line breaks"),
        (leaving("headers", [(b"x\r\ny", b"1")]), "without line breaks"),
        (leaving("headers", 5), "as pairs of bytes"),
    ],
)
async def test_what_on_connect_leaves_has_to_be_led_on(hook: Any, words: str) -> None:
    scope = {"path": "/", "query_string": b"", "headers": [], "subprotocols": []}
    with pytest.raises(TypeError, match="expected on_connect to") as error:
        await connect(hook, scope)
    assert words in str(error.value)
    assert "s3cret" not in str(error.value)
    assert error.value.__handler__[0] is hook.__code__  # type: ignore[attr-defined]


async def test_on_connect_may_change_what_is_asked() -> None:
    scope = {"path": "/", "query_string": b"", "headers": [], "subprotocols": []}
    await connect(leaving("headers", [(b"x-of", b"ada")]), scope)
    assert scope["headers"] == [(b"x-of", b"ada")]
    with pytest.raises(TypeError, match="write str"):
        Refused(403, 5)  # type: ignore[arg-type]


@pytest.mark.live
async def test_a_lab_that_leads_to_itself_says_so() -> None:
    port = free_port()
    lab = serve(Upstream(f"ws://127.0.0.1:{port}"), name="itself", port=port)
    with pytest.raises(HandshakeRefused, match=r"508.* leads back to here"):
        await lab.connect("/", timeout=5)
    answer = await lab.get("/")
    assert (answer.status, "leads back to here" in answer.text) == (508, True)


@pytest.mark.live
async def test_two_labs_that_lead_to_each_other_say_so_and_one_behind_the_other_leads_on() -> None:
    port = free_port()
    one = serve(Upstream(f"ws://127.0.0.1:{port}"), name="one")
    other = serve(Upstream(f"ws://127.0.0.1:{one.port}"), name="other", port=port)
    with pytest.raises(HandshakeRefused, match="508"):
        await one.connect("/", timeout=5)
    other.stop()
    async with far_side() as url:
        behind = led_to(url)
        before = serve(Upstream(f"ws://127.0.0.1:{behind.port}"), name="before")
        alice = await before.connect("/")
        await alice.send("hi")
        assert await alice.receive() == "hi"
