"""Chrome's own importer reads our HAR, and we read what Chrome makes of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from micropie import App
from playground import serve
from playground.exports import har_reading
from playground.traffic.log import Log
from playground.traffic.record import Record
from tests.playground.records import chat

# The importer of the developer tools, which come with the browser. A field it cannot read makes it
# throw; a message that lacks one it passes over.
DEVTOOLS = "devtools://devtools/bundled/inspector.html"
IMPORT = """async (text) => {
  const { HARFormat, Importer, Log } = await import("./models/har/har.js");
  const { log } = new HARFormat.HARRoot(JSON.parse(text));
  const requests = Importer.Importer.requestsFromHARLog(log);
  const frame = ({ type, opCode, text, time }) => [type, opCode, text, time];
  const seen = requests.map((request) => ({
    url: request.url(),
    type: request.resourceType().name(),
    status: request.statusCode,
    frames: request.frames().map(frame),
  }));
  const written = await Log.Log.build(requests, { sanitize: false });
  return { seen, written: JSON.stringify({ log: written }) };
}"""


Imported = Callable[[str], dict[str, Any]]


@pytest.fixture
def imported(chromium: Browser) -> Iterator[Imported]:
    """Open a HAR in the developer tools: what is seen there, and what they write."""
    page = chromium.new_page()
    page.goto(DEVTOOLS)
    yield lambda text: page.evaluate(IMPORT, text)
    page.close()


def test_chrome_shows_every_connection_and_message(imported: Imported) -> None:
    log = chat()
    alice, bob, post, carol = imported(log.to_har())["seen"]
    assert (alice["url"], alice["type"], alice["status"]) == (
        "ws://127.0.0.1:8000/chat?name=Ada", "websocket", 101,
    )  # fmt: skip
    assert (post["status"], carol["status"]) == (200, 404)
    texts = [entry for entry in log if entry.kind == "text"]
    shown = [frame for each in (alice, bob) for frame in each["frames"] if frame[1] == 1]
    assert sorted(frame[3] for frame in shown) == [entry.at for entry in texts]
    assert sorted(frame[2] for frame in shown) == sorted(str(entry.data) for entry in texts)


def test_chrome_opens_what_is_hardly_there(imported: Imported) -> None:
    log = Log()
    log.append(
        0.0, log.open("websocket", "a", path="?", headers=(("host", "ä"),)).id, "print", "server"
    )
    log.append(0.0, log.open("http", "b").id, "request", "client")
    log.append(0.0, 99, "text", "client", "of an exchange that has gone")
    assert [each["status"] for each in imported(log.to_har())["seen"]] == [0, 0]
    assert imported(Log().to_har())["seen"] == []


def test_what_chrome_writes_holds_the_same_conversation(imported: Imported) -> None:
    log = chat()
    written = imported(log.to_har())["written"]
    assert "_playground" not in json.loads(written)["log"]
    again = har_reading.loads(written)
    assert messages(again) == messages(log)
    assert [each.client for each in again.exchanges] == [
        "browser-1", "browser-2", "browser", "browser-4",
    ]  # fmt: skip
    assert [row.code for row in again if row.kind == "refuse"] == [404]


def messages(record: Record) -> list[tuple[Any, ...]]:
    """Return what was said on each connection, in order."""
    return [
        (row.exchange, row.kind, row.sender, row.data, row.at)
        for row in sorted(record, key=lambda row: (row.exchange, row.seq))
        if row.kind in ("text", "binary")
    ]


def apart(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine on a thread of its own: a loop of the browser's runs on this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def test_a_recording_of_chrome_is_had_again_by_the_app(imported: Imported, tmp_path: Path) -> None:
    class Chat(App):
        async def ws_chat(self, ws: Any, name: str) -> None:
            await ws.accept()
            async for message in ws:
                await ws.send_text(f"{name}: {message}")

        async def hello(self) -> str:
            return "hello"

    class Curt(Chat):
        async def ws_chat(self, ws: Any, name: str) -> None:
            await ws.accept()
            async for message in ws:
                await ws.send_text(message)

    async def recorded() -> str:
        lab = serve(Chat, transport="memory")
        ada = await lab.connect("/chat?name=ada", client="ada")
        await ada.send("tea")
        await ada.receive()
        await lab.get("/hello")
        lab.stop()
        return lab.log.to_har()

    async def again(app: type[App]) -> Any:
        lab = serve(app, transport="memory")
        try:
            with pytest.warns(UserWarning, match="has no body"):  # Chrome's importer drops it
                return await lab.replay(tmp_path / "chrome.har")
        finally:
            lab.stop()

    written = imported(apart(recorded()))["written"]
    assert "_playground" not in json.loads(written)["log"]
    (tmp_path / "chrome.har").write_text(written)
    same, other = apart(again(Chat)), apart(again(Curt))
    assert not same, same
    assert same.same == 3
    assert other.sentence.startswith("The handler sends 'tea' to browser-1 instead of 'ada: tea'")
