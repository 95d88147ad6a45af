"""What an app of another framework offers by itself: its layers, its routes, and its handlers.

Law of the room: no framework is imported, and none is named. What an app has is looked at, as its
documentation shows it: `routes` (Starlette, FastAPI, Litestar), `url_map` (Quart), what a
middleware or Socket.IO stands before (`app`, `other_asgi_app`).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from micropie import App
from micropie.listing import Parameter, Route
from micropie.listing import routes as routes_of_app
from playground.live.fingerprint import functions, is_users
from playground.notebook import kernel

# Under which name a middleware has the app that it stands before.
_INNER: Final = ("other_asgi_app", "app", "application", "asgi_app", "_app")

# Nothing is wrapped in so many layers but itself.
_MOST_LAYERS: Final = 20

# ``{name}``, ``{name:int}`` (Starlette, Litestar), ``<name>``, ``<int:name>`` (Quart).
_HOLE: Final = re.compile(r"\{(\w+)(?::(\w+))?\}|<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")

# Where frameworks describe an app by themselves.
_OWN_PATHS: Final = ("/openapi.json", "/docs", "/redoc", "/schema")

_TYPES: Final = {"integer": "int", "string": "str"}


def layers(app: Any) -> list[Any]:
    """Return an app, and what it stands before, the outermost first."""
    found = [app]
    while len(found) < _MOST_LAYERS:
        inner = _inner(found[-1])
        if inner is None or any(inner is each for each in found):
            break
        found.append(inner)
    return found


def routes_of(app: Any) -> list[Route]:
    """Return what an app serves, as far as it says so; of an `App`, of any layer, its handlers."""
    found: list[Route] = []
    for layer in layers(app):
        found += routes_of_app(layer) if isinstance(layer, App) else _own_routes(layer)
    return list(dict.fromkeys(found))


def shadowed(app: Any) -> list[str]:
    """Return the paths that an app has twice, for other functions: the first one answers.

    So it is when the cell that adds a route is run again, and not that which makes the app.
    """
    found: list[str] = []
    first: dict[tuple[str, str, str], Any] = {}
    for layer in layers(app):
        routes = _look(layer, "routes")
        for route in routes if isinstance(routes, list | tuple) else ():
            endpoint, path = _look(route, "endpoint"), str(_look(route, "path"))
            methods = _look(route, "methods") or ()
            for method in sorted(map(str, methods)) or [""]:
                known = first.setdefault((type(route).__name__, path, method), endpoint)
                if known is not endpoint and _is_users(endpoint) and path not in found:
                    found.append(path)
    return found


def handlers_of(app: Any) -> list[Callable[..., Any]]:
    """Return the functions that answer for a foreign app, in the order of its routes."""
    found = [
        function
        for layer in layers(app)
        if not isinstance(layer, App)
        for function in _functions_of(layer)
    ]
    return list(dict.fromkeys(each for each in found if _is_users(each)))


def _inner(app: Any) -> Any:
    if isinstance(app, App) and type(app).__call__ is App.__call__:
        return None  # it answers itself
    if inspect.isroutine(app) or _has_routes(app):
        return None
    for name in _INNER:
        inner = _look(app, name)
        if callable(inner) and not isinstance(inner, type) and not inspect.ismethod(inner):
            return inner
    return None


def _look(app: Any, name: str) -> Any:
    """Return an attribute, None if there is none, or it cannot be had now."""
    try:
        return getattr(app, name, None)
    except Exception:
        return None


def _has_routes(app: Any) -> bool:
    return isinstance(_look(app, "routes"), list | tuple) or _is_url_map(_look(app, "url_map"))


def _is_url_map(value: Any) -> bool:
    return callable(_look(value, "iter_rules"))


def _led(app: Any) -> list[Route]:
    """Return two routes for an upstream: its paths are those of a server elsewhere."""
    name, doc = type(app).__name__, f"led to {app.address}"
    # What is not filled in is the root.
    path = Parameter("path", None, "", False, True)
    return [Route(kind, "/{path…}", name, (path,), doc) for kind in ("websocket", "http")]


def _own_routes(app: Any) -> list[Route]:
    """Return the routes of one layer."""
    if hasattr(type(app), "made_anew"):
        return _led(app)
    routes, url_map = _look(app, "routes"), _look(app, "url_map")
    try:
        if isinstance(routes, list | tuple):
            # What a framework adds by itself, such as its documentation, comes last.
            listed = [*_listed(routes, "")]
            return sorted(listed, key=lambda each: each.path.startswith(_OWN_PATHS))
        if _is_url_map(url_map):
            return list(_ruled(app, url_map))
        return list(_of_events(app))
    except Exception:  # another framework's own objects, which may be anything
        return []


def _functions_of(app: Any) -> Iterator[Any]:
    """Yield the functions behind the routes of one layer."""
    routes, views = _look(app, "routes"), _look(app, "view_functions")
    if isinstance(routes, list | tuple):
        yield from _endpoints(routes)
    elif isinstance(views, dict):
        yield from (inspect.unwrap(each) for each in views.values())
    elif inspect.isfunction(app):
        yield app
    else:
        yield from (each for _, each in _events(app))


def _endpoints(routes: Iterable[Any]) -> Iterator[Any]:
    for route in routes:
        inner = _look(route, "routes") or _included(route)[1]
        if isinstance(inner, list | tuple):
            yield from _endpoints(inner)
        else:
            for _, function in _answering(route):
                # A class with a method for each HTTP method, or one function.
                yield from functions(function) if isinstance(function, type) else [function]


def _answering(route: Any) -> list[tuple[str, Any]]:
    """Return the names and functions that answer a route: the user's, where there is one."""
    handlers = _look(route, "route_handlers") or [_look(route, "route_handler")]
    if any(handlers):
        # One may stand for several methods.
        own = list({id(each): _look(each, "fn") for each in handlers}.values())
    else:
        own = [_look(route, "endpoint")]
    found = [inspect.unwrap(each) for each in own if callable(each)]
    found = [each for each in found if _is_users(each)] or found[:1]
    return [(str(_look(each, "__name__") or type(each).__name__), each) for each in found]


def _is_users(function: Any) -> bool:
    """Return whether a function, or a class of them, is code of the user's."""
    if isinstance(function, type):
        return is_users(function)
    code = _look(inspect.unwrap(function), "__code__") if callable(function) else None
    return code is not None and kernel.place_of(code.co_filename) is not None


def _listed(routes: Iterable[Any], prefix: str) -> Iterator[Route]:
    """Yield the routes of a list such as Starlette has: each with a path and who answers it."""
    for route in routes:
        added, included = _included(route)
        inner = _look(route, "routes") or included
        path = prefix + str(_look(route, "path") or "") + added
        mounted = _look(route, "app")
        if isinstance(inner, list | tuple) and inner:
            yield from _listed(inner, path)
        elif _look(route, "endpoint") is None and mounted is not None and routes_of(mounted):
            yield from (each._replace(path=path + each.path) for each in routes_of(mounted))
        elif inner is None or _answering(route):
            kind = "websocket" if "websocket" in type(route).__name__.lower() else "http"
            yield from _routes(kind, path, _answering(route))


def _included(route: Any) -> tuple[str, Any]:
    """Return the prefix and the routes of a router that an app includes as it is."""
    router = _look(route, "original_router")
    prefix = _look(_look(route, "include_context"), "prefix")
    return (prefix if isinstance(prefix, str) else ""), _look(router, "routes")


def _ruled(app: Any, url_map: Any) -> Iterator[Route]:
    """Yield the routes of a map of rules, as Quart has it."""
    views = _look(app, "view_functions") or {}
    for rule in url_map.iter_rules():
        function = inspect.unwrap(views[rule.endpoint]) if rule.endpoint in views else None
        kind = "websocket" if _look(rule, "websocket") else "http"
        yield from _routes(kind, str(rule.rule), [(str(rule.endpoint), function)])


def _of_events(app: Any) -> Iterator[Route]:
    """Yield the address of an Engine.IO server, with the events that its Socket.IO server knows."""
    path = _look(app, "engineio_path")
    if isinstance(path, str) and _look(app, "engineio_server") is not None:
        names = ", ".join(dict.fromkeys(name for name, _ in _events(app)))
        doc = f"Socket.IO: {names}" if names else "Socket.IO"
        yield Route("websocket", "/" + path.strip("/") + "/", type(app).__name__, (), doc)


def _events(app: Any) -> Iterator[tuple[str, Any]]:
    handlers = _look(_look(app, "engineio_server"), "handlers")
    for events in handlers.values() if isinstance(handlers, dict) else ():
        if isinstance(events, dict):
            yield from ((str(name), function) for name, function in events.items())


def _routes(kind: str, path: str, answering: list[tuple[str, Any]]) -> Iterator[Route]:
    shown, holes = _holes(path)
    for name, function in answering or [("", None)]:
        doc = (_look(function, "__doc__") or "").strip().partition("\n")[0].strip()
        parameters = tuple(_parameter(hole, kind, function) for hole, kind in holes)
        yield Route(kind, shown, name, parameters, doc or None)


def _holes(path: str) -> tuple[str, list[tuple[str, str]]]:
    """Return a path with its parameters as ``{name}``, and the name and type of each."""
    found = [(match[1] or match[4], match[2] or match[3] or "") for match in _HOLE.finditer(path)]
    shown = _HOLE.sub(lambda match: "{" + (match[1] or match[4]) + "}", path) or "/"
    return shown if shown.startswith("/") else f"/{shown}", found


def _parameter(name: str, kind: str, function: Any) -> Parameter:
    annotation = kind or ""
    annotations = _look(function, "__annotations__") or {}
    said = annotations.get(name)
    if said is not None:
        annotation = said if isinstance(said, str) else inspect.formatannotation(said)
    return Parameter(name, _TYPES.get(annotation, annotation) or None, None, True, False)
