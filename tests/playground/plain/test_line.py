"""A page that does not read is let go, and keeps nobody waiting."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from playground.plain import line as lines
from playground.plain.line import Line


async def test_a_page_that_does_not_read_is_let_go(monkeypatch: Any) -> None:
    monkeypatch.setattr(lines, "MOST_WAITING", 1000)
    line = Line()

    async def send(event: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    sending = asyncio.ensure_future(line.run(send))

    def tell() -> None:
        for _ in range(30):
            line.put("x" * 100)

    teller = threading.Thread(target=tell)
    teller.start()
    await line.let_go()
    teller.join()
    await asyncio.sleep(0)
    sending.cancel()
    assert line.over
    assert not line._waiting


async def test_what_is_told_comes_in_its_order() -> None:
    line, sent = Line(), []

    async def send(event: dict[str, Any]) -> None:
        sent.append(event.get("text") or event["bytes"])

    sending = asyncio.ensure_future(line.run(send))
    for told in ("a", b"b", "c"):
        line.put(told)
    while len(sent) < 3:
        await asyncio.sleep(0)
    sending.cancel()
    assert sent == ["a", b"b", "c"]


def test_a_line_whose_loop_has_ended_hears_nothing() -> None:
    async def made() -> Line:
        return Line()

    asyncio.run(made()).put("x")
