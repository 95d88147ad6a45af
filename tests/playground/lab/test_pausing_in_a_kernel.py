"""In a real kernel: a breakpoint at a line is where that line is, whatever cells run again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.playground.kernels import Kernel
from tests.playground.lab_apps import TRANSPORTS

pytestmark = pytest.mark.live

CHAT = """from micropie import App

class Chat(App):
    async def ws_chat(self, ws):
        await ws.accept()
        async for message in ws:
            await reply(ws, message)
"""
REPLY = """async def reply(ws, message):
    await ws.send_text(message.upper())
"""
PAUSES = """
await bob.send("hi")
pause = await lab.paused(timeout=30)
print(*[each.where for each in pause.frames if each.where == made.line], made.line)
pause.resume()
print(await bob.receive())
"""


@pytest.fixture(params=TRANSPORTS)
def kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run("from playground import serve")
        kernel.run(REPLY)
        kernel.run(CHAT)
        kernel.run(f"lab = serve(Chat, transport={request.param!r})")
        kernel.run("bob = await lab.connect('/chat', client='bob')")
        yield kernel


def said(kernel: Kernel) -> list[str]:
    """Return where a handler pauses, as the pause and the breakpoint say, and what bob hears."""
    return kernel.run(PAUSES).out.split()


def test_a_breakpoint_follows_a_cell_that_runs_again(kernel: Kernel) -> None:
    kernel.run("made = lab.break_at('In[3]:7')")
    assert said(kernel) == ["In[3]:7", "In[3]:7", "HI"]
    again = kernel.run(CHAT).number
    assert said(kernel) == [f"In[{again}]:7", f"In[{again}]:7", "HI"]
    lower = kernel.run(CHAT.replace("await ws.accept()", "pass\n        await ws.accept()")).number
    assert said(kernel) == [f"In[{lower}]:8", f"In[{lower}]:8", "HI"]
    # What the handler calls is no new code on stage: it is followed all the same.
    kernel.run("made.remove()\nmade = lab.break_at('In[2]:2')")
    assert said(kernel) == ["In[2]:2", "In[2]:2", "HI"]
    again = kernel.run(REPLY).number
    assert said(kernel) == [f"In[{again}]:2", f"In[{again}]:2", "HI"]
    other = kernel.run(REPLY.replace("    await", "    message += '!'\n    await")).number
    assert said(kernel) == [f"In[{other}]:3", f"In[{other}]:3", "HI!"]
    kernel.run("def reply(ws, message):\n    return ws.send_text('plain')")
    gone = f"In[{other}]:3 is in the newest code no more"
    assert kernel.run("print(made.pending)").out == f"{gone}\n"
    back = kernel.run(REPLY).number
    assert said(kernel) == [f"In[{back}]:2", f"In[{back}]:2", "HI"]
    rows = kernel.run("print(*[each.data for each in lab.log.filter('kind:lab breakpoint')])").out
    assert f"breakpoint: In[{again}]:2 is In[{other}]:3 now: await ws.send_text" in rows
    assert f"breakpoint: {gone}; it stops who still has the code before" in rows
