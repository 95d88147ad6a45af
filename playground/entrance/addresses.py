"""The address a browser should use for a port of this machine: direct, or through a proxy.

Found in this order: what the user gave, VS Code's proxy, Colab's, a JupyterHub's prefix, the
running Jupyter server's own record, loopback. No address holds a credential.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

_COLAB: Final = (
    'Colab tells the address of a port to a page only: lab.browse("/") finds it. '
    "The clients of the panel work without it."
)


class Address(NamedTuple):
    """Where a browser finds a port.

    Attributes:
        url: An absolute URL, or a path beginning with "/" that holds on the notebook's own site.
        source: How it was found, in words.
        note: What is missing for it to work, as a sentence; "" if nothing is known to be.
    """

    url: str
    source: str
    note: str = ""


def browser_address(
    port: int,
    *,
    given: str | None = None,
    told: str = "",
    environ: Mapping[str, str] = os.environ,
) -> Address:
    """Return where a browser finds `port`; the URL always ends in "/".

    Args:
        port: A TCP port on this machine's loopback.
        given: What the user gave; ``{port}`` in it is filled in.
        told: What the notebook's page has found out, where only a page can; "" if nothing yet.
        environ: The kernel's environment.
    """
    if given:
        return Address(_slash(given.replace("{port}", str(port))), "as you said")
    if template := environ.get("VSCODE_PROXY_URI"):
        return Address(_slash(template.replace("{{port}}", str(port))), "VS Code's port proxy")
    if "COLAB_RELEASE_TAG" in environ:
        return Address(_slash(told) if told else "", "Colab's port proxy", "" if told else _COLAB)
    if prefix := environ.get("JUPYTERHUB_SERVICE_PREFIX"):
        # The Hub passes its whole address on only where it is configured with it.
        public = environ.get("JUPYTERHUB_PUBLIC_URL") or prefix
        return Address(proxied(public, port), "the Hub's proxy", _proxy_note())
    server = jupyter_server(environ)
    if server is not None and server.base != "/":
        return Address(proxied(server.base, port), "the Jupyter server's proxy", _proxy_note())
    return Address(f"http://127.0.0.1:{port}/", "this machine")


def websocket_url(url: str) -> str:
    """Return the ws(s):// form of an http(s) URL; a path on the notebook's site stays one."""
    scheme, colon, rest = url.partition("://")
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}" if colon else url


def proxied(prefix: str, port: int) -> str:
    """Return the address of a port behind jupyter-server-proxy."""
    return f"{_slash(prefix)}proxy/{port}/"


def _slash(url: str) -> str:
    return url if url.endswith("/") else url + "/"


def _proxy_note() -> str:
    if importlib.util.find_spec("jupyter_server_proxy") is not None:
        return ""
    return (
        "jupyter-server-proxy is not installed, so a browser cannot reach this address; "
        "install it beside JupyterLab. The clients of the panel work without it."
    )


@dataclass(frozen=True)
class JupyterServer:
    """The Jupyter server that started this kernel, as it has recorded itself.

    Attributes:
        url: Its address, as it has recorded it; "" if it has not.
        base: Its base URL, which begins and ends with "/".
        token: Its password; "" if it has none, or another way to log in.
    """

    url: str
    base: str
    token: str = field(repr=False)


def jupyter_server(environ: Mapping[str, str] = os.environ) -> JupyterServer | None:
    """Return the Jupyter server that started this kernel; None if none is known."""
    parent = environ.get("JPY_PARENT_PID", "")
    if not parent.isdigit() or importlib.util.find_spec("jupyter_core") is None:
        return None
    from jupyter_core.paths import jupyter_runtime_dir

    for record in Path(jupyter_runtime_dir()).glob(f"jpserver-{parent}*.json"):
        try:
            known = json.loads(record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        url = str(known.get("url", ""))
        base = str(known.get("base_url") or urlsplit(url).path or "/")
        return JupyterServer(url, base, str(known.get("token") or ""))
    return None
