"""The start and the end of an application: its start-up and shutdown handlers."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from types import CoroutineType
from typing import Any

from micropie.core import Core
from micropie.failures import is_failure, words_of
from micropie.types import Receive, Scope, Send


async def serve_lifespan(app: Core, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve ASGI's lifespan protocol."""
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            error = await _start(app, scope)
            if error is not None:
                await send({"type": "lifespan.startup.failed", "message": _message(error)})
                return
            await send({"type": "lifespan.startup.complete"})
        elif event["type"] == "lifespan.shutdown":
            error = await _stop(app, scope)
            if error is not None:
                await send({"type": "lifespan.shutdown.failed", "message": _message(error)})
            else:
                await send({"type": "lifespan.shutdown.complete"})
            return


async def _start(app: Core, scope: Scope) -> BaseException | None:
    """Run the start-up handlers up to the first that fails."""
    app._mounts.open()
    for handler in app.startup_handlers:
        error = await _run(app, scope, handler, "a startup handler")
        if error is not None:
            await app._mounts.close()
            return error
    return None


async def _stop(app: Core, scope: Scope) -> BaseException | None:
    """Run every shutdown handler; return the first failure."""
    errors = [await _run(app, scope, app._mounts.close, "a mounted app")]
    for handler in app.shutdown_handlers:
        errors.append(await _run(app, scope, handler, "a shutdown handler"))
    close = getattr(app.session_backend, "close", None)  # a backend need not be of our class
    if close is not None:
        errors.append(await _run(app, scope, close, "the session backend"))
    return next((error for error in errors if error is not None), None)


async def _run(
    app: Core, scope: Scope, handler: Callable[[], Any], where: str
) -> BaseException | None:
    try:
        if not callable(handler):
            raise TypeError(_no_function(handler, where))
        result = handler()
        if isawaitable(result):
            await result
    except BaseException as error:
        if not is_failure(error):
            raise
        app._report(error, None, scope, where)
        return error
    return None


def _no_function(given: Any, where: str) -> str:
    """Return that something was called before it was appended, and what to write."""
    if isinstance(given, CoroutineType):
        given.close()  # it will not be awaited, and this says so better
        return (
            f"expected {where} to be a function, got a call of it; "
            f"append self.{given.__name__}, without ()"
        )
    return f"expected {where} to be a function, got {given!r}; append its name, without ()"


def _message(error: BaseException) -> str:
    return f"{type(error).__name__}: {words_of(error)}"
