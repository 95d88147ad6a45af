"""An address lets one browser in, once; its cookie lets that one in again, and nobody else."""

from __future__ import annotations

import pytest

from playground.plain.keys import Keys, token_in


def test_a_token_is_used_up() -> None:
    keys = Keys()
    token = keys.token()
    assert keys.use(token)
    assert not keys.use(token)


@pytest.mark.parametrize("given", ["", "x", "é" * 40, "\ud800"])
def test_no_other_text_is_a_token(given: str) -> None:
    keys = Keys()
    keys.token()
    assert not keys.use(given)


def test_a_token_of_another_lab_is_none() -> None:
    assert not Keys().use(Keys().token())


def test_who_asks_for_many_addresses_has_the_newest() -> None:
    keys = Keys()
    tokens = [keys.token() for _ in range(40)]
    assert keys.use(tokens[-1])
    assert not keys.use(tokens[0])


def test_the_cookie_is_for_the_page_alone_and_no_script_reads_it() -> None:
    cookie, *attributes = Keys().cookie().split("; ")
    assert cookie.startswith("lab-panel-")
    assert attributes == ["Path=/__lab__/", "HttpOnly", "SameSite=Strict"]


def test_the_cookie_is_known_among_others() -> None:
    keys, other = Keys(), Keys()
    own = keys.cookie().partition(";")[0]
    foreign = other.cookie().partition(";")[0]
    assert keys.knows(own)
    assert keys.knows(f"a=b; {foreign}; {own}; {{strange}}=1")
    assert not keys.knows(foreign)
    assert not keys.knows(f"{keys.name}={other.token()}")
    assert not keys.knows(f"{keys.name}=é")
    assert not keys.knows("")


def test_nothing_of_a_key_stands_in_its_text() -> None:
    keys = Keys()
    assert keys.token() not in repr(keys)


@pytest.mark.parametrize(
    ("query", "token"), [(b"token=abc", "abc"), (b"a=1&token=a%2Fb", "a/b"), (b"", ""), (b"%", "")]
)
def test_a_token_is_read_from_an_address(query: bytes, token: str) -> None:
    assert token_in(query) == token
