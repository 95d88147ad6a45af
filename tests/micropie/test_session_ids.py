"""Session ids: made, believed, and given to a client."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropie import App
from micropie.headers import read_cookie
from micropie.session_ids import (
    given_session_id,
    new_session_id,
    valid_session_id,
)

KNOWN = "0b3d9f4e-8a53-4a4e-9d4c-9a3a3f0f6b11"
VERSION_1 = "5f0c8a1e-0d4b-11f1-9074-0242ac120002"


def test_new_ids_are_random_uuids() -> None:
    ids = {new_session_id() for _ in range(200)}
    assert len(ids) == 200
    assert all(str(uuid.UUID(each, version=4)) == each == valid_session_id(each) for each in ids)


@given(st.uuids(version=4))
def test_canonical_ids_are_believed_in_lower_case(value: uuid.UUID) -> None:
    assert valid_session_id(str(value)) == valid_session_id(str(value).upper()) == str(value)


@pytest.mark.parametrize(
    "value", ["", "x", KNOWN[:-1], KNOWN + "0", KNOWN.replace("-", ""), VERSION_1, "g" * 36]
)
def test_other_ids_are_not_believed(value: str) -> None:
    assert valid_session_id(value) is None


@given(st.text(max_size=40))
def test_no_id_raises(value: str) -> None:
    valid_session_id(value)


@given(st.text(max_size=40) | st.text("ab-_.:=/+!", min_size=1))
def test_an_id_that_is_given_comes_back_in_its_cookie(value: str) -> None:
    try:
        session_id = given_session_id(value, None)
    except ValueError:
        return
    assert session_id == value
    assert read_cookie(f"a=1; session_id={session_id}; b=2", "session_id") == value


@pytest.mark.parametrize(
    "value", ["a b", "a;b", "a\r\nX-Evil: 1", "ä", "a,b", 'a"', "a\\b", "a\0", "😀", "x" * 5000]
)
def test_an_id_that_no_cookie_can_hold_is_not_given(value: str) -> None:
    with pytest.raises(ValueError, match="a cookie can hold"):
        given_session_id(value, None)
    with pytest.raises(ValueError, match="session_id_factory made no session id"):
        made(lambda: value, None)


def made(factory: Any, validator: Any) -> str:
    """Return the id that an app begins a session with."""
    return App(session_id_factory=factory, session_id_validator=validator)._new_session_id()


def fails(value: str) -> str:
    raise KeyError(value)


@pytest.mark.parametrize("validator", [valid_session_id, lambda _: None, lambda _: "", fails])
def test_an_id_that_the_validator_refuses_is_not_given(validator: Any) -> None:
    with pytest.raises(ValueError, match="that session_id_validator accepts, got 'own-1'; make it"):
        given_session_id("own-1", validator)
    with pytest.raises(ValueError, match="session_id_factory made no session id"):
        made(lambda: "own-1", validator)


@pytest.mark.parametrize("value", [None, 5, b"id", uuid.UUID(KNOWN)])
def test_an_id_is_a_text(value: Any) -> None:
    with pytest.raises(ValueError, match="expected a session id as str"):
        given_session_id(value, None)


def test_an_id_is_given_as_the_validator_wants_it() -> None:
    assert given_session_id("Own", str.lower) == "own"
    assert made(lambda: "Own", str.lower) == "own"
    assert valid_session_id(made(new_session_id, valid_session_id))
