"""What conversations are made of: the same from the same seed, and nothing beside the notebook."""

from __future__ import annotations

import json
import sys

import pytest

from micropie import App
from micropie.listing import routes
from playground.fuzzing.acts import Act, act_of, conversation_of
from playground.fuzzing.conversations import check, conversations
from playground.fuzzing.oddities import ANYTHING, HUGE, odd_addresses, odd_messages
from playground.fuzzing.shrinking import shrunk
from playground.fuzzing.usual import Usual, usual
from playground.fuzzing.written import module
from playground.traffic.log import Log

CHAT = Usual("websocket", "/chat", ("/chat?name={who}",), ('{"text": "hi", "n": 1}',))


def test_a_seed_makes_the_same_and_another_makes_others() -> None:
    assert conversations([CHAT], 7, 30) == conversations([CHAT], 7, 30)
    assert conversations([CHAT], 7, 30) != conversations([CHAT], 8, 30)


def test_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(ImportError, match="pip install hypothesis"):
        check()


def test_clients_act_only_while_they_are_there() -> None:
    for each in conversations([CHAT], 3, 60):
        there: set[str] = set()
        for act in each:
            if act.kind == "connects":
                there.add(act.who)
            else:
                assert act.who in there
            if act.kind in ("leaves", "vanishes"):
                there.discard(act.who)


def test_what_is_seen_becomes_odd_in_every_way() -> None:
    found = odd_messages(CHAT.messages[0])
    texts = [each for each in found if isinstance(each, str)]
    values = [json.loads(each) for each in texts if each[:2] == '{"' and each.count("}") == 1]
    assert {"n": 1} in values  # a key is dropped
    assert any(each.get("n") == "1" for each in values)  # another type
    assert any(len(str(each.get("text"))) == HUGE for each in values)
    assert any(each.get("text") == "\ud800" for each in values)  # half a character
    assert any(isinstance(each, bytes) for each in found)
    assert CHAT.messages[0] not in found
    assert {"", "{", b"\xff\xfe"} <= set(ANYTHING)
    assert "/chat" in odd_addresses("/chat?name={who}")


def test_what_is_usual_comes_from_the_log_and_from_the_code() -> None:
    class Chat(App):
        async def ws_chat(self, ws: object, room: str, name: str) -> None: ...

        async def add(self, number: int) -> None: ...

    log = Log()
    exchange = log.begin("websocket", "alice", "GET", "/chat/blue?name=alice", (), (), 0.0)
    log.append(0.0, exchange, "text", "client", "one", 3)
    log.append(0.0, exchange, "text", "server", "heard", 5)
    log.append(0.0, exchange, "text", "client", "two", 3)
    (chat,) = usual(log, routes(Chat), "/chat")
    assert chat.addresses == ("/chat/blue?name={who}", "/chat/lobby/{who}")
    assert chat.messages == ("one", "two")
    assert chat.broken_off == {"two"}
    (add,) = usual(log, routes(Chat), "/add/7")
    assert add.addresses == ("/add/1",)
    with pytest.raises(ValueError, match=r"expected a route of the app \(/chat.*'/nowhere'"):
        usual(log, routes(Chat), "/nowhere")


@pytest.mark.parametrize(
    "act",
    [
        Act("ada", "connects", "/chat"),
        Act("ada", "sends", "at once"),
        Act("ada", "sends", b"at once", at_once=True),
        Act("bob", "vanishes", at_once=True),
        Act("bob", "asks", "/x", "a=1", at_once=True),
        Act("bob", "asks", "/x"),
    ],
)
def test_an_act_comes_back_from_a_test_module(act: Act) -> None:
    assert act_of(act.plain()) == act


def test_what_is_no_act_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected an act such as .* got \('ada', 'sings'\)"):
        conversation_of([("ada", "sings")])


def test_the_smallest_conversation_is_the_one_that_still_goes_wrong() -> None:
    def goes_wrong(acts: tuple[Act, ...]) -> bool:
        return any(isinstance(act.what, str) and act.what.count("x") > 2 for act in acts)

    acts = (
        Act("bob", "connects", "/chat?name=bob"),
        Act("cleo", "connects", "/chat?name="),
        Act("cleo", "sends", "abc" * 20 + "x" * 500, at_once=True),
        Act("bob", "vanishes"),
    )
    assert shrunk(acts, goes_wrong, [CHAT]) == (
        Act("ada", "connects", "/chat?name={who}"),
        Act("ada", "sends", "xxx"),
    )


def test_a_huge_message_takes_a_short_line_in_a_test_module() -> None:
    text = module(App, (Act("ada", "sends", '{"a": "' + "a" * HUGE + '"}'),), (), None, "It is so.")
    line = next(each for each in text.splitlines() if "sends" in each)
    assert len(line) < 100
    assert eval(line.strip().rstrip(","))[2] == '{"a": "' + "a" * HUGE + '"}'
