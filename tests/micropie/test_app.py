"""`App` as a whole: its options, and what is public."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any

import pytest

import micropie
from micropie import DEFAULT_MAX_BODY_SIZE, DEFAULT_MAX_FORM_FIELD_SIZE, SESSION_TIMEOUT, App


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(
            (option, value)
            for option in (
                "body_timeout",
                "max_body_size",
                "max_form_field_size",
                "session_timeout",
            )
            for value in (0, -1, "1", True, float("nan"))
        ),
        ("session_timeout", None),
        ("session_id_factory", None),
        ("session_id_factory", "x"),
        ("session_id_validator", "x"),
    ],
)
def test_an_option_that_cannot_be_is_named(option: str, value: Any) -> None:
    with pytest.raises(ValueError, match=option):
        App(**{option: value})


def test_options_have_their_defaults_and_are_attributes() -> None:
    app = App()
    assert (app.body_timeout, app.max_body_size, app.max_form_field_size, app.session_timeout) == (
        5.0,
        DEFAULT_MAX_BODY_SIZE,
        DEFAULT_MAX_FORM_FIELD_SIZE,
        SESSION_TIMEOUT,
    )
    assert (DEFAULT_MAX_BODY_SIZE, DEFAULT_MAX_FORM_FIELD_SIZE, SESSION_TIMEOUT) == (
        16 * 2**20,
        2**20,
        28800,
    )
    backend = micropie.InMemorySessionBackend()
    app = App(backend, max_body_size=None, session_id_validator=None)
    assert (app.session_backend, app.max_body_size, app.session_id_validator) == (
        backend,
        None,
        None,
    )


def test_lists_belong_to_one_app() -> None:
    App().middlewares.append(micropie.HttpMiddleware())
    assert App().middlewares == []


def test_an_app_is_taken_for_asgi_3() -> None:
    # Servers look whether `__call__` is a coroutine function.
    assert inspect.iscoroutinefunction(App().__call__)


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    assert sorted(micropie.__all__) == sorted(set(micropie.__all__))
    for name in micropie.__all__:
        value = getattr(micropie, name)
        assert not callable(value) or inspect.getdoc(value)


@pytest.mark.live
def test_it_says_what_is_installed_and_imports_none_of_it() -> None:
    program = (
        "import sys, micropie\n"
        "assert micropie.JINJA_INSTALLED and micropie.MULTIPART_INSTALLED\n"
        "assert not {'jinja2', 'multipart'} & set(sys.modules)\n"
        "sys.path[:], sys.path_importer_cache = [], {}\n"
        "assert not (micropie.JINJA_INSTALLED or micropie.MULTIPART_INSTALLED)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    with pytest.raises(AttributeError, match="no attribute 'ORJSON_INSTALLED'"):
        _ = micropie.ORJSON_INSTALLED


def test_outside_a_request_there_is_none() -> None:
    with pytest.raises(LookupError):
        _ = App().request
