"""Which handler serves a path, and what it is called with.

Law: what can be known about a handler is known once. A `Plan` is made when a handler is first used,
and kept for as long as its name leads to the same object; replacing a method takes effect at once.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from micropie.exceptions import HandshakeRefused, NotFound
from micropie.plans import Plan, first_names
from micropie.requests import MISSING, Request

# Reading these would run the application's code to find out whether it is a handler.
NOT_HANDLERS: Final = (property, functools.cached_property, type)

RESERVED: Final = "_reserved_names"
"""Classes that have this attribute of their own are the framework's; it names what they set on an
instance. Nothing of them is a route."""


class Routes:
    """The handlers of one application, found by name.

    Args:
        app: The application whose methods are handlers.
    """

    __slots__ = ("_app", "_own", "_pages", "_plans", "_reserved", "_sockets", "_type")

    def __init__(self, app: object) -> None:
        self._app = app
        self._own = app.__dict__
        self._type = type(app)
        self._plans: dict[str, Plan] = {}
        # What paths have led to, by their first segment and, where that is all, by the path.
        self._pages: dict[str, Plan] = {}
        self._sockets: dict[str, Plan] = {}
        self._reserved: frozenset[str] = getattr(app, RESERVED, frozenset())

    def find(self, name: str) -> Plan | None:
        """Return the plan of the handler with this name, if there is one."""
        own = self._own
        found = own[name] if name in own else getattr(self._type, name, None)
        plan = self._plans.get(name)
        if plan is not None and plan.found is found:
            return plan
        return self._look_up(name, found)

    def _look_up(self, name: str, found: Any) -> Plan | None:
        raw = definition(self._app, self._type, self._reserved, name)
        known = self._plans.pop(name, None)
        if raw is MISSING or isinstance(raw, NOT_HANDLERS):
            return None
        if known is not None and known.raw is raw:
            known.found = found
            self._plans[name] = known
            return known
        own = name in self._own
        bound = raw if own else bind(raw, self._app, self._type)
        if not callable(bound):
            return None
        socket = name.startswith("ws_")
        plan = self._plans[name] = plan_for(raw, bound, self._app, own, socket)
        plan.name, plan.found = name, found
        return plan

    def http(self, request: Request) -> Plan:
        """Return the handler for an HTTP request and settle `request.path_params`.

        Raises:
            NotFound: There is none.
        """
        chosen = request._route_handler
        if chosen is not None:
            return self._chosen(chosen, socket=False) or _not_found()
        return self._known(request, self._pages) or self._http(request)

    def _known(self, request: Request, known: dict[str, Plan]) -> Plan | None:
        """Return what a path has led to before, if it is written as most paths are."""
        scope = request.scope
        path: str = scope["path"]
        plan = known.get(path)
        segments: list[str] | tuple[()] = ()
        if plan is None:
            parts = path.split("/")
            segments = parts[2:]
            plan = known.get(parts[1]) if segments and "" not in segments else None
        if plan is None or scope.get("root_path"):
            return None
        if segments and b"%2" in (scope.get("raw_path") or b""):
            return None
        name, own = plan.name, self._own
        if plan.found is not (own[name] if name in own else getattr(self._type, name, None)):
            return None
        if request._path_params is None:
            request._path_params = segments
        return plan

    def _http(self, request: Request) -> Plan:
        segments = request.segments
        name = segments[0] if segments else "index"
        if name.startswith(("_", "ws_")):
            raise NotFound
        plan = self.find(name)
        if plan is not None:
            _remember(self._pages, name, plan)
            return plan
        plan = None if self._is_taken(name) else self.find("index")
        if plan is None or not plan.takes_path:
            raise NotFound
        if request.path_params == segments[1:]:
            request.path_params = segments
        return plan

    def _is_taken(self, name: str) -> bool:
        # The name of a property or a plain attribute is not a path for index either.
        return (
            name in self._reserved
            or name in self._own
            or any(name in vars(klass) for klass in self._type.__mro__)
        )

    def websocket(self, request: Request) -> Plan:
        """Return the handler for a WebSocket.

        Raises:
            HandshakeRefused: There is none, or it cannot take the socket.
        """
        chosen = request._ws_route_handler
        if chosen is not None:
            plan = self._chosen(chosen, socket=True)
        else:
            plan = self._known(request, self._sockets) or self._websocket(request)
        if plan is None:
            raise HandshakeRefused(1008, "No matching WebSocket route", 404)
        if not plan.takes_socket:
            raise HandshakeRefused(1011, "WebSocket handler must accept a connection argument", 500)
        return plan

    def _websocket(self, request: Request) -> Plan | None:
        segments = request.segments
        name = segments[0] if segments else "index"
        if name.startswith("_"):
            raise HandshakeRefused(1008, "Private handler not allowed", 403)
        plan = self.find(f"ws_{name}")
        if plan is not None:
            _remember(self._sockets, name, plan)
        return plan

    def _chosen(self, handler: Any, *, socket: bool) -> Plan | None:
        """A handler that middleware has set: by name, or the callable itself."""
        if isinstance(handler, str):
            plan = self.find(handler)
            return self.find(f"ws_{handler}") if plan is None and socket else plan
        if not callable(handler):
            return None
        return plan_for(handler, handler, self._app, True, socket)


def _remember(known: dict[str, Plan], segment: str, plan: Plan) -> None:
    known[segment] = known[f"/{segment}"] = plan
    if segment == "index":
        known["/"] = plan


def _not_found() -> Plan:
    raise NotFound


def definition(app: object, kind: type, reserved: frozenset[str], name: str) -> Any:
    """Find what a name means to the application, without running any of its code."""
    own = getattr(app, "__dict__", {})
    for klass in kind.__mro__:
        if RESERVED in vars(klass) or klass is object:
            continue
        raw = vars(klass).get(name, MISSING)
        if raw is not MISSING:
            shadowed = name in own and name not in reserved and not hasattr(type(raw), "__set__")
            return own[name] if shadowed else raw
    return own.get(name, MISSING) if name not in reserved else MISSING


def bind(raw: Any, app: object, kind: type) -> Any:
    if hasattr(type(raw), "__set__"):
        return None
    get = getattr(type(raw), "__get__", None)
    return raw if get is None else get(raw, app, kind)


def plan_for(raw: Any, bound: Any, app: object, own: bool, socket: bool) -> Plan:
    implicit = frozenset() if own else first_names(raw)
    if isinstance(raw, functools.singledispatchmethod) and not own:
        # What it binds to shows the signature of the unbound function, `self` included.
        return Plan(raw, raw.func.__get__(app), bound, implicit, socket)
    return Plan(raw, bound, bound, implicit, socket)
