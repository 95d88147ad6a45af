"""Wireshark takes the packets for a conversation, and finds the same said in it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

from playground.exports import pcapng
from playground.traffic.log import Log
from playground.traffic.record import Record, Selection
from tests.playground.records import START, chat, records

pytestmark = pytest.mark.live

CHECKED = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"]

Dissect = Callable[..., list[dict[str, list[str]]]]


@pytest.fixture
def dissect(tmp_path: Path) -> Dissect:
    """Have tshark read a record's packets: those that match a filter, and some of their fields."""

    def read(record: Record, wanted: str, *fields: str) -> list[dict[str, list[str]]]:
        path = tmp_path / "record.pcapng"
        record.save(path)
        chosen = [part for field in fields for part in ("-e", field)]
        command = ["tshark", "-r", str(path), *CHECKED, "-Y", wanted, "-T", "json", *chosen]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        return [packet["_source"]["layers"] for packet in json.loads(done.stdout or "[]")]

    return read


def test_every_message_is_a_frame_with_its_payload(dissect: Dissect) -> None:
    found = dissect(
        chat(), "websocket.opcode == 1", "frame.time_epoch", "websocket.mask",
        "websocket.payload.text",
    )  # fmt: skip
    texts = [entry for entry in chat() if entry.kind == "text"]
    assert [float(packet["frame.time_epoch"][0]) for packet in found] == pytest.approx(
        [entry.at for entry in texts]
    )
    assert [packet["websocket.payload.text"][0] for packet in found] == [
        entry.data for entry in texts
    ]
    assert [packet["websocket.mask"][0] in ("1", "True") for packet in found] == [
        entry.sender == "client" for entry in texts
    ]


def test_a_message_too_big_for_a_packet_is_put_together_again(dissect: Dissect) -> None:
    found = dissect(
        chat(), "websocket.opcode == 2", "websocket.payload_length",
        "websocket.payload_length_ext_64", "websocket.payload_length_ext_16",
    )  # fmt: skip
    assert found[0]["websocket.payload_length_ext_64"] == ["70005"]
    assert found[1]["websocket.payload_length_ext_16"] == ["256"]


def test_handshakes_and_requests_are_http(dissect: Dissect) -> None:
    asked = dissect(chat(), "http.request", "http.request.method", "http.request.uri")
    assert [each["http.request.uri"][0] for each in asked] == [
        "/chat?name=Ada", "/chat", "/greet/Ada?x=1&x=", "/chta",
    ]  # fmt: skip
    answered = dissect(chat(), "http.response", "http.response.code", "http.file_data")
    assert [each["http.response.code"][0] for each in answered] == ["101", "101", "200", "404"]


def test_closes_have_their_codes_and_reasons(dissect: Dissect) -> None:
    found = dissect(
        chat(), "websocket.opcode == 8", "websocket.payload.close.status_code",
        "websocket.payload.close.reason",
    )  # fmt: skip
    # Each half of a closing handshake is a frame.
    assert [each["websocket.payload.close.status_code"][0] for each in found] == [
        "1011", "1011", "1000", "1000",
    ]  # fmt: skip
    assert found[0]["websocket.payload.close.reason"] == ["sorry"]


def test_every_client_has_an_address_and_its_name(dissect: Dissect) -> None:
    found = dissect(chat(), "tcp.flags.syn == 1 && tcp.flags.ack == 0", "ip.src", "ip.src_host")
    assert [each["ip.src"][0] for each in found] == [f"127.0.0.{host}" for host in (2, 3, 4, 5)]


def test_names_are_in_the_file(tmp_path: Path) -> None:
    chat().save(tmp_path / "a.pcapng")
    command = ["tshark", "-r", str(tmp_path / "a.pcapng"), "-N", "n"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for name in ("alice", "bob", "curl", "carol", "server"):
        assert name in said


def test_comments_say_cause_line_and_what_no_packet_carries(dissect: Dissect) -> None:
    found = dissect(chat(), "frame.comment", "frame.comment")
    said = [comment for packet in found for comment in packet["frame.comment"]]
    assert len(said) == len(chat())
    assert "#6 · caused by #5 · In[5]:12 · revision 1" in said
    assert any("spontaneous" in each for each in said)
    assert any("swap: revision 2 on stage" in each for each in said)
    assert any("exception: ZeroDivisionError" in each for each in said)


WRONG = (
    "tcp.analysis.flags || tcp.checksum.status != 1 || ip.checksum.status != 1 || _ws.malformed"
    " || (_ws.expert.severity >= 6291456 && !tcp.flags.reset)"  # a warning or worse
)


def test_wireshark_finds_nothing_wrong(dissect: Dissect) -> None:
    log = chat()
    exchange = log.open("websocket", "eve", path="/a b\r\nx: y", headers=(("x", "a\r\nb"),))
    log.append(START + 3, exchange.id, "open", "client", exchange.path)
    log.append(START + 3, exchange.id, "accept", "server")
    log.append(START + 3, exchange.id, "binary", "server", bytes(1_000_000), 1_000_000)
    log.append(START + 3, exchange.id, "close", "client", "", code=1006, note="not clean")
    assert dissect(log, WRONG, "frame.number", "_ws.expert.message") == []
    assert dissect(log, "tcp.flags.reset == 1", "ip.src")


def test_a_connection_whose_opening_is_gone_gets_one(dissect: Dissect) -> None:
    record = chat().filter("kind:text,body")
    found = dissect(record, "http.response.code == 101", "ip.dst")
    assert [each["ip.dst"][0] for each in found] == ["127.0.0.2", "127.0.0.3"]
    assert dissect(record, WRONG, "frame.number") == []


def test_a_close_without_a_code_and_a_request_that_breaks_off(dissect: Dissect) -> None:
    log = Log()
    one = log.open("websocket", "a").id
    log.append(0.0, one, "open", "client", "/")
    log.append(0.0, one, "close", "client", "", code=1005, note="clean")
    two = log.open("http", "b").id
    log.append(1.0, two, "request", "client", "/", note="GET")
    log.append(1.0, two, "close", "client", "it left", note="not clean")
    log.append(2.0, two, "body", "server", "too late")
    found = dissect(log, "websocket.opcode == 8", "websocket.payload_length")
    assert [each["websocket.payload_length"][0] for each in found] == ["0", "0"]
    assert len(dissect(log, "tcp.flags.reset == 1", "ip.src")) == 1


def test_there_is_an_address_for_each_of_very_many_clients() -> None:
    log = Log(max_entries=70_000)
    for number in range(66_000):
        log.append(START, log.open("http", f"n{number}").id, "request", "client", "/", 1)
    hosts = pcapng._hosts(log[:])
    assert len(set(hosts.values())) == 66_000
    assert hosts["n65999"] == bytes((127, 1, 1, 209))


@given(records())
def test_any_record_can_be_written(record: Selection) -> None:
    data = pcapng.dumps(record)
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        assert size % 4 == 0
        assert data[at + size - 4 : at + size] == data[at + 4 : at + 8]
        at += size
    assert at == len(data)
