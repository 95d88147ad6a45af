"""Exercises of the notebook on arguments."""

from __future__ import annotations

from playground.checks import Play, exercise


@exercise(
    "args-repeat", "Let /repeat/ho?times=3 send 'ho' three times and close; twice by default."
)
async def args_repeat(play: Play) -> None:
    """Repeat a word, with and without a number, and with a number that is none."""
    for path, word, times in (("/repeat/ho?times=3", "ho", 3), ("/repeat/hey", "hey", 2)):
        client = await play.connect(path)
        for _ in range(times):
            await client.expect(word)
        await client.expect_closed(1000)
    await play.expect_refused("/repeat/ho?times=many")


@exercise("args-whoami", "Let /whoami send the name in the session, and refuse who has none.")
async def args_whoami(play: Play) -> None:
    """Come as a stranger, as a stranger who claims to be somebody, and logged in."""
    await play.expect_refused("/whoami", name="a stranger")
    await play.expect_refused("/whoami?name=Root", name="a stranger")
    for name in ("Ada", "Grace"):
        (await play.post("/login", form={"name": name}, name=name)).expect()
        client = await play.connect("/whoami", name=name)
        await client.expect(name)
