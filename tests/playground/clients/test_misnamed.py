"""Who asks for a name that there is not is told what to write."""

from __future__ import annotations

import pytest

from playground.clients.misnamed import CLIENT, LAB, RESPONSE, STREAM
from tests.playground.lab_apps import Echo, on_both, serving

pytestmark = pytest.mark.live


@on_both
async def test_names_of_others_and_typing_errors(transport: str) -> None:
    lab = await serving(Echo, transport)
    alice, answer = await lab.connect("/echo"), await lab.get("/")
    async with lab.stream("/") as stream:
        for thing, name, said in (
            (lab, "conect", "lab has no 'conect'; did you mean lab.connect?"),
            (lab, "shutdown", "lab has no 'shutdown'; write lab.stop()"),
            (alice, "recieve", "client has no 'recieve'; did you mean client.receive?"),
            (alice, "send_json", "; write client.send(…), which sends"),
            (answer, "status_code", "answer has no 'status_code'; write answer.status"),
            (answer, "tex", "answer has no 'tex'; did you mean answer.text?"),
            (stream, "text", "answer has no 'text'; write async for chunk in answer"),
            (stream, "nothing_like_it", "answer has no 'nothing_like_it'"),
        ):
            with pytest.raises(AttributeError) as raised:
                getattr(thing, name)
            assert said in str(raised.value)
        for looped, instead in ((alice, "message in client"), (stream, "chunk in answer")):
            with pytest.raises(TypeError, match=f"got for; write async for {instead}"):
                list(looped)  # type: ignore[arg-type]


async def test_nothing_that_is_there_is_said_to_be_missing() -> None:
    lab = await serving(Echo, "server")
    alice, answer = await lab.connect("/echo"), await lab.get("/")
    async with lab.stream("/") as stream:
        for thing, names in ((lab, LAB), (alice, CLIENT), (answer, RESPONSE), (stream, STREAM)):
            assert not set(names) & set(dir(thing))
            assert not hasattr(thing, "_repr_latex_")
