"""A panel leads its lab to a server elsewhere: if one answers there, and with a way back."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from micropie import App
from playground import Lab, Upstream
from playground.lab import parts_of
from tests.playground.lab_apps import Echo, Loud, on_both, serving, until


async def asked(lab: Lab, url: str) -> tuple[str | None, Any]:
    """Do what the form asks for; return the error and the result."""
    ended: list[tuple[str | None, Any]] = []
    leading(lab).lead(url, lambda error, result: ended.append((error, result)))
    await until(lambda: ended)
    return ended[0]


def leading(lab: Lab) -> Any:
    return parts_of(lab).views.controls.leading  # type: ignore[attr-defined]


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


class Far(App):
    """Another server, of no class that is served otherwise."""

    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        await ws.send_text(f"far: {await ws.receive_text()}")


@pytest.mark.live
@on_both
async def test_it_leads_there_with_what_is_open_and_has_the_app_back(transport: str) -> None:
    far, lab = await serving(Far), await serving(Echo, transport)
    assert leading(lab).offer() == (
        "This lab then leads there in place of Echo; lab.swap(revision=1) has it back."
    )
    address = far.ws_url("/").rstrip("/")
    error, said = await asked(lab, f" {address} ")
    assert (error, said) == (
        None,
        f"Leads to {address} in place of Echo; lab.swap(revision=1) has it back.",
    )
    assert isinstance(lab.app, Upstream)
    alice = await lab.connect("/echo", client="alice")
    await alice.send("hi")
    assert await alice.receive() == "far: hi"
    rows = [str(each.data) for each in lab.log if each.kind == "lab"]
    assert rows[-1].endswith(f"in Python, a lab of its own: lab = serve(Upstream({address!r}))")
    # What has led elsewhere is not offered to once more.
    assert leading(lab).offer() == ""
    back: Any = lab.swap(revision=1)
    if not isinstance(back, int):
        await back
    assert isinstance(lab.app, Echo)


@pytest.mark.live
async def test_where_nobody_answers_nothing_changes() -> None:
    lab = await serving(Loud)
    port = unused_port()
    error, _ = await asked(lab, f"ws://127.0.0.1:{port}")
    assert error == f"Nobody answers at ws://127.0.0.1:{port}; is the server running?"
    error, _ = await asked(lab, lab.local_url.replace("http", "wss"))
    assert error is not None
    assert error.startswith("Expected the address of a server elsewhere, got this lab's own")
    error, _ = await asked(lab, "ftp://example.org")
    assert error is not None
    assert error.startswith("Expected an address such as")
    far = await serving(Far)
    error, _ = await asked(lab, far.local_url.replace("http", "wss"))
    assert error is not None
    assert "does not speak TLS as expected; is it ws://127.0.0.1:" in error
    assert isinstance(lab.app, Loud)
    assert lab.revision == 1


@pytest.mark.live
async def test_a_lab_that_is_stopped_offers_nothing() -> None:
    lab = await serving(Echo)
    lab.stop()
    assert leading(lab).offer() == ""


@pytest.mark.live
async def test_what_is_wrong_with_the_address_shows_no_credentials() -> None:
    lab = await serving(Echo)
    error, _ = await asked(lab, "ftp://me:secret@example.org")
    assert error is not None
    assert "secret" not in error
