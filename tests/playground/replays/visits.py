"""A visit to a chat, as a browser itself has written it down: run it to have that written anew.

``python -m tests.playground.replays.visits`` has Chromium visit it twice: for Playwright, which
records it, and with the developer tools attached, whose own export is taken.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

from playwright.async_api import Browser, async_playwright

from micropie import App, WebSocket
from playground import serve
from tests.notebooks import chromium as chromiums

RECORDED: Final = Path(__file__).with_name("recorded")

# Of the browser that the developer tools look at.
_PORT: Final = 9377


class Chat(App):
    """Who has logged in may talk; all hear it."""

    def __init__(self) -> None:
        super().__init__()
        self.people: list[WebSocket] = []

    async def index(self) -> str:
        return "<!doctype html><title>Chat</title><link rel=icon href='data:,'>"

    async def login(self, name: str) -> dict[str, str]:
        self.request.session["name"] = name
        return {"welcome": name}

    async def whoami(self) -> str:
        return str(self.request.session.get("name", "nobody"))

    async def tell(self, message: str | bytes) -> None:
        for each in list(self.people):
            await each.send(message)

    async def ws_chat(self, ws: Any) -> None:
        name = self.request.session.get("name")
        if name is None:
            await ws.close(4401, "who are you?")
            return
        await ws.accept()
        self.people.append(ws)
        try:
            await self.tell(f"{name} joined")
            async for message in ws:
                if message == "bye":
                    await ws.close(4000, "see you")
                    return
                await self.tell(message if isinstance(message, bytes) else f"{name}: {message}")
        finally:
            self.people.remove(ws)


# Refused, logged in, two at once, one leaves, the other is sent away, a third comes.
_VISIT: Final = """async () => {
  const open = () => {
    const socket = new WebSocket(location.origin.replace("http", "ws") + "/chat");
    const heard = [];
    const ended = new Promise((done) => { socket.onclose = done; });
    const hears = async (count) => {
      while (heard.length < count) await new Promise((done) => setTimeout(done, 5));
    };
    socket.onmessage = ({ data }) => heard.push(data);
    return { socket, hears, ended };
  };
  await open().ended;
  const body = new URLSearchParams({ name: "ada" });
  await (await fetch("/login", { method: "POST", body })).json();
  await (await fetch("/whoami")).text();
  const one = open();
  await one.hears(1);
  const two = open();
  await two.hears(1);
  one.socket.send("tea?");
  await two.hears(2);
  two.socket.send(new Uint8Array([0, 255, 1]));
  await one.hears(4);
  one.socket.close(1000, "enough");
  await one.ended;
  two.socket.send("näh");
  await two.hears(4);
  two.socket.send("bye");
  await two.ended;
  const three = open();
  await three.hears(1);
  three.socket.send("again");
  await three.hears(2);
}"""

# What "Export HAR" of the developer tools does.
_EXPORT: Final = """async () => {
  const Logs = await import("./models/logs/logs.js");
  const Har = await import("./models/har/har.js");
  const Common = await import("./core/common/common.js");
  const requests = Logs.NetworkLog.NetworkLog.instance().requests();
  await Promise.all(requests.map((each) => each.requestContentData()));
  let text = "";
  const stream = { write: async (piece) => { text += piece; } };
  const progress = new Common.Progress.Progress();
  await Har.Writer.Writer.write(stream, requests, { sanitize: true }, progress);
  return text;
}"""


async def _by_playwright(browser: Browser, url: str) -> None:
    context = await browser.new_context(record_har_path=RECORDED / "playwright.har")
    page = await context.new_page()
    await page.goto(url)
    await page.evaluate(_VISIT)
    await context.close()


async def _by_developer_tools(browser: Browser, url: str, debugged: str) -> None:
    page = await browser.new_page()
    with await asyncio.to_thread(urlopen, f"http://{debugged}/json") as answer:
        target = next(each["id"] for each in json.load(answer) if each["url"] == "about:blank")
    tools = await browser.new_page()
    where = f"ws={debugged}/devtools/page/{target}"
    await tools.goto(f"devtools://devtools/bundled/inspector.html?{where}")
    await tools.wait_for_timeout(3_000)  # they are attached by then
    await page.goto(url)
    await page.evaluate(_VISIT)
    (RECORDED / "chrome.har").write_text(await tools.evaluate(_EXPORT) + "\n")


async def _record() -> None:
    lab = serve(Chat, transport="server")
    await lab.get("/")
    path = chromiums.find()
    assert path, chromiums.ADVICE
    arguments = [
        *chromiums.ARGUMENTS,
        f"--remote-debugging-port={_PORT}",
        "--remote-allow-origins=*",
    ]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        await _by_playwright(browser, lab.url)
        await _by_developer_tools(browser, lab.url, f"127.0.0.1:{_PORT}")
        await browser.close()
    lab.stop()


if __name__ == "__main__":
    asyncio.run(_record())
