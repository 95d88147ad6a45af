"""Host and Origin: the app's own pages, the notebook's and programs get in, no one else."""

from __future__ import annotations

from typing import Any

import pytest

from playground import HandshakeRefused, serve
from playground.entrance.origins import Origins
from tests.playground.lab_apps import Echo

PORT = 8000
OWN = f"127.0.0.1:{PORT}"
EVIL = "http://evil.example"

# Whether an address is this lab's, by its Host.
HOSTS = {
    "127.0.0.1": True,
    OWN: True,
    "localhost": True,
    f"LOCALHOST:{PORT}": True,
    f"[::1]:{PORT}": True,
    # Of a port that is forwarded here.
    "127.0.0.1:99999": True,
    # A program of long ago, HTTP/1.0.
    "": True,
    "localhost.": False,
    f"localhost.:{PORT}": False,
    "127.0.0.1.": False,
    "127.1": False,
    f"0.0.0.0:{PORT}": False,
    "evil.example": False,
    f"evil.example:{PORT}": False,
    f"{OWN}@evil.example": False,
    f"evil.example@{OWN}": False,
    "127.0.0.1.evil.example": False,
    "localhost:evil.example": False,
    "evil.example:127.0.0.1": False,
    "127.0.0.1:": False,
    f":{PORT}": False,
    "127.0.0.1, evil.example": False,
    f"foo.localhost:{PORT}": False,
    "2130706433": False,
    f"[::ffff:127.0.0.1]:{PORT}": False,
    f"{OWN}\tevil": False,
    f"{OWN}/evil": False,
    f"0x7f.0.0.1:{PORT}": False,
    f"[0:0:0:0:0:0:0:1]:{PORT}": False,
    "127.0.0.1.nip.io": False,
    f"evil.example#{OWN}": False,
    # What a proxy of another host sends that says nothing of where it stands.
    "code.example:8443": False,
}

# Whether a page may talk to the lab at `OWN`, by its Origin.
ORIGINS = {
    f"http://{OWN}": True,
    f"https://{OWN}": True,
    f"HTTP://{OWN}": True,
    f"http://localhost:{PORT}": True,
    f"http://[::1]:{PORT}": True,
    "": True,
    "null": False,
    EVIL: False,
    f"{EVIL}:{PORT}": False,
    f"http://{OWN}@evil.example": False,
    f"http://evil.example@{OWN}": False,
    f"http://{OWN}.evil.example": False,
    f"http://127.0.0.1:{PORT + 1}": False,
    "http://127.0.0.1": False,
    "http://localhost": False,
    f"http://{OWN}/": False,
    f"http://{OWN}/evil": False,
    f"http://{OWN}?evil": False,
    f"http://{OWN}#evil": False,
    f"chrome-extension://{OWN}": False,
    f"file://{OWN}": False,
    "file://": False,
    f"//{OWN}": False,
    "http://[": False,
    "http://[evil]": False,
    "http://[::1": False,
    f"{EVIL}\thttp://{OWN}": False,
    f"{EVIL}, http://{OWN}": False,
    f"null, http://{OWN}": False,
    "http://\xe9vil": False,
    f"http://127.1:{PORT}": False,
    f"http://localhost.:{PORT}": False,
    f"ws://{OWN}": False,
    f"blob:http://{OWN}": False,
    f"http://{OWN}\\@evil.example": False,
    f"http://{OWN}%00.evil.example": False,
    # VS Code's pages, in an editor of its own, in a browser and by a tunnel, until one is named.
    "vscode-webview://0abc": False,
    "vscode-file://vscode-app": False,
    "https://vscode.dev": False,
    "https://0abc.vscode-cdn.net": False,
    f"https://abc-{PORT}.use.devtunnels.ms": False,
}

PICTURE = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
VISIT = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
FRAME = VISIT | {"sec-fetch-dest": "iframe"}


class Asked:
    """What became of a request: the answer's start, or the scope that reached the app."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.passed: Any = None

    @property
    def status(self) -> int | None:
        return self.sent[0]["status"] if self.sent else None

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}

    @property
    def said(self) -> str:
        return str(self.sent[1]["body"].decode())


async def asked(origins: Origins, host: str = OWN, method: str = "POST", **headers: str) -> Asked:
    """Send a request; `method` may be "websocket", and headers have `_` for `-`."""
    given = {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    socket = method == "websocket"
    scope: Any = {
        "type": "websocket" if socket else "http",
        "method": "GET" if socket else method,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items()],
        "server": ("127.0.0.1", PORT),
        "extensions": {"websocket.http.response": {}},
    }
    became = Asked()

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(event: Any) -> None:
        became.sent.append(event)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        became.passed = scope

    origins.app = app
    await origins(scope, receive, send)
    assert (became.passed is None) == bool(became.sent)
    return became


async def nobody(scope: Any, receive: Any, send: Any) -> None:
    """Stand in for an app that `asked` puts another in the place of."""


@pytest.fixture
def origins(monkeypatch: pytest.MonkeyPatch) -> Origins:
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    return Origins(nobody)


@pytest.fixture
def on_hub(monkeypatch: pytest.MonkeyPatch) -> Origins:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    return Origins(nobody)


@pytest.mark.parametrize("method", ["GET", "POST", "websocket"])
@pytest.mark.parametrize("host", HOSTS)
async def test_a_host_is_this_labs_or_refused(origins: Origins, host: str, method: str) -> None:
    became = await asked(origins, host, method)
    assert became.status == (None if HOSTS[host] else 403)


@pytest.mark.parametrize("method", ["POST", "DELETE", "websocket"])
@pytest.mark.parametrize("origin", ORIGINS)
async def test_an_origin_is_let_in_or_refused(origins: Origins, origin: str, method: str) -> None:
    became = await asked(origins, method=method, origin=origin)
    assert became.status == (None if ORIGINS[origin] else 403)


@pytest.mark.parametrize("name", ["host", "origin"])
@pytest.mark.parametrize("swapped", [False, True])
async def test_what_is_said_twice_is_not_believed(
    origins: Origins, name: str, swapped: bool
) -> None:
    said = [OWN, "evil.example"] if name == "host" else [f"http://{OWN}", EVIL]
    pairs = [(name.encode(), each.encode()) for each in (said[::-1] if swapped else said)]
    headers = [*pairs, *([(b"host", OWN.encode())] if name == "origin" else [])]
    sent: list[Any] = []

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {"type": "http", "method": "POST", "headers": headers, "server": ("127.0.0.1", PORT)}
    await origins(scope, None, send)
    assert sent[0]["status"] == 403


async def test_each_name_of_this_machine_may_talk_to_the_others(origins: Origins) -> None:
    names = [f"{name}:{PORT}" for name in ("127.0.0.1", "localhost", "[::1]")]
    for host in names:
        for name in names:
            for method in ("POST", "websocket"):
                became = await asked(origins, host, method, origin=f"http://{name}")
                assert became.status is None, (host, name, method)


async def test_a_usual_port_need_not_be_said(origins: Origins) -> None:
    origins.trust("https://hub.example")
    assert (await asked(origins, "hub.example", origin="https://hub.example:443")).status is None
    assert (await asked(origins, "localhost", origin="http://127.0.0.1:80")).status is None
    assert (await asked(origins, "localhost", origin="https://127.0.0.1:80")).status == 403


async def test_a_refusal_says_what_to_do(origins: Origins) -> None:
    assert "serve(…, origins=['http://evil.example'])" in (await asked(origins, origin=EVIL)).said
    assert "not as a browser writes it" in (await asked(origins, origin="http://[")).said
    null = (await asked(origins, origin="null")).said
    assert "Serve it from the app" in null
    assert "'null'" not in null


async def test_a_trusted_origin_passes_and_so_does_its_host(origins: Origins) -> None:
    origins.trust("https://hub.example")
    assert (await asked(origins, origin="https://hub.example")).status is None
    assert (await asked(origins, "hub.example", origin="https://hub.example")).status is None


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS"])
async def test_a_page_of_another_site_has_nothing_run(origins: Origins, method: str) -> None:
    became = await asked(origins, method=method, **PICTURE)
    assert became.status == 403
    assert "A page of another site" in became.said
    assert (await asked(origins, method=method, **FRAME)).status == 403
    assert (await asked(origins, method=method, origin=EVIL, **PICTURE)).status == 403


async def test_a_link_on_another_site_may_be_followed_but_no_form_sent(origins: Origins) -> None:
    assert (await asked(origins, method="GET", **VISIT)).status is None
    assert (await asked(origins, method="POST", **VISIT)).status == 403
    assert (await asked(origins, method="POST", origin=EVIL, **VISIT)).status == 403


async def test_a_page_that_is_let_in_may_be_of_another_site(origins: Origins) -> None:
    origins.trust("http://localhost:8888")
    for method in ("GET", "POST"):
        became = await asked(origins, method=method, origin="http://localhost:8888", **PICTURE)
        assert became.status is None
    # A picture in a notebook has no Origin. A page can leave its Referer out, but not forge it.
    became = await asked(origins, method="GET", referer="http://localhost:8888/lab?a", **PICTURE)
    assert became.status is None
    became = await asked(origins, method="GET", referer=f"{EVIL}/http://localhost:8888", **PICTURE)
    assert became.status == 403


async def test_reading_from_the_same_site_is_the_browsers_matter(origins: Origins) -> None:
    """An app may say by itself who may read (CORS)."""
    became = await asked(origins, method="GET", origin="http://127.0.0.1:5173")
    assert became.status is None


ASKED = {"access_control_request_method": "DELETE", "access_control_request_headers": "x-a, x-b"}


async def test_a_preflight_of_who_is_let_in_is_answered_here(origins: Origins) -> None:
    origins.name(["https://app.example"])
    became = await asked(origins, method="OPTIONS", origin="https://app.example", **ASKED)
    assert became.status == 204
    assert became.headers == {
        "access-control-allow-origin": "https://app.example",
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "DELETE",
        "access-control-allow-headers": "x-a, x-b",
        "vary": "Origin",
    }


async def test_a_preflight_of_anybody_else_is_refused(origins: Origins) -> None:
    for origin in (EVIL, "null", "http://["):
        became = await asked(origins, method="OPTIONS", origin=origin, **ASKED)
        assert became.status == 403
        assert "access-control-allow-origin" not in became.headers


async def test_options_that_is_no_preflight_is_the_apps(origins: Origins) -> None:
    assert (await asked(origins, method="OPTIONS")).passed is not None
    assert (await asked(origins, method="OPTIONS", origin=f"http://{OWN}")).passed is not None


async def test_where_all_are_let_in_nobody_uses_the_users_cookies(origins: Origins) -> None:
    origins.name(["*"])
    became = await asked(origins, method="OPTIONS", origin=EVIL, **ASKED)
    assert became.status == 204
    assert "access-control-allow-credentials" not in became.headers


async def test_the_notebooks_page_connects_as_the_apps_own_would(origins: Origins) -> None:
    """A framework refuses a foreign page that carries a session; of a notebook it knows nothing."""
    origins.trust("http://127.0.0.1:8888")
    for origin in ("http://127.0.0.1:8888", f"http://localhost:{PORT}"):
        became = await asked(origins, method="websocket", origin=origin)
        assert dict(became.passed["headers"])[b"origin"] == f"http://{OWN}".encode()
    origins.name(["https://app.example", "*"])
    for origin in ("https://app.example", EVIL):
        became = await asked(origins, method="websocket", origin=origin)
        assert dict(became.passed["headers"])[b"origin"] == origin.encode()


@pytest.mark.parametrize("name", ["x-forwarded-host", "forwarded", "x-original-host", "x-host"])
async def test_what_a_proxy_says_of_the_host_opens_no_door(origins: Origins, name: str) -> None:
    said = {name: f"host={OWN}" if name == "forwarded" else OWN, "origin": f"http://{OWN}"}
    assert (await asked(origins, "code.example", **said)).status == 403
    said = {name: "evil.example", "origin": "http://evil.example"}
    assert (await asked(origins, OWN, "POST", **said)).status == 403


async def test_a_tunnel_and_the_pages_of_an_editor_may_be_named(origins: Origins) -> None:
    tunnel, webview = f"https://abc-{PORT}.use.devtunnels.ms", "vscode-webview://0abc"
    origins.name([tunnel])
    origins.trust(webview)
    host = tunnel.partition("//")[2]
    assert (await asked(origins, host, "POST", origin=tunnel)).status is None
    assert (await asked(origins, OWN, "POST", origin=webview)).status is None
    assert (await asked(origins, OWN, "POST", origin="vscode-webview://1abc")).status == 403
    assert "vscode-webview:" in origins.framers()


async def test_on_a_hub_the_proxys_host_passes(on_hub: Origins) -> None:
    hub = "https://hub.example"
    assert (await asked(on_hub, "hub.example", origin=hub)).status is None
    assert (await asked(on_hub, "hub.example", origin=EVIL)).status == 403
    assert (await asked(on_hub, "127.0.0.1:8001", origin="http://127.0.0.1:8001")).status is None


async def test_on_a_hub_who_comes_directly_is_looked_at_too(on_hub: Origins) -> None:
    """A name that was made to resolve here: the browser says the port that it connects to."""
    rebound = f"evil.example:{PORT}"
    for method in ("GET", "POST", "websocket"):
        assert (await asked(on_hub, rebound, method)).status == 403
        assert (await asked(on_hub, rebound, method, origin=f"http://{rebound}")).status == 403


@pytest.mark.parametrize(
    "origin",
    ["https://example.org/page", "example.org", "null", "https://", "http://[", "https://a b"],
)
def test_what_is_no_origin_is_refused_with_a_remedy(origin: str) -> None:
    with pytest.raises(ValueError, match="leave out the path"):
        Origins(nobody, [origin])


@pytest.mark.live
async def test_a_refusal_is_a_row_and_blames_nobody() -> None:
    lab = serve(Echo)
    for origin in ("https://evil.example", "http://["):
        with pytest.raises(HandshakeRefused, match=r"may not talk|as a browser writes it"):
            await lab.connect("/echo", headers={"origin": origin})
        answer = await lab.post("/", headers={"origin": origin})
        assert answer.status == 403
    assert [entry.data for entry in lab.log if entry.kind == "lab"] == []
    refused = [entry.code for entry in lab.log if entry.kind in ("refuse", "response")]
    assert refused == [403] * 4
