"""Lines for a shell send what was sent, and no more: a real shell takes them apart here."""

from __future__ import annotations

import subprocess

import pytest

from playground.exports.shell import curl, portable_headers, websocat
from playground.traffic.model import Exchange

pytestmark = pytest.mark.live

EVIL = 'it\'s $(touch /tmp/owned) `id` \\ "x" \n; rm -rf !'


def words(line: str) -> tuple[bytes, list[str]]:
    """Return what a shell would write into the command, and the command's words."""
    script = 'curl() { cat > "$DATA"; printf "%s\\0" "$@"; }; websocat() { curl "$@"; }\n' + line
    outer = 'DATA=$(mktemp); export DATA; eval "$1"; cat "$DATA" >&2; rm "$DATA"'
    done = subprocess.run(
        ["sh", "-c", outer, "sh", script], input=b"", capture_output=True, check=True
    )
    return done.stderr, done.stdout.decode().split("\0")[:-1]


def test_a_request_becomes_a_line_with_its_own_headers() -> None:
    headers = (
        ("host", "x"),
        ("accept", "*/*"),
        ("cookie", "[redacted]"),
        ("sec-fetch-mode", "cors"),
    )
    exchange = Exchange(1, "http", "curl", "GET", "/a?b=c", headers)
    assert (
        curl(exchange, "", "127.0.0.1:1") == "curl -i -H 'accept: */*' 'http://127.0.0.1:1/a?b=c'"
    )


@pytest.mark.parametrize(
    ("method", "body", "flags"),
    [
        ("GET", "", []),
        ("POST", "x", ["--data-raw", "x"]),
        ("POST", "", ["-X", "POST"]),
        ("PUT", "x", ["-X", "PUT", "--data-raw", "x"]),
        ("HEAD", "", ["-I"]),
        ("GET", "x", ["-X", "GET", "--data-raw", "x"]),
    ],
)
def test_the_method_is_said_where_curl_would_use_another(
    method: str, body: str, flags: list[str]
) -> None:
    exchange = Exchange(1, "http", "curl", method, "/")
    assert words(curl(exchange, body, "h"))[1] == ["-i", *flags, "http://h/"]


def test_a_body_arrives_as_it_was_whatever_is_in_it() -> None:
    exchange = Exchange(1, "http", "curl", "POST", "/'x")
    assert words(curl(exchange, EVIL, "h"))[1] == ["-i", "--data-raw", EVIL, "http://h/'x"]
    data = bytes(range(256))
    piped, found = words(curl(exchange, data, "h"))
    assert (piped, found) == (data, ["-i", "--data-binary", "@-", "http://h/'x"])


def test_a_message_arrives_as_it_was() -> None:
    exchange = Exchange(1, "websocket", "alice", path="/chat", subprotocols=("v2", "v1"))
    piped, found = words(websocat(exchange, EVIL, "h"))
    assert piped == EVIL.encode()
    assert found == ["--protocol", "v2, v1", "--no-line", "-n1", "ws://h/chat"]
    assert words(websocat(exchange, b"\x00\xff", "h"))[0] == b"\x00\xff"
    assert websocat(exchange, None, "h") == "websocat --protocol 'v2, v1' ws://h/chat"


def test_what_a_client_writes_by_itself_is_left_out() -> None:
    kept = portable_headers([("x-a", "1"), ("content-length", "3"), ("sec-websocket-key", "k")])
    assert kept == [("x-a", "1")]
