"""On a JupyterHub: a learner logs in and runs the course, and a class joins one app."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect

from tests.notebooks.driver import Notebook
from tests.notebooks.hub import Hub, jupyterhub
from tests.notebooks.panel_on_page import MILLISECONDS, PanelOnPage

START = "notebooks/00-start.ipynb"
# A user's server and its first page, on a machine that is busy.
SPAWN_MILLISECONDS = 90_000

ROOM = """\
from micropie import App
from playground import serve

PAGE = '''<title>Room</title><p role="status"></p><ul>SAID</ul>
<form method=post action=say><input name=text><button>Say</button></form><script>
const socket = new WebSocket(new URL("echo", location.href).href.replace(/^http/, "ws"));
socket.onopen = () => socket.send("hello from a page");
socket.onmessage = ({ data }) => { document.querySelector("p").textContent = data; };
</script>'''

class Room(App):
    said = []

    async def index(self):
        # As learners write it: what somebody says is part of the page.
        return PAGE.replace("SAID", "".join(f"<li>{text}" for text in self.said))

    async def say(self, text):
        self.said.append(text)
        return self._redirect("/")

    async def told(self):
        return {name: value for name, value in self.request.headers.items()}

    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

room = serve(Room)
print(room.url, room.port)
room"""

# The lines of docs/teaching/set-up.md for a learner's notebook.
JOIN = """\
from websockets.asyncio.client import connect

called = {"X-Playground-Client": "bob"}
ws = await connect("ws://127.0.0.1:PORT/echo", additional_headers=called)
await ws.send("hello from bob's notebook")
print(await ws.recv())"""

KEPT = """\
room.log.save("room.jsonl")
room.log.save("room.har")
print(*room.log, sep="\\n")"""

GREETED = "Echo: hello from a page"

LogIn = Callable[[str, str], Page]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A Hub as the teacher's page describes it."""
    with jupyterhub(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture(scope="module")
def log_in(chromium: Browser, hub: Hub) -> Iterator[LogIn]:
    """Follow a link of the teacher's as a user who has to log in first, in a browser of their own."""
    contexts: list[BrowserContext] = []

    def follow(user: str, path: str) -> Page:
        contexts.append(chromium.new_context(viewport={"width": 1300, "height": 900}))
        page = contexts[-1].new_page()
        page.goto(hub.link(path))
        page.get_by_label("Username").fill(user)
        page.get_by_label("Password").fill(hub.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{hub.url}user/{user}/{path}*", timeout=SPAWN_MILLISECONDS)
        return page

    yield follow
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def alice(hub: Hub, log_in: LogIn) -> Iterator[Notebook]:
    """The first notebook of the course, as a link of the teacher's opens it."""
    page = log_in("alice", f"lab/tree/{START}")
    # JupyterLab gives a second page of the same workspace another address, and loads it anew.
    page.close()
    notebook = Notebook(page.context, hub.desk("alice"), START)
    yield notebook
    notebook.close()
    assert (notebook.failures, notebook.strangers) == ([], [])


def secrets_of(context: BrowserContext) -> list[str]:
    """Return what a browser is logged in with."""
    found = [each["value"] for each in context.cookies()]
    assert len(found) >= 2, "there is a login to be kept"
    return found


# What a stranger says in the room. It runs in the page of whoever comes, and tries all that a page
# could do with what its visitor may do at Jupyter.
ATTACK = """<img src=x onerror='(async () => {
  const home = location.pathname.split("proxy/")[0];
  const tried = {};
  const attempt = async (name, act) => {
    try { tried[name] = String(await act()); } catch (error) { tried[name] = error.name; }
  };
  const start = { method: "POST", body: "{}", credentials: "include" };
  const holding = (act) => new Promise((done) => {
    const frame = Object.assign(document.createElement("iframe"), { src: home + "lab" });
    frame.onload = () => { try { done(act(frame)); } catch (error) { done(error.name); } };
    document.body.append(frame);
  });
  let port;
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (...given) { port = this; post.apply(this, given); };
  document.title = "looking for the port";
  await fetch("told");
  const relayed = (asked) => new Promise((done) => {
    port.addEventListener("message", ({ data }) => { if (data.id === asked.id) done(data.event); });
    post.call(port, asked);
  });
  const api = location.origin + home + "api/kernels";
  await attempt("origin", () => self.origin);
  await attempt("cookie", () => document.cookie);
  await attempt("parent", () => parent.document.title);
  await attempt("top", () => { top.location = home + "lab"; return "led away"; });
  await attempt("read", async () => (await fetch(api, { credentials: "include" })).status);
  await attempt("start", async () => (await fetch(api, start)).status);
  await attempt("blindly", async () => (await fetch(api, { ...start, mode: "no-cors" })).type);
  await attempt("frame", () => holding((frame) => frame.contentDocument.title));
  await attempt("climb", async () => (await fetch("..%2f..%2fapi/kernels")).status);
  const asked = { kind: "fetch", asked: { url: api, method: "POST", body: "{}" } };
  await attempt("relay", () => relayed({ ...asked, id: 9001 }));
  asked.asked.url = location.origin + location.pathname + "..%2f..%2fapi/kernels";
  await attempt("relay climbs", () => relayed({ ...asked, id: 9002 }));
  const socket = { kind: "socket", url: api.replace("http", "ws") + "/x/channels", id: 9003 };
  await attempt("relay socket", () => relayed({ ...socket, protocols: [] }));
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: api, target: "_blank" });
  document.body.append(form);
  await attempt("form", () => HTMLFormElement.prototype.requestSubmit.call(form));
  const rest = { method: "POST", body: JSON.stringify(tried) };
  await fetch("tell", rest);
  document.body.append(Object.assign(document.createElement("b"), { textContent: "all tried" }));
  window.tried = tried;
})()'>"""

REFUSED = {
    "origin": "null",
    "cookie": "",
    "parent": "SecurityError",
    "top": "SecurityError",
    "read": "TypeError",
    "start": "TypeError",
    "blindly": "opaque",
    "frame": "TypeError",
    "climb": "TypeError",
    "relay": "failed",
    "relay climbs": "failed",
    "relay socket": "close",
    "form": "undefined",
}


def inside(page: Page) -> FrameLocator:
    """Return the app's page in what the lab opens in a tab."""
    return page.frame_locator("iframe")


def serve_room(teacher: Notebook, hub: Hub) -> str:
    """Serve a room in place of the notebook's app, open it at its address; return its port."""
    cell = teacher.cell_with("serve(")
    teacher.set_source(cell, ROOM)
    path, port = teacher.run(cell).split()[:2]
    assert path == f"/user/alice/proxy/{port}/"
    page = teacher.page.context.new_page()
    page.goto(hub.url.rstrip("/") + path)
    expect(inside(page).get_by_role("status")).to_have_text(GREETED, timeout=MILLISECONDS)
    expect(page.get_by_role("note")).to_contain_text("kept apart from Jupyter")
    return port


def join_by_page(page: Page) -> None:
    """See the room's page talk to the room, which hears nothing of the learner's login."""
    expect(inside(page).get_by_role("status")).to_have_text(GREETED, timeout=MILLISECONDS)
    told = page.frames[-1].evaluate("async () => (await fetch('told')).text()")
    assert [each for each in secrets_of(page.context) if each in told] == []


def join_by_notebook(learner: Notebook, port: str) -> None:
    """Talk to the room from a learner's kernel."""
    learner.set_source(1, JOIN.replace("PORT", port))
    assert learner.run(1) == "Echo: hello from bob's notebook\n"


def keep_room(teacher: Notebook, folder: Path) -> list[Path]:
    """See the class in the room's panel, and return the files that then hold its traffic."""
    panel = PanelOnPage(teacher, teacher.cell_with("room = serve(Room)"))
    panel.wait_rows("bob → server", "Echo: hello from bob's notebook")
    expect(panel.root.locator(".mpp-guest", has_text="bob")).to_be_visible(timeout=MILLISECONDS)
    cell = teacher.cell_with("await check(")
    teacher.set_source(cell, KEPT)
    teacher.run(cell)
    teacher.save()
    return [folder / name for name in ("room.jsonl", "room.har", "00-start.ipynb")]


def test_a_learner_logs_in_and_runs_the_first_notebook(alice: Notebook, hub: Hub) -> None:
    alice.run_all()
    serve_room(alice, hub)


def test_a_class_joins_one_app(alice: Notebook, hub: Hub, log_in: LogIn) -> None:
    port = serve_room(alice, hub)
    # One link for everybody leads each to their own server, and through it to the room.
    joined = log_in("bob", f"proxy/{port}/")
    join_by_page(joined)
    bob = Notebook(joined.context, hub.desk("bob"), START)
    join_by_notebook(bob, port)
    assert joined.context.request.get(f"{hub.url}user/alice/api/contents").status == 403

    secrets = secrets_of(alice.page.context) + secrets_of(joined.context)
    for file in keep_room(alice, hub.homes / "alice" / "notebooks"):
        text = file.read_text()
        assert "hello from bob's notebook" in text, file.name
        assert [each for each in secrets if each in text] == [], file.name
    bob.close()
    assert (bob.failures, bob.strangers) == ([], [])


BOARD = """\
from playground import serve
from playground.classroom import Board

board = serve(Board)
print(board.port)
board"""

# In a learner's first notebook, in place of a cell of it.
CHECKED = """\
from micropie import App
from playground import check, serve
from playground.classroom import join

class Loud(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(message.upper())

joined = join("http://127.0.0.1:PORT", as_="bob the learner")
await check("echo-upper", serve(Loud))
print(joined)"""


def test_a_class_stands_on_one_board(alice: Notebook, hub: Hub, log_in: LogIn) -> None:
    cell = alice.cell_with("serve(")
    alice.set_source(cell, BOARD)
    port = alice.run(cell).split()[0]
    # Everybody may open its page, by way of their own server; it names nobody.
    opened = log_in("bob", f"proxy/{port}/")
    expect(inside(opened).get_by_text("Nobody has joined yet")).to_be_visible(timeout=MILLISECONDS)
    bob = Notebook(opened.context, hub.desk("bob"), START)
    bob.set_source(1, CHECKED.replace("PORT", port))
    assert bob.run(1).startswith("On the board as bob the learner")
    expect(inside(opened).get_by_role("button", name="Learner 1, echo-upper: done")).to_be_visible()
    board = alice.page.locator(".mpp-class-face")
    done = board.get_by_role("button", name="bob the learner, echo-upper: done")
    expect(done).to_be_visible(timeout=MILLISECONDS)
    key = open_with_names(alice, board.get_by_role("link", name="As a page, with names"))
    assert key not in (hub.homes.parent / "hub.log").read_text()
    alice.save()
    saved = (hub.homes / "alice" / "notebooks" / "00-start.ipynb").read_text()
    assert [each for each in ("bob the learner", key) if each in saved] == []
    assert 'class=\\"mpp-still\\"' in saved
    bob.close()
    assert (bob.failures, bob.strangers) == ([], [])


def open_with_names(teacher: Notebook, link: Locator) -> str:
    """Follow the teacher's link to the page with names; return its key, which no address keeps."""
    asked: list[str] = []
    context = teacher.page.context
    context.on("request", lambda request: asked.append(request.url))
    context.on("page", lambda page: page.on("websocket", lambda ws: asked.append(ws.url)))
    key = str(link.get_attribute("href")).partition("#key=")[2]
    assert key
    with context.expect_page() as opened:
        link.click()
    page = opened.value
    named = inside(page).get_by_role("rowheader", name="bob the learner")
    expect(named).to_be_visible(timeout=MILLISECONDS)
    # A projector shows the address too.
    assert "#" not in page.url
    page.reload()
    expect(named).to_be_visible(timeout=MILLISECONDS)
    page.close()
    assert any(url.endswith("/watch") for url in asked)
    assert [url.partition("#")[0] for url in asked if key in url.partition("#")[0]] == []
    return key


def say(page: Page, text: str) -> None:
    """Say something in the room, by its form."""
    inside(page).get_by_role("textbox").fill(text)
    inside(page).get_by_role("button", name="Say").click()


def test_what_a_stranger_says_runs_with_no_rights_of_who_reads_it(
    alice: Notebook, hub: Hub, log_in: LogIn
) -> None:
    port = serve_room(alice, hub)
    mallory = log_in("mallory", f"proxy/{port}/")
    say(mallory, ATTACK)
    carol = log_in("carol", f"proxy/{port}/")
    expect(inside(carol).get_by_text("all tried")).to_have_count(1, timeout=MILLISECONDS)
    assert carol.frames[1].evaluate("() => window.tried") == REFUSED
    kernels = carol.context.request.get(f"{hub.url}user/carol/api/kernels")
    assert (kernels.status, kernels.json()) == (200, [])
    # Nor does it where a notebook shows the page.
    carol.goto(f"{hub.url}hub/home")
    held = f"{hub.desk('carol').url}proxy/{port}/.well-known/playground/page"
    assert carol.evaluate(HELD_BY_A_NOTEBOOK, held) == "SecurityError"


# A frame as `lab.browse` has it, in a page of Jupyter's own.
HELD_BY_A_NOTEBOOK = """(url) => new Promise((done) => {
  setTimeout(() => done("late"), 20000);
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups");
  frame.src = url;
  frame.onload = () => {
    const holder = frame.contentWindow;
    const seen = () => {
      const page = holder.document.querySelector("iframe");
      if (!page) return holder.postMessage({ kind: "go", path: "/" }, "*");
      try { done(page.contentWindow.document.title); } catch (error) { done(error.name); }
    };
    setInterval(seen, 200);
  };
  document.body.append(frame);
})"""
