"""Who holds a process that stands still is read from what Python says of it, twice in a row."""

from __future__ import annotations

import threading

from playground.swarm.standing import Standing

TEXT = "async def script(client, number):\n    spin()\n__places__ = [(1, 'In[5]', 11)]\n"
OTHERS = f'  File "{threading.__file__}", line 982 in run\n'


def said(*frames: str) -> list[str]:
    """Return what is said of two threads, of which the loop's comes last."""
    return [
        "What it printed: Timeout (0:00:01.500000)!\n",
        "Thread 0x00007ff95a5b06c0 (most recent call first):\n",
        '  File "<script>", line 1 in a_thread_of_the_script\n',
        "\n",
        "Thread 0x00007ff95b3f6b80 (most recent call first):\n",
        *frames,
        OTHERS,
    ]


SPINS = said(OTHERS, '  File "<script>", line 2 in script\n')


def heard(standing: Standing, *lines: str) -> str:
    assert all(map(standing.heard, lines))
    return standing.stuck


def test_a_line_that_it_stands_at_twice_is_stuck() -> None:
    standing = Standing(TEXT)
    assert heard(standing, *SPINS, *SPINS) == ""
    assert heard(standing, SPINS[0]) == "In[5] line 12"


def test_who_has_had_a_turn_in_between_is_not() -> None:
    standing = Standing(TEXT)
    heard(standing, *SPINS)
    standing.turned()
    assert not standing.heard("what it prints\n")
    assert heard(standing, *SPINS, SPINS[0]) == ""


def test_a_machine_that_is_slow_is_nobodys_fault() -> None:
    standing = Standing(TEXT)
    assert heard(standing, *said(OTHERS), *SPINS, *said(OTHERS), *SPINS, SPINS[0]) == ""
