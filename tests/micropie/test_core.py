"""What an application is set up with, and how it tells of errors."""

from __future__ import annotations

import inspect
import logging
import math
from typing import Any

import pytest

from micropie import App, InMemorySessionBackend
from micropie.core import Core
from tests.micropie.drive import connect, request

LIMITS = (
    *("body_timeout", "max_body_size", "max_form_field_size", "max_form_fields", "max_form_parts"),
    *("max_json_keys", "session_timeout"),
)


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("value", [0, -1, -0.5, math.nan, "5", True, [], b"1"])
def test_a_limit_that_is_not_above_zero_is_named(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"expected {name} above 0, got "):
        App(**{name: value})


@pytest.mark.parametrize("name", LIMITS)
def test_only_a_limit_of_a_body_may_be_switched_off(name: str) -> None:
    if name == "session_timeout":
        with pytest.raises(ValueError, match="session_timeout"):
            App(session_timeout=None)  # type: ignore[arg-type]
    else:
        unlimited: dict[str, Any] = {name: None}
        assert getattr(App(**unlimited), name) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("session_id_factory", None),
        ("session_id_factory", "uuid"),
        ("session_id_validator", "uuid"),
        ("session_id_validator", 0),
    ],
)
def test_what_should_be_callable_is_named(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"expected a callable {name}, got "):
        App(**{name: value})


def test_options_become_attributes_of_the_same_name() -> None:
    options: dict[str, Any] = {
        "session_backend": InMemorySessionBackend(),
        "body_timeout": 1,
        "max_body_size": 2,
        "max_form_field_size": 3,
        "max_form_fields": 4,
        "max_form_parts": 5,
        "max_json_keys": 6,
        "session_timeout": 4.5,
        "session_cookie_secure": False,
        "session_id_factory": lambda: "id",
        "session_id_validator": None,
        "allowed_origins": ["https://example.org"],
    }
    assert set(options) == set(inspect.signature(App).parameters)
    app = App(**options)
    assert {name: getattr(app, name) for name in options} == options


def test_the_defaults_are_those_of_the_specification() -> None:
    app = App()
    assert (app.body_timeout, app.session_timeout) == (5.0, 28800)
    assert (app.max_body_size, app.max_form_field_size) == (16 * 2**20, 2**20)
    assert (app.session_cookie_secure, app.allowed_origins) == (True, None)
    assert isinstance(app.session_backend, InMemorySessionBackend)
    assert App().session_backend is not app.session_backend


def test_every_application_has_lists_of_its_own() -> None:
    one, other = App(), App()
    for name in (
        "middlewares",
        "ws_middlewares",
        "startup_handlers",
        "shutdown_handlers",
        "error_hooks",
    ):
        assert getattr(one, name) == []
        assert getattr(one, name) is not getattr(other, name)


def test_origins_of_any_iterable_are_kept() -> None:
    assert App(allowed_origins=iter(["a", "b"])).allowed_origins == ["a", "b"]


@pytest.mark.parametrize(
    ("answer", "believed"),
    [("ID", "ID"), ("", None), (None, None), (5, None), (b"id", None), (True, None)],
)
def test_only_text_from_the_validator_is_an_id(answer: Any, believed: str | None) -> None:
    app = Core(session_id_validator=lambda value: answer)
    assert app._checked_session_id("given") == believed


def test_without_a_validator_every_id_is_believed_but_none_is() -> None:
    app = Core(session_id_validator=None)
    assert (app._checked_session_id("x"), app._checked_session_id("")) == ("x", None)


def test_a_validator_that_fails_believes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def fail(value: str) -> str:
        raise KeyError(value)

    assert Core(session_id_validator=fail)._checked_session_id("x") is None
    assert "validator failed" in caplog.text


def test_an_error_goes_to_every_hook_and_then_into_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app, heard = Core(), []
    app.error_hooks += [lambda *what: heard.append(("first", *what)), lambda *what: 1 / 0]
    outer = {"micropie.error_hook": lambda *what: heard.append(("outer", *what))}
    error = KeyError("x")
    app._report(error, None, outer, "a test")
    assert heard == [("first", error, None), ("outer", error, None)]
    assert [record.getMessage() for record in caplog.records] == [
        "An error hook failed.",
        "Unhandled exception in a test.",
    ]
    last = caplog.records[-1]
    assert (last.name, last.levelno, last.exc_info and last.exc_info[1]) == (
        "micropie",
        logging.ERROR,
        error,
    )


@pytest.mark.parametrize("place", ["own", "outer"])
def test_an_error_that_a_hook_has_shown_is_not_logged(
    place: str, caplog: pytest.LogCaptureFixture
) -> None:
    app, scope = Core(), {}
    if place == "own":
        app.error_hooks += [lambda error, request: True, lambda error, request: False]
    else:
        scope["micropie.error_hook"] = lambda error, request: True
    app._report(KeyError("x"), None, scope, "a test")
    assert caplog.records == []


def test_truthy_is_not_true(caplog: pytest.LogCaptureFixture) -> None:
    app = Core()
    app.error_hooks.append(lambda error, request: "shown")
    app._report(KeyError("x"), None, {}, "a test")
    assert len(caplog.records) == 1


class NoSuper(App):
    def __init__(self) -> None:
        self.rooms: dict[str, str] = {}

    async def index(self) -> str:
        return "x"


async def test_an_app_that_was_not_set_up_says_what_to_call() -> None:
    with pytest.raises(AttributeError, match=r"super\(\)\.__init__\(\) first in NoSuper.__init__"):
        await request(NoSuper(), "GET", "/")
    with pytest.raises(AttributeError, match="NoSuper is not set up"):
        await connect(NoSuper(), "/")
    with pytest.raises(AttributeError, match="'NoSuper' object has no attribute 'colour'"):
        _ = NoSuper().colour  # type: ignore[attr-defined]
    assert not hasattr(App(), "colour")
