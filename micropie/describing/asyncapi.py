"""AsyncAPI 3.0: the WebSockets of an application, as a document for tools."""

from __future__ import annotations

import re
from typing import Any, Final

from micropie.describing.reading import Handler, read, title_of, told
from micropie.describing.schemas import Schema, Schemas, default_of

_JSON: Final = "application/json"
_BINDING: Final = "0.1.0"
# A parameter's name, as the specification allows it.
_NAME: Final = re.compile(r"[^A-Za-z0-9_-]")

FROM_CLIENT: Final = "fromClient"
FROM_SERVER: Final = "fromServer"


def asyncapi(app: Any, *, title: str | None = None, version: str = "0") -> dict[str, Any]:
    """Describe the WebSockets of an application, as an AsyncAPI 3.0 document.

    Each handler is a channel, with an operation for each direction, seen from the application: it
    receives what clients send. What its messages are no annotation says; whether they are JSON is
    read from the calls in its code.

    Args:
        app: An `App`, or a subclass of it; nothing of it runs.
        title: What the document calls it; the class's name by default.
        version: The version of the application.

    Returns:
        A new dict that JSON can write.

    Source: https://www.asyncapi.com/docs/reference/specification/v3.0.0
    """
    schemas = Schemas()
    sockets = [handler for handler in read(app) if handler.is_socket]
    document: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": {"title": title or title_of(app), "version": version, **told(app)},
        "defaultContentType": "text/plain",
        "channels": {channel_of(each): _channel(each, schemas) for each in sockets},
        "operations": {
            name: operation for each in sockets for name, operation in _operations(each).items()
        },
    }
    if schemas.named:
        document["components"] = {"schemas": schemas.named}
    return document


def channel_of(handler: Handler) -> str:
    """Return what a handler's channel is called in the document."""
    return _NAME.sub("_", handler.name.removeprefix("ws_"))


def _channel(handler: Handler, schemas: Schemas) -> dict[str, Any]:
    rest = [handler.rest] if handler.rest else []
    channel: dict[str, Any] = {"address": _NAME_IN_BRACES.sub(_renamed, handler.address(*rest))}
    if handler.summary:
        channel["summary"] = handler.summary
    if handler.description:
        channel["description"] = handler.description
    names = [*(each.name for each in handler.segments), *rest]
    if names:
        channel["parameters"] = {_NAME.sub("_", name): {} for name in names}
    channel["messages"] = {
        FROM_CLIENT: _message(handler, "receive_json", "What a client sends."),
        FROM_SERVER: _message(handler, "send_json", "What the application sends."),
    }
    channel["bindings"] = {"ws": _binding(handler, schemas)}
    return channel


_NAME_IN_BRACES: Final = re.compile(r"\{([^}]*)\}")


def _renamed(found: re.Match[str]) -> str:
    return f"{{{_NAME.sub('_', found[1])}}}"


def _binding(handler: Handler, schemas: Schemas) -> dict[str, Any]:
    """Return what the opening handshake takes: an HTTP GET with a query (RFC 6455 4.1)."""
    binding: dict[str, Any] = {"method": "GET", "bindingVersion": _BINDING}
    properties = {
        each.name: {**schemas.of(each.annotation), **default_of(each.default)}
        for each in handler.others
    }
    if properties or handler.any_name:
        query: Schema = {"type": "object", "properties": properties}
        if handler.any_name:
            query["additionalProperties"] = {"type": "string"}
        binding["query"] = query
    return binding


def _message(handler: Handler, call: str, summary: str) -> dict[str, Any]:
    kind = {"contentType": _JSON} if call in handler.words else {}
    return {"summary": summary, "payload": {}, **kind}


def _operations(handler: Handler) -> dict[str, Any]:
    name = channel_of(handler)
    place = f"#/channels/{name}"
    return {
        f"{action}_{name}": {
            "action": action,
            "channel": {"$ref": place},
            "messages": [{"$ref": f"{place}/messages/{message}"}],
        }
        for action, message in (("receive", FROM_CLIENT), ("send", FROM_SERVER))
    }
