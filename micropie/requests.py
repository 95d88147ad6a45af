"""A scope as attributes: `Request` and `WebSocketRequest`.

Law: nothing is parsed before it is asked for, and then once. A parsed field becomes a plain
attribute, so it may be assigned as well.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final, Generic, TypeVar, overload
from urllib.parse import parse_qs, unquote

from micropie.exceptions import PayloadTooLarge
from micropie.headers import decode_headers
from micropie.types import Scope

T = TypeVar("T")
MISSING: Final[Any] = object()


class lazy(Generic[T]):
    """A field that is computed when first read; unlike `cached_property`, without a lock."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> lazy[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> T | lazy[T]:
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._make(instance)
        return value


def parse_fields(raw: bytes) -> dict[str, list[str]]:
    """Parse a query string or an urlencoded form, permissively.

    Blank and bare fields are dropped, bad escapes kept; percent-encoded bad UTF-8 becomes U+FFFD,
    raw invalid bytes are dropped.
    """
    text = raw.decode("utf-8", "ignore")
    if "%" in text or "+" in text:
        return parse_qs(text)
    fields: dict[str, list[str]] = {}
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        if value and name in fields:
            fields[name].append(value)
        elif value:
            fields[name] = [value]
    return fields


def path_of(scope: Scope) -> str:
    """Return the whole path of a scope, decoded; made of the raw one where that is all there is."""
    path: str | None = scope.get("path")
    if path is None:
        raw: bytes = scope.get("raw_path") or b"/"
        path = unquote(raw.partition(b"?")[0].decode("latin-1"))
    return path


def check_fields(raw: bytes, limit: int | None) -> None:
    """Check that an urlencoded form has no more fields than it may have.

    Raises:
        PayloadTooLarge: It has.
    """
    if limit is not None and raw.count(b"&") >= limit:
        raise PayloadTooLarge(f"more than {limit} form fields")


def path_segments(scope: Scope) -> list[str]:
    """Split the path below `root_path` into segments; `/` is none, `%2F` does not split.

    `/greet/` has the one segment of `/greet`.
    """
    raw: bytes = scope.get("raw_path") or b""
    root: str = scope.get("root_path") or ""
    if b"%2" in raw and b"%2f" in raw.lower():
        return _encoded_segments(raw, root)
    path: str = scope["path"] if "path" in scope else path_of(scope)
    if root:
        path = _below(path, root.rstrip("/"))
    path = path.strip("/")
    return path.split("/") if path else []


def _below(path: str, root: str) -> str:
    if path.startswith(root) and path[len(root) : len(root) + 1] in ("", "/"):
        return path[len(root) :]
    return path


def _encoded_segments(raw: bytes, root: str) -> list[str]:
    path = raw.partition(b"?")[0].decode("latin-1").strip("/")
    segments = [unquote(segment) for segment in path.split("/")]
    prefix = root.strip("/").split("/") if root.strip("/") else []
    return segments[len(prefix) :] if segments[: len(prefix)] == prefix else segments


class Request:
    """One HTTP request: what its scope says, and what its body held.

    Args:
        scope: The ASGI scope.

    Attributes:
        scope: The ASGI scope.
        method: HTTP method in upper case; `""` for a WebSocket.
    """

    # The state of one request, which the framework's modules share: written where each line says.
    # What is looked at for every request has no `lazy`: `None` says that nobody has asked.
    # routing; where the path is known to have no more segments it is `()`, which takes no memory.
    _path_params: list[str] | tuple[()] | None = None
    _query_params: dict[str, list[str]] | None = None
    # bodies, uploads
    _body_params: dict[str, list[str]] | None = None
    _form: bytes = b""
    _max_form_fields: int | None = None
    _raw_body: bytes | None = None
    _json: Any = MISSING
    # middleware: another handler than the path's, or another application
    _route_handler: Any = None
    _ws_route_handler: Any = None
    _subapp: Any = None
    _subapp_path: str | None = None
    _subapp_mount_path: str | None = None
    # serving_http, serving_websocket: the middlewares whose `after_…` hook is still to run
    _begun: list[Any] | tuple[()] = ()
    # serving_http: the status of an answer that no handler gave; 0 where one did
    _early_status: int = 0
    # serving_session: the session as it is, and as it was loaded; `None` where there was none
    _session: dict[str, Any] | None = None
    _session_before: dict[str, Any] | None = None
    _session_id: str | None = None
    _fresh_session: bool = False
    # whether its response has begun to be streamed, and whether no change of the session is kept
    _answered: bool = False
    _failed: bool = False

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.method: str = scope.get("method", "")

    @lazy
    def body_parsed(self) -> bool:
        """Whether the body is read to its end."""
        return bool(self.scope.get("body_parsed"))

    @lazy
    def segments(self) -> list[str]:
        """The path below `root_path`, decoded and split."""
        return path_segments(self.scope)

    @property
    def path_params(self) -> list[str]:
        """The path segments after the handler's name."""
        if type(self._path_params) is not list:
            self._path_params = self.segments[1:]
        return self._path_params

    @path_params.setter
    def path_params(self, segments: list[str]) -> None:
        self._path_params = segments if type(segments) is list else list(segments)

    @property
    def query_params(self) -> dict[str, list[str]]:
        """The query string's fields."""
        if self._query_params is None:
            raw = self.scope.get("query_string")
            self._query_params = parse_fields(raw) if raw else {}
        return self._query_params

    @query_params.setter
    def query_params(self, fields: dict[str, list[str]]) -> None:
        self._query_params = fields

    @property
    def body_params(self) -> dict[str, list[str]]:
        """The form's fields."""
        if self._body_params is None:
            given = self.scope.get("body_params")
            if given is None:
                check_fields(self._form, self._max_form_fields)
                given = parse_fields(self._form)
            self._body_params = given
        return self._body_params

    @body_params.setter
    def body_params(self, fields: dict[str, list[str]]) -> None:
        self._body_params = fields

    @property
    def session(self) -> dict[str, Any]:
        """The session; what is in it after the request is kept for the next."""
        if self._session is None:
            given = self.scope.get("session")
            self._session = {} if given is None else given
        return self._session

    @session.setter
    def session(self, data: dict[str, Any]) -> None:
        self._session = data

    @lazy
    def files(self) -> dict[str, dict[str, Any]]:
        """Uploaded files: `{"filename", "content_type", "content"}` each, `content` a queue."""
        given: dict[str, dict[str, Any]] | None = self.scope.get("files")
        return {} if given is None else given

    @lazy
    def headers(self) -> dict[str, str]:
        """Request headers by lower-case name."""
        return decode_headers(self.scope.get("headers") or ())

    @property
    def has_body(self) -> bool:
        """Whether a value may come from the body: it is read, being read, or was given."""
        return self.body_parsed or self._body_params is not None or "files" in self.__dict__

    @property
    def json_body(self) -> Any:
        """The parsed JSON body; `{}` without one."""
        if self._json is MISSING:
            self._json = self.scope.get("json_body", MISSING)
        return {} if self._json is MISSING else self._json

    def query(self, name: str, default: Any = None) -> Any:
        """Return the first value of a query field.

        Args:
            name: The parameter's name.
            default: What to return where it is absent.
        """
        values = self.query_params.get(name)
        return values[0] if values else default

    def form(self, name: str, default: Any = None) -> Any:
        """Return the first value of a form field.

        Args:
            name: The field's name.
            default: What to return where it is absent.
        """
        values = self.body_params.get(name)
        return values[0] if values else default

    def json(self, name: str | None = None, default: Any = None) -> Any:
        """Return the whole JSON body, or one key of a top-level object.

        Args:
            name: A key of the JSON object; the whole value without one.
            default: What to return where it is absent.
        """
        body = self.json_body
        if name is None:
            return body
        return body.get(name, default) if isinstance(body, dict) else default

    def regenerate_session(self) -> None:
        """Give the session a fresh id with this response; the old id is deleted.

        Call it when a user logs in or out.

        Raises:
            RuntimeError: The response has begun: it is being streamed.
        """
        if self._answered:
            raise RuntimeError(
                "expected a response that has not begun, got one that is being streamed; "
                "regenerate the session before that: in middleware, or in a handler that returns a "
                "generator and is none"
            )
        self._fresh_session = True
        # What nobody has looked at is not kept.
        self._session = self.session
        outer = self.scope.get("micropie.outer_request")
        if outer is not None:
            outer.regenerate_session()


class WebSocketRequest(Request):
    """The opening handshake of a WebSocket, as middleware sees it.

    Args:
        scope: The ASGI scope of the handshake.
    """

    def regenerate_session(self) -> None:
        """Refuse: after the handshake no cookie can be set.

        Raises:
            RuntimeError: Always.
        """
        raise RuntimeError(
            "expected an HTTP request, got a WebSocket; regenerate the session in an HTTP handler"
        )


current_request: ContextVar[Request] = ContextVar("current_request")
"""The request that the running code serves."""
