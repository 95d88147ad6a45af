"""Start-up and shutdown surround the block, and say why they failed."""

from __future__ import annotations

import pytest

from micropie.testing import Client, LifespanFailed
from micropie.types import Receive, Scope, Send
from tests.micropie.testing_apps import echo


class Life:
    """An app with a lifespan that answers as it is told."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.log: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            self.log.append(f"state {scope['state']}")
            return await echo(scope, receive, send)
        scope["state"]["key"] = "value"
        for phase in ("startup", "shutdown"):
            event = await receive()
            self.log.append(event["type"])
            answer = self.answers.get(phase, "complete")
            await send({"type": f"lifespan.{phase}.{answer}", "message": f"{phase} is broken"})
            if answer == "failed":
                raise LookupError(phase)


async def test_lifespan_surrounds_the_block_and_shares_its_state() -> None:
    app = Life()
    async with Client(app) as client:
        await client.get("/")
        with pytest.raises(RuntimeError, match="call stop"):
            await client.start()
    assert app.log == ["lifespan.startup", "state {'key': 'value'}", "lifespan.shutdown"]


async def test_a_client_can_start_again() -> None:
    app = Life()
    client = Client(app)
    for _ in range(2):
        await client.start()
        await client.stop()
        await client.stop()
    assert app.log == ["lifespan.startup", "lifespan.shutdown"] * 2


async def test_a_failed_start_up_says_why() -> None:
    client = Client(Life(startup="failed"))
    with pytest.raises(LifespanFailed, match="start-up failed: startup is broken") as failed:
        await client.start()
    assert isinstance(failed.value.__cause__, LookupError)


async def test_a_failed_shutdown_says_why() -> None:
    client = Client(Life(shutdown="failed"))
    await client.start()
    with pytest.raises(LifespanFailed, match="shutdown failed: shutdown is broken") as failed:
        await client.stop()
    assert isinstance(failed.value.__cause__, LookupError)


async def test_the_cause_is_what_the_hook_heard() -> None:
    wrong = ValueError("the database is gone")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["micropie.error_hook"](wrong, None)
        await send({"type": "lifespan.startup.failed"})

    with pytest.raises(LifespanFailed, match="it gave no reason") as failed:
        await Client(app).start()
    assert failed.value.__cause__ is wrong


@pytest.mark.parametrize("answer", ["lifespan.shutdown.complete", "lifespan.startup", "nonsense"])
async def test_a_wrong_answer_to_start_up_raises_in_the_app(answer: str) -> None:
    caught: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        with pytest.raises(RuntimeError, match=f"got '{answer}'") as error:
            await send({"type": answer})
        caught.append(str(error.value))

    async with Client(app) as client:
        assert client.errors == []
    assert caught == [
        "expected ASGI event 'lifespan.startup.complete' or 'lifespan.startup.failed', "
        f"got '{answer}'"
    ]


async def test_an_error_between_start_up_and_shutdown_is_kept() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        raise LookupError("in between")

    client = Client(app)
    async with client:
        pass
    assert [str(error) for error in client.errors] == ["in between"]


async def test_the_error_of_the_block_is_not_hidden_by_the_shutdown() -> None:
    with pytest.raises(LookupError, match="in the block"):
        async with Client(Life(shutdown="failed")):
            raise LookupError("in the block")
