"""The guard lets the app's own pages, the notebook's and programs in, and no one else."""

from __future__ import annotations

from typing import Any

import pytest
from lab_apps import Echo

from playground import HandshakeRefused, serve
from playground.guard import Guard


async def ask(guard: Guard, host: str, origin: str | None, kind: str = "websocket") -> int | None:
    """Return the status of a refusal, None if the guard lets the request in."""
    headers = [(b"host", host.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    method = "POST" if kind == "http" else "GET"
    scope: Any = {
        "type": kind, "method": method, "headers": headers,
        "extensions": {"websocket.http.response": {}},
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(event: Any) -> None:
        sent.append(event)

    await guard(scope, receive, send)
    return sent[0]["status"] if sent else None


async def passing(scope: Any, receive: Any, send: Any) -> None: ...


@pytest.fixture
def guard(monkeypatch: pytest.MonkeyPatch) -> Guard:
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    return Guard(passing)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:99"])
@pytest.mark.parametrize("kind", ["websocket", "http"])
async def test_programs_and_the_apps_own_pages_pass(guard: Guard, host: str, kind: str) -> None:
    assert await ask(guard, host, None, kind) is None
    assert await ask(guard, host, f"http://{host}", kind) is None


@pytest.mark.parametrize("kind", ["websocket", "http"])
async def test_a_foreign_page_is_refused(guard: Guard, kind: str) -> None:
    assert await ask(guard, "127.0.0.1:8000", "http://evil.example", kind) == 403
    assert await ask(guard, "127.0.0.1:8000", "http://127.0.0.1:9000", kind) == 403


async def test_a_name_that_was_made_to_resolve_here_is_refused(guard: Guard) -> None:
    assert await ask(guard, "evil.example:8000", "http://evil.example:8000") == 403


async def test_a_trusted_origin_passes_and_so_does_its_host(guard: Guard) -> None:
    guard.trust("https://hub.example")
    assert await ask(guard, "127.0.0.1:8000", "https://hub.example") is None
    assert await ask(guard, "hub.example", "https://hub.example") is None


async def test_on_a_hub_the_proxys_host_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    guard = Guard(passing)
    assert await ask(guard, "hub.example", "https://hub.example") is None
    assert await ask(guard, "hub.example", "https://evil.example") == 403


def test_an_origin_with_a_path_is_refused_with_a_remedy() -> None:
    with pytest.raises(ValueError, match="leave out the path"):
        Guard(passing, ["https://example.org/page"])


async def test_a_handshake_that_is_refused_is_no_error_of_the_server() -> None:
    lab = serve(Echo)
    with pytest.raises(HandshakeRefused, match=r"A page of https://evil\.example may not talk"):
        await lab.connect("/echo", headers={"origin": "https://evil.example"})
    await lab.get("/")
    assert [entry.data for entry in lab.log if entry.kind == "lab"] == []
