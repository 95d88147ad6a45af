"""Exercises of the notebook on HTTP."""

from __future__ import annotations

from playground.checks import Play, exercise


@exercise("http-double", "Answer /double/21 with the JSON {'double': 42}, and 400 to /double/x.")
async def http_double(play: Play) -> None:
    """Double two numbers, and a word."""
    for number in (21, -4):
        (await play.get(f"/double/{number}")).expect({"double": 2 * number})
    (await play.get("/double/x")).expect(status=400)


@exercise("http-secret", "Answer /secret with the status 403 and the text 'Go away'.")
async def http_secret(play: Play) -> None:
    """Ask once."""
    (await play.get("/secret")).expect("Go away", status=403)
