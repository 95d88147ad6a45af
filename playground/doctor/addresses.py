"""The addresses: the one that a browser should use, the direct one, the proxied one, each tried."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from playground.doctor.asking import PATIENCE, Reply, Trial, ask
from playground.doctor.report import Finding, aside, right, wrong
from playground.entrance.addresses import Address, JupyterServer, jupyter_server, proxied
from playground.entrance.identity import PATH
from playground.transports import ASGIApp

# All addresses are asked at once, and a thread may be slow to start.
_TOGETHER: Final = PATIENCE + 0.5

_ANOTHER: Final = "serve(…, url=…) says which address is right."
_INSTALL: Final = (
    "Install jupyter-server-proxy in the environment of JupyterLab itself, and start that anew."
)


def addresses(
    lab: str, app: ASGIApp, port: int | None, address: Address, answers: bool
) -> Iterator[Finding]:
    """Try every address there is.

    Args:
        lab: The id that the lab answers with.
        app: The lab's app, for where there is no network.
        port: The TCP port; None where there is no network.
        address: The one that a browser should use.
        answers: Whether the server answers at all; if not, nothing is asked.
    """
    if port is None:
        yield _in_process(lab, app)
    elif not answers:
        yield aside("address", f"{_in_words(address)}; not asked, for the server does not answer")
    else:
        yield from _tried(lab, port, address)


def _in_process(lab: str, app: ASGIApp) -> Finding:
    if _ask_at_once(app) == lab:
        return right("address", "none, for there is no network; in memory the lab answers")
    return wrong("address", "asked in memory, the lab does not answer", "lab.restart() may help.")


def _ask_at_once(app: ASGIApp) -> str:
    """Return the id that a lab in this event loop answers with, without waiting; "" for none.

    The loop cannot run meanwhile, so the coroutine is driven by hand: it ends at the first step,
    for the answer has nothing to wait for.
    """
    sent: list[dict[str, Any]] = []

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    scope = {"type": "http", "method": "GET", "path": PATH, "headers": [], "query_string": b""}
    asking: Any = app(scope, None, send)
    try:
        asking.send(None)
    except StopIteration:
        return _lab_in(sent)
    asking.close()
    return ""


def _lab_in(sent: list[dict[str, Any]]) -> str:
    body = b"".join(event.get("body", b"") for event in sent)
    return str(json.loads(body).get("lab", ""))


def _tried(lab: str, port: int, address: Address) -> Iterator[Finding]:
    direct = f"http://127.0.0.1:{port}/"
    server = jupyter_server()
    through = _through(server, port)
    asked: dict[str, Trial[Reply]] = {direct: Trial(lambda: ask(direct))}
    if server is not None and through:
        token = server.token
        asked[through] = Trial(lambda: ask(through, token))
    url = address.url
    if url.startswith("http") and url not in asked:
        asked[url] = Trial(lambda: ask(url))
    end = time.monotonic() + _TOGETHER
    known = {each: trial.result(end - time.monotonic()) for each, trial in asked.items()}
    late = Reply(0, error=f"has not answered for {PATIENCE:g} s")
    answers = {each: answer or late for each, answer in known.items()}
    yield _address(lab, address, answers, direct, through)
    yield _direct(lab, answers[direct], direct)
    yield _proxy(lab, server, answers.get(through), address)


def _through(server: JupyterServer | None, port: int) -> str:
    """Return the proxied address as this machine can ask it; "" if that is not known."""
    if server is None or not server.url.startswith("http"):
        return ""
    parts = urlsplit(server.url)
    return f"{parts.scheme}://{parts.netloc}{proxied(server.base, port)}"


def _in_words(address: Address) -> str:
    return f"{address.url} ({address.source})"


def _address(
    lab: str, address: Address, answers: dict[str, Reply], direct: str, through: str
) -> Finding:
    said = _in_words(address)
    if address.url == direct:
        return right("address", f"{said}, for a browser on this machine")
    asked = through if not address.url.startswith("http") else address.url
    answer = answers.get(asked)
    if answer is None:
        return aside("address", f"{said}; only a browser can try it", address.note)
    if answer.lab == lab:
        return right("address", f"{said} reaches the lab")
    if _wants_login(answer):
        return aside("address", f"{said} asks for a login, which a browser has", address.note)
    fault = f"{said} does not reach the lab: it {_what_came(answer)}"
    return wrong("address", fault, address.note or _ANOTHER)


def _direct(lab: str, answer: Reply, url: str) -> Finding:
    if answer.lab == lab:
        return right("direct", f"{url} reaches the lab ({answer.seconds * 1000:.1f} ms)")
    fault = f"{url} does not reach the lab: it {_what_came(answer)}"
    return wrong("direct", fault, "lab.restart() starts the server anew.")


def _proxy(
    lab: str, server: JupyterServer | None, answer: Reply | None, address: Address
) -> Finding:
    if server is None:
        return aside("proxy", "no Jupyter server is known that this kernel belongs to")
    if answer is None:
        return aside("proxy", "the Jupyter server has not recorded where it can be asked")
    if answer.lab == lab:
        return right("proxy", f"jupyter-server-proxy under {server.base} reaches the lab")
    if _wants_login(answer):
        return aside("proxy", "it asks for a login, which a browser has and a kernel has not")
    fault = f"the Jupyter server under {server.base} {_what_came(answer)}"
    if "/proxy/" not in address.url:
        return aside("proxy", f"{fault}; not needed on this machine", _remedy(answer))
    return wrong("proxy", fault, _remedy(answer))


def _remedy(answer: Reply) -> str:
    return _INSTALL if answer.status == 404 else "Look into JupyterLab's own log."


def _wants_login(answer: Reply) -> bool:
    return answer.status in (301, 302, 303, 307, 308, 401, 403)


def _what_came(answer: Reply) -> str:
    if answer.error:
        return answer.error
    return "is another lab's" if answer.lab else f"answered {answer.status}"
