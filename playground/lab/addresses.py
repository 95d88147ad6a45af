"""Where a lab is reached: by a browser, and by programs on this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from playground.entrance.addresses import Address, browser_address, websocket_url
from playground.transports import Transport


class Addresses:
    """A lab's addresses.

    Args:
        transport: Knows the port, if there is one.
        given: What the user says is right; see `serve`.
    """

    def __init__(self, transport: Transport, given: str | None) -> None:
        self._transport = transport
        self.given = given
        # Where a page has reached this lab; "" before one has said so.
        self._learned = ""

    @property
    def local(self) -> str:
        """The address for programs on this machine; "" for the memory transport."""
        port = self._transport.port
        return f"http://127.0.0.1:{port}/" if port else ""

    @property
    def browser(self) -> Address:
        """The address a browser should use, how it was found, and what it may lack."""
        port = self._transport.port
        if port is None:
            return Address("", "in-process", "There is no network here, so no address.")
        return browser_address(port, given=self.given, told=self._learned)

    def websocket(self, path: str) -> str:
        """Return the WebSocket address of a path, for a browser; "" for the memory transport."""
        url = self.browser.url
        return websocket_url(url) + path.removeprefix("/") if url else ""

    def learn(self, url: str) -> None:
        """Note where a page has reached the lab, for where the kernel cannot know it.

        Args:
            url: An absolute http or https address.

        Raises:
            ValueError: If it is no bare http address, or holds a query, where a secret might be.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query:
            raise ValueError(f"expected an address such as 'https://example.org/', got {url!r}")
        self._learned = url
