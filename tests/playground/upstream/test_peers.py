"""Real servers of other libraries and languages behind a lab, and a page of one in a browser."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import socketio
from aiohttp import WSMsgType, web

from playground.outside.programs import Program
from tests.playground.upstream.far import LONG, address, dialled, heard, led_to

pytestmark = pytest.mark.live

PAGE = """<!doctype html><title>far</title><p id=said></p><script>
const socket = new WebSocket(`ws://${location.host}/talk`, ["chat"]);
socket.onopen = () => socket.send("from the page");
socket.onmessage = async (event) => {
  const answer = await (await fetch("/api/upper", { method: "POST", body: event.data })).text();
  document.querySelector("#said").textContent = answer;
};
</script>"""


async def talk(request: web.Request) -> web.WebSocketResponse:
    ws = web.WebSocketResponse(protocols=["chat"])
    # A server that knows its own pages lets no others in.
    if request.headers.get("origin", "") not in ("", f"http://{request.host}"):
        raise web.HTTPForbidden(text="a stranger's page")
    await ws.prepare(request)
    async for message in ws:
        if message.type is WSMsgType.TEXT:
            await ws.send_str(f"aiohttp: {message.data}")
        elif message.type is WSMsgType.BINARY:
            await ws.send_bytes(message.data[::-1])
    return ws


async def page(request: web.Request) -> web.Response:
    return web.Response(text=PAGE, content_type="text/html")


async def upper(request: web.Request) -> web.Response:
    return web.Response(text=(await request.text()).upper())


@contextlib.asynccontextmanager
async def aiohttp_side(app: web.Application | None = None) -> AsyncIterator[str]:
    if app is None:
        app = web.Application()
        app.add_routes([web.get("/talk", talk), web.get("/", page), web.post("/api/upper", upper)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_aiohttp() -> None:
    async with aiohttp_side() as url:
        lab = led_to(url)
        async with dialled(address(lab, "/talk"), subprotocols=["chat"]) as ws:
            await ws.send("hi")
            assert await ws.recv() == "aiohttp: hi"
            await ws.send(b"abc")
            assert await ws.recv() == b"cba"
            await ws.close(4001, "enough")
        answer = await lab.request("POST", "/api/upper", body="x" * 300_000)
        assert answer.text == "X" * 300_000


@pytest.mark.parametrize(
    "transports",
    [
        ["websocket"],
        ["polling", "websocket"],
        # By itself it takes half a minute to leave: until its last question is answered.
        pytest.param(["polling"], marks=pytest.mark.soak),
    ],
    ids="+".join,
)
async def test_socketio(transports: list[str]) -> None:
    server = socketio.AsyncServer(async_mode="aiohttp")

    async def shout(sid: str, text: str) -> str:
        await server.emit("heard", text.upper(), to=sid)
        return "done"

    server.on("shout", shout)

    app = web.Application()
    server.attach(app)
    async with aiohttp_side(app) as url:
        lab = led_to(url)
        client = socketio.AsyncClient(reconnection=False)
        got: asyncio.Queue[str] = asyncio.Queue()
        client.on("heard", got.put)
        await client.connect(f"http://127.0.0.1:{lab.port}", transports=transports)
        assert await client.call("shout", "hi", timeout=int(LONG)) == "done"
        assert await asyncio.wait_for(got.get(), LONG) == "HI"
        await client.disconnect()


NODE = """
const http = require("http"), crypto = require("crypto");
const server = http.createServer((request, answer) => answer.end(`node: ${request.url}`));
server.on("upgrade", (request, socket) => {
  const key = request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const accept = crypto.createHash("sha1").update(key).digest("base64");
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\n" +
    `Connection: Upgrade\\r\\nSec-WebSocket-Accept: ${accept}\\r\\n\\r\\n`);
  socket.on("error", () => {});
  socket.on("data", (data) => {
    const size = data[1] & 127, mask = data.subarray(2, 6);
    const body = Buffer.from(data.subarray(6, 6 + size).map((byte, n) => byte ^ mask[n % 4]));
    socket.write(Buffer.concat([Buffer.from([data[0], size]), body]));
    if ((data[0] & 15) === 8) socket.end();
  });
});
server.listen(0, "127.0.0.1", () => console.log(`at ${server.address().port}.`));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js")
async def test_a_server_of_node(tmp_path: Path) -> None:
    (tmp_path / "far.cjs").write_text(NODE)
    program = await asyncio.to_thread(Program, ["node", "far.cjs"], tmp_path)
    try:
        said = await asyncio.to_thread(program.wait_until, lambda text: "." in text, LONG)
        port = (said or program.text).partition("at ")[2].partition(".")[0]
        lab = led_to(f"ws://127.0.0.1:{port}")
        async with dialled(address(lab)) as ws:
            for each in ("hi", "grüß"):
                await ws.send(each)
                assert await ws.recv() == each
            await ws.close(4000, "bye")
            assert await heard(ws) == []
            assert (ws.close_code, ws.close_reason) == (4000, "bye")
        assert (await lab.get("/x?y=1")).text == "node: /x?y=1"
    finally:
        await asyncio.to_thread(program.stop)
