"""The identity, through both transports: it answers for the lab, and nobody else hears of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from micropie import App
from playground import HandshakeRefused, Lab, serve
from playground.entrance.identity import HOLDER_PATH, PATH
from playground.lab import parts_of

NOTEBOOK = "http://localhost:8888"
EVIL = "http://evil.example"


class Strict(App):
    """Every path is this app's, also that of the identity."""

    async def index(self, *rest: str) -> str:
        return "the app"


@pytest.fixture(params=["server", "memory"])
async def lab(request: pytest.FixtureRequest) -> AsyncIterator[Lab]:
    lab = serve(Strict, name=f"identity-{request.param}", transport=request.param)
    await lab.get("/")
    lab.log.clear()
    yield lab
    lab.stop()


async def test_it_tells_the_lab_and_the_revision(lab: Lab) -> None:
    answer = await lab.get(PATH)
    assert answer.json() == {"lab": parts_of(lab).entrance.identity.id, "revision": 1}
    assert answer.header("access-control-allow-origin") is None
    assert answer.header("cache-control") == "no-store"
    second = lab.swap(Strict)
    if not isinstance(second, int):
        await second
    assert (await lab.get(PATH)).json()["revision"] == 2


async def test_the_app_and_the_log_do_not_see_it(lab: Lab) -> None:
    for path in (PATH, f"{PATH}?x=1", HOLDER_PATH):
        assert (await lab.get(path)).text != "the app"
    assert len(lab.log) == 0


async def test_other_paths_and_methods_are_the_apps(lab: Lab) -> None:
    for method, path in (("GET", f"{PATH}/"), ("GET", f"{PATH}s"), ("POST", PATH)):
        await lab.request(method, path)
    assert [(each.method, each.path) for each in lab.log.exchanges[-3:]] == [
        ("GET", f"{PATH}/"),
        ("GET", f"{PATH}s"),
        ("POST", PATH),
    ]


async def test_the_notebooks_page_may_read_it(lab: Lab) -> None:
    parts_of(lab).entrance.origins.trust(NOTEBOOK)
    answer = await lab.get(PATH, headers={"origin": NOTEBOOK, "sec-fetch-site": "cross-site"})
    assert answer.header("access-control-allow-origin") == NOTEBOOK
    assert set(answer.json()) == {"lab", "revision"}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": EVIL},
        {"origin": EVIL, "sec-fetch-site": "cross-site"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        {"host": "evil.example"},
    ],
)
async def test_no_other_page_learns_that_a_lab_is_here(lab: Lab, headers: dict[str, str]) -> None:
    answer = await lab.get(PATH, headers=headers)
    assert parts_of(lab).entrance.identity.id not in answer.text
    assert answer.header("access-control-allow-origin") is None
    with pytest.raises(HandshakeRefused):
        await lab.connect(PATH, headers=headers | {"origin": EVIL})


async def test_the_holder_speaks_to_those_that_are_let_in_alone(lab: Lab) -> None:
    answer = await lab.get(HOLDER_PATH)
    assert answer.header("content-security-policy") == "frame-ancestors 'none'"
    assert "const TRUSTED = [];" in answer.text
    parts_of(lab).entrance.origins.trust(NOTEBOOK, ["https://around.example"])
    parts_of(lab).entrance.origins.trust("vscode-webview://0abc")
    answer = await lab.get(HOLDER_PATH, headers={"sec-fetch-site": "cross-site"})
    around = "http://localhost:8888 https://around.example vscode-webview:"
    assert answer.header("content-security-policy") == f"frame-ancestors {around}"
    assert 'const TRUSTED = ["http://localhost:8888", "vscode-webview://0abc"];' in answer.text


async def test_the_holder_is_behind_the_check_of_the_host(lab: Lab) -> None:
    answer = await lab.get(HOLDER_PATH, headers={"host": "evil.example"})
    assert (answer.status, "postMessage" in answer.text) == (403, False)


async def test_head_has_the_length_and_no_body(lab: Lab) -> None:
    answer = await lab.request("HEAD", PATH)
    told = {"lab": parts_of(lab).entrance.identity.id, "revision": 1}
    assert answer.header("content-length") == str(len(json.dumps(told)))
    assert answer.body == b""


async def test_the_holder_is_a_page_of_the_apps_own_origin(lab: Lab) -> None:
    answer = await lab.get(HOLDER_PATH)
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert "postMessage" in answer.text


@pytest.mark.live
def test_every_lab_has_another_id() -> None:
    first, second = (serve(Strict, name=f"identity-{number}") for number in (1, 2))
    assert parts_of(first).entrance.identity.id != parts_of(second).entrance.identity.id
    first.stop()
    second.stop()
