"""A browser gives an app's answers to pages that are let in, and to no others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from micropie import App
from playground import Lab, serve
from playground.lab import parts_of

FRIEND = "https://app.example"
ALLOWED = "access-control-allow-origin"


class Site(App):
    ran = 0

    async def index(self) -> str:
        type(self).ran += 1
        return "home"

    async def failing(self) -> str:
        raise ValueError("no")

    async def public(self) -> Any:
        return 200, "for all", [("Access-Control-Allow-Origin", "*")]


@pytest.fixture(params=["server", "memory"])
async def lab(request: pytest.FixtureRequest) -> AsyncIterator[Lab]:
    Site.ran = 0
    lab = serve(Site, name="sharing", transport=request.param, origins=[FRIEND])
    yield lab
    lab.stop()


@pytest.mark.parametrize("path", ["/", "/failing", "/nowhere"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_who_is_let_in_may_read_every_answer(lab: Lab, method: str, path: str) -> None:
    answer = await lab.request(method, path, headers={"origin": FRIEND})
    assert answer.header(ALLOWED) == FRIEND
    assert answer.header("access-control-allow-credentials") == "true"
    assert answer.header("vary") == "Origin"


async def test_nobody_else_is_told_anything(lab: Lab) -> None:
    for headers in ({}, {"origin": "http://evil.example"}, {"origin": "null"}):
        for method in ("GET", "POST"):
            answer = await lab.request(method, "/", headers=headers)
            assert answer.header(ALLOWED) is None


async def test_what_the_app_says_itself_stands(lab: Lab) -> None:
    answer = await lab.get("/public", headers={"origin": FRIEND})
    assert [value for name, value in answer.headers if name.lower() == ALLOWED] == ["*"]


async def test_a_preflight_runs_nothing_and_is_a_row(lab: Lab) -> None:
    asked = {"access-control-request-method": "DELETE", "access-control-request-headers": "x-a"}
    answer = await lab.request("OPTIONS", "/", headers={"origin": FRIEND, **asked})
    assert (answer.status, answer.header("access-control-allow-methods")) == (204, "DELETE")
    answer = await lab.request("OPTIONS", "/", headers={"origin": "http://evil.example", **asked})
    assert (answer.status, answer.header(ALLOWED)) == (403, None)
    assert Site.ran == 0
    assert [entry.code for entry in lab.log if entry.kind == "response"] == [204, 403]
    assert (await lab.request("OPTIONS", "/")).status == 200
    assert Site.ran == 1, "what is no preflight is the app's"


async def test_the_line_that_answers_is_still_found(lab: Lab) -> None:
    await lab.get("/", headers={"origin": FRIEND})
    before = [entry.where for entry in lab.log if entry.kind == "response"]
    await lab.get("/")
    after = [entry.where for entry in lab.log if entry.kind == "response"]
    assert after == before * 2
    assert parts_of(lab).entrance.origins.named == (FRIEND,)
