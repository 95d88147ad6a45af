"""Who called: the lab's own by a secret, everybody else by a name that is nobody else's."""

from __future__ import annotations

import pytest

from playground.recorder.callers import MAX_KNOWN_BYTES, MAX_SHARED, Callers

CALLED = b"x-playground-client"


def own(callers: Callers, name: str) -> list[tuple[bytes, bytes]]:
    key, value = callers.naming(name)
    return [(key.encode(), value.encode())]


def guest(name: str) -> list[tuple[bytes, bytes]]:
    return [(CALLED, name.encode())]


def test_an_own_client_has_the_name_it_was_given() -> None:
    callers = Callers()
    for name in ("alice", "Jürgen; the 2nd", "check", "server", "a/b"):
        for caller in (
            callers.of_request(own(callers, name)),
            callers.of_handshake(own(callers, name)),
        ):
            assert (caller.name, caller.own, caller.headers) == (name, True, ())


@pytest.mark.parametrize(
    "said",
    [
        "alice",
        "ALICE",
        "%20alice",
        "ali%20ce",
        "%EF%BD%81lice",
        "alice;",
        "alice;0",
        "alice;abcdef",
    ],
)
def test_a_guest_that_calls_itself_like_an_own_client_has_another_name(said: str) -> None:
    callers = Callers()
    callers.of_handshake(own(callers, "alice"))
    for caller in (callers.of_handshake(guest(said)), callers.of_request(guest(said))):
        assert caller.name.endswith("-2")
        assert not caller.own


@pytest.mark.parametrize("said", ["check", "server", "notebook", "lab", "Server"])
def test_a_guest_is_not_called_what_the_lab_calls_others(said: str) -> None:
    assert Callers().of_handshake(guest(said)).name == f"{said}-2"


def test_a_number_that_is_an_own_clients_too_is_passed_over() -> None:
    callers = Callers()
    for name in ("alice", "alice-2", "client-1"):
        callers.of_handshake(own(callers, name))
    assert callers.of_handshake(guest("alice")).name == "alice-3"
    assert callers.of_handshake([]).name == "client-2"


def test_a_guest_keeps_its_name_until_an_own_client_has_it() -> None:
    met: list[str] = []
    callers = Callers(met.append)
    assert callers.of_request(guest("ada")).name == "ada"
    assert callers.of_handshake(guest("ada")).name == "ada"
    callers.of_request(own(callers, "ada"))
    callers.of_request(own(callers, "ada"))
    assert met == ["ada"]
    assert callers.of_request(guest("ada")).name == "ada-2"


def test_what_nobody_sees_in_a_guests_name_is_written_out() -> None:
    callers = Callers()
    name = callers.of_handshake(guest("%1b%5B31mred%0a%E2%80%AE%E3%85%A4")).name
    assert name == "\\x1b[31mred\\n\\u202e\\u3164"
    callers.of_handshake(own(callers, "alice"))
    assert callers.of_handshake(guest("alice%E2%80%8B")).name == "alice\\u200b"


def test_the_headers_by_which_own_clients_find_their_way_are_not_kept() -> None:
    callers = Callers()
    headers = [*own(callers, "check"), (b"x-playground-rehearsal", b"secret"), (b"host", b"h")]
    for caller in (callers.of_request(headers), callers.of_handshake(headers)):
        assert caller.headers == (("host", "h"),)


def test_the_same_headers_are_kept_once_but_for_large_ones() -> None:
    callers = Callers()
    browser = [(b"user-agent", b"Mozilla/5.0"), (b"cookie", b"a=1")]
    first = callers.of_request(browser)
    again = callers.of_request([browser[0], (b"cookie", b"a=2")])
    assert (first.kind, first.shared, again.shared) == ("browser", False, True)
    assert again.headers is first.headers
    assert not callers.of_request([(b"x-trace", b"z" * MAX_SHARED)]).shared
    for number in range(1_000):
        large = [(b"x", b"%d" % number + b"z" * 6_000)]
        assert [callers.of_request(large).shared for _ in "ab"] == [False, True]
    assert callers._known_bytes <= MAX_KNOWN_BYTES
    held = sum(len(value) for key in callers._known for _, value in key)
    assert held <= callers._known_bytes
