"""A class on a real JupyterHub: its users' servers and kernels, begun over the Hub's REST API.

Law of the file: a kernel is spoken to as a browser does, by a WebSocket through the Hub's proxy.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.notebooks.hub import Hub

TOKEN: Final = "of-the-measurement-alone"

# Who measures may begin servers for anybody, and speak to their kernels.
CONFIG: Final = f"""
c.JupyterHub.services = [{{"name": "measurement", "api_token": {TOKEN!r}}}]
c.JupyterHub.load_roles = [{{
    "name": "measurement",
    "scopes": ["admin:users", "admin:servers", "access:servers"],
    "services": ["measurement"],
}}]
"""

_CALLED: Final = {"Authorization": f"token {TOKEN}"}

# Seconds that a server or a kernel may take to be there, on a machine that is busy.
_PATIENCE: Final = 180.0


class Kernel:
    """A kernel of a user's.

    Attributes:
        pid: Its process; 0 until it was asked.
    """

    def __init__(self, url: str, ws: ClientConnection, asking: httpx2.AsyncClient) -> None:
        self.pid = 0
        self._url, self._ws, self._asking = url, ws, asking

    async def begin(self) -> None:
        """Wait until it runs cells, and note its process."""
        self.pid = int(await self.run("import os; print(os.getpid())"))

    async def run(self, code: str) -> str:
        """Run a cell; return what it printed.

        Raises:
            RuntimeError: If it raises.
            TimeoutError: If it takes minutes.
        """
        asked = uuid.uuid4().hex
        await self._ws.send(_execute(asked, code))
        printed, ended = "", {"execute_reply": False, "status": False}
        async with asyncio.timeout(_PATIENCE):
            # Its answer and what it shows come by two ways: either may be the last.
            while not all(ended.values()):
                said = json.loads(await self._ws.recv())
                if said["parent_header"].get("msg_id") != asked:
                    continue
                kind, content = said["msg_type"], said["content"]
                if kind == "stream":
                    printed += content["text"]
                elif kind == "error":
                    raise RuntimeError("\n".join(content["traceback"]))
                elif kind in ended:
                    ended[kind] = content.get("execution_state", "idle") == "idle"
        return printed

    async def restart(self) -> None:
        """Have its server restart it, as the button in JupyterLab does."""
        (await self._asking.post(f"{self._url}/restart")).raise_for_status()
        await self.begin()

    async def end(self) -> None:
        """Have its server shut it down, as when its notebook is closed."""
        (await self._asking.delete(self._url)).raise_for_status()


class HubClass:
    """Users of a Hub with their servers and kernels.

    Args:
        hub: A Hub with `CONFIG`.
        asking: What asks it.
    """

    def __init__(self, hub: Hub, asking: httpx2.AsyncClient, stack: Any) -> None:
        self.hub = hub
        self._asking, self._stack = asking, stack

    async def begin_server(self, user: str) -> None:
        """Begin a user's server, and wait until it is there."""
        url = f"{self.hub.url}hub/api/users/{user}"
        (await self._asking.post(url)).raise_for_status()
        (await self._asking.post(f"{url}/server")).raise_for_status()
        deadline = time.monotonic() + _PATIENCE
        while not (await self._asking.get(url)).json().get("server"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the server of {user} did not start")
            await asyncio.sleep(0.2)

    async def begin_kernel(self, user: str) -> Kernel:
        """Begin a kernel in a user's server."""
        url = f"{self.hub.desk(user).url}api/kernels"
        begun = await self._asking.post(url, json={"name": "python3", "path": "notebooks"})
        begun.raise_for_status()
        url = f"{url}/{begun.json()['id']}"
        ws = await self._stack.enter_async_context(opened(f"{url}/channels"))
        kernel = Kernel(url, ws, self._asking)
        await kernel.begin()
        return kernel

    def page(self, user: str, port: int, key: str = "") -> Any:
        """Open what keeps a page of the board up, by way of a user's own proxy."""
        offered = ["class-board", *([f"bearer.{key}"] if key else [])]
        return opened(f"{self.hub.desk(user).url}proxy/{port}/watch", offered)


@contextlib.asynccontextmanager
async def class_on(hub: Hub) -> AsyncIterator[HubClass]:
    """Give a class on a Hub; all that was opened is closed at the end."""
    async with contextlib.AsyncExitStack() as stack:
        asking = httpx2.AsyncClient(trust_env=False, timeout=_PATIENCE, headers=_CALLED)
        await stack.enter_async_context(asking)
        yield HubClass(hub, asking, stack)


def opened(url: str, offered: Sequence[str] = ()) -> Any:
    """Open a WebSocket through the Hub's proxy.

    Args:
        url: Where to.
        offered: The subprotocols to choose from.
    """
    return connect(
        url.replace("http", "ws", 1),
        additional_headers=_CALLED,
        subprotocols=[Subprotocol(each) for each in offered] or None,
        proxy=None,
        open_timeout=_PATIENCE,
        # Nobody reads what a kernel says between two cells until the next one is run.
        max_queue=None,
        ping_interval=None,
    )


def _execute(asked: str, code: str) -> str:
    header = {
        "msg_id": asked,
        "msg_type": "execute_request",
        "username": "",
        "session": asked,
        "version": "5.3",
    }
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    return json.dumps({**message, "channel": "shell", "buffers": []})
