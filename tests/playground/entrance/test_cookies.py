"""Two labs on one machine do not share a cookie, and an app hears of no other name than its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from micropie import App
from playground import Lab, serve
from playground.entrance.cookies import Cookies

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0"}


class Browser:
    """Two apps at two ports of one host, and the cookies of the browser that visits them."""

    def __init__(self) -> None:
        self.jar: dict[str, str] = {}
        self.labs: dict[int, Cookies] = {}
        self.set: list[str] = []
        self.seen: str | None = None
        self.kind = "http"

    async def visit(self, port: int, *set_cookies: str, agent: str = "Mozilla/5.0") -> str | None:
        """Visit an app which sets cookies; return the cookies that it gets."""
        sent: list[Any] = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            self.seen = dict(scope["headers"]).get(b"cookie", b"").decode()
            start = "http.response.start" if self.kind == "http" else "websocket.accept"
            headers = [(b"Set-Cookie", each.encode()) for each in set_cookies]
            await send({"type": start, "headers": [(b"x-more", b"1"), *headers]})

        async def send(event: Any) -> None:
            sent.append(event)

        lab = self.labs.setdefault(port, Cookies(app))
        lab.app = app
        carried = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        headers = [(b"host", b"127.0.0.1"), (b"user-agent", agent.encode())]
        headers += [(b"cookie", carried.encode())] if carried else []
        scope = {"type": self.kind, "server": ("127.0.0.1", port), "headers": headers}
        await lab(scope, None, send)
        (start,) = sent
        assert (b"x-more", b"1") in start["headers"]
        self.set = [value.decode() for name, value in start["headers"] if name == b"Set-Cookie"]
        self._keep()
        return self.seen

    def _keep(self) -> None:
        for each in self.set:
            name, _, rest = each.partition("=")
            if "Max-Age=0" in rest:
                self.jar.pop(name, None)
            else:
                self.jar[name] = rest.partition(";")[0]


@pytest.fixture(params=["http", "websocket"])
def browser(request: pytest.FixtureRequest) -> Browser:
    browser = Browser()
    browser.kind = request.param
    return browser


SECRET = "session_id=one; Path=/; HttpOnly; SameSite=Lax"


async def test_a_session_comes_back_to_its_own_lab_alone(browser: Browser) -> None:
    await browser.visit(8001, SECRET)
    assert browser.set == ["session_id.lab-8001=one; Path=/; HttpOnly; SameSite=Lax"]
    assert await browser.visit(8002, SECRET.replace("one", "two")) == ""
    assert await browser.visit(8001) == "session_id=one"
    assert await browser.visit(8002) == "session_id=two"
    assert await browser.visit(800) == ""


async def test_several_cookies_of_any_name_each_come_back(browser: Browser) -> None:
    await browser.visit(8001, SECRET, "__Host-x=a=b; HttpOnly", "csrftoken=t; Path=/")
    assert await browser.visit(8001) == "session_id=one; __Host-x=a=b; csrftoken=t"
    assert await browser.visit(8002) == ""


async def test_a_cookie_is_deleted_however_that_is_said(browser: Browser) -> None:
    await browser.visit(8001, SECRET)
    await browser.visit(8001, "session_id=; Max-Age=0; Path=/")
    assert browser.jar == {}
    await browser.visit(8001, "theme=dark; Path=/")
    await browser.visit(8001, "theme=; Max-Age=0; Path=/")
    assert browser.jar == {}


async def test_a_cookie_that_scripts_may_read_has_its_own_name_for_them(browser: Browser) -> None:
    await browser.visit(8001, "theme=dark; Path=/")
    assert browser.jar == {"theme": "dark", "theme.lab-8001": "dark"}
    browser.jar["theme"] = "light"
    assert await browser.visit(8001) == "theme=light"
    del browser.jar["theme"]
    assert await browser.visit(8001) == ""


async def test_another_lab_does_not_change_what_scripts_may_read(browser: Browser) -> None:
    await browser.visit(8001, "theme=dark; Path=/")
    assert await browser.visit(8002, "theme=light; Path=/") == ""
    assert await browser.visit(8001) == "theme=dark"
    assert await browser.visit(8002) == "theme=light"


async def test_what_a_script_has_set_comes_as_it_is(browser: Browser) -> None:
    browser.jar["made"] = "here"
    assert await browser.visit(8001) == "made=here"


async def test_a_script_cannot_set_what_it_may_not_read(browser: Browser) -> None:
    await browser.visit(8001, SECRET)
    browser.jar["session_id"] = "forged"
    assert await browser.visit(8001) == "session_id=one"


async def test_a_program_keeps_its_cookies_by_itself(browser: Browser) -> None:
    browser.jar["session_id"] = "mine"
    assert await browser.visit(8001, SECRET, agent="python-httpx/0.28") == "session_id=mine"
    assert browser.set == [SECRET]


class Counting(App):
    async def index(self) -> Any:
        visits = self.request.session["visits"] = self.request.session.get("visits", 0) + 1
        return {"visits": visits, "cookie": self.request.headers.get("cookie", "").split("=")[0]}


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    lab = serve(Counting(session_cookie_secure=False), name="counting")
    yield lab
    lab.stop()


@pytest.mark.live
async def test_app_and_log_have_the_apps_own_name(lab: Lab) -> None:
    first = await lab.get("/", headers=BROWSER)
    cookie = str(first.header("set-cookie")).partition(";")[0]
    assert cookie.startswith(f"session_id.lab-{lab.port}=")
    second = (await lab.get("/", headers=BROWSER | {"cookie": cookie})).json()
    assert second == {"visits": 2, "cookie": "session_id"}
    assert f"lab-{lab.port}" not in lab.log.to_jsonl()
    assert cookie.partition("=")[2] not in lab.log.to_jsonl()
