"""A chat with rooms: Socket.IO beside an App's pages and its plain WebSockets, on one server.

Run it with `python examples/socketio/app.py`, and `client.py` in another terminal.
"""

from __future__ import annotations

import argparse
from typing import Any

import socketio
import uvicorn

from micropie import App, WebSocket
from micropie.mounts import mount

sio = socketio.AsyncServer(async_mode="asgi")
names: dict[str, str] = {}
"""Who is connected: a name for each Socket.IO id."""


class Site(App):
    """What is not Socket.IO: HTTP, plain WebSockets, and the session that all of them share."""

    async def index(self) -> str:
        return "A chat lives here; run client.py to join it.\n"

    async def login(self, name: str) -> dict[str, str]:
        self.request.session["name"] = name
        return {"hello": name}

    async def online(self) -> list[str]:
        return sorted(names.values())

    async def ws_echo(self, ws: WebSocket, name: str = "nobody") -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"{name} said {message}")


@sio.event
async def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
    """Let in who is logged in; the scope carries the App's session."""
    name = environ["asgi.scope"]["session"].get("name")
    if name is None:
        raise socketio.exceptions.ConnectionRefusedError("log in first")
    names[sid] = name


@sio.event
async def join(sid: str, room: str) -> int:
    """Enter a room; the client's acknowledgement says how many are in it now."""
    await sio.enter_room(sid, room)
    await sio.emit("joined", names[sid], room=room, skip_sid=sid)
    return len(list(sio.manager.get_participants("/", room)))


@sio.event
async def say(sid: str, room: str, text: str) -> str:
    """Tell everybody else in the room."""
    await sio.emit("said", {"who": names[sid], "text": text}, room=room, skip_sid=sid)
    return "delivered"


@sio.event
async def disconnect(sid: str, reason: str) -> None:
    """Tell everybody who is still there."""
    await sio.emit("left", names.pop(sid))


# The cookie travels over plain http:// here; where there is TLS, leave the option out.
app = Site(session_cookie_secure=False)
mount(app, "/socket.io", socketio.ASGIApp(sio, socketio_path=None))
app.shutdown_handlers.append(sio.shutdown)


def main() -> None:
    """Serve until Ctrl+C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0 is any that is free")
    port = parser.parse_args().port
    # A poll that waits for news would hold up the end for half a minute.
    uvicorn.run(app, port=port, access_log=False, timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main()
