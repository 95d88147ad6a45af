"""Wrong answers to the course's exercises: what learners write, and what they are told.

Each is a notebook's printed answer with one thing changed. Law of the table: two for each notebook at
least, and the sentence says what was expected and what came, not only that something is wrong.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Wrong(NamedTuple):
    """One wrong answer.

    Attributes:
        exercise: The one that it is open in.
        right: What of the printed answer is changed.
        wrong: What stands in its place.
        told: What the learner is told, or the part of it that matters.
    """

    exercise: str
    right: str
    wrong: str
    told: str


WRONG: Final[dict[str, tuple[Wrong, ...]]] = {
    "00-start": (
        Wrong("echo-reverse", "message[::-1]", "message.upper()", "got 'STRESSED'"),
        Wrong(
            "echo-twice",
            "await ws.send(message)\n            await ws.send(message)",
            "await ws.send(message * 2)",
            "sent 'one', expected 'one', got 'oneone'",
        ),
        Wrong(
            "echo-twice",
            "await ws.send(message)\n            await ws.send(message)",
            "await ws.send(message)\n            ws.send(message)",
            "ws.send(message) was not awaited, so it has not run; write await ws.send(message)",
        ),
    ),
    "01-http": (
        Wrong("http-double", "number: int", "number", "got {'double': '2121'}"),
        Wrong("http-secret", '403, "Go away"', '"Go away"', "got 200"),
    ),
    "02-websockets": (
        Wrong("divide-zero", '"not possible"', '"impossible"', "got 'impossible'"),
        Wrong("divide-word", "4000", "1000", "got closed with 1000"),
    ),
    "03-arguments": (
        Wrong("args-repeat", "times: int = 2", "times: int = 3", "got 'hey'"),
        Wrong(
            "args-whoami",
            'name = self.request.session.get("name")',
            'name = self.request.query("name") or self.request.session.get("name")',
            "to /whoami?name=Root, expected to be refused, got accepted",
        ),
    ),
    "04-chat": (
        Wrong("chat-names", 'f"{name}: {message}"', "message", "expected 'ada: hi', got 'hi'"),
        Wrong(
            "chat-rooms",
            "tell(self.rooms[name], message)",
            "tell(sum(self.rooms.values(), []), message)",
            "cleo in blue expected to hear nothing more, got 'hi, red'",
        ),
    ),
    "05-messages": (
        Wrong("json-sum", "4400", "1003", "to be closed with 4400, got closed with 1003"),
        Wrong("sub-version", '["v2", "v1"]', '["v1", "v2"]', "expected the subprotocol 'v2'"),
    ),
    "06-sessions": (
        Wrong("ws-seats", "self.taken -= 1", "pass", "expected to be accepted, got refused"),
        Wrong("ws-logout", "4001", "1000", "expected to be closed with 4001, got closed with 1000"),
    ),
    "07-live": (
        Wrong("live-tally", "str(self.count)", "self.count", "the handler raised TypeError: expected str, got 1"),
        Wrong("live-carry", '["count"]', "True", "expected carry=['count'], got carry=True"),
    ),
    "08-traffic": (
        Wrong("traffic-small", "1009", "1008", "expected to be closed with 1009"),
        Wrong("traffic-small", "> 20", ">= 20", "closed with 1009"),
    ),
    "09-socketio": (
        Wrong("sio-shout", "return text.upper()", "return text", "got '430[\"hello\"]'"),
        Wrong("sio-shout", "await sio.emit", "sio.emit", "was not awaited, so it has not run"),
        Wrong("sio-leave", 'participants("/", room)', 'participants("/", None)', "expected '432[2]', got '432["),
    ),
    "10-asgi": (
        Wrong(
            "asgi-bytes",
            'event.get("text") is None',
            'event.get("bytes") is None',
            "the handler raised KeyError: 'text'",
        ),
        Wrong(
            "asgi-path",
            'scope["path"] != "/echo"',
            '"echo" not in scope["path"]',
            "asked to connect to /echoes, expected to be refused with 403, got accepted",
        ),
    ),
    "11-testing": (
        Wrong(
            "test-goodbye",
            'f"{name} has left")',
            'f"{name} left")',
            "bob closed with 1000, ada expected 'bob has left', got 'bob left'",
        ),
        Wrong("test-double", "str(2 * int(text))", "text * 2", "got '2121'"),
    ),
    "12-beyond": (
        Wrong("beyond-origin", "https://class", "http://class", "friend asked to connect to /wall"),
        Wrong("beyond-size", "> 500", ">= 500", "ada sent 'xxx"),
    ),
    "13-where-the-code-is": (
        Wrong(
            "where-tea",
            "await asyncio.sleep(0.2)",
            "time.sleep(0.2)",
            "got the cake first: nobody else is served while a handler does not await",
        ),
        Wrong(
            "where-tickets",
            "self.left -= 1  # taken before anybody else can look\n"
            "            await asyncio.sleep(0.1)",
            "await asyncio.sleep(0.1)\n            self.left -= 1",
            "expected 3 of 5 who buy at once to hear 'yours', got 5",
        ),
    ),
    "14-bad-weather": (
        Wrong(
            "weather-once",
            "self.numbers.setdefault(name, len(self.numbers) + 1)",
            "1",
            "expected the JSON {'id': 'b2', 'number': 2}, got {'id': 'b2', 'number': 1}",
        ),
        Wrong(
            "weather-heartbeat",
            "await ws.close(4000",
            "await ws.close(1000",
            "bob expected to be closed with 4000, got closed with 1000",
        ),
    ),
    "15-every-order": (
        Wrong(
            "orders-seat",
            "self.taken = True  # before the first await\n"
            "        try:\n            await ws.accept()",
            "try:\n            await ws.accept()\n            self.taken = True",
            "expected one of two to be let in, got 2",
        ),
        Wrong(
            "orders-vote",
            "self.votes += 1\n            votes = self.votes\n"
            '            await ws.send_text("noted")',
            "votes = self.votes + 1\n"
            '            await ws.send_text("noted")\n            self.votes = votes',
            "expected cleo to hear that there are 3 votes, got 2",
        ),
    ),
    "16-somebody-elses-server": (
        Wrong(
            "elsewhere-sorry",
            "                continue\n",
            "                return\n",
            "expected the connection to be open, got closed with 1000",
        ),
        Wrong("elsewhere-broken", "1003", "1000", "expected to be closed with 1003"),
    ),
}
