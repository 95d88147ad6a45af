"""Credentials do not enter the log."""

from __future__ import annotations

import pytest

from playground.traffic.quoted import Quoted
from playground.traffic.redact import (
    REDACTED,
    redact_address,
    redact_headers,
    redact_path,
    redact_subprotocols,
    redact_text,
)

GONE = REDACTED
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln_-"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Cookie", "session_id=1", GONE),
        ("Authorization", "token t", GONE),
        ("Host", "h", "h"),
        ("X-Any", f"it is {JWT}", f"it is {GONE}"),
        ("X-Any", "Bearer abcdefgh", f"Bearer {GONE}"),
        ("X-Any", "a=1;token=abc, b", f"a=1;token={GONE}, b"),
        ("X-Any", 'sig="a b", n=1', f"sig={GONE}, n=1"),
        (
            "Referer",
            "https://me:pw@h/x?a=1&api_key=v#f",
            f"https://{GONE}@h/x?a=1&api_key={GONE}#f",
        ),
        ("Referer", "https://h/reset/token/abc?x=1", f"https://h/reset/token/{GONE}?x=1"),
        ("Accept", "text/html;q=0.9,*/*", "text/html;q=0.9,*/*"),
        ("X-Tokens", "X", GONE),
        ("DPoP", "X", GONE),
        ("Authorisation", "X", GONE),
        ("X-Any", "ApiKey X", f"ApiKey {GONE}"),
        ("X-Any", "JWT abcdefgh and more", f"JWT {GONE} and more"),
        ("X-Any", "token: X", f"token: {GONE}"),
        ("X-Any", "a=1; authorization: Bearer X, b", f"a=1; authorization: {GONE}, b"),
        ("X-Any", '{"token":"X","a":"b"}', f'{{"token":"{GONE}","a":"b"}}'),
        ("X-Any", '{"a": {"apiKey": "X, \\"y"}}', f'{{"a": {{"apiKey": "{GONE}"}}}}'),
        ("X-Any", '{\\"token\\":\\"X\\"}', f'{{\\"token\\":\\"{GONE}\\"}}'),
        ("X-Any", '{"tokens": ["X", "Y"]}', f'{{"tokens": {GONE}}}'),
        ("X-Any", '{"sessions_total": 5}', '{"sessions_total": 5}'),
        ("X-Any", "sessions: 5", "sessions: 5"),
        ("X-Any", "session expired", "session expired"),
        ("Host", "auth:8000", "auth:8000"),
        ("Host", "token.example.org:8000", "token.example.org:8000"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Sec-WebSocket-Protocol", "bearer.abc, chat", f"bearer.{GONE}, chat"),
    ],
)
def test_the_value_of_a_header_is_replaced_as_far_as_it_is_one(
    name: str, value: str, shown: str
) -> None:
    assert redact_headers([(name.encode(), value.encode())]) == ((name.lower(), shown),)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/a?token=secret", f"/a?token={GONE}"),
        ("/a?x=1&Token=secret&y=2", f"/a?x=1&Token={GONE}&y=2"),
        ("/a?access_token=s", f"/a?access_token={GONE}"),
        ("/a?_xsrf=s", f"/a?_xsrf={GONE}"),
        ("/a?tok%65n=s#x", f"/a?tok%65n={GONE}#x"),
        ("/a?password=it's,(a)/b;c", f"/a?password={GONE}"),
        ("/a?next=%2Fin%3Ftoken%3Dabc%26x%3D1&y=2", f"/a?next=%2Fin%3Ftoken%3D{GONE}%26x%3D1&y=2"),
        ("/a?next=/in?token=abc", f"/a?next=/in?token={GONE}"),
        ("/a;token=v/b?x=1", f"/a;token={GONE}/b?x=1"),
        ("/token=x", f"/token={GONE}"),
        ("/x/token/abc/d?q=1", f"/x/token/{GONE}/d?q=1"),
        ("/x/reset-token/abc", f"/x/reset-token/{GONE}"),
        ("/x%2Ftoken%2Fabc", f"/x%2Ftoken%2F{GONE}"),
        (f"/x/{JWT}/y", f"/x/{GONE}/y"),
        ("/session/a8f3c2d9e8b7a6f5", f"/session/{GONE}"),
        ("/a?tokens=3", "/a?tokens=3"),
        ("/a?sessions_total=5&x=1", "/a?sessions_total=5&x=1"),
        ("/a?tokens=X", f"/a?tokens={GONE}"),
        ("/a?masterkey=5", f"/a?masterkey={GONE}"),
        ("/reset/tokens/X", f"/reset/tokens/{GONE}"),
        ("/tokens/5", "/tokens/5"),
        ("/accesskey/X", f"/accesskey/{GONE}"),
        ("/%74oken/X", f"/%74oken/{GONE}"),
        ("/tok%2565n/X", f"/tok%2565n/{GONE}"),
        ("/token//X", f"/token//{GONE}"),
        ("/a/jwt/./X", f"/a/jwt/./{GONE}"),
        ("/a/jwt/%2E//X/y", f"/a/jwt/%2E//{GONE}/y"),
        ("/token;v=1/X", f"/token;v=1/{GONE}"),
        ("/a?next=/reset/token/X&b=2", f"/a?next=/reset/token/{GONE}&b=2"),
        (
            "/a?next=https%253A%252F%252Fh%252Fok%253Ftoken%253DX%2526a%253D1&b=2",
            f"/a?next=https%253A%252F%252Fh%252Fok%253Ftoken%253D{GONE}%2526a%253D1&b=2",
        ),
        ("/a?next=%252Freset%252Ftoken%252FX", f"/a?next=%252Freset%252Ftoken%252F{GONE}"),
        ("/a?d=%7B%22token%22:%22X%22%7D", f"/a?d=%7B%22token%22:%22{GONE}%22%7D"),
        ("/a?next=https%3A%2F%2Fu%3AX%40h%2Fok", f"/a?next=https%3A%2F%2F{GONE}%40h%2Fok"),
        ("/a?n=https%253A%252F%252Fu%253AX%2540h", f"/a?n=https%253A%252F%252F{GONE}%2540h"),
        ("/a?next=https%3A%2F%2Fh%2Fu%40v", "/a?next=https%3A%2F%2Fh%2Fu%40v"),
        ("/a?t=Bearer%20abcdefgh&b=2", f"/a?t=Bearer%20{GONE}&b=2"),
        ("/a?t=token+a1B2c3D4&b=2", f"/a?t=token+{GONE}&b=2"),
        ("/a?q=basic+training&b=2", "/a?q=basic+training&b=2"),
        ("/a?SAMLResponse=X", f"/a?SAMLResponse={GONE}"),
        ("/a?token=", "/a?token="),
        ("/session/42", "/session/42"),
        ("/auth/google", "/auth/google"),
        ("/a?author=me&barcode=77AB12&code=12&key=a", "/a?author=me&barcode=77AB12&code=12&key=a"),
    ],
)
def test_a_credential_in_an_address_is_replaced(path: str, shown: str) -> None:
    # Twice: the second time it may be remembered.
    assert [redact_path(path), redact_path(path)] == [shown, shown]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://u:X@h/ok?token=X", f"http://{GONE}@h/ok?token={GONE}"),
        ("u:X@h/ok", f"{GONE}@h/ok"),
        ("//u:p@X@h/ok", f"//{GONE}@h/ok"),
        ("ok?token=X", f"ok?token={GONE}"),
        ("ws://h:80/ok", "ws://h:80/ok"),
    ],
)
def test_an_address_says_neither_a_credential_nor_who_somebody_is(address: str, shown: str) -> None:
    assert redact_address(address) == shown


@pytest.mark.parametrize(
    ("offered", "shown"),
    [
        (["bearer.abc"], [f"bearer.{GONE}"]),
        (["chat", "bearer", "abc"], ["chat", "bearer", GONE]),
        (["access_token", "abc", "chat"], ["access_token", GONE, "chat"]),
        ([JWT], [GONE]),
        (["QmFzZTY0VGV4dA0K9"], [GONE]),
        (
            ["base64url.bearer.authorization.k8s.io.abc", "base64.binary.k8s.io"],
            [f"base64url.bearer.authorization.{GONE}", "base64.binary.k8s.io"],
        ),
        (["graphql-transport-ws", "v10.stomp"], ["graphql-transport-ws", "v10.stomp"]),
        (["wamp.2.json", "ocpp1.6", "mqtt"], ["wamp.2.json", "ocpp1.6", "mqtt"]),
    ],
)
def test_a_token_among_subprotocols_is_replaced(offered: list[str], shown: list[str]) -> None:
    assert list(redact_subprotocols(offered)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see http://h/x?token=abc.", f"see http://h/x?token={GONE}"),
        ("got 'Bearer abcdefgh'", f"got 'Bearer {GONE}'"),
        ("code = 5, key=value77, password: no", "code = 5, key=value77, password: no"),
    ],
)
def test_in_what_somebody_says_only_an_address_is_read(text: str, shown: str) -> None:
    assert redact_text(text) == shown


@pytest.mark.parametrize(
    ("credential", "text", "shown"),
    [
        ("Bearer abc123", "bad 'abc123'!", f"bad '{GONE}'!"),
        ("a=1; sid=xyzxyzxyz; theme=dark", "dark 1 xyzxyzxyz", f"dark 1 {GONE}"),
        ("Basic bWU6aHVudGVyMg==", "hunter2, not hunter22", f"{GONE}, not hunter22"),
        ("a%20b%2Fc", "'a b/c'", f"'{GONE}'"),
        ("it's\\here", repr(["it's\\here"]), f'["{GONE}"]'),
        ("ab", "about ab", "about ab"),
        ("k\xc3\xbccken", "k\xfccken", GONE),
        ("ab", '{"password": "X", "code": 5}', f'{{"password": "{GONE}", "code": 5}}'),
        ("ab", "{'auth': 'X', 'author': 'ann'}", f"{{'auth': '{GONE}', 'author': 'ann'}}"),
    ],
)
def test_a_credential_is_found_again_in_what_is_said_of_it(
    credential: str, text: str, shown: str
) -> None:
    assert Quoted([credential]).redacted(text) == shown


def test_no_text_takes_long_and_little_is_remembered() -> None:
    from playground.traffic import redact

    for text in (
        "=" * 200_000,
        "&a" * 100_000,
        "?" + "%3d" * 50_000,
        "/token" * 30_000,
        "eyJ" * 60_000,
        "token: " * 30_000,
        '"token":' * 30_000,
        '"token":"' + "a," * 60_000,
        "%22token%22:" * 20_000,
        "%" + "25" * 60_000,
        "a:" * 60_000,
        "/a@" * 40_000,
    ):
        redact_address(text)
        redact_path(text)
        redact_headers([(b"x-any", text.encode())])
        redact_text(text)
    for number in range(3_000):
        redact_path(f"/{number}?x={number}")
    assert len(redact._clean) <= 1024
    assert max(map(len, redact._clean)) <= 200
