"""An exchange as a whole says what its entries say one by one."""

from __future__ import annotations

from playground.exports.conversations import Conversation, bytes_of, conversations, text_of
from playground.traffic.log import Log
from tests.playground.records import START, chat


def of(client: str) -> Conversation:
    return next(each for each in conversations(chat()) if each.exchange.client == client)


def test_every_exchange_has_its_entries_in_order() -> None:
    found = conversations(chat())
    assert [each.exchange.client for each in found] == ["alice", "bob", "curl", "carol"]
    assert [entry.kind for entry in found[0].entries] == [
        "open", "accept", "text", "text", "print", "text", "close",
    ]  # fmt: skip


def test_what_the_client_saw_is_its_status() -> None:
    assert [of(client).status for client in ("alice", "curl", "carol")] == [101, 200, 404]
    assert [of(client).accepted for client in ("alice", "curl", "carol")] == [True, False, False]
    assert of("bob").subprotocol == "json"
    assert (of("alice").subprotocol, of("curl").content_type) == ("", "text/html")


def test_a_body_is_put_together() -> None:
    assert of("curl").body("client") == b"name=Ada"
    assert of("curl").body("server") == b"Hello Ada"
    assert of("carol").body("server") == b"no such route"


def test_it_knows_when_and_where() -> None:
    assert (of("alice").began, of("alice").ended) == (START, START + 2)
    assert of("alice").host == "127.0.0.1:8000"


def test_one_whose_beginning_is_gone_says_what_it_can() -> None:
    log = Log()
    exchange = log.open("websocket", "alice").id
    log.append(5.0, exchange, "text", "client", "hi", 2)
    [found] = conversations(log)
    assert (found.accepted, found.status, found.began, found.host) == (True, 101, 5.0, "localhost")


def test_payloads_are_text_or_bytes_as_they_are_needed() -> None:
    assert [bytes_of(each) for each in ("ö", b"\xff", None, "\ud800")] == [
        b"\xc3\xb6", b"\xff", b"", b"?",
    ]  # fmt: skip
    assert [text_of(each) for each in ("ö", b"\xff", None)] == ["ö", "\ufffd", ""]
