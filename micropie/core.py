"""An application's options and its lists of hooks, and how it reports the errors of its code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from micropie.bodies import (
    DEFAULT_MAX_BODY_SIZE,
    DEFAULT_MAX_FORM_FIELD_SIZE,
    DEFAULT_MAX_FORM_FIELDS,
    DEFAULT_MAX_FORM_PARTS,
    DEFAULT_MAX_JSON_KEYS,
)
from micropie.failures import is_failure
from micropie.logs import logger
from micropie.middleware import HttpMiddleware, WebSocketMiddleware
from micropie.misnamed import explain
from micropie.mounts import Mounts
from micropie.requests import Request
from micropie.routing import Routes
from micropie.session_ids import given_session_id, new_session_id, valid_session_id
from micropie.sessions import SESSION_TIMEOUT, InMemorySessionBackend, SessionBackend
from micropie.types import Scope

ErrorHook = Callable[[BaseException, Request | None], object]


class Core:
    """An application's options and lists; `App` says what they mean."""

    _reserved_names: ClassVar[frozenset[str]] = frozenset(
        {
            "allowed_origins",
            "body_timeout",
            "error_hooks",
            "max_body_size",
            "max_form_field_size",
            "max_form_fields",
            "max_form_parts",
            "max_json_keys",
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
        max_form_fields: int | None = DEFAULT_MAX_FORM_FIELDS,
        max_form_parts: int | None = DEFAULT_MAX_FORM_PARTS,
        max_json_keys: int | None = DEFAULT_MAX_JSON_KEYS,
        session_timeout: float = SESSION_TIMEOUT,
        session_cookie_secure: bool = True,
        session_id_factory: Callable[[], str] = new_session_id,
        session_id_validator: Callable[[str], str | None] | None = valid_session_id,
        allowed_origins: Iterable[str] | None = None,
    ) -> None:
        self.session_backend = _backend(session_backend)
        self.body_timeout: float | None = _limit("body_timeout", body_timeout)
        self.max_body_size: int | None = _limit("max_body_size", max_body_size)
        self.max_form_field_size: int | None = _limit("max_form_field_size", max_form_field_size)
        self.max_form_fields: int | None = _limit("max_form_fields", max_form_fields)
        self.max_form_parts: int | None = _limit("max_form_parts", max_form_parts)
        self.max_json_keys: int | None = _limit("max_json_keys", max_json_keys)
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

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Say what is wrong where something is missing that `__init__` sets."""
            kind = type(self).__name__
            if name in self._reserved_names or name in ("_routes", "_mounts"):
                raise AttributeError(
                    f"{kind} is not set up: call super().__init__() first in {kind}.__init__",
                    name=name,
                    obj=self,
                )
            from micropie.misnamed import APP  # needed where somebody errs

            words = f"{kind!r} object has no attribute {name!r}"
            words += f"; write {APP[name]}" if name in APP else ""
            raise AttributeError(words, name=name, obj=self)

    def _report(
        self, error: BaseException, request: Request | None, scope: Scope, where: str
    ) -> None:
        """Show an exception of the application's code to the error hooks, and log it.

        A hook that returns True has shown it to whom it concerns; then it is not logged.
        """
        explain(error)
        shown = False
        outer = scope.get("micropie.error_hook")
        for hook in [*self.error_hooks, *([outer] if outer is not None else [])]:
            try:
                shown = hook(error, request) is True or shown
            except BaseException as fault:
                if not is_failure(fault):
                    raise
                logger.exception("An error hook failed.")
        if not shown:
            logger.error("Unhandled exception in %s.", where, exc_info=error)

    def _new_session_id(self) -> str:
        """Make the id of a session that begins.

        Raises:
            ValueError: The factory made one that the validator refuses, or no cookie can hold.
        """
        factory, validator = self.session_id_factory, self.session_id_validator
        made: str = factory()
        if factory is new_session_id and validator is valid_session_id:
            return made
        try:
            return given_session_id(made, validator)
        except ValueError as error:
            raise ValueError(f"session_id_factory made no session id: {error}") from error

    def _checked_session_id(self, value: str) -> str | None:
        """Return the id to load a session with, or `None` where the validator rejects it."""
        validator = self.session_id_validator
        if validator is valid_session_id:
            return valid_session_id(value)
        if not value or validator is None:
            return value or None
        try:
            checked = validator(value)
        except BaseException as fault:
            if not is_failure(fault):
                raise
            logger.exception("The session id validator failed.")
            return None
        return checked if isinstance(checked, str) and checked else None


def _backend(given: Any) -> SessionBackend:
    """Return a session backend: any object with `load` and `save` is one."""
    if given is None:
        return InMemorySessionBackend()
    if isinstance(given, type):
        raise ValueError(f"expected a session_backend, got a class; write {given.__name__}()")
    if not (callable(getattr(given, "load", None)) and callable(getattr(given, "save", None))):
        raise ValueError(f"expected a session_backend with async load and save, got {given!r}")
    backend: SessionBackend = given
    return backend


def _limit(name: str, value: Any) -> Any:
    return None if value is None else _above_zero(name, value, "; None switches it off")


def _above_zero(name: str, value: Any, remedy: str = "") -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise ValueError(f"expected {name} above 0, got {value!r}{remedy}")
    return value


def _called(name: str, value: Any) -> Any:
    if not callable(value):
        raise ValueError(f"expected a callable {name}, got {value!r}")
    return value
