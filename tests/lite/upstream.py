"""What a lab does in a browser with a server elsewhere; run there."""

import json
from typing import Any

from playground import ClientClosed, HandshakeRefused, Upstream, serve


class Failing(Upstream):
    """Cannot deal with what is sent."""

    async def from_client(self, message: Any, client: str) -> Any:
        """Fail."""
        raise ValueError("no")


class Loud(Upstream):
    """Says what comes back loud, and twice."""

    async def from_server(self, message: Any, client: str) -> Any:
        """Say it loud, and who heard it."""
        return [message.upper(), client]


async def ended(client: Any) -> list[Any]:
    """Return how a client was closed."""
    try:
        return ["still open", await client.receive()]
    except ClientClosed as end:
        return [end.code, end.reason]


async def refused(lab: Any, address: str, offered: Any = (), **options: Any) -> str:
    """Return with what a handshake is refused that is led to an address."""
    await lab.swap(Upstream(address, **options))
    try:
        await lab.connect("/", subprotocols=offered)
    except HandshakeRefused as answer:
        return str(answer)
    return "let in"


async def main(far: str) -> str:
    """Return what was seen, as JSON.

    Args:
        far: The address of the server.
    """
    lab: Any = serve(Upstream(far))
    told: dict[str, Any] = {}
    ann = await lab.connect("/echo?a=1", client="ann", subprotocols=["old", "new"])
    told["subprotocol"] = ann.subprotocol
    heard = []
    for message in ("hällo", b"\x00\xff", "", b"", "x" * 300_000):
        await ann.send(message)
        back = await ann.receive()
        heard.append(len(back) if len(back) > 10 else str(back))
    told["heard"] = heard
    await lab.swap(Loud(far))
    await ann.send("after")
    told["after a swap"] = [await ann.receive(), await ann.receive()]
    await ann.send("bye")
    told["the far side closes"] = await ended(ann)
    await lab.swap(Upstream(far))
    bob = await lab.connect("/echo", client="bob")
    await bob.close(4002, "done")
    cat = await lab.connect("/echo", client="cat")
    await cat.close()
    dan = await lab.connect("/echo", client="dan")
    await dan.send("vanish")
    told["the far side vanishes"] = await ended(dan)
    eve = await lab.connect("/echo", client="eve")
    await lab.swap(Failing(far))
    await eve.send("fail")
    told["a hook fails"] = await ended(eve)
    told["refused by it"] = await refused(lab, f"{far}/refuse")
    told["not there"] = await refused(lab, "ws://127.0.0.1:9")
    told["silent"] = await refused(lab, f"{far}/silent", timeout=0.3)
    told["headers"] = await refused(lab, far, headers={"a": "b"})
    told["no subprotocols"] = await refused(lab, far, ["old", "old"])
    answer = await lab.get("/")
    told["request"] = f"{answer.status} {answer.text}"
    told["exceptions"] = [each.data for each in lab.log if each.kind == "exception"]
    lab.stop()
    return json.dumps(told)
