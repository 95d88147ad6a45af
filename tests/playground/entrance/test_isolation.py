"""What comes by Jupyter's own proxy leaves in a sandbox; what comes directly is left alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from micropie import App
from playground import Lab, entrance, serve
from playground.entrance.identity import HOLDER_PATH, PATH
from playground.lab import parts_of

PROXIED = {"host": "hub.example", "x-proxycontextpath": "/user/ada/proxy/8765"}
OPENED = {"sec-fetch-dest": "document", "sec-fetch-mode": "navigate", "sec-fetch-site": "none"}
FRAMED = OPENED | {"sec-fetch-dest": "iframe", "sec-fetch-site": "same-origin"}
RELAYED = {"x-playground-relay": "1", "sec-fetch-dest": "empty", "sec-fetch-site": "same-origin"}
POLICY = "content-security-policy"


class Room(App):
    ran = 0

    async def index(self) -> str:
        type(self).ran += 1
        return "<h1>room</h1>"

    async def strict(self) -> Any:
        return 200, "strict", [("Content-Security-Policy", "default-src 'none'")]

    async def picture(self) -> Any:
        return 200, b"<svg/>", [("Content-Type", "image/svg+xml")]

    async def failing(self) -> str:
        raise ValueError("no")

    async def leading(self) -> Any:
        return self._redirect("/elsewhere")


@pytest.fixture(params=["server", "memory"])
async def lab(request: pytest.FixtureRequest) -> AsyncIterator[Lab]:
    Room.ran = 0
    lab = serve(Room, name="room", transport=request.param, origins=["https://hub.example"])
    yield lab
    lab.stop()


def policies(answer: Any) -> list[str]:
    return [value for name, value in answer.headers if name.lower() == POLICY]


@pytest.mark.parametrize("path", ["/", "/strict", "/picture", "/failing", "/nowhere", PATH])
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
async def test_every_answer_by_the_proxy_is_sandboxed(lab: Lab, path: str, method: str) -> None:
    answer = await lab.request(method, path, headers=PROXIED)
    (sandbox,) = [each for each in policies(answer) if each.startswith("sandbox ")]
    assert "allow-scripts" in sandbox
    assert "allow-same-origin" not in sandbox
    assert "allow-top-navigation" not in sandbox
    if path == "/strict":
        assert "default-src 'none'" in policies(answer)


async def test_a_refusal_is_sandboxed_too(lab: Lab) -> None:
    """It says what came: a stranger may have written that."""
    headers = PROXIED | {"origin": "https://evil.example"}
    answer = await lab.post("/", headers=headers)
    assert (answer.status, policies(answer)[0].split()[0]) == (403, "sandbox")


@pytest.mark.parametrize(
    "how", [OPENED, FRAMED, {"accept": "text/html", "user-agent": "Mozilla/5"}]
)
@pytest.mark.parametrize("path", ["/", "/nowhere", HOLDER_PATH])
async def test_a_page_that_is_opened_is_held(lab: Lab, path: str, how: dict[str, str]) -> None:
    answer = await lab.get(path, headers=PROXIED | how)
    assert 'const PREFIX = "/user/ada/proxy/8765";' in answer.text
    assert 'const TRUSTED = ["https://hub.example"];' in answer.text
    (policy,) = policies(answer)
    assert policy == "frame-ancestors 'self' https://hub.example; frame-src 'self'"
    assert (Room.ran, list(lab.log.exchanges)) == (0, [])


async def test_what_goes_into_the_holders_frame_is_sandboxed(lab: Lab) -> None:
    answer = await lab.get("/?playground-frame&x=1", headers=PROXIED | FRAMED)
    assert policies(answer)[0].startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in policies(answer)[0]
    assert "EventSource" in answer.text
    assert Room.ran == 0


async def test_the_holder_has_what_the_app_answers_and_where_it_leads(lab: Lab) -> None:
    answer = await lab.get("/", headers=PROXIED | RELAYED)
    assert answer.text == "<h1>room</h1>"
    answer = await lab.get("/leading", headers=PROXIED | RELAYED)
    assert (answer.status, answer.header("location")) == (200, None)
    assert answer.header("x-playground-location") == "/elsewhere"
    assert answer.header("x-playground-status") == "302"
    answer = await lab.get("/leading", headers=PROXIED)
    assert (answer.status, answer.header("location")) == (302, "/elsewhere")
    codes = [entry.code for entry in lab.log if entry.kind == "response"]
    assert codes == [200, 302, 302], "the log has what the app has answered"


@pytest.mark.parametrize("how", [{}, OPENED, FRAMED, RELAYED])
async def test_what_comes_directly_is_the_apps_alone(lab: Lab, how: dict[str, str]) -> None:
    answer = await lab.get("/", headers=how)
    assert (answer.text, policies(answer)) == ("<h1>room</h1>", [])


async def test_isolation_can_be_switched_off_and_on(lab: Lab) -> None:
    again: dict[str, Any] = {"name": "room", "origins": ["https://hub.example"]}
    again["transport"] = "server" if lab.port else "memory"
    assert serve(Room, isolate=False, **again) is lab
    answer = await lab.get("/", headers=PROXIED | OPENED)
    assert (answer.text, policies(answer)) == ("<h1>room</h1>", [])
    assert serve(Room, **again) is lab
    assert policies(await lab.get("/", headers=PROXIED))


async def test_a_name_that_was_made_to_resolve_here_gets_no_holder(lab: Lab) -> None:
    answer = await lab.get("/", headers=PROXIED | OPENED | {"host": "evil.example"})
    assert (answer.status, "const PREFIX" in answer.text) == (403, False)


@pytest.mark.parametrize("nonsense", ["yes", None, 1, 0, "False"])
def test_nonsense_is_refused(nonsense: Any) -> None:
    with pytest.raises(TypeError, match="expected isolate True or False"):
        serve(Room, name="nonsense", isolate=nonsense)


def test_the_scripts_are_short_and_write_no_markup_but_the_apps_own() -> None:
    for path in (Path(entrance.__file__).parent / "static").glob("*.js"):
        text = path.read_text("utf-8")
        assert len(text.splitlines()) <= 325, path.name
        assert [line for line in text.splitlines() if len(line) > 100] == [], path.name
        assert not re.search(r"innerHTML|insertAdjacentHTML|eval\(|https?://", text), path.name


@pytest.mark.live
async def test_on_a_hub_a_proxy_that_says_nothing_of_itself_is_known_by_its_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    lab = serve(Room, name="hub-room", transport="server")
    try:
        assert policies(await lab.get("/", headers={"host": "hub.example"}))
        assert policies(await lab.get("/", headers={"host": "127.0.0.1:8000"}))
        assert not policies(await lab.get("/"))
    finally:
        lab.stop()
    assert parts_of(lab).entrance.isolation.on


@pytest.mark.live
async def test_an_editors_proxy_is_known_by_its_login() -> None:
    lab = serve(Room, name="editor-room", transport="server")
    try:
        for name in ("code-server-session", "vscode-tkn"):
            signed_in = {"host": "localhost:8080", "cookie": f"theme=dark; {name}=abc"}
            assert policies(await lab.get("/", headers=signed_in))
            opened = signed_in | {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
            assert "kept apart from" in (await lab.get("/", headers=opened)).text
            # Cookies know no ports: it goes to the lab's own address too.
            assert not policies(await lab.get("/", headers={"cookie": f"{name}=abc"}))
        assert not policies(await lab.get("/", headers={"host": "localhost:8080"}))
    finally:
        lab.stop()
