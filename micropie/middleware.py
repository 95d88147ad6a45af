"""Base classes of middleware: code around an HTTP request, or around a WebSocket connection."""

from __future__ import annotations

from typing import Any

from micropie.requests import Request, WebSocketRequest


class HttpMiddleware:
    """Code around every HTTP request; override what you need.

    The hooks are an onion: `before_request` runs in the order of `App.middlewares`, `after_request`
    in the reverse order.
    """

    async def before_request(self, request: Request) -> dict[str, Any] | None:
        """Look at a request before its handler runs.

        Args:
            request: What is asked; its body has been read.

        Returns:
            A truthy dict answers at once: `status_code` (200), `body` (`""`), `headers` (`[]`).
        """
        return None

    async def after_request(
        self,
        request: Request,
        status_code: int,
        response_body: Any,
        extra_headers: list[tuple[str, str]],
    ) -> dict[str, Any] | None:
        """Look at a response before it is sent, and change `extra_headers` if need be.

        It runs once for a request that `before_request` has let pass, whatever came then: an error,
        an early answer of a later middleware, 404. Where nobody is answered it is shown 503 if the
        request was cancelled, and 400 if the client has left.

        Args:
            request: The request that is answered.
            status_code: The status so far.
            response_body: Text, bytes or a stream; a JSON body comes as its text.
            extra_headers: Headers the response has beside the standard ones.

        Returns:
            A truthy dict replaces what it names: `status_code`, `body`, `headers`.
        """
        return None


class WebSocketMiddleware:
    """Code around every WebSocket connection; override what you need.

    The hooks are an onion: `before_websocket` runs in the order of `App.ws_middlewares`,
    `after_websocket` in the reverse order.
    """

    async def before_websocket(self, request: WebSocketRequest) -> dict[str, Any] | None:
        """Look at an opening handshake before it is answered.

        Args:
            request: The opening handshake.

        Returns:
            A truthy dict refuses it: `code` (1008), `reason` (`"Middleware rejected"`).
        """
        return None

    async def after_websocket(self, request: WebSocketRequest) -> None:
        """Run when a connection that `before_websocket` has let pass has ended, in whatever way.

        Args:
            request: The opening handshake.
        """
        return None
