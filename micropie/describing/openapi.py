"""OpenAPI 3.1: what an application answers to HTTP, as a document for tools."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping
from typing import Any, Final

from micropie.describing.reading import Handler, read, title_of, told
from micropie.describing.schemas import Schema, Schemas, default_of

# What the text of a response is that no header of the handler's says otherwise of.
_HTML: Final = "text/html"
_JSON: Final = "application/json"
_ANY: Final = "*/*"

_FORMS: Final = ("application/json", "application/x-www-form-urlencoded")
_TEXT: Final[Schema] = {"type": "string"}
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def openapi(app: Any, *, title: str | None = None, version: str = "0") -> dict[str, Any]:
    """Describe what an application answers to HTTP, as an OpenAPI 3.1 document.

    A handler answers every method. Listed are GET, those that its code tells apart by name, and
    POST where parameters may come in a body. What a parameter or an answer is comes from its
    annotation; where there is none, anything is possible, and the document says so.

    Args:
        app: An `App`, or a subclass of it; nothing of it runs.
        title: What the document calls it; the class's name by default.
        version: The version of the application.

    Returns:
        A new dict that JSON can write.

    Source: https://spec.openapis.org/oas/v3.1.1.html
    """
    schemas = Schemas()
    paths: dict[str, Any] = {}
    for handler in read(app):
        if not handler.is_socket:
            for path, operations in _paths(handler, schemas).items():
                paths.setdefault(path, {}).update(operations)
    document: dict[str, Any] = {
        "openapi": "3.1.1",
        "info": {"title": title or title_of(app), "version": version, **told(app)},
        "paths": paths,
    }
    if schemas.named:
        document["components"] = {"schemas": schemas.named}
    return document


def _paths(handler: Handler, schemas: Schemas) -> dict[str, dict[str, Any]]:
    """Return the operations of one handler by path: below its segments, and with a body."""
    by_path = {handler.address(): _visits(handler, schemas, "")}
    if handler.rest:
        by_path[handler.address(handler.rest)] = _visits(handler, schemas, handler.rest)
    methods = [each for each in handler.named_methods if each in _WITH_BODY]
    if not methods and (handler.parameters or handler.any_name or handler.reads_body):
        methods = ["POST"]
    posts = by_path.setdefault(handler.path, {})
    for method in methods:
        posts[method.lower()] = _post(handler, schemas, method)
    return by_path


def _visits(handler: Handler, schemas: Schemas, rest: str) -> dict[str, Any]:
    parameters = [_in_path(each, schemas) for each in handler.segments]
    if rest:
        parameters.append(_segment(rest, "One or more segments; each is an argument of its own."))
    parameters += [_in_query(each, schemas) for each in handler.others]
    if handler.any_name:
        parameters.append(_all_names(handler.any_name))
    name = f"{handler.name}_with_{rest}" if rest else handler.name
    return {"get": _operation(handler, name, schemas, {"parameters": parameters})}


def _operation(
    handler: Handler, name: str, schemas: Schemas, more: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": name}
    if handler.summary:
        operation["summary"] = handler.summary
    if handler.description:
        operation["description"] = handler.description
    operation.update({key: value for key, value in more.items() if value})
    operation["responses"] = _responses(handler, schemas, can_be_wrong=any(more.values()))
    return operation


def _in_path(parameter: inspect.Parameter, schemas: Schemas) -> dict[str, Any]:
    schema = schemas.of(parameter.annotation)
    if schema in ({}, _TEXT):
        schema = {"type": "string", "minLength": 1}
    return {**_segment(parameter.name, ""), "schema": schema}


def _segment(name: str, description: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1}
    words = {"description": description} if description else {}
    return {"name": name, "in": "path", "required": True, **words, "schema": schema}


def _in_query(parameter: inspect.Parameter, schemas: Schemas) -> dict[str, Any]:
    schema = {**schemas.of(parameter.annotation), **default_of(parameter.default)}
    required = parameter.default is parameter.empty
    return {"name": parameter.name, "in": "query", "required": required, "schema": schema}


def _all_names(name: str) -> dict[str, Any]:
    schema = {"type": "object", "additionalProperties": _TEXT}
    words = "Whatever else is asked for by name."
    return {"name": name, "in": "query", "description": words, "schema": schema}


def _post(handler: Handler, schemas: Schemas, method: str) -> dict[str, Any]:
    properties = {
        each.name: {**schemas.of(each.annotation), **default_of(each.default)}
        for each in handler.parameters
    }
    required = [each.name for each in handler.parameters if each.default is each.empty]
    schema: Schema = {"type": "object"}
    if properties:
        schema["properties"] = properties
    if required:
        schema["required"] = required
    forms = (*_FORMS, *(("multipart/form-data",) if "files" in handler.words else ()))
    body = {
        "required": bool(required),
        "content": {form: {"schema": schema} for form in forms},
    }
    name = f"{handler.name}_{method.lower()}"
    return _operation(handler, name, schemas, {"requestBody": body})


def _responses(handler: Handler, schemas: Schemas, *, can_be_wrong: bool) -> dict[str, Any]:
    content = _content(handler.returns, schemas)
    found: dict[str, Any] = {}
    found["200"] = {"description": "What the handler returns.", "content": content}
    if can_be_wrong:
        words = "A value is missing, or is not what the handler takes; the text says which."
        found["4XX"] = {"description": words, "content": {_HTML: {"schema": _TEXT}}}
    if _may_say_more(handler.returns):
        words = "Whatever else the handler answers: it may choose status and headers itself."
        found["default"] = {"description": words, "content": {_ANY: {}}}
    return found


def _content(returns: Any, schemas: Schemas) -> dict[str, Any]:
    """Return what kinds of bodies an annotation allows, by media type."""
    content: dict[str, Any] = {}
    found: dict[str, list[Any]] = {}
    for kind in _alternatives(returns):
        if (media := _media(kind)) is not None:
            found.setdefault(media, []).append(kind)
    for media, kinds in found.items():
        schema = schemas.of(kinds[0] if len(kinds) == 1 else typing.Union[tuple(kinds)])  # noqa: UP007
        content[media] = {"schema": schema if media == _JSON else _TEXT}
    return content or {_ANY: {}}


def _alternatives(returns: Any) -> tuple[Any, ...]:
    if typing.get_origin(returns) in (typing.Union, types.UnionType):
        return typing.get_args(returns)
    return (returns,)


def _media(kind: Any) -> str | None:
    """Return the media type of what a handler returns; None where that is open."""
    plain = typing.get_origin(kind) or kind
    if kind is None:
        return _HTML
    if not isinstance(plain, type) or plain in (inspect.Signature.empty, object, Any):
        return None
    if issubclass(plain, tuple):
        return None
    if issubclass(plain, list | Mapping) or typing.is_typeddict(plain):
        return _JSON
    return _HTML


def _may_say_more(returns: Any) -> bool:
    """Return whether an answer may have a status and headers of its own."""
    return any(_media(each) is None for each in _alternatives(returns))
