"""What a name is called here, where somebody asks for one that there is not: `recieve`, `recv`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

C = TypeVar("C")

CLIENT: Final = {
    "recv": "client.receive()",
    "receive_text": "client.receive(), which returns text as str",
    "receive_bytes": "client.receive(), which returns binary messages as bytes",
    "read": "client.receive()",
    "send_text": "client.send(…)",
    "send_bytes": "client.send(…)",
    "send_json": "client.send(…), which sends what is neither text nor bytes as JSON",
    "write": "client.send(…)",
    "disconnect": "client.close()",
    "closed": "client.state",
    "status": "client.state",
    "status_code": "client.code, the close code",
    "url": "client.path",
}
"""Of a WebSocket client."""

RESPONSE: Final = {
    "status_code": "answer.status",
    "code": "answer.status",
    "content": "answer.body",
    "data": "answer.body",
    "ok": "answer.status < 400",
    "reason": "answer.status and answer.text",
    "cookies": "lab.cookies()",
}
"""Of a whole response."""

_AS_IT_COMES: Final = (
    "async for chunk in answer, or await lab.get(path) instead of lab.stream(path) for all at once"
)
STREAM: Final = {
    "status_code": "answer.status",
    **dict.fromkeys(("text", "json", "body", "content", "read", "data"), _AS_IT_COMES),
    **dict.fromkeys(("iter_lines", "aiter_lines", "readline"), "answer.lines()"),
    **dict.fromkeys(("iter_content", "iter_bytes", "aiter_bytes", "iter_text"), "answer.chunks()"),
}
"""Of a response that comes by and by."""

LAB: Final = {
    "logs": "lab.log",
    "save": "lab.log.save(path)",
    "filter": "lab.log.filter(text)",
    "send": "client.send(…), where client = await lab.connect(path)",
    "receive": "await client.receive(), where client = await lab.connect(path)",
    "run": "the cell with serve(…): it runs in the background already",
    "client": "lab.clients['alice']",
    "shutdown": "lab.stop()",
    "close": "lab.stop()",
    "open_panel": "lab.panel.open_page()",
    "start": "lab.restart(), or the cell with serve(…)",
    "websocket": "await lab.connect(path)",
    "websocket_connect": "await lab.connect(path)",
    "ws": "await lab.connect(path)",
    "fetch": "await lab.get(path)",
    **{
        name: f"await lab.request('{name.upper()}', path)"
        for name in ("put", "patch", "delete", "head", "options")
    },
}
"""Of a lab."""


def says_the_right_name(
    whose: str, instead: Mapping[str, str], loop: str = ""
) -> Callable[[type[C]], type[C]]:
    """Have a class say, where it is asked for a name that it does not have, what to write.

    Args:
        whose: What an instance is usually called, such as ``"client"``.
        instead: What others call it, and what is written here.
        loop: What to write where a plain `for` goes over it, if only `async for` can.
    """

    def decorated(kind: type[C]) -> type[C]:
        def ask(self: object, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            raise AttributeError(f"{whose} has no {name!r}{_remedy(kind, whose, name, instead)}")

        def iterate(self: object) -> Any:
            raise TypeError(f"expected async for, got for; write {loop}")

        kind.__getattr__ = ask  # type: ignore[attr-defined]
        if loop:
            kind.__iter__ = iterate  # type: ignore[attr-defined]
        return kind

    return decorated


def _remedy(kind: type, whose: str, name: str, instead: Mapping[str, str]) -> str:
    if name in instead:
        return f"; write {instead[name]}"
    public = [each for each in dir(kind) if not each.startswith("_")]
    near = difflib.get_close_matches(name, public, 1)
    return f"; did you mean {whose}.{near[0]}?" if near else ""
