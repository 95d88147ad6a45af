"""What there is to describe of a lab's app: its documents, or what it offers by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from micropie import App
from micropie.describing import asyncapi, openapi
from micropie.listing import Route
from playground.describing import Description, describe
from playground.describing.seen import Place
from playground.lab.parts import Parts
from playground.live.foreign import layers, routes_of

_HOLE = re.compile(r"\{(\w+)[^}]*\}")


def described(parts: Parts) -> Description:
    """Return the papers of what is on stage, with what the log has seen.

    Raises:
        RuntimeError: If nothing is on stage.
    """
    app = parts.code.app
    if app is None:
        raise RuntimeError("expected code on stage, got none; lab.restart() starts the lab again")
    routes = routes_of(app)
    own = next((each for each in layers(app) if isinstance(each, App)), None)
    if own is not None:
        documents = openapi(own, title=parts.name), asyncapi(own, title=parts.name)
    else:
        documents = _http(app, parts.name, routes), _sockets(parts.name, routes)
    return describe(parts.log, *documents, [Place(each.kind, each.path) for each in routes])


def _http(app: Any, title: str, routes: Sequence[Route]) -> dict[str, Any]:
    """Return the document of an app that is none of ours: its own, or its paths."""
    said = getattr(app, "openapi", None)
    own = said() if callable(said) else None
    if isinstance(own, dict) and "paths" in own:
        return own
    answers = {"default": {"description": "Whatever the app answers."}}
    paths = {
        _HOLE.sub(r"{\1}", each.path): {
            "get": {"parameters": _parameters(each.path), "responses": dict(answers)}
        }
        for each in routes
        if each.kind == "http"
    }
    return {"openapi": "3.1.1", "info": {"title": title, "version": "0"}, "paths": paths}


def _parameters(path: str) -> list[dict[str, Any]]:
    schema = {"type": "string"}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name in _HOLE.findall(path)
    ]


def _sockets(title: str, routes: Sequence[Route]) -> dict[str, Any]:
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for each in routes:
        if each.kind != "websocket":
            continue
        name = re.sub(r"[^A-Za-z0-9_-]+", "_", each.path).strip("_") or "index"
        while name in channels:
            name += "_"
        channels[name] = _channel(each)
        for action, message in (("receive", "fromClient"), ("send", "fromServer")):
            place = f"#/channels/{name}"
            operations[f"{action}_{name}"] = {
                "action": action,
                "channel": {"$ref": place},
                "messages": [{"$ref": f"{place}/messages/{message}"}],
            }
    info = {"title": title, "version": "0"}
    return {"asyncapi": "3.0.0", "info": info, "channels": channels, "operations": operations}


def _channel(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = {"address": _HOLE.sub(r"{\1}", route.path)}
    if route.doc:
        found["summary"] = route.doc
    if names := _HOLE.findall(route.path):
        found["parameters"] = {name: {} for name in names}
    found["messages"] = {
        "fromClient": {"summary": "What a client sends.", "payload": {}},
        "fromServer": {"summary": "What the application sends.", "payload": {}},
    }
    return found
