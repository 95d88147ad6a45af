"""What a browser itself has written down of an app is had again by it, and by other code."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from playground import Log, serve
from playground.exports.har_sockets import ENDED
from playground.replays.difference import Difference
from tests.playground.replays.visits import RECORDED, Chat

BOTH = pytest.mark.parametrize("browser", ["playwright", "chrome"])


class Loud(Chat):
    async def tell(self, message: str | bytes) -> None:
        await super().tell(message.upper() if isinstance(message, str) else message)


class Open(Chat):
    async def whoami(self) -> str:
        return "somebody"


def again(app: type[Chat], path: Path, **how: Any) -> Difference:
    async def main() -> Difference:
        lab = serve(app, transport="memory")
        try:
            return await lab.replay(path, **how)
        finally:
            lab.stop()

    return asyncio.run(main())


def of(browser: str) -> Path:
    return RECORDED / f"{browser}.har"


@BOTH
@pytest.mark.parametrize("pace", ["answered", "timed"])
def test_a_visit_that_a_browser_has_recorded_is_the_same_again(browser: str, pace: Any) -> None:
    found = again(Chat, of(browser), pace=pace)
    assert not found, found
    # A page, a login, an answer that needs it; two in the room, one of them alone, and a third.
    assert found.same == {"playwright": 16, "chrome": 17}[browser]


@BOTH
def test_other_code_is_told_by_what_it_says(browser: str) -> None:
    loud = again(Loud, of(browser))
    assert (loud.changed, loud.missing, loud.new) == (8, 0, 0)
    assert loud.sentence.startswith(
        "The handler sends 'ADA JOINED' to browser-5, browser-6 and browser-7 instead of "
        "'ada joined'"
    )
    other = again(Open, of(browser))
    assert other.sentence == "GET /whoami answers browser 200 somebody instead of 200 ada."


def test_what_is_not_written_down_is_in_the_log_as_such_or_said() -> None:
    refused, *ended = (each.data for each in Log.load(of("chrome")).filter("kind:lab"))
    assert str(refused).endswith("response code: 403")
    assert ended == [ENDED, ENDED]
    assert again(Chat, of("chrome")).notes == ()
    assert again(Chat, of("playwright")).notes == (
        "When browser-5 left, the recording does not say: what others said afterwards is left out.",
    )


UPGRADE = {"name": "Upgrade", "value": "websocket"}
FORM = "application/x-www-form-urlencoded"


def firefox(second: int, method: str, url: str, status: int, **more: Any) -> dict[str, Any]:
    """Return what Firefox writes: of a WebSocket the handshake, like a request, and no messages."""
    request = {"method": method, "url": url, "headers": [UPGRADE], **more}
    content = {"mimeType": "application/json", "text": '{"welcome":"ada"}' if more else ""}
    return {
        "startedDateTime": f"2026-01-01T00:00:0{second}.000+00:00",
        "request": request,
        "response": {"status": status, "content": content},
        "timings": {"blocked": 0, "dns": 0, "connect": 0, "send": 0, "wait": 4, "receive": 2},
        "time": 6,
    }


def test_of_firefox_the_handshake_is_compared_and_it_says_why_no_more(tmp_path: Path) -> None:
    path = tmp_path / "firefox.har"
    headers = [{"name": "Content-Type", "value": FORM}]
    posted = {"mimeType": FORM, "params": [], "text": "name=ada"}
    entries = [
        firefox(0, "GET", "ws://127.0.0.1:8000/chat", 403),
        firefox(1, "POST", "http://127.0.0.1:8000/login", 200, headers=headers, postData=posted),
        firefox(2, "GET", "ws://127.0.0.1:8000/chat", 101),
    ]
    creator = {"name": "Firefox", "version": "140.0"}
    path.write_text(json.dumps({"log": {"creator": creator, "entries": entries}}))
    with pytest.warns(UserWarning, match="entry 2 has no messages of its WebSocket, as in every"):
        found = again(Chat, path)
    assert not found, found
    assert found.same == 3
    assert found.notes == ("Of browser-3 only the handshake is compared: the recording has none "
                           "of its messages.",)  # fmt: skip
