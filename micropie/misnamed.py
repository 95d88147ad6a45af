"""What a name of another framework's is called here, said where a handler has failed over it.

Law of the file: it looks when something was raised, and at no other time. A class that answered for
names it does not have would be slower at each one that it has.
"""

from __future__ import annotations

import inspect
from contextlib import suppress
from typing import Any, Final

from micropie.failures import words_of

_READ: Final = "await ws.receive_text(), or async for message in ws"
_SEND: Final = "await ws.send_text(…), or ws.send(…) for anything else"
_STATE: Final = "ws.state"
_LEAVE: Final = "leave it out, the server sees to it"

SOCKET: Final = {
    **dict.fromkeys(
        ("recv", "read", "read_message", "receive_str", "get", "receive_message"), _READ
    ),
    **dict.fromkeys(("send_str", "send_message", "write", "write_message", "emit"), _SEND),
    **dict.fromkeys(("iter", "messages", "iter_messages"), "async for message in ws"),
    **dict.fromkeys(("prepare", "connect", "handshake"), "await ws.accept()"),
    **dict.fromkeys(("disconnect", "close_connection", "terminate"), "await ws.close()"),
    **dict.fromkeys(("closed", "open", "connected", "is_connected", "readyState"), _STATE),
    **dict.fromkeys(("client_state", "application_state"), _STATE),
    **dict.fromkeys(("ping", "pong", "keepalive", "drain"), _LEAVE),
    "broadcast": "await broadcast(sockets, message), which micropie has",
    "remote_address": "ws.client",
    "url": "ws.path",
    "cookies": "ws.headers['cookie']",
    "session": "self.request.session",
    "query_params": "self.request.query_params",
    "query": "self.request.query(name)",
    "close_code": "except ConnectionClosed as error: error.code",
}
"""Of a WebSocket."""

_QUERY: Final = "request.query(name)"
_FORM: Final = "request.form(name)"
REQUEST: Final = {
    **dict.fromkeys(("args", "params", "GET", "query_args", "get_argument", "arg"), _QUERY),
    **dict.fromkeys(("POST", "form_data", "values", "post"), _FORM),
    **dict.fromkeys(("get_json", "json_data"), "request.json()"),
    **dict.fromkeys(("data", "body", "content", "text"), "request.json(), or request.form(name)"),
    "cookies": "request.headers['cookie']",
    "cookie": "request.headers['cookie']",
    "path": "request.scope['path']",
    "url": "request.scope['path']",
    "client": "request.scope['client']",
    "remote_addr": "request.scope['client']",
    "query_string": "request.scope['query_string']",
    "user": "request.session, where you keep who has logged in",
}
"""Of a request."""

_HANDED: Final = "ws, which a handler is given: async def ws_chat(self, ws)"
APP: Final = {
    **dict.fromkeys(("ws", "websocket", "socket"), _HANDED),
    **dict.fromkeys(("render_template", "render", "template"), "await self._render_template(…)"),
    **dict.fromkeys(("send", "send_text", "receive", "recv", "accept"), f"that of {_HANDED}"),
    "redirect": "self._redirect(…)",
    "broadcast": "await broadcast(sockets, message), which micropie has",
    **{
        name: f"self.request.{name}"
        for name in ("session", "headers", "method", "query_params", "body_params", "files")
    },
    **dict.fromkeys(("args", "query", "params"), "self.request.query(name)"),
    **dict.fromkeys(("form", "data", "body"), "self.request.form(name), or self.request.json()"),
    "json": "self.request.json()",
    **dict.fromkeys(("run", "serve", "start", "listen"), "serve(app), in a cell"),
    **dict.fromkeys(
        ("route", "get", "post", "put", "delete", "add_route"),
        "a class with a method named like its path: class Chat(App): async def hello(self): …",
    ),
    "websocket_route": "a class with class Chat(App): async def ws_hello(self, ws): …",
}
"""Of an application, where it is not one of the reader's own."""

_MESSAGE: Final = "a message is the text itself: leave .{} out"
TEXT: Final = {
    "data": _MESSAGE.format("data"),
    "text": _MESSAGE.format("text"),
    "message": _MESSAGE.format("message"),
    "json": "json.loads(…) makes a value of it, and await ws.receive_json() receives one",
    "decode": "it is text already: leave .decode() out",
}
"""Of a text, as a message is."""

# By the names of their classes, of which an object may be a subclass: with whose name it is called.
_TABLES: Final = (
    ("WebSocket", "ws", SOCKET),
    ("Request", "request", REQUEST),
    ("Core", "self", APP),
)
_PACKAGE: Final = "micropie."


def explain(error: BaseException) -> None:
    """Have an exception over a name that there is none of say what to write, too.

    So do those that it groups, and the cause that it has. Any other stays as it is.

    Args:
        error: An exception of the application's code.
    """
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        left.append(each.__cause__)
        if isinstance(each, BaseExceptionGroup):
            left += each.exceptions
        if type(each) is AttributeError:
            with suppress(Exception):  # what it is about may answer to nothing
                _add(each)


def _add(error: AttributeError) -> None:
    words, name, owner = words_of(error), error.name, error.obj
    # Python's own words, which nobody has made better yet.
    if name and words.endswith(f"has no attribute {name!r}") and (more := _remedy(owner, name)):
        error.args = (f"{words}; {more}",)


def _remedy(owner: Any, name: str) -> str:
    if inspect.iscoroutine(owner):
        return f"it is not awaited yet: write await before {owner.__name__}(…)"
    if isinstance(owner, str):
        return TEXT.get(name, "")
    ours = [each.__name__ for each in type(owner).__mro__ if each.__module__.startswith(_PACKAGE)]
    for kind, whose, instead in _TABLES:
        if kind in ours:
            return _written(owner, whose, name, instead)
    return ""


def _written(owner: Any, whose: str, name: str, instead: dict[str, str]) -> str:
    if name in instead:
        return f"write {instead[name]}"
    import difflib  # needed where somebody errs, and slow to import

    public = [each for each in dir(owner) if not each.startswith("_")]
    near = difflib.get_close_matches(name, public, 1)
    return f"did you mean {whose}.{near[0]}?" if near else ""
