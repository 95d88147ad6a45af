"""A lab's log has the source of its revisions, for who takes the record elsewhere."""

from __future__ import annotations

import asyncio
import inspect

from micropie import App
from playground import Log, serve


class Greeter(App):
    """What is served."""

    async def index(self) -> str:
        return "hello"


async def served() -> tuple[Log, str]:
    """Return the log of a lab with that class, and its source as the lab says it."""
    lab = serve(Greeter, transport="memory", name="proved")
    try:
        await lab.get("/")
        return lab.log, lab.source()
    finally:
        lab.stop()


def test_the_log_has_the_source_that_the_lab_shows() -> None:
    log, source = asyncio.run(served())
    for record in (log, log[:], log.filter("kind:request"), log.story()):
        assert record.sources is not None
        (sheet,) = record.sources()
        assert (sheet.revision, sheet.name) == (1, "Greeter")
        assert "\n".join(sheet.lines) == source
        assert sheet.first == inspect.getsourcelines(Greeter)[1]
