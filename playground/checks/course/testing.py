"""Exercises of the notebook on testing."""

from __future__ import annotations

from playground.checks import Play, exercise


@exercise("test-goodbye", "Tell everybody else at /chat who has left: 'bob has left'.")
async def test_goodbye(play: Play) -> None:
    """Let one of three leave, and then another."""
    ada, bob, carol = [
        await play.connect(f"/chat?name={name}", name=name) for name in ("ada", "bob", "carol")
    ]
    await bob.close()
    await ada.expect("bob has left")
    await carol.expect("bob has left")
    await carol.close(4000)
    await ada.expect("carol has left")
    again = await play.connect("/chat?name=bob", name="bob")
    await ada.send("hello")
    await again.expect("ada: hello")


@exercise("test-empty", "Pass on no empty message at /chat, and all others.")
async def test_empty(play: Play) -> None:
    """Say nothing twice, and then something: that has to come first."""
    ada, bob = [await play.connect(f"/chat?name={name}", name=name) for name in ("ada", "bob")]
    for text in ("", "", "?"):
        await ada.send(text)
    await bob.expect("ada: ?")
    await bob.send("hello")
    await ada.expect("bob: hello")


@exercise("test-double", "Answer a whole number at /chat with its double; tell all else.")
async def test_double(play: Play) -> None:
    """Say numbers, and what only looks like one: the socket stays open whatever comes."""
    ada, bob = [await play.connect(f"/chat?name={name}", name=name) for name in ("ada", "bob")]
    for number in (21, -4, 0):
        await ada.send(str(number))
        await ada.expect(str(2 * number))
    for odd in ("ten", "1.5", "\N{SUPERSCRIPT TWO}", "8 "):
        await ada.send(odd)
        await (ada.expect("16") if odd.strip() == "8" else bob.expect(f"ada: {odd}"))
