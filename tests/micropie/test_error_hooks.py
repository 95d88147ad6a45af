"""An exception of a handler is shown to the hooks, and logged unless one has taken it on."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from micropie import App
from micropie.testing import Client


class Failing(App):
    async def index(self) -> str:
        raise KeyError("room")


@pytest.mark.parametrize(("answer", "records"), [(True, 0), (None, 1), (False, 1)])
async def test_a_hook_that_returns_true_keeps_an_exception_out_of_the_log(
    answer: object, records: int, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Any] = []

    def hook(error: BaseException, request: object) -> object:
        seen.append((type(error), getattr(request, "method", None)))
        return answer

    app = Failing()
    app.error_hooks.append(hook)
    with caplog.at_level(logging.ERROR, "micropie"):
        async with Client(app) as client:
            assert (await client.get("/")).status == 500
    assert seen == [(KeyError, "GET")]
    assert len(caplog.records) == records


async def test_a_hook_that_raises_hides_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def hook(error: BaseException, request: object) -> object:
        raise ValueError("the hook itself")

    app = Failing()
    app.error_hooks.append(hook)
    async with Client(app) as client:
        assert (await client.get("/")).status == 500
    assert [record.exc_info and record.exc_info[0] for record in caplog.records] == [
        ValueError,
        KeyError,
    ]
