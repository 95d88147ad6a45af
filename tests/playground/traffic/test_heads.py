"""What is kept of a frame's bytes: the RFC's own example, and no credential in the clear."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.traffic import secret_names
from playground.traffic.heads import (
    HEAD,
    HINTS,
    covered,
    header_size,
    holds_one,
    key_of,
    length_of,
    mixed,
)

HELLO = bytes.fromhex("81 85 37 fa 21 3d 7f 9f 4d 51 58")  # RFC 6455 5.7


def test_a_header_ends_where_its_payload_begins() -> None:
    assert header_size(HELLO) == 6
    assert key_of(HELLO[:6]) == bytes.fromhex("37 fa 21 3d")
    assert mixed(HELLO[6:], key_of(HELLO[:6])) == b"Hello"
    assert mixed(b"Hello", b"") == b"Hello"


@pytest.mark.parametrize(
    ("header", "size", "length"),
    [
        ("81 05", 2, 5), ("82 7e 01 00", 4, 256), ("82 7f 00 00 00 00 00 01 00 00", 10, 65_536),
        ("82 ff 00 00 00 00 00 01 00 00 01 02 03 04", 14, 65_536), ("82", 1, 0), ("", 0, 0),
    ],
)  # fmt: skip
def test_a_length_has_three_forms(header: str, size: int, length: int) -> None:
    raw = bytes.fromhex(header)
    assert (header_size(raw), length_of(raw)) == (size, length)


@given(st.binary(max_size=80), st.binary(max_size=40))
def test_bytes_keep_their_number_whatever_they_are(plain: bytes, before: bytes) -> None:
    assert len(covered(plain, before)) == min(len(plain), HEAD)


SECRET = "s3cr3tV4lue9Zq"


@pytest.mark.parametrize(
    "said",
    [
        f'{{"token": "{SECRET}"}}', f'{{"say": "hi", "api_key": "{SECRET}"}}',
        f"Authorization: Bearer {SECRET}", f"/chat?token={SECRET}&room=1", f"Bearer {SECRET}",
        f"https://ada:{SECRET}@example.org/", f"password={SECRET}", f"session: {SECRET}",
        f'42["auth",{{"password":"{SECRET}"}}]', f"eyJ{SECRET}.eyJ{SECRET}.{SECRET}",
    ],
)  # fmt: skip
def test_a_credential_is_stars(said: str) -> None:
    kept = covered(said.encode())
    assert SECRET.encode() not in kept
    assert len(kept) == min(HEAD, len(said))
    assert b"*" * 5 in kept
    assert holds_one(said.encode())


def test_one_that_is_cut_off_is_stars_as_far_as_it_is_kept() -> None:
    said = b" " * 50 + b'"token": "' + SECRET.encode()
    assert covered(said) == said[:60] + b"****"


@pytest.mark.parametrize("at", range(1, 24))
def test_one_that_is_split_between_fragments_is_stars_in_both(at: int) -> None:
    said = f'{{"token":"{SECRET}"}}'.encode()
    first, second = covered(said[:at]), covered(said[at:], said[:at])
    assert first + second == b'{"token":"' + b"*" * len(SECRET) + b'"}'


def test_bytes_that_are_no_text_are_covered_behind_the_name() -> None:
    packed = b"\x82\xa4name\xa3ada\xa5token\xae" + SECRET.encode()
    assert covered(packed) == packed[:16] + b"*" * 15


@pytest.mark.parametrize("said", [b"hello", b'{"say": "hello", "room": "lobby"}', b"\x00\xff" * 40])
def test_what_is_none_stays(said: bytes) -> None:
    assert covered(said) == said[:HEAD]
    assert not holds_one(said)


def test_a_long_message_that_is_compressed_is_not_read_closely() -> None:
    assert holds_one(b"x" * 5_000 + b'"monkey"')
    assert not holds_one(b'"monkey"')
    assert not holds_one(b"x" * 70_000 + b"token")


def test_no_name_of_a_credential_is_without_a_hint() -> None:
    says = re.sub(r"\[si\]", "s", secret_names._SAYS).split("|")
    names = {*secret_names._WORDS, *says, "key", "keys", "code", "bearer", "api-key"}
    assert [each for each in names if not any(hint in each for hint in HINTS)] == []
