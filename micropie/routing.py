"""Which handler serves a path, and what it is called with.

Law: what can be known about a handler is known once. A `Plan` is made when a handler is first used,
and kept for as long as its name leads to the same object; replacing a method takes effect at once.
"""

from __future__ import annotations

import functools
import inspect
from types import FunctionType, MethodType
from typing import Any

from micropie.exceptions import HandshakeRefused, NotFound, UpgradeRequired
from micropie.handlers import RESERVED, definition, handler_of, may_be_handler
from micropie.plans import Plan, first_names
from micropie.requests import Request


class Routes:
    """The handlers of one application, found by name.

    Args:
        app: The application whose methods are handlers.
    """

    __slots__ = (
        "_app",
        "_chosen_plans",
        "_own",
        "_pages",
        "_plans",
        "_reserved",
        "_sockets",
        "_type",
    )

    def __init__(self, app: object) -> None:
        self._app = app
        self._own = app.__dict__
        self._type = type(app)
        self._plans: dict[str, Plan] = {}
        # What paths have led to, by their first segment and, where that is all, by the path.
        self._pages: dict[str, Plan] = {}
        self._sockets: dict[str, Plan] = {}
        # Handlers of WebSockets that middleware has chosen, whatever they are called.
        self._chosen_plans: dict[str, Plan] = {}
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
        if not may_be_handler(raw):
            return None
        if known is not None and known.raw is raw:
            known.found = found
            self._plans[name] = known
            return known
        own = name in self._own
        bound = handler_of(raw, self._app, self._type, own)
        if bound is None:
            return None
        socket = name.startswith("ws_")
        plan = self._plans[name] = plan_for(raw, bound, self._app, own, socket)
        plan.name, plan.found = name, found
        if plan.bare and not own:
            _check_self(plan, self._type)
        return plan

    def http(self, request: Request) -> Plan:
        """Return the handler for an HTTP request and settle `request.path_params`.

        Raises:
            NotFound: No handler serves this path.
        """
        chosen = request._route_handler
        if chosen is not None:
            return self._chosen(chosen, socket=False) or _not_found()
        return self._known(request, self._pages) or self._http(request)

    def _known(self, request: Request, known: dict[str, Plan]) -> Plan | None:
        """Return the handler that this path has led to before; None where it has to be looked for.

        That is so for a new path, an application with a root path, and percent-encoded slashes.
        """
        scope = request.scope
        try:
            path: str = scope["path"]
        except KeyError:
            return None
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
            socket = f"ws_{name}"
            known = socket in self._own or hasattr(self._type, socket)
            if known and self.find(socket) is not None:
                raise UpgradeRequired(socket)
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
            HandshakeRefused: No handler serves this path, or it takes no WebSocket as argument.
        """
        chosen = request._ws_route_handler
        if chosen is not None:
            plan = self._chosen(chosen, socket=True)
        else:
            plan = self._known(request, self._sockets) or self._websocket(request)
        if plan is None:
            remedy = self._remedy(request) if chosen is None else ""
            raise HandshakeRefused(1008, "No matching WebSocket route", 404, remedy)
        if not plan.takes_socket:
            remedy = f"write async def {plan.name}(self, ws)" if plan.name else ""
            raise HandshakeRefused(
                1011, "WebSocket handler must accept a connection argument", 500, remedy
            )
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

    def _remedy(self, request: Request) -> str:
        """Say what a WebSocket may have been opened for that no handler serves."""
        segments = request.segments
        name = segments[0] if segments else "index"
        if name.startswith("ws_") or self.find(name) is None:
            return ""
        return f"{name} answers HTTP; a WebSocket needs async def ws_{name}(self, ws)"

    def _chosen(self, handler: Any, *, socket: bool) -> Plan | None:
        """Return the plan of a handler that middleware has set: by name, or the callable itself."""
        if isinstance(handler, str):
            plan = self.find(handler)
            if plan is None and socket:
                plan = self.find(f"ws_{handler}")
        else:
            plan = self._own_method(handler)
        if plan is not None:
            return self._for_socket(plan) if socket else plan
        if isinstance(handler, str) or not callable(handler):
            return None
        return plan_for(handler, handler, self._app, True, socket)

    def _own_method(self, handler: Any) -> Plan | None:
        """Return the plan of a method of the application, bound to it or read from its class."""
        if isinstance(handler, MethodType):
            handler = handler.__func__ if handler.__self__ is self._app else None
        plan = self.find(handler.__name__) if isinstance(handler, FunctionType) else None
        return plan if plan is not None and plan.raw is handler else None

    def _for_socket(self, plan: Plan) -> Plan:
        """Return the plan by which a handler of any name has its WebSocket as first argument."""
        if plan.name.startswith("ws_"):
            return plan
        known = self._chosen_plans.get(plan.name)
        if known is None or known.found is not plan.found:
            own = plan.name in self._own
            known = plan_for(plan.raw, plan.bound, self._app, own, True)
            known.name, known.found = plan.name, plan.found
            self._chosen_plans[plan.name] = known
        return known


def _check_self(plan: Plan, kind: type) -> None:
    """Have a method that has no parameter, not even `self`, say so when it is called."""
    code = getattr(getattr(plan.bound, "__func__", None), "__code__", None)
    if code is None or code.co_argcount or code.co_flags & inspect.CO_VARARGS:
        return

    def call(*args: object) -> None:
        raise TypeError(f"{kind.__name__}.{plan.name} has no self; write {plan.name}(self)")

    plan.call = call


def _remember(known: dict[str, Plan], segment: str, plan: Plan) -> None:
    known[segment] = known[f"/{segment}"] = plan
    if segment == "index":
        known["/"] = plan


def _not_found() -> Plan:
    raise NotFound


def plan_for(raw: Any, bound: Any, app: object, own: bool, socket: bool) -> Plan:
    implicit = frozenset() if own else first_names(raw)
    if isinstance(raw, functools.singledispatchmethod) and not own:
        # What it binds to shows the signature of the unbound function, `self` included.
        return Plan(raw, raw.func.__get__(app), bound, implicit, socket)
    return Plan(raw, bound, bound, implicit, socket)
