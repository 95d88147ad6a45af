"""What pages of other sites try in a real browser, and what its own pages may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from micropie import App
from playground import Lab, serve
from playground.entrance.identity import HOLDER_PATH, PATH
from playground.lab import parts_of
from tests.notebooks import static_site

INBOX = "<!doctype html><title>Inbox of ada@example.org</title><h1>inbox</h1>"

# A page that holds the page holder as the notebook does, and writes down what it is told.
HOLD = """(url) => {
  window.heard = [];
  addEventListener("message", (event) => {
    window.heard.push(event.data);
    const order = { kind: "go", path: "/inbox?token=s3cret" };
    for (let n = 0; n < frames.length; n += 1) frames[n].postMessage(order, "*");
  });
  const frame = document.createElement("iframe");
  return new Promise((done) => {
    frame.onload = () => {
      frame.contentWindow.postMessage({ kind: "go", path: "/inbox?token=s3cret" }, "*");
      done();
    };
    frame.src = url;
    document.body.append(frame);
  });
}"""

# Everything with which a page can have a browser send something, each with a name of its own.
TRY = """async (at) => {
  const image = (n) => new Promise((done) => {
    const image = new Image();
    image.onload = image.onerror = done;
    image.src = `${at}do?how=image${n}`;
  });
  const frame = () => new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.onload = done;
    frame.src = `${at}do?how=frame`;
    document.body.append(frame);
  });
  const ask = (how, more) => fetch(`${at}do?how=${how}`, more).then((r) => r.status, () => "no");
  await Promise.all([image(1), frame()]);
  const { searchParams } = new URL(at);
  const asked = {
    get: await ask("get"),
    opaque: await ask("opaque", { mode: "no-cors" }),
    delete: await ask("delete", { method: "DELETE" }),
    header: await ask("header", { headers: { "X-Some": "1" } }),
    post: await ask("post", { method: "POST", mode: "no-cors" }),
    json: await ask("json", { method: "POST", body: "{}",
                              headers: { "Content-Type": "application/json" } }),
  };
  const socket = new WebSocket(`${at.replace("http", "ws")}talk`);
  asked.socket = await new Promise((done) => {
    socket.onopen = () => done("open");
    socket.onerror = () => done("no");
  });
  return asked;
}"""


class Bank(App):
    """Handlers that are called with whatever method, as those of the course are."""

    did: ClassVar[list[str]] = []

    async def index(self) -> str:
        return "<title>own</title>"

    async def inbox(self) -> str:
        return INBOX

    async def do(self, how: str) -> str:
        self.did.append(how)
        return how

    async def visits(self) -> str:
        self.request.session["visits"] = self.request.session.get("visits", 0) + 1
        return f"visit {self.request.session['visits']}"

    async def ws_visits(self, ws: Any) -> None:
        session = self.request.session
        before = session.get("visits", 0)
        session["visits"] = before + 1
        await ws.accept()
        await ws.send_text(f"visit {before + 1}")
        await ws.close()

    async def ws_talk(self, ws: Any) -> None:
        self.did.append("socket")  # before the page hears of it
        await ws.accept()
        await ws.receive_text()


@pytest.fixture
def lab() -> Iterator[Lab]:
    Bank.did = []
    lab = serve(Bank, name="doors")
    yield lab
    lab.stop()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    yield context
    context.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Another site, to a browser: a page at `localhost`, while the lab is at 127.0.0.1."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text("<title>elsewhere</title><body>")
    with static_site.served(folder) as running:
        yield running.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def elsewhere(context: BrowserContext, site: str) -> Page:
    page = context.new_page()
    page.goto(site)
    return page


def address(lab: Lab, path: str) -> str:
    return f"{lab.local_url.rstrip('/')}{path}"


def trust(lab: Lab, page: Page) -> None:
    parts_of(lab).entrance.origins.trust(page.evaluate("() => location.origin"))


def test_a_page_of_another_site_is_told_nothing_by_the_holder(lab: Lab, elsewhere: Page) -> None:
    elsewhere.evaluate(HOLD, address(lab, HOLDER_PATH))
    assert elsewhere.evaluate("() => window.heard") == []
    assert not any("inbox" in each.path for each in lab.log.exchanges)
    # The browser does not even show it there.
    shown = elsewhere.frames[1]
    shown.wait_for_url(lambda url: url.startswith("chrome-error:"))


def test_one_that_was_let_in_before_is_told_where_the_page_is(lab: Lab, elsewhere: Page) -> None:
    trust(lab, elsewhere)
    elsewhere.evaluate(HOLD, address(lab, HOLDER_PATH))
    elsewhere.wait_for_function("() => window.heard.some((each) => each.kind === 'place')")
    told = elsewhere.evaluate("() => window.heard.find((each) => each.kind === 'place')")
    assert told == {"playground": True, "kind": "place", "path": "/inbox?token=s3cret"}


def test_without_the_browsers_help_the_holder_is_silent_all_the_same(
    lab: Lab, elsewhere: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser may not know `frame-ancestors`: the holder itself looks at whom it speaks to."""
    origins = parts_of(lab).entrance.origins
    origins.trust("https://notebook.example", ["*"])
    assert origins.framers() == "*"
    elsewhere.evaluate(HOLD, address(lab, HOLDER_PATH))
    inner = elsewhere.frames[1]
    assert inner.title() == "A page of the app"
    assert elsewhere.evaluate("() => window.heard") == []
    assert inner.evaluate("() => document.querySelectorAll('iframe').length") == 0


def test_a_page_of_another_site_runs_no_handler(lab: Lab, elsewhere: Page) -> None:
    asked = elsewhere.evaluate(TRY, lab.local_url)
    assert Bank.did == []
    assert asked == {
        "get": "no", "opaque": 0, "delete": "no", "header": "no", "post": 0, "json": "no",
        "socket": "no",
    }  # fmt: skip
    codes = {entry.code for entry in lab.log if entry.kind in ("response", "refuse")}
    assert codes == {403}
    said = [str(entry.data) for entry in lab.log if entry.kind == "response"]
    assert any("such as load a picture" in each for each in said)


def test_a_page_that_is_let_in_does_all_of_it(lab: Lab, elsewhere: Page) -> None:
    trust(lab, elsewhere)
    asked = elsewhere.evaluate(TRY, lab.local_url)
    assert asked == {
        "get": 200, "opaque": 0, "delete": 200, "header": 200, "post": 0, "json": 200,
        "socket": "open",
    }  # fmt: skip
    # No preflight has reached the handler; a picture and a frame say who loads them by a Referer.
    assert sorted(Bank.did) == sorted(
        ["image1", "frame", "get", "opaque", "delete", "header", "post", "json", "socket"]
    )


def test_a_page_at_one_name_of_this_machine_talks_to_the_lab_at_the_other(
    lab: Lab, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(lab.local_url.replace("127.0.0.1", "localhost"))
    asked = page.evaluate(TRY, lab.local_url)
    assert (asked["delete"], asked["json"], asked["socket"]) == (200, 200, "open")


def test_a_link_on_another_site_opens_a_page(lab: Lab, elsewhere: Page) -> None:
    url = address(lab, "/inbox")
    elsewhere.evaluate("(url) => { location = url; }", url)
    elsewhere.wait_for_url(url)
    assert elsewhere.title() == "Inbox of ada@example.org"


def test_no_page_of_another_site_learns_that_a_lab_is_here(lab: Lab, elsewhere: Page) -> None:
    ask = "(url) => fetch(url).then((answer) => answer.text(), () => 'no')"
    assert elsewhere.evaluate(ask, address(lab, PATH)) == "no"
    trust(lab, elsewhere)
    assert parts_of(lab).entrance.identity.id in elsewhere.evaluate(ask, address(lab, PATH))


# What `lab.connect_in_browser` does, from the notebook's page.
CONNECT = """(at) => {
  const socket = new WebSocket(`${at.replace("http", "ws")}.well-known/playground/open?to=/visits`);
  return new Promise((done) => {
    socket.onmessage = ({ data }) => done(data);
    socket.onclose = ({ code }) => done(`closed ${code}`);
  });
}"""


def test_a_notebooks_page_connects_again_where_its_browser_has_a_session(
    lab: Lab, context: BrowserContext, site: str
) -> None:
    """Another port of 127.0.0.1 is the same site: the browser sends the app's cookies along."""
    notebook = context.new_page()
    notebook.goto(site.replace("localhost", "127.0.0.1"))
    trust(lab, notebook)
    page = context.new_page()
    page.goto(address(lab, "/visits"))
    assert page.locator("body").inner_text() == "visit 1"
    connected = [notebook.evaluate(CONNECT, lab.local_url) for _ in range(2)]
    assert connected == ["visit 2", "visit 3"]
    cookies = [each["name"] for each in context.cookies()]
    assert cookies == [f"session_id.lab-{lab.port}"]


def test_two_labs_in_one_browser_each_have_a_session(lab: Lab, context: BrowserContext) -> None:
    second = serve(Bank, name="doors-2")
    page = context.new_page()
    for visit in ("visit 1", "visit 2"):
        for each in (lab, second):
            page.goto(address(each, "/visits"))
            assert page.locator("body").inner_text() == visit
    second.stop()
