"""What an application is set up with, and how it tells of errors: the ground of all pipelines."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ClassVar

from micropie.bodies import DEFAULT_MAX_BODY_SIZE, DEFAULT_MAX_FORM_FIELD_SIZE
from micropie.middleware import HttpMiddleware, WebSocketMiddleware
from micropie.mounts import Mounts
from micropie.requests import Request
from micropie.routing import Routes
from micropie.sessions import (
    SESSION_TIMEOUT,
    InMemorySessionBackend,
    SessionBackend,
    new_session_id,
    valid_session_id,
)
from micropie.types import Scope

logger = logging.getLogger("micropie")

ErrorHook = Callable[[BaseException, Request | None], object]


class Core:
    """An application's options and lists; `App` says what they mean.

    Attributes:
        _serving: What serves the scopes that are not HTTP, by their type.
    """

    _serving: ClassVar[dict[str, Callable[..., Awaitable[None]]]] = {}

    _reserved_names: ClassVar[frozenset[str]] = frozenset(
        {
            "allowed_origins",
            "body_timeout",
            "error_hooks",
            "max_body_size",
            "max_form_field_size",
            "middlewares",
            "session_backend",
            "session_cookie_secure",
            "session_id_factory",
            "session_id_validator",
            "session_timeout",
            "shutdown_handlers",
            "startup_handlers",
            "ws_middlewares",
        }
    )

    def __init__(
        self,
        session_backend: SessionBackend | None = None,
        *,
        body_timeout: float | None = 5.0,
        max_body_size: int | None = DEFAULT_MAX_BODY_SIZE,
        max_form_field_size: int | None = DEFAULT_MAX_FORM_FIELD_SIZE,
        session_timeout: float = SESSION_TIMEOUT,
        session_cookie_secure: bool = True,
        session_id_factory: Callable[[], str] = new_session_id,
        session_id_validator: Callable[[str], str | None] | None = valid_session_id,
        allowed_origins: Iterable[str] | None = None,
    ) -> None:
        self.session_backend = session_backend or InMemorySessionBackend()
        self.body_timeout: float | None = _above_zero(
            "body_timeout", body_timeout, may_be_none=True
        )
        self.max_body_size: int | None = _above_zero(
            "max_body_size", max_body_size, may_be_none=True
        )
        self.max_form_field_size: int | None = _above_zero(
            "max_form_field_size", max_form_field_size, may_be_none=True
        )
        self.session_timeout: float = _above_zero("session_timeout", session_timeout)
        self.session_cookie_secure = session_cookie_secure
        self.session_id_factory = _called("session_id_factory", session_id_factory)
        self.session_id_validator = session_id_validator
        if session_id_validator is not None:
            _called("session_id_validator", session_id_validator)
        self.allowed_origins = None if allowed_origins is None else list(allowed_origins)
        self.middlewares: list[HttpMiddleware] = []
        self.ws_middlewares: list[WebSocketMiddleware] = []
        self.startup_handlers: list[Callable[[], Any]] = []
        self.shutdown_handlers: list[Callable[[], Any]] = []
        self.error_hooks: list[ErrorHook] = []
        self._routes = Routes(self)
        self._mounts = Mounts()

    def _report(
        self, error: BaseException, request: Request | None, scope: Scope, where: str
    ) -> None:
        """Show an exception of the application's code to the error hooks, and log it.

        A hook that returns True has shown it to whom it concerns; then it is not logged.
        """
        shown = False
        outer = scope.get("micropie.error_hook")
        for hook in [*self.error_hooks, *([outer] if outer is not None else [])]:
            try:
                shown = hook(error, request) is True or shown
            except Exception:
                logger.exception("An error hook failed.")
        if not shown:
            logger.error("Unhandled exception in %s.", where, exc_info=error)

    def _checked_session_id(self, value: str) -> str | None:
        """Return the id to load a session with, or `None` for an id that is not believed."""
        if not value or self.session_id_validator is None:
            return value or None
        try:
            checked = self.session_id_validator(value)
        except Exception:
            logger.exception("The session id validator failed.")
            return None
        return checked if isinstance(checked, str) and checked else None


def is_failure(error: BaseException) -> bool:
    """Say whether code of the application has failed; it may also have been stopped.

    A `CancelledError` in a task that nobody cancels is a failure: what was awaited, somebody else
    has cancelled.
    """
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is not None and not task.cancelling()
    return isinstance(error, Exception)


def _above_zero(name: str, value: Any, *, may_be_none: bool = False) -> Any:
    if value is None and may_be_none:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        remedy = "; None switches it off" if may_be_none else ""
        raise ValueError(f"expected {name} above 0, got {value!r}{remedy}")
    return value


def _called(name: str, value: Any) -> Any:
    if not callable(value):
        raise ValueError(f"expected a callable {name}, got {value!r}")
    return value
