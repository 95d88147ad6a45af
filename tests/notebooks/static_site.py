"""The course as a static site, given away by a plain file server on a free port."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple


class Site(NamedTuple):
    """A site that is being served; to the notebook driver it is a JupyterLab.

    Attributes:
        url: Where it is, with a slash at its end.
        missing: The paths that were asked for and are not there.
    """

    url: str
    missing: list[str]

    def lab_url(self, notebook: str) -> str:
        """Return the address that opens a notebook."""
        return f"{self.url}lab/index.html?path={notebook}"


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Site]:
    """Serve a folder."""
    missing: list[str] = []

    class Files(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def send_error(self, code: int, *said: str | None) -> None:
            if code == HTTPStatus.NOT_FOUND:
                missing.append(self.path)
            super().send_error(code, *said)

        def log_message(self, *said: object) -> None: ...

    handler = functools.partial(Files, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Site(f"http://127.0.0.1:{server.server_port}/", missing)
        server.shutdown()
