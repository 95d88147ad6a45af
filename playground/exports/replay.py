"""The Python code that repeats a recorded conversation: each entry as lines of a test.

Law of the room: whatever came over a wire becomes a literal, or a name made of letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from playground.exports.conversations import Conversation, conversations
from playground.exports.forgiving import Forgiving
from playground.exports.replay_names import variable
from playground.traffic.escapes import escaped
from playground.traffic.model import MESSAGES, Entry, Kind
from playground.traffic.record import Record
from playground.traffic.redact import REDACTED

# Who a client is and what connection it has, not what it asks for. Credentials are not known.
_NOT_ASKED: Final = re.compile(
    r"host|user-agent|accept-.*|accept|connection|upgrade|content-length|transfer-encoding|origin"
    r"|cache-control|pragma|referer|keep-alive|sec-.*|x-forwarded-.*|x-real-ip|x-request-id|via"
)

SERVERS_OWN: Final = frozenset({1002, 1007, 1009, 1012})
"""With these a server ends a connection by itself; of what the app did they say nothing."""

# RFC 6455 7.4.1: nothing was in the close frame, or there was none.
_NO_STATUS: Final = 1005
_ABNORMAL: Final = 1006


class Replay:
    """Turns a record into the lines of code that repeat it.

    Args:
        record: What was recorded.
        forgiving: Says what of a message may change.
        app: What the app is called.
    """

    def __init__(self, record: Record, forgiving: Forgiving, app: str) -> None:
        self._record = record
        self._forgiving = forgiving
        self._app = app
        self._conversations = {each.exchange.id: each for each in conversations(record)}
        self._loose = _loose(record)
        self._names: dict[int, str] = {}
        self._waiting: dict[int, str] = {}
        # Messages of one socket are held in one place, so that they are all compared alike.
        self._forgives = any(
            entry.kind in MESSAGES and forgiving.expected(entry.data) != entry.data
            for entry in record
        )
        self._acts = [entry.seq for entry in record if _is_act(entry)]
        self._steps: dict[Kind, Callable[[Entry, Conversation], list[str]]] = {
            "open": self._open,
            "text": self._message,
            "binary": self._message,
            "close": self._close,
            "request": self._request,
            "response": self._answer,
            "body": self._answer,
            "event": self._answer,
        }

    def steps(self) -> list[str]:
        """Return the lines, none of them indented but within a block."""
        lines: list[str] = []
        for entry in self._record:
            if entry.kind == "swap" and lines:
                lines.append(
                    f"# {_remark(entry.data)}; what stands above, older code has answered."
                )
            lines += self._step(entry)
        for number, name in self._names.items():
            lines += self._leave(number, name)
        return lines

    def _step(self, entry: Entry) -> list[str]:
        if entry.kind == "exception":
            return [f"# The handler raised here: {_remark(entry.data)}"]
        conversation = self._conversations.get(entry.exchange)
        if conversation is None or entry.kind not in self._steps:
            return []
        return [*self._begin(entry, conversation), *self._steps[entry.kind](entry, conversation)]

    def _begin(self, entry: Entry, conversation: Conversation) -> list[str]:
        """Return how to open a connection whose opening the log has let go of."""
        known = entry.exchange in self._names or conversation.first("open", "request", "refuse")
        if known or conversation.exchange.protocol == "http":
            return []
        return ["# The log has let go of how this one began.", *self._open(entry, conversation)]

    def _open(self, entry: Entry, conversation: Conversation) -> list[str]:
        exchange = conversation.exchange
        options = self._headers(conversation)
        offered = [each for each in exchange.subprotocols if REDACTED not in each]
        if offered:
            options += f", subprotocols={offered!r}"
        call = f"await client.connect({_literal(exchange.path)}{options})"
        refusal = conversation.first("refuse")
        if refusal is not None:
            return [
                "with pytest.raises(WebSocketRefused) as refusal:",
                f"    {call}",
                f"assert refusal.value.status == {refusal.code}",
            ]
        if not conversation.accepted:
            return [f"# {_remark(exchange.client)} never got an answer to its opening handshake."]
        name = self._named(conversation)
        chosen = conversation.subprotocol
        known = chosen and REDACTED not in chosen
        check = [f"assert {name}.subprotocol == {_literal(chosen)}"] if chosen and known else []
        return [*_redacted(conversation), f"{name} = {call}", *check]

    def _named(self, conversation: Conversation) -> str:
        """Return a variable's name for a connection: its client's, as far as Python allows it."""
        name = variable(conversation.exchange.client, {self._app, *self._names.values()})
        self._names[conversation.exchange.id] = name
        return name

    def _headers(self, conversation: Conversation) -> str:
        kept = [
            pair
            for pair in conversation.exchange.headers
            if not _NOT_ASKED.fullmatch(pair[0]) and REDACTED not in pair[1]
        ]
        return f", headers={kept!r}" if kept else ""

    def _message(self, entry: Entry, conversation: Conversation) -> list[str]:
        name = self._names.get(entry.exchange)
        if name is None or entry.data is None:
            return []
        if entry.sender == "client":
            return [f"await {name}.send({_literal(entry.data)})"]
        expected = self._forgiving.expected(entry.data)
        changes, said = expected != entry.data, _literal(expected)
        if entry.exchange in self._loose:
            heard = "heard_like" if self._forgives else "heard"
            return [] if _is_a_timers(entry) else [f"await {heard}({name}, {said})"]
        if changes:
            return [f"assert_like(await {name}.receive(), {said})"]
        return [f"assert await {name}.receive() == {said}"]

    def _close(self, entry: Entry, conversation: Conversation) -> list[str]:
        name = self._names.pop(entry.exchange, None)
        if name is None:
            return []
        code, reason = entry.code, entry.data if isinstance(entry.data, str) else ""
        if entry.sender == "server" and code not in SERVERS_OWN:
            if entry.exchange in self._loose:
                return [f"assert (await end_of({name}))[1:] == ({code}, {_literal(reason)})"]
            return [f"assert await end_of({name}) == ([], {code}, {_literal(reason)})"]
        return [_leaving(name, code, reason), *self._nothing_left(entry.exchange, name)]

    def _leave(self, number: int, name: str) -> list[str]:
        return [f"await {name}.close()", *self._nothing_left(number, name)]

    def _nothing_left(self, number: int, name: str) -> list[str]:
        return [] if number in self._loose else [f"assert (await end_of({name}))[0] == []"]

    def _request(self, entry: Entry, conversation: Conversation) -> list[str]:
        """Return how to ask: at once, or beside what others do until the answer is there."""
        exchange, answers = conversation.exchange, _answers(conversation)
        asked = f"{_remark(exchange.method)} {_remark(exchange.path)}"
        if not answers:
            return [f"# {asked} never got an answer."]
        if any(each.data is None and each.note for each in conversation.entries):
            return [f"# The log has not kept all of {asked}."]
        call = self._call(conversation)
        between = any(
            entry.seq < seq < answers[-1].seq for seq in self._acts_of_others(exchange.id)
        )
        if not between:
            return [*_redacted(conversation), *self._checked(f"await {call}", conversation)]
        name = f"answer_{exchange.id}"
        self._waiting[exchange.id] = name
        return [
            *_redacted(conversation),
            f"{name} = asyncio.create_task({call})",
            "await asyncio.sleep(0)  # it is on its way before anybody does anything else",
        ]

    def _acts_of_others(self, exchange: int) -> list[int]:
        own = {entry.seq for entry in self._conversations[exchange].entries}
        return [seq for seq in self._acts if seq not in own]

    def _call(self, conversation: Conversation) -> str:
        exchange, body = conversation.exchange, conversation.body("client")
        options = self._headers(conversation) + (f", body={body!r}" if body else "")
        request = f"{_literal(exchange.method)}, {_literal(exchange.path)}{options}"
        if _is_read_to_the_end(conversation):
            return f"client.request({request})"
        heard = conversation.body("server")
        expected = self._forgiving.expected(heard)
        if expected != heard:
            return f"beginning_like(client, {expected!r}, {request})"
        return f"beginning_of(client, {len(heard)}, {request})"

    def _answer(self, entry: Entry, conversation: Conversation) -> list[str]:
        name = self._waiting.get(entry.exchange)
        if name is None or entry.seq != _answers(conversation)[-1].seq:
            return []
        return self._checked(f"await {name}", conversation)

    def _checked(self, call: str, conversation: Conversation) -> list[str]:
        """Return how to ask, and to compare the answer with what it was."""
        body = conversation.body("server")
        expected = self._forgiving.expected(body)
        broken = conversation.first("close")
        if broken is not None and broken.sender == "server":
            return ["with pytest.raises(ResponseIncomplete):", f"    {call}"]
        if not _is_read_to_the_end(conversation):
            return [f"assert {call} == ({conversation.status}, {expected!r})"]
        if expected != body:
            return [
                f"answer = {call}",
                f"assert answer.status == {conversation.status}",
                f"assert_like(answer.body, {expected!r})",
            ]
        return [
            f"answer = {call}",
            f"assert (answer.status, answer.body) == ({conversation.status}, {body!r})",
        ]


def _is_act(entry: Entry) -> bool:
    """Return whether a client does something here, on which others may have to wait."""
    return entry.sender == "client" and entry.kind in ("open", "text", "binary", "close", "request")


def _loose(record: Record) -> set[int]:
    """Return the exchanges whose messages did not come one after the other.

    That is: something other than the last thing that any client did has set one off.
    """
    found, act = set(), None
    for entry in record:
        if _is_act(entry):
            act = entry.seq
        elif entry.cause != act and entry.sender == "server" and entry.kind in MESSAGES:
            found.add(entry.exchange)
    # What came from elsewhere has no revision, and its causes are not known.
    return found if any(entry.revision for entry in record) else set()


def _is_a_timers(entry: Entry) -> bool:
    """Return whether a timer of the app sent a message, so that its time and text are chance."""
    return entry.spontaneous and entry.revision > 0


def _answers(conversation: Conversation) -> list[Entry]:
    """Return the parts of an answer to a request."""
    parts = [each for each in conversation.entries if each.sender == "server"]
    answers = [each for each in parts if each.kind in ("response", "body", "event")]
    return answers if any(each.kind == "response" for each in answers) else []


def _is_read_to_the_end(conversation: Conversation) -> bool:
    """Return whether an answer came whole and at once; a stream may have no end."""
    return len(_answers(conversation)) == 1 and conversation.first("close") is None


def _leaving(name: str, code: int | None, reason: str) -> str:
    """Return the line that closes a connection, as the client or its server by itself did."""
    if code == _ABNORMAL:
        return f"{name}.abort()"
    if code in SERVERS_OWN:
        return f"{name}.server_closed({code}, {_literal(reason)})"
    if code is None or code == _NO_STATUS:
        return f"await {name}.close(None)"
    return f"await {name}.close({code}, {_literal(reason)})"


def _redacted(conversation: Conversation) -> list[str]:
    """Return a comment that says where credentials stood, which the log never had."""
    exchange = conversation.exchange
    names = [name for name, value in exchange.headers if REDACTED in value]
    if REDACTED in exchange.path:
        names.append("the query" if REDACTED in exchange.path.partition("?")[2] else "the path")
    where = _remark(", ".join(names))
    return [f"# Credentials stood in {where}; the log never had them."] if names else []


def _remark(data: str | bytes | None) -> str:
    """Return text for a comment: one line, not too long."""
    said = escaped(data if isinstance(data, str) else "")
    return said if len(said) <= 60 else f"{said[:59]}…"


def _literal(data: str | bytes) -> str:
    """Return data as Python, with double quotes where they do."""
    said = repr(data)
    return f'"{said[1:-1]}"' if said.startswith("'") and '"' not in said else said
