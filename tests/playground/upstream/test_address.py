"""The address of the far side: what may be written, what is shown, and what no client changes."""

from __future__ import annotations

from typing import Any

import pytest

from playground import NotOnStage, Upstream, serve
from playground.upstream import headers as passing
from playground.upstream.address import address_of


@pytest.mark.parametrize(
    ("url", "base", "target"),
    [
        ("ws://127.0.0.1:9000", "ws://127.0.0.1:9000", "/a%20b?x=1"),
        ("http://h", "ws://h", "/a%20b?x=1"),
        ("wss://example.org/", "wss://example.org", "/a%20b?x=1"),
        ("https://example.org:443/api/", "wss://example.org/api", "/api/a%20b?x=1"),
        ("wss://h:1/p?key=2", "wss://h:1/p", "/p/a%20b?key=2&x=1"),
        ("ws://[::1]:9000", "ws://[::1]:9000", "/a%20b?x=1"),
        ("ws://bücher.example", "ws://xn--bcher-kva.example", "/a%20b?x=1"),
    ],
)
def test_an_address_says_where_all_goes(url: str, base: str, target: str) -> None:
    found = address_of(url)
    assert found.base == base
    assert found.target(b"/a%20b", b"x=1") == target


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("127.0.0.1:9000", "write 'ws://127.0.0.1:9000'"),
        ("example.org/chat", "write 'ws://example.org/chat'"),
        ("ftp://h", "expected an address such as"),
        ("ws://", "expected an address such as"),
        ("ws://h:99999", "expected an address such as"),
        ("ws://h:0", "no server listens on port 0"),
        ("ws://b..h", "no host is called 'b..h'"),
        (f"ws://{'b' * 70}.h", "no host is called"),
        ("ws://h/a b", "without spaces"),
        ("ws://h/a\r\nx: 1", "without spaces"),
    ],
)
def test_what_is_no_address_is_said_with_a_remedy(wrong: str, said: str) -> None:
    with pytest.raises(ValueError, match="expected an address") as error:
        Upstream(wrong)
    assert said in str(error.value)
    with pytest.raises(TypeError, match="expected an address"):
        Upstream(9000)  # type: ignore[arg-type]


def test_no_credentials_are_shown() -> None:
    found = Upstream("wss://ada:s3cret@example.org/x?token=t0ken-of-ada-is-long")
    assert repr(found) == "Upstream('wss://example.org/x')"
    with pytest.raises(ValueError, match="expected an address") as error:
        Upstream("ada:s3cret@example.org x?token=t0ken-of-ada-is-long")
    assert "t0ken-of" not in str(error.value)


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        (["x"], TypeError),
        (5, TypeError),
        ({"x": 1}, TypeError),
        ({"x": "a\r\nb: c"}, ValueError),
        ({"x y": "1"}, ValueError),
        ({"": "1"}, ValueError),
    ],
)
def test_headers_are_checked(headers: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="expected"):
        Upstream("ws://h", headers=headers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"timeout": -1}, ValueError, "above 0 seconds"),
        ({"timeout": float("nan")}, ValueError, "write timeout=10"),
        ({"timeout": "x"}, TypeError, "in seconds"),
        ({"timeout": True}, TypeError, "in seconds"),
        ({"verify": 5}, TypeError, "leave it out"),
        ({"verify": "nofile"}, FileNotFoundError, "found no 'nofile'"),
        ({"verify": __file__}, ValueError, "expected a file of certificates"),
    ],
)
def test_the_other_arguments_are_checked(
    options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        Upstream("wss://h", **options)


def test_a_path_never_leads_to_another_host() -> None:
    address = address_of("ws://example.org")
    for path in (
        b"//evil.example/x",
        b"@evil.example",
        b"http://evil.example/",
        b"/\\evil.example",
    ):
        request = address.target(path, b"")
        assert request.encode().startswith(path.replace(b"\\", b"%5C"))
        assert address.netloc == "example.org"


def test_only_addresses_of_the_far_side_become_the_labs() -> None:
    address = address_of("https://example.org/base")

    def location(value: bytes) -> bytes:
        return dict(passing.said([(b"Location", value)], address, scheme="http"))[b"location"]

    assert location(b"https://example.org/base/a?b") == b"/a?b"
    assert location(b"https://example.org") == b"/"
    assert location(b"/base/login") == b"/login"
    assert location(b"next") == b"next"
    assert location(b"https://example.org.evil.example/") == b"https://example.org.evil.example/"
    assert location(b"//other.example/x") == b"//other.example/x"


def test_serve_says_what_to_write_for_a_class_and_for_an_address() -> None:
    with pytest.raises(TypeError, match=r"write Upstream\('ws://127.0.0.1:9000'\)"):
        serve(Upstream)
    with pytest.raises(ValueError, match=r"write serve\(Upstream\('wss://example.org'\)\)"):
        serve("wss://example.org")


async def test_connect_says_how_a_server_elsewhere_is_reached() -> None:
    from playground import Lab
    from tests.playground.lab_apps import Echo

    lab: Lab = serve(Echo, transport="memory")
    with pytest.raises(ValueError, match=r"lab = serve\(Upstream\('wss://example.org'\)\)"):
        await lab.connect("wss://example.org/chat")


@pytest.mark.live
def test_an_upstream_that_was_not_told_where_to_says_so() -> None:
    class Lost(Upstream):
        def __init__(self) -> None:
            self.count = 0

    with pytest.raises(NotOnStage, match=r"call super\(\).__init__\(url\) first"):
        serve(Lost())


@pytest.mark.live
def test_the_routes_of_an_upstream_are_whatever_the_far_side_has() -> None:
    lab = serve(Upstream("wss://ada:s3cret@example.org/base"))
    assert [(each["kind"], each["path"], each["doc"]) for each in lab.routes.state()["routes"]] == [
        ("websocket", "/{path…}", "led to wss://example.org/base"),
        ("http", "/{path…}", "led to wss://example.org/base"),
    ]
