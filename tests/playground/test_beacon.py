"""The beacon, through both transports: it answers for the lab, and nobody else hears of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from micropie import App
from playground import Lab, serve
from playground.beacon import HOLDER_PATH, PATH


class Strict(App):
    """Every path is this app's, also that of the beacon."""

    async def index(self, *rest: str) -> str:
        return "the app"


@pytest.fixture(params=["server", "memory"])
async def lab(request: pytest.FixtureRequest) -> AsyncIterator[Lab]:
    lab = serve(Strict, name=f"beacon-{request.param}", transport=request.param)
    await lab.get("/")
    lab.log.clear()
    yield lab
    lab.stop()


async def test_it_tells_the_lab_and_the_revision(lab: Lab) -> None:
    answer = await lab.get(PATH)
    assert answer.json() == {"lab": lab.id, "revision": 1}
    assert answer.header("access-control-allow-origin") == "*"
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


async def test_a_foreign_host_learns_no_more_than_a_number(lab: Lab) -> None:
    answer = await lab.get(PATH, headers={"host": "evil.example", "origin": "http://evil.example"})
    assert set(answer.json()) == {"lab", "revision"}


async def test_head_has_the_length_and_no_body(lab: Lab) -> None:
    answer = await lab.request("HEAD", PATH)
    assert answer.header("content-length") == str(len(json.dumps({"lab": lab.id, "revision": 1})))
    assert answer.body == b""


async def test_the_holder_is_a_page_of_the_apps_own_origin(lab: Lab) -> None:
    answer = await lab.get(HOLDER_PATH)
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert "postMessage" in answer.text


def test_every_lab_has_another_id() -> None:
    first, second = (serve(Strict, name=f"beacon-{number}") for number in (1, 2))
    assert first.id != second.id
    first.stop()
    second.stop()
