"""Traffic to look at: clients connect, speak, and are answered, a row each second."""

from __future__ import annotations

from playground.traffic.log import Log


def chat(log: Log, *names: str, path: str = "/chat") -> dict[str, int]:
    """Open a connection for each client, and return the exchanges' ids."""
    ids = {}
    for name in names:
        exchange = log.open("websocket", name, method="GET", path=path)
        ids[name] = exchange.id
        log.append(log.last + 1.0, exchange.id, "open", "client", path, len(path), None, 1)
    return ids


def say(log: Log, exchange: int, text: str, count: int = 1) -> None:
    """Let a client send a text, with the number of the message where it has braces."""
    for index in range(count):
        data = text.format(index)
        log.append(log.last + 1.0, exchange, "text", "client", data, len(data))


def broadcast(log: Log, cause: int, ids: dict[str, int], text: str) -> None:
    """Let the server send a text to everybody."""
    for exchange in ids.values():
        log.append(log.last + 1.0, exchange, "text", "server", text, len(text), cause, 2, "In[7]:9")


def fail(log: Log, exchange: int, cause: int) -> None:
    """Let a handler raise, and the connection be closed for it."""
    trace = "In[7], line 6, in ws_chat\n    data = json.loads(message)"
    at = log.last + 1.0
    log.append(
        at,
        exchange,
        "exception",
        "server",
        "KeyError: 'room'",
        16,
        cause,
        2,
        "In[7]:6",
        None,
        trace,
    )
    log.append(at, exchange, "close", "server", "", 0, log.last, 2, None, 1011, "clean")
