"""Where a lab is reached: by a browser, by programs on this machine, and from which pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from playground.lab.ground import Ground
from playground.urls import Address, browser_address, websocket_url


class Addresses(Ground):
    """A lab's addresses."""

    @property
    def local_url(self) -> str:
        """The address for programs on this machine; "" for the memory transport."""
        return f"http://127.0.0.1:{self.port}/" if self.port else ""

    @property
    def address(self) -> Address:
        """The address a browser should use, how it was found, and what it may lack."""
        if self.port is None:
            return Address("", "in-process", "There is no network here, so no address.")
        return browser_address(self.port, given=self._given_url, told=self._told_url)

    @property
    def url(self) -> str:
        """The address a browser should use; "" for the memory transport."""
        return self.address.url

    def ws_url(self, path: str = "/") -> str:
        """Return the WebSocket address of a path, for a browser.

        Args:
            path: Path and query, such as ``"/chat?room=lobby"``.
        """
        return websocket_url(self.url) + path.removeprefix("/") if self.url else ""

    def told(self, url: str) -> None:
        """Note where a page has reached the lab, for where the kernel cannot know it.

        Args:
            url: An absolute http or https address.

        Raises:
            ValueError: If it is no bare http address, or holds a query, where a secret might be.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query:
            raise ValueError(f"expected an address such as 'https://example.org/', got {url!r}")
        self._told_url = url

    def trust(self, origin: str) -> None:
        """Let pages of another origin talk to the app; the page that shows the notebook is one.

        Args:
            origin: Scheme, host and port, such as ``"https://example.org"``.
        """
        self._guard.trust(origin)
