"""The two documents of an app with what was seen, as one value that shows and saves them."""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Final

from playground.describing.seen import Place, Traffic, Way, seen
from playground.traffic.redact import REDACTED, redact_text
from playground.traffic.secret_names import is_secret, secrecy
from playground.traffic.shapes import Shape, Shapes

_JSON: Final = "application/json"
_BYTES: Final = "application/octet-stream"
_WORD: Final = re.compile(r"[A-Za-z_]{1,20}")
_NOT_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]+")
_FROM: Final = {"client": "fromClient", "server": "fromServer"}
_SEEN: Final = "As seen in the log; nothing is promised."


class Description:
    """What a lab's app answers, as documents for tools, with what was seen of its messages.

    Attributes:
        openapi: Its HTTP, as an OpenAPI 3.1 document.
        asyncapi: Its WebSockets, as an AsyncAPI 3.0 document.
    """

    def __init__(self, openapi: dict[str, Any], asyncapi: dict[str, Any]) -> None:
        self.openapi = openapi
        self.asyncapi = asyncapi

    def save(self, path: str | PathLike[str]) -> None:
        """Write one of the documents to a file, as JSON; its name says which.

        Args:
            path: Such as ``"shop.openapi.json"`` or ``"shop.asyncapi.json"``; what is there is
                replaced.

        Raises:
            ValueError: If the name says neither, or does not end with ``.json``.
        """
        name = Path(path).name.lower()
        which = [each for each in ("openapi", "asyncapi") if each in name]
        if len(which) != 1 or not name.endswith(".json"):
            raise ValueError(
                f"expected a name such as 'shop.openapi.json' or 'shop.asyncapi.json', got "
                f"{os.fspath(path)!r}; the name says which document it is"
            )
        text = json.dumps(getattr(self, which[0]), indent=2, ensure_ascii=False)
        Path(path).write_text(text + "\n", encoding="utf-8")

    def __repr__(self) -> str:
        lines = [self.openapi["info"]["title"]]
        for channel in self.asyncapi["channels"].values():
            lines.append(f"  ws   {channel['address']}")
            lines += [
                f"         {'→' if name.startswith('fromClient') else '←'} {each['summary']}"
                for name, each in channel["messages"].items()
            ]
        for path, operations in self.openapi["paths"].items():
            methods = " ".join(name.upper() for name in operations)
            lines.append(f"  http {path}  {methods}")
        return "\n".join(lines)


def describe(
    traffic: Traffic, openapi: dict[str, Any], asyncapi: dict[str, Any], places: Sequence[Place]
) -> Description:
    """Add what a log has seen to the documents of an app.

    Args:
        traffic: The log.
        openapi, asyncapi: What the code says; they are not changed.
        places: What the app serves.
    """
    made = Description(copy.deepcopy(openapi), copy.deepcopy(asyncapi))
    for way, shapes in seen(traffic, places).items():
        if way.place.kind == "websocket":
            _add_messages(made.asyncapi, way, shapes)
        else:
            _add_bodies(made.openapi, way, shapes)
    return made


def _add_messages(document: dict[str, Any], way: Way, shapes: Shapes) -> None:
    channels = {each["address"]: name for name, each in document["channels"].items()}
    address = _nearest(channels, way.place.path)
    if address is None:
        return
    name = channels[address]
    channel = document["channels"][name]
    direction = _FROM[way.sender]
    others = {
        key: each for key, each in channel["messages"].items() if not key.startswith(direction)
    }
    channel["messages"] = {**others, **_messages(direction, way.sender, shapes)}
    _list(document, name, way.sender, [*channel["messages"]])


def _nearest(paths: Iterable[str], place: str) -> str | None:
    """Return the path of a document that a place is at: what may be left out has no segment."""
    asked = f"{_plain(place)}/"
    fitting = [path for path in paths if asked.startswith(f"{_plain(path)}/")]
    found = max(fitting, key=len, default=None)
    # The root is where nothing else is said: by no word of the place.
    return None if found == "/" and asked[1:2] not in ("", "{") else found


def _plain(path: str) -> str:
    """Return a path without what its holes are called: one document may write it otherwise."""
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")


def _messages(direction: str, sender: str, shapes: Shapes) -> dict[str, Any]:
    who = "a client" if sender == "client" else "the app"
    found: dict[str, Any] = {}
    for kind, shape in shapes:
        name = f"{direction}_{_NOT_A_NAME.sub('_', kind)}" if kind else direction
        while name in found:
            name += "_"
        found[name] = {
            "summary": f"{_counted(shape.count)} from {who}"
            + (f" of type {kind!r}" if kind else ""),
            "description": _SEEN,
            "contentType": _JSON,
            "payload": _open_schema(shape.schema()),
            "examples": [{"payload": example(shape)}],
        }
    for count, name, media in (
        (shapes.plain, f"{direction}_text", "text/plain"),
        (shapes.binary, f"{direction}_binary", _BYTES),
    ):
        if count:
            found[name] = {
                "summary": f"{_counted(count)} from {who}, {name.rpartition('_')[2]}",
                "description": _SEEN,
                "contentType": media,
                "payload": {"type": "string"},
            }
    return found


def _list(document: dict[str, Any], channel: str, sender: str, messages: list[str]) -> None:
    """Name the messages in the operation that has them: it receives what a client sends."""
    name = f"{'receive' if sender == 'client' else 'send'}_{channel}"
    place = f"#/channels/{channel}/messages/"
    document["operations"][name]["messages"] = [
        {"$ref": place + each} for each in messages if each.startswith(_FROM[sender])
    ]


def _add_bodies(document: dict[str, Any], way: Way, shapes: Shapes) -> None:
    method = way.method.lower()
    known = [path for path, operations in document["paths"].items() if method in operations]
    path = _nearest(known, way.place.path)
    if path is None:
        return
    operation = document["paths"][path][method]
    shown = {"schema": _common(shapes), "examples": _examples(shapes)}
    if way.sender == "client":
        body = operation.setdefault("requestBody", {"content": {}})
        body["content"][_JSON] = shown
    else:
        answer = operation["responses"].setdefault(str(way.status), {"description": _SEEN})
        answer.setdefault("content", {})[_JSON] = shown


def _common(shapes: Shapes) -> dict[str, Any]:
    found = [_open_schema(shape.schema()) for _, shape in shapes]
    return {**(found[0] if len(found) == 1 else {"anyOf": found}), "description": _SEEN}


def _examples(shapes: Shapes) -> dict[str, Any]:
    return {
        _NOT_A_NAME.sub("_", kind) or "seen": {"value": example(shape)} for kind, shape in shapes
    }


def example(shape: Shape) -> Any:
    """Return the first message that was seen of a shape, as `json.loads` gives it.

    Args:
        shape: What was seen of its kind. Credentials in the message are replaced.
    """
    return _open(shape.example, "")


def _open(value: Any, under: str) -> Any:
    """Return a JSON value with the credentials in it replaced.

    Args:
        value: The value.
        under: The name that says that it, or what holds it, is one; "" if none does.
    """
    if isinstance(value, dict):
        return {
            _open_key(name, under): _open(each, name if secrecy(name) else under)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return _open_list(value, under)
    if under and isinstance(value, str | int | float) and not isinstance(value, bool):
        return REDACTED if is_secret(under, str(value)) else value
    return redact_text(value) if isinstance(value, str) else value


def _open_list(values: list[Any], under: str) -> list[Any]:
    # A pair of name and value, such as a header.
    if len(values) == 2 and isinstance(name := values[0], str) and secrecy(name):
        return [_open(name, under), _open(values[1], name)]
    return [_open(each, under) for each in values]


def _open_key(key: str, under: str) -> str:
    """Return a key; of a collection of credentials, such as sessions by their ids, a word alone."""
    return key if not under or _WORD.fullmatch(key) else REDACTED


def _open_schema(schema: Any, under: str = "") -> Any:
    """Return a schema whose properties are not called after a credential."""
    if isinstance(schema, list):
        return [_open_schema(each, under) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _open_schema(each, under) for name, each in schema.items()}
    if isinstance(properties := schema.get("properties"), dict):
        found["properties"] = {
            _open_key(name, under): _open_schema(each, name if secrecy(name) else under)
            for name, each in properties.items()
        }
    if isinstance(required := schema.get("required"), list):
        found["required"] = list(dict.fromkeys(_open_key(each, under) for each in required))
    return found


def _counted(number: int) -> str:
    return "1 message" if number == 1 else f"{number:,} messages"
