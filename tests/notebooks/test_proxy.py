"""Behind jupyter-server-proxy, as on a Hub: everything gets through, and nobody's login is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.notebooks.driver import KERNEL, Notebook
from tests.notebooks.panel_on_page import MILLISECONDS
from tests.notebooks.server import Server, jupyterlab
from tests.notebooks.static_site import served

SITE = """\
import asyncio
from micropie import App
from playground import serve

class Site(App):
    async def index(self):
        return "<title>Site</title><h1>one</h1>"

    async def told(self):
        return {name: value for name, value in self.request.headers.items()}

    async def ticks(self):
        async def stream():
            for n in range(3):
                yield f"data: {n}\\n\\n"
        return 200, stream(), [("Content-Type", "text/event-stream")]

    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

lab = serve(Site)
print(lab.url, lab.local_url)
lab.browse("/", height=200)"""

# Everything that can be kept of the traffic, and a static view of it for the notebook to be saved.
KEEP = """\
for kind in ("jsonl", "har", "pcapng", "mmd", "svg", "py"):
    lab.log.save(f"kept.{kind}", **({"app": "site:Site"} if kind == "py" else {}))
print(*lab.log, sep="\\n")
lab.stop()
lab.traffic"""

# All that a page can do with an app, from an address.
TALK = """async (at) => {
  const told = await (await fetch(`${at}told?token=${window.token ?? ""}`)).json();
  const page = await (await fetch(at)).text();
  const socket = new WebSocket(`${at.replace(/^http/, "ws")}echo`);
  const echo = await new Promise((done, fail) => {
    socket.onopen = () => socket.send("hi");
    socket.onmessage = ({ data }) => done(data);
    socket.onerror = () => fail(new Error("no WebSocket"));
  });
  socket.close(3001, "bye");
  const source = new EventSource(`${at}ticks`);
  const ticks = [];
  await new Promise((done) => {
    source.onmessage = ({ data }) => { if (ticks.push(data) === 3) done(); };
  });
  source.close();
  return { told, page, echo, ticks };
}"""

# What a page of another site would try with the user's own cookies.
INTRUDE = """async (addresses) => {
  const tried = {};
  for (const at of addresses) {
    const read = await fetch(at, { credentials: "include" }).then((r) => r.text(), () => "");
    const socket = new WebSocket(`${at.replace(/^http/, "ws")}echo`);
    const opened = await new Promise((done) => {
      socket.onopen = () => done(true);
      socket.onerror = () => done(false);
    });
    tried[at] = [read, opened];
  }
  return tried;
}"""


@pytest.fixture(scope="module")
def hub_like(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A JupyterLab that is not at the top of its address, as each user's on a Hub."""
    folder, home = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("jupyter")
    with jupyterlab(folder, home, "--ServerApp.base_url=/user/me/") as running:
        yield running


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that knows nothing yet."""
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    yield context
    context.close()


@pytest.fixture
def notebook(context: BrowserContext, hub_like: Server) -> Iterator[Notebook]:
    """A notebook that serves a site and keeps its traffic."""
    cells = [nbformat.v4.new_code_cell(source) for source in (SITE, KEEP)]
    written = nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)
    nbformat.write(written, hub_like.folder / "site.ipynb")
    notebook = Notebook(context, hub_like, "site.ipynb")
    yield notebook
    notebook.close()
    assert (notebook.failures, notebook.strangers) == ([], [])


def test_all_gets_through_a_proxy_and_no_login_is_told(
    notebook: Notebook, context: BrowserContext, hub_like: Server
) -> None:
    path, direct = notebook.run(0).split()[:2]
    port = urlsplit(direct).port
    assert path == f"/user/me/proxy/{port}/"
    parts = urlsplit(hub_like.url)
    through = f"{parts.scheme}://{parts.netloc}{path}"
    frame = notebook.output_area(0).frame_locator("iframe").frame_locator("iframe")
    expect(frame.get_by_role("heading")).to_have_text("one", timeout=MILLISECONDS)

    notebook.page.evaluate("(token) => { window.token = token; }", hub_like.token)
    seen = notebook.page.evaluate(TALK, through)
    assert "<h1>one</h1>" in seen["page"]
    assert seen["echo"] == "Echo: hi"
    assert seen["ticks"] == ["0", "1", "2"]

    secrets = [hub_like.token, *(cookie["value"] for cookie in context.cookies())]
    assert len(secrets) >= 2, "there is a login to be kept"
    assert [each for each in secrets if each in str(seen["told"])] == []
    notebook.run(1)
    notebook.save()
    kept = sorted(file for file in hub_like.folder.iterdir() if file.is_file())
    assert len(kept) == 7
    for file in kept:
        text = file.read_bytes()
        assert [each for each in secrets if each.encode() in text] == [], file.name
        assert b"Echo: hi" in text or file.suffix == ".pcapng", file.name


def test_a_page_of_another_site_is_kept_out(
    notebook: Notebook, context: BrowserContext, hub_like: Server, tmp_path: Path
) -> None:
    path, direct = notebook.run(0).split()[:2]
    parts = urlsplit(hub_like.url)
    addresses = [direct, f"{parts.scheme}://{parts.netloc}{path}"]
    (tmp_path / "index.html").write_text("<title>Elsewhere</title>")
    with served(tmp_path) as elsewhere:
        page = context.new_page()
        page.goto(elsewhere.url)
        tried = page.evaluate(INTRUDE, addresses)
    assert tried == {address: ["", False] for address in addresses}
