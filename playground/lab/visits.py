"""Who visits the app from the notebook: the lab's own clients, and its HTTP requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from playground.advice import advice_for
from playground.clients import Client
from playground.lab.ground import Ground
from playground.recorder import Present
from playground.transports import HandshakeRefused, Response
from playground.visitors import HeaderItems, body_of


class Visits(Ground):
    """A lab's clients and requests."""

    @property
    def clients(self) -> dict[str, Client]:
        """The lab's own clients by name, closed ones too."""
        return self._visitors.clients

    @property
    def guests(self) -> list[Present]:
        """Who else has a WebSocket open, in the order they came: pages, programs, other notebooks.

        Each has a ``name``, as the log has it, and a ``path`` without its query. The lab can watch
        them, and not send for them.
        """
        ours = {name for name, client in list(self.clients.items()) if client.state == "open"}
        return [each for each in self._recorder.present() if each.name not in ours]

    def _advice(self, refusal: HandshakeRefused) -> str:
        return advice_for(refusal.status, refusal.path, self.handlers(), "websocket")

    async def connect(
        self,
        path: str = "/",
        *,
        client: str | None = None,
        headers: HeaderItems = (),
        subprotocols: Sequence[str] = (),
        timeout: float = 5.0,
    ) -> Client:
        """Connect a WebSocket client.

        Args:
            path: Path and query, such as ``"/chat/lobby?name=Ada"``.
            client: Its name; by default the next of alice, bob, carol … A client of the same name
                that is still open is closed first, so that a cell can be run again.
            headers: More request headers.
            subprotocols: What it offers to speak, best first.
            timeout: Seconds for the handshake.

        Raises:
            HandshakeRefused: If the app refuses, with status, body and advice.
            TimeoutError: If no answer came.
        """
        return await self._visitors.connect(path, client, headers, subprotocols, timeout)

    async def request(
        self,
        method: str,
        path: str = "/",
        *,
        headers: HeaderItems = (),
        json: Any = None,
        form: Mapping[str, str] | None = None,
        body: str | bytes = b"",
        timeout: float = 10.0,
    ) -> Response:
        """Send an HTTP request.

        Args:
            method: ``"GET"``, ``"POST"`` …
            path: Path and query.
            headers: Request headers.
            json, form, body: What to send: a JSON value, form fields, or the body itself.
            timeout: Seconds for the whole response.

        Raises:
            TimeoutError: If there was no whole response in time.
        """
        content = body_of(json, form, body)
        return await self._visitors.request(method, path, headers, content, timeout)

    async def get(self, path: str = "/", **options: Any) -> Response:
        """Send a GET request; see `request`.

        Args:
            path: Path and query.
            options: What `request` takes: headers, json, form, body, timeout.
        """
        return await self.request("GET", path, **options)

    async def post(self, path: str = "/", **options: Any) -> Response:
        """Send a POST request; see `request`.

        Args:
            path: Path and query.
            options: What `request` takes: headers, json, form, body, timeout.
        """
        return await self.request("POST", path, **options)
