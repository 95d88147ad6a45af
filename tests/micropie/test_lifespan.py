"""The start and the end of an application."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App


async def lifespan(app: App, *, stop: bool = True, **more: Any) -> list[Any]:
    events = [{"type": "lifespan.startup"}, *([{"type": "lifespan.shutdown"}] if stop else [])]
    sent: list[Any] = []

    async def receive() -> Any:
        return events.pop(0)

    async def send(event: Any) -> None:
        sent.append(event)

    await app({"type": "lifespan", "asgi": {"version": "3.0"}, **more}, receive, send)
    return sent


async def test_handlers_run_in_order_sync_and_async() -> None:
    seen = []

    async def start() -> None:
        seen.append("async start")

    async def stop() -> None:
        seen.append("async stop")

    app = App()
    app.startup_handlers += [lambda: seen.append("start"), start]
    app.shutdown_handlers += [stop, lambda: seen.append("stop")]
    sent = await lifespan(app)
    assert seen == ["start", "async start", "async stop", "stop"]
    assert [event["type"] for event in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


async def test_a_failed_start_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    app = App()
    seen: list[Any] = []
    app.startup_handlers += [lambda: 1 / 0, lambda: seen.append("second")]
    hook = {"micropie.error_hook": lambda error, request: seen.append((type(error), request))}
    (failed,) = await lifespan(app, stop=False, **hook)
    assert failed == {
        "type": "lifespan.startup.failed",
        "message": "ZeroDivisionError: division by zero",
    }
    assert seen == [(ZeroDivisionError, None)]
    assert "a startup handler" in caplog.text


async def test_a_start_up_handler_that_was_called_already_says_what_to_append() -> None:
    async def up() -> None: ...

    app = App()
    app.startup_handlers = [up()]  # type: ignore[list-item]
    (failed,) = await lifespan(app, stop=False)
    assert "got a call of it; append self.up, without ()" in failed["message"]
    app.startup_handlers = [None]  # type: ignore[list-item]
    (failed,) = await lifespan(app, stop=False)
    assert "got None; append its name, without ()" in failed["message"]


async def test_every_shutdown_handler_runs(caplog: pytest.LogCaptureFixture) -> None:
    app = App()
    seen = []
    app.shutdown_handlers += [lambda: 1 / 0, lambda: seen.append("second")]
    sent = await lifespan(app)
    assert seen == ["second"]
    assert sent[1]["type"] == "lifespan.shutdown.failed"
    assert "ZeroDivisionError" in caplog.text


async def test_another_scope_returns_silently() -> None:
    async def never(*_: Any) -> Any:
        raise AssertionError("called")

    await App()({"type": "other"}, never, never)
