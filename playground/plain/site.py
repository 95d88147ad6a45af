"""A panel's page, served: the address, the server of its own, and the thread faces are heard on."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Protocol, TypeVar

from playground.plain.door import Door
from playground.plain.keys import ROOT, Keys
from playground.plain.models import Models
from playground.plain.opening import opened

T = TypeVar("T")

# Seconds for which a page of a lab that was stopped may be loaded again.
PATIENCE: Final = 10.0

_log = logging.getLogger(__name__)

NO_PORT: Final = (
    "expected a lab with a port, which a page could reach; this one has none: lab.panel shows the "
    'panel in a notebook, and serve(…, transport="server") has a port'
)
NO_NETWORK: Final = (
    "expected a Python with a network, and a browser's has none; lab.panel shows the panel here"
)
MISSING: Final = 'the panel needs anywidget and ipywidgets; pip install "micropie-playground[lab]"'


class Panel(Protocol):
    """A box of faces."""

    children: Iterable[Any]


class Reached(Protocol):
    """How an app is reached."""

    port: int | None

    @property
    def running(self) -> bool:
        """Whether it is."""
        ...


class Doorway(Protocol):
    """Where the door can stand."""

    panel: Any


class PanelSite:
    """The page of a lab's panel. Nothing of it is there before somebody asks for its address.

    Args:
        name: What the lab is called.
        panel: Returns the panel; called when the first page comes.
        transport: How the app is reached.
        entrance: What the door stands in, at the app's port.
    """

    def __init__(
        self,
        name: str,
        panel: Callable[[], Panel],
        transport: Reached,
        entrance: Doorway,
    ) -> None:
        self.name = name
        self._panel = panel
        self._transport = transport
        self._entrance = entrance
        self._made: _Server | None = None
        self._models: Models | None = None
        self._lock = threading.RLock()
        self.used = 0
        """How many addresses were used."""

    def address(self) -> str:
        """Return an address of the page, which lets one browser in, once.

        Raises:
            RuntimeError: If there is no network.
            ModuleNotFoundError: If what the panel is made of is not installed.
        """
        if sys.platform == "emscripten":
            raise RuntimeError(NO_NETWORK)
        if self._transport.port is None:
            raise RuntimeError(NO_PORT)
        for each in ("anywidget", "ipywidgets"):
            if importlib.util.find_spec(each) is None:
                raise ModuleNotFoundError(MISSING, name=each)
        server = self.start()
        port = self._transport.port if self._transport.running else server.port
        return f"http://127.0.0.1:{port}{ROOT}?token={server.keys.token()}"

    def open(self) -> str:
        """Open the page in a browser, where there is a desktop; return an address of it."""
        address = self.address()
        return self.address() if opened(address) else address

    def start(self) -> _Server:
        """Serve the page, if it is not served by now."""
        with self._lock:
            if self._made is None:
                self._made = _Server(self)
            self._made.start()
            self._entrance.panel = self._made.door
            return self._made

    def models(self) -> Models:
        """Return the panel's models; made when the first page comes."""
        with self._lock:
            if self._models is None:
                self._models = Models(self._panel().children)
            return self._models

    def was_used(self) -> None:
        """Count an address that was used."""
        self.used += 1

    def rest(self) -> None:
        """End what nobody looks at, once the lab is stopped."""
        with self._lock:
            watched = self._models is not None and self._models.lines
            made = None if watched or self._transport.running else self._made
        if made is not None:
            made.stop()

    def close(self) -> None:
        """End all of it."""
        with self._lock:
            made, self._entrance.panel = self._made, None
        if made is not None:
            made.stop()

    def inherit(self, old: PanelSite) -> None:
        """Go on with the page of the lab that had this one's name; pages load themselves anew."""
        with old._lock, self._lock:
            self._made, old._made = old._made, None
            if self._made is None:
                return
            self._made.site = self
            self._entrance.panel = self._made.door
        if old._models is not None:
            old._models.tell({"method": "moved"})


class _Server:
    """A server of the page's own, with a thread beside it."""

    def __init__(self, site: PanelSite) -> None:
        from playground.plain.pages import Pages
        from playground.transports.server import ServerTransport

        self.site = site
        self.keys = Keys()
        self.door = Door(self.keys, self._ready, lambda: self.site.was_used())
        pages = Pages(
            site.name, self.keys, self.door, lambda: self.site.models(), self.aside, self.left
        )
        self._transport = ServerTransport(pages, on_trouble=_log.warning)
        self._worker: ThreadPoolExecutor | None = None

    @property
    def port(self) -> int:
        return self._transport.port or 0

    async def _ready(self) -> int:
        if not self._transport.running:
            await asyncio.to_thread(self.site.start)
        return self.port

    def start(self) -> None:
        if not self._transport.running:
            self._worker = ThreadPoolExecutor(1, thread_name_prefix="playground-panel")
            self._transport.start()

    def stop(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.shutdown(wait=False, cancel_futures=True)
        try:
            self._transport.stop()
        except RuntimeError as late:
            _log.warning("the panel's page: %s", late)

    async def aside(self, function: Callable[[], T]) -> T:
        worker = self._worker
        if worker is None:
            raise RuntimeError("the panel's page is closed")
        answer: Awaitable[T] = asyncio.get_running_loop().run_in_executor(worker, function)
        return await answer

    def left(self) -> None:
        """A page has gone: with the last one of a stopped lab all ends, but for a reload."""
        asyncio.get_running_loop().call_later(PATIENCE, self._rest)

    def _rest(self) -> None:
        # On a thread that is none of those which end.
        threading.Thread(target=lambda: self.site.rest(), name="playground-panel-rest").start()
