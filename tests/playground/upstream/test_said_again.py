"""What a server elsewhere has said is what an app of one's own has to say, and papers are of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from micropie import App
from playground import serve
from tests.playground.upstream.far import far_side, led_to

pytestmark = pytest.mark.live


async def bills(ws: Any) -> None:
    """Count on, for each client from the start."""
    total = 0
    async for price in ws:
        total += int(price)
        await ws.send(json.dumps({"type": "bill", "total": total}))


class Bills(App):
    """Says the same."""

    async def ws_till(self, ws: Any) -> None:
        await ws.accept()
        total = 0
        async for price in ws:
            total += int(price)
            await ws.send_text(json.dumps({"type": "bill", "total": total}))


class Forgets(App):
    """Does not count on."""

    async def ws_till(self, ws: Any) -> None:
        await ws.accept()
        async for price in ws:
            await ws.send_text(json.dumps({"type": "bill", "total": int(price)}))


async def test_an_app_that_says_the_same_differs_in_nothing_and_papers_have_one_side() -> None:
    async with far_side(bills) as url:
        lab = led_to(url)
        alice = await lab.connect("/till", client="alice")
        for price in ("2", "4"):
            await alice.send(price)
            await alice.receive()
        talk = lab.log[:]
        [channel] = lab.describe().asyncapi["channels"].values()
        kept = lab.keep("talk")
        with pytest.raises(ValueError, match="Have an app of yours say the same"):
            await lab.replay(talk)
    assert {"fromServer_bill", "fromClient_text"} == set(channel["messages"])
    assert "Upstream leads to a server elsewhere" in repr(kept)
    assert repr(kept).startswith("talk: 1 conversation.")
    for app, changed in ((Bills, 0), (Forgets, 1)):
        difference = await serve(app, name="mine", transport="memory").replay(talk)
        found = difference.same, difference.changed, difference.missing, difference.new
        assert found == (3 - changed, changed, 0, 0)


async def test_what_needs_an_app_that_is_made_anew_says_that_an_upstream_is_none() -> None:
    async with far_side() as url:
        lab = led_to(url)
        with pytest.raises(
            ValueError, match="leads to a server elsewhere, which cannot be made anew"
        ):
            await lab.fuzz()
