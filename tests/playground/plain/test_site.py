"""The page of a real lab, as browsers and others ask for it: who is let in, and what it can do."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from micropie import App
from playground import Lab, serve
from playground.lab import parts_of

pytestmark = pytest.mark.live

SECONDS = 20.0


class Chat(App):
    async def index(self) -> str:
        return "hi"

    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            if message == "block":
                while True:
                    pass
            await ws.send(f"Echo: {message}")


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str


def ask(port: int | None, path: str, method: str = "GET", **headers: str) -> Answer:
    line = http.client.HTTPConnection("127.0.0.1", port or 0, timeout=SECONDS)
    try:
        line.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        got = line.getresponse()
        return Answer(got.status, dict(got.getheaders()), got.read().decode())
    finally:
        line.close()


def token_of(address: str) -> str:
    return address.partition("?token=")[2]


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came to be"


class Browser:
    """Somebody who was let in: the page's own port, and the cookie."""

    def __init__(self, lab: Lab, open_ones: ExitStack) -> None:
        self.open_ones = open_ones
        address = parts_of(lab).panel_site.address()
        answer = ask(lab.port, f"/__lab__/?token={token_of(address)}")
        assert answer.status == 200
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        found = re.search(r"hostname\}:(\d+)/", answer.text)
        assert found
        self.port = int(found[1])

    def line(self, **headers: str) -> Page:
        given = {"cookie": self.cookie, "origin": f"http://127.0.0.1:{self.port}", **headers}
        origin = Origin(given.pop("origin"))
        address = f"ws://127.0.0.1:{self.port}/__lab__/line"
        dialled = connect(
            address,
            additional_headers=given,
            origin=origin or None,
            max_size=None,
            close_timeout=0.1,
        )
        return Page(self.open_ones.enter_context(dialled))


class Page:
    """A page's line, and what it is told."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        (self.models,) = [self.told()]

    def told(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.socket.recv(SECONDS))
        return message

    def say(self, model: int, **content: Any) -> None:
        content = {"view": "v", **content}
        said = {"model": model, "method": "custom", "content": content}
        self.socket.send(json.dumps(said))

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            content = self.told().get("content", {})
            if holds(content):
                found: dict[str, Any] = content
                return found
        raise AssertionError("it was never told")


@pytest.fixture
def lab() -> Iterator[Lab]:
    lab = serve(Chat, transport="server")
    yield lab
    lab.stop()
    parts_of(lab).panel_site.close()


@pytest.fixture
def browser(lab: Lab) -> Iterator[Browser]:
    with ExitStack() as open_ones:
        yield Browser(lab, open_ones)


def test_before_anybody_asks_the_path_is_the_apps(lab: Lab) -> None:
    assert ask(lab.port, "/__lab__/").status == 404
    assert any(each.path == "/__lab__/" for each in map(lab.log.exchange, [1]) if each)


def test_without_its_token_nobody_is_let_in(lab: Lab, browser: Browser) -> None:
    for port in (lab.port, browser.port):
        for path in ("/__lab__/", "/__lab__/?token=", "/__lab__/?token=abc", "/__lab__"):
            answer = ask(port, path)
            assert answer.status == 403
            assert "lab.panel.open_page()" in answer.text
        assert ask(port, "/__lab__/", cookie="lab-panel-1=x").status == 403
        assert ask(port, "/__lab__/", "POST").status == 403
    assert ask(browser.port, "/__lab__/panel.js").status == 403


def test_an_address_works_once(lab: Lab) -> None:
    path = f"/__lab__/?token={token_of(parts_of(lab).panel_site.address())}"
    # A browser that only looks ahead, and one that asks for the head alone, do not use it up.
    assert ask(lab.port, path, sec_purpose="prefetch").status == 403
    assert ask(lab.port, path, "HEAD").status == 403
    first = ask(lab.port, path)
    assert first.status == 200
    cookie, _, attributes = first.headers["set-cookie"].partition("; ")
    assert attributes == "Path=/__lab__/; HttpOnly; SameSite=Strict"
    assert ask(lab.port, path).status == 403
    # Who was let in by it may load it again.
    assert ask(lab.port, path, cookie=cookie).status == 200
    assert ask(lab.port, "/__lab__/", cookie=cookie).status == 200


def test_the_page_has_what_it_needs_and_loads_nothing_from_elsewhere(browser: Browser) -> None:
    page = ask(browser.port, "/__lab__/", cookie=browser.cookie)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"] == "no-store"
    for name in ("panel.js", browser.line().models["models"][0]["module"]):
        file = ask(browser.port, f"/__lab__/{name}", cookie=browser.cookie)
        assert file.status == 200
        assert file.headers["content-type"].startswith("text/javascript")
    assert ask(browser.port, "/__lab__/other.js", cookie=browser.cookie).status == 404


def test_a_name_that_leads_here_is_not_ours(lab: Lab, browser: Browser) -> None:
    for port in (lab.port, browser.port):
        answer = ask(port, "/__lab__/", host="evil.example", cookie=browser.cookie)
        assert answer.status == 403
        assert "127.0.0.1 alone" in answer.text
    proxied = ask(browser.port, "/__lab__/", x_proxycontextpath="/proxy/1", cookie=browser.cookie)
    assert proxied.status == 403
    assert ask(browser.port, "/__lab__/", host="localhost:9", cookie=browser.cookie).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1:1"},
        {"cookie": "lab-panel=x"},
        {"cookie": ""},
    ],
)
def test_a_line_is_for_the_page_alone(browser: Browser, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus) as refused:
        browser.line(**headers)
    assert refused.value.response.status_code == 403
    assert refused.value.response.body


def test_a_page_of_the_app_has_no_line(lab: Lab, browser: Browser) -> None:
    with pytest.raises(InvalidStatus) as refused:
        browser.line(origin=f"http://127.0.0.1:{lab.port}")
    assert refused.value.response.status_code == 403
    own = f"http://127.0.0.1:{lab.port}"
    given = {"cookie": browser.cookie}
    with pytest.raises(InvalidStatus):
        connect(
            f"ws{own[4:]}/__lab__/line",
            additional_headers=given,
            origin=Origin(own),
        )


def test_neither_app_nor_log_sees_the_page(lab: Lab, browser: Browser) -> None:
    browser.line().say(0, kind="hello")
    ask(lab.port, "/__lab__/secret", cookie=browser.cookie)
    ask(lab.port, "/__lab__/?token=s3cret")
    assert [each for each in lab.log if each.sender != "lab"] == []
    assert "__lab__" not in lab.log.to_jsonl()
    assert ask(lab.port, "/").text == "hi"


def test_the_page_stops_the_lab_and_starts_it_again(lab: Lab, browser: Browser) -> None:
    page = browser.line()
    page.say(0, kind="hello")
    assert page.until(lambda told: told["kind"] == "state")["running"]
    page.say(0, kind="stop", id=1)
    assert page.until(lambda told: told["kind"] == "reply")["error"] is None
    assert not lab.running
    # Without the app's port the page can still be loaded again, and an address leads to it.
    assert ask(browser.port, "/__lab__/", cookie=browser.cookie).status == 200
    assert f":{browser.port}/" in parts_of(lab).panel_site.address()
    page.say(0, kind="restart", id=2)
    assert page.until(lambda told: told.get("id") == 2 and told["kind"] == "reply")["error"] is None
    assert ask(lab.port, "/").text == "hi"


def test_the_page_breaks_out_of_a_handler_that_blocks(lab: Lab, browser: Browser) -> None:
    page = browser.line()
    page.say(0, kind="hello")
    with connect(f"ws://127.0.0.1:{lab.port}/echo") as socket:
        socket.send("block")
        page.until(lambda told: told["kind"] == "state" and bool(told["blocked"]))
        page.say(0, kind="break_out", id=1)
        page.until(lambda told: told["kind"] == "reply")
    assert ask(lab.port, "/").text == "hi"


def test_several_pages_follow_the_same_lab(lab: Lab, browser: Browser) -> None:
    pages = [browser.line(), Browser(lab, browser.open_ones).line()]
    for number, page in enumerate(pages):
        page.say(6, kind="hello", since=0, view=f"v{number}")
    with connect(f"ws://127.0.0.1:{lab.port}/echo") as socket:
        socket.send("hi")
        assert socket.recv(SECONDS) == "Echo: hi"
        for page in pages:
            page.until(lambda told: "Echo: hi" in json.dumps(told.get("rows", "")))


def test_a_page_that_leaves_keeps_nothing_going(lab: Lab, browser: Browser) -> None:
    page = browser.line()
    page.say(0, kind="hello")
    page.until(lambda told: told["kind"] == "state")
    follower = parts_of(lab).views.panel.follower
    until(lambda: follower.running)
    page.socket.close()
    until(lambda: not follower.running)


def test_a_page_that_says_nonsense_is_hung_up_on(browser: Browser) -> None:
    page = browser.line()
    page.socket.send("{")
    with pytest.raises(ConnectionClosed):
        page.until(lambda told: False)
    assert browser.line().models["models"]


def test_a_lab_that_moves_takes_its_pages_along(lab: Lab, browser: Browser) -> None:
    page = browser.line()
    again = serve(Chat, name="Chat", port=_free_port())
    assert again is lab
    while page.told().get("method") != "moved":
        pass
    assert ask(lab.port, "/__lab__/", cookie=browser.cookie).status == 200
    new = browser.line()
    assert new.models["id"] != page.models["id"]
    new.say(0, kind="hello")
    assert new.until(lambda told: told["kind"] == "state")["port"] == lab.port


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_what_nobody_looks_at_ends_with_the_lab(lab: Lab, browser: Browser) -> None:
    assert ask(browser.port, "/__lab__/", cookie=browser.cookie).status == 200
    lab.stop()
    panels = ("playground-panel", "playground-server", "playground-follower")
    end = time.monotonic() + SECONDS
    while left := [each for each in threading.enumerate() if each.name.startswith(panels)]:
        assert time.monotonic() < end, left
    with pytest.raises(ConnectionError):
        ask(browser.port, "/__lab__/")
    # The browser that was let in goes on with the lab.
    lab.restart()
    assert ask(lab.port, "/__lab__/", cookie=browser.cookie).status == 200
    assert ask(browser.port, "/__lab__/", cookie=browser.cookie).status == 200


def test_a_page_that_does_not_read_is_dropped(lab: Lab, browser: Browser, monkeypatch: Any) -> None:
    from playground.plain import line as lines

    monkeypatch.setattr(lines, "MOST_WAITING", 200_000)
    _, other = browser.line(), browser.line()
    other.say(0, kind="hello")
    models = parts_of(lab).panel_site.models()

    def one_is_left() -> bool:
        # The buffers of the system fill first.
        models.tell({"model": 0, "method": "custom", "content": {"kind": "x" * 50_000}})
        other.until(lambda told: told["kind"].startswith("x"))
        return models.lines == 1

    until(one_is_left)
    assert models.lines == 1
    assert browser.line().models["models"]


async def test_without_a_port_there_is_a_sentence() -> None:
    lab = serve(Chat, transport="memory")
    with pytest.raises(RuntimeError, match="expected a lab with a port"):
        lab.panel.open_page()
