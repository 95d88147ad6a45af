"""An app's page behind Jupyter's proxy: kept apart from Jupyter, it does what a page does."""

from __future__ import annotations

from collections.abc import Iterator

import nbformat
import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from tests.notebooks.driver import KERNEL, Notebook
from tests.notebooks.panel_on_page import MILLISECONDS
from tests.notebooks.server import Server, jupyterlab

SITE = '''\
import asyncio
from micropie import App
from playground import serve

PAGE = """<!doctype html><title>Site</title><link rel=stylesheet href="style">
<style>p { background: url(picture) }</style>
<h1>one</h1><img id=still src="picture"><a href="other?n=1">other</a>
<a href="/other" id=out>out</a> <a href="file" download="kept.txt">file</a>
<form method=post action=said><input name=text value="hi &amp; ü"><button>Say</button></form>
<form method=post action=sent enctype=multipart/form-data id=files>
<input type=file name=file><button>Send</button></form>
<form action=other id=ask><input name=n value=7></form>
<script src="script"></script><script>window.order = [window.loaded];</script>
<script src="script?late" defer></script><script type=module src="module"></script>"""

class Site(App):
    said = []

    async def index(self):
        return PAGE

    async def style(self):
        return 200, "h1 { color: rgb(1, 2, 3) }", [("Content-Type", "text/css")]

    async def picture(self):
        text = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>'
        return 200, text, [("Content-Type", "image/svg+xml")]

    async def script(self, **rest):
        return 200, "window.loaded = (window.loaded ?? 0) + 1;", [("Content-Type", "text/javascript")]

    async def module(self):
        return 200, "window.module = true;", [("Content-Type", "text/javascript")]

    async def file(self):
        return 200, b"kept", [("Content-Type", "application/octet-stream")]

    async def said(self, text):
        self.request.session["text"] = text
        return self._redirect("/other?n=2")

    async def sent(self, file):
        body = b""
        while piece := await file["content"].get():
            body += piece
        return f"<h1>{file['filename']}: {body.decode()}</h1>"

    async def other(self, n="0"):
        return f"<!doctype html><h1>other {n} {self.request.session.get('text')}</h1>"

    async def told(self):
        return {"method": self.request.method, "site": self.request.headers.get("x-some", "")}

    async def failing(self):
        return 418, "teapot"

    async def leads(self):
        return self._redirect("/told")

    async def ticks(self):
        async def stream():
            for n in range(3):
                yield f"event: tick\\ndata: {n}\\n\\n"
        return 200, stream(), [("Content-Type", "text/event-stream")]

    async def ws_echo(self, ws):
        await ws.accept(subprotocol=(ws.subprotocols or [None])[0])
        await ws.send_bytes(b"\\x00\\xff")
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

lab = serve(Site)
print(lab.url)
'''

# All that a page can ask of its app by a script.
ASK = """async () => {
  const told = async (...given) => (await fetch(...given)).json();
  const seen = {};
  seen.origin = self.origin;
  seen.get = await told("told", { headers: { "X-Some": "1" } });
  seen.put = await told(new Request("told", { method: "PUT", body: "x" }));
  const failed = await fetch("failing");
  seen.failed = [failed.status, failed.ok, await failed.text()];
  const led = await fetch("leads");
  seen.led = [led.status, led.url.replace(/.*\\/proxy\\/\\d+/, "")];
  seen.out = await fetch("../../api/kernels").then((r) => r.status, (error) => error.name);
  const stopped = AbortSignal.abort();
  seen.stopped = await fetch("told", { signal: stopped }).then(() => "", (error) => error.name);
  seen.xhr = await new Promise((done) => {
    const asked = new XMLHttpRequest();
    asked.open("POST", "told");
    asked.responseType = "json";
    asked.onload = () => done([asked.status, asked.response.method]);
    asked.send("x");
  });
  seen.ticks = await new Promise((done) => {
    const source = new EventSource("ticks");
    const heard = [];
    source.addEventListener("tick", ({ data }) => {
      if (heard.push(data) === 3) { source.close(); done(heard); }
    });
  });
  seen.socket = await new Promise((done) => {
    const at = new URL("echo", location.href).href.replace(/^http/, "ws");
    const socket = new WebSocket(at, ["one"]);
    const heard = [];
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { heard.push(socket.protocol, socket.readyState); socket.send("hi"); };
    socket.onmessage = ({ data }) => {
      heard.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
      if (data === "Echo: hi") socket.close(1000, "bye");
    };
    socket.onclose = () => done([...heard, socket.readyState, socket instanceof WebSocket]);
  });
  localStorage.name = "ada";
  localStorage.setItem("n", 1);
  seen.kept = [localStorage.getItem("name"), localStorage.n, localStorage.length];
  seen.cookie = (document.cookie = "a=b", document.cookie);
  const late = document.createElement("script");
  late.src = "script";
  await new Promise((done) => { late.onload = done; document.head.append(late); });
  seen.loaded = window.loaded;
  const picture = new Image();
  document.body.append(picture);
  await new Promise((done) => { picture.onload = done; picture.src = "picture?late"; });
  seen.picture = picture.naturalWidth;
  return seen;
}"""

SEEN = {
    "origin": "null",
    "get": {"method": "GET", "site": "1"},
    "put": {"method": "PUT", "site": ""},
    "failed": [418, False, "teapot"],
    "led": [200, "/told"],
    "out": "TypeError",
    "stopped": "AbortError",
    "xhr": [200, "POST"],
    "ticks": ["0", "1", "2"],
    "socket": ["one", 1, [0, 255], "Echo: hi", 3, True],
    "kept": ["ada", "1", 2],
    "cookie": "",
    "loaded": 3,
    "picture": 40,
}


@pytest.fixture(scope="module")
def hub_like(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A JupyterLab that is not at the top of its address, as each user's on a Hub."""
    folder, home = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("jupyter")
    with jupyterlab(folder, home, "--ServerApp.base_url=/user/me/") as running:
        yield running


@pytest.fixture(scope="module")
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    yield context
    context.close()


@pytest.fixture(scope="module")
def url(hub_like: Server, context: BrowserContext) -> Iterator[str]:
    """The address of a site that a notebook serves, through Jupyter's proxy."""
    written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SITE)], metadata=KERNEL)
    nbformat.write(written, hub_like.folder / "site.ipynb")
    notebook = Notebook(context, hub_like, "site.ipynb")
    path = notebook.run(0).split()[0]
    yield hub_like.url.replace("/user/me/", "") + path
    notebook.close()


@pytest.fixture
def page(context: BrowserContext, url: str) -> Iterator[Page]:
    page = context.new_page()
    page.goto(url)
    heading(page, "one")
    yield page
    page.close()


def heading(page: Page, text: str) -> None:
    found = page.frame_locator("iframe").get_by_role("heading")
    expect(found).to_have_text(text, timeout=MILLISECONDS)


def inside(page: Page) -> Frame:
    return page.frames[1]


def test_its_scripts_styles_and_pictures_are_there_in_their_order(page: Page) -> None:
    inside(page).wait_for_function("() => window.module && window.loaded === 2")
    assert inside(page).evaluate("() => window.order") == [1]
    colour = "() => getComputedStyle(document.querySelector('h1')).color"
    assert inside(page).evaluate(colour) == "rgb(1, 2, 3)"
    assert inside(page).evaluate("() => document.getElementById('still').naturalWidth") == 40
    assert page.title() == "Site"


def test_what_its_scripts_ask_for_comes(page: Page) -> None:
    inside(page).wait_for_function("() => window.module && window.loaded === 2")
    assert inside(page).evaluate(ASK) == SEEN


def test_links_lead_on_and_the_browsers_buttons_back(page: Page, url: str) -> None:
    page.frame_locator("iframe").get_by_role("link", name="other").click()
    heading(page, "other 1 None")
    page.wait_for_url(f"{url}other?n=1")
    page.go_back()
    heading(page, "one")
    page.reload()
    heading(page, "one")


def test_what_a_page_notes_in_the_history_is_there_after_a_reload(page: Page, url: str) -> None:
    note = "() => { history.replaceState({ n: 7 }, ''); document.title = 'noted'; }"
    inside(page).evaluate(note)
    page.wait_for_function("() => document.title === 'noted'")
    page.reload()
    heading(page, "one")
    assert inside(page).evaluate("() => history.state") == {"n": 7}
    # It is that page's alone.
    page.goto(f"{url}other?n=1")
    heading(page, "other 1 None")
    assert inside(page).evaluate("() => history.state") is None


def test_forms_are_sent_and_lead_on(page: Page, url: str, context: BrowserContext) -> None:
    page.frame_locator("iframe").get_by_role("button", name="Say").click()
    heading(page, "other 2 hi & ü")
    page.wait_for_url(f"{url}other?n=2")
    page.goto(url)
    heading(page, "one")
    # Not at once: the page that is asked goes with what it does.
    inside(page).evaluate("() => void setTimeout(() => document.getElementById('ask').submit())")
    heading(page, "other 7 hi & ü")
    context.clear_cookies(name="session_id")


def test_a_file_is_sent_and_one_is_had(page: Page) -> None:
    with page.expect_download() as download:
        page.frame_locator("iframe").get_by_role("link", name="file").click()
    assert download.value.suggested_filename == "kept.txt"
    assert download.value.path().read_bytes() == b"kept"
    file = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"of ada"}
    page.frame_locator("iframe").locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.frame_locator("iframe").get_by_role("button", name="Send").click()
    heading(page, "a.txt: of ada")


def test_where_it_cannot_go_is_said_in_a_sentence(page: Page) -> None:
    note = page.get_by_role("note")
    expect(note).to_contain_text("serve(…, isolate=False)")
    page.frame_locator("iframe").locator("#out").click()
    expect(note).to_contain_text("leads out of the app")
    inside(page).evaluate("() => { location = 'other'; }")
    expect(note).to_contain_text("A script has led the page elsewhere", timeout=MILLISECONDS)
    page.reload()
    heading(page, "one")


def test_what_is_no_page_is_shown(page: Page, url: str) -> None:
    page.goto(f"{url}told")
    text = page.frame_locator("iframe").locator("pre")
    expect(text).to_contain_text('"method":"GET"', timeout=MILLISECONDS)
    page.goto(f"{url}picture")
    expect(page.frame_locator("iframe").locator("img")).to_be_visible(timeout=MILLISECONDS)
