"""No message is lost, answered twice or out of order while the code is swapped.

The crowd, its habits and the model are those of ``benchmarks.handover``, which runs them at full
size.
"""

from __future__ import annotations

import pytest

from benchmarks.handover import flood
from benchmarks.handover_crowd import Talk, converse

SIZES = {"memory": (1500, 15), "server": (600, 8)}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("transport", SIZES)
async def test_a_handover_loses_nothing_and_answers_nothing_twice(
    transport: str, seed: int
) -> None:
    messages, swaps = SIZES[transport]
    figures = await converse(transport, "handover", messages, swaps, clients=10, seed=seed)
    assert figures.wrong == []
    assert figures.heard == figures.said == messages
    assert sum(len(waits) for waits in figures.waits.values()) > swaps


@pytest.mark.parametrize("transport", SIZES)
async def test_keep_loses_nothing_and_never_moves_a_socket(transport: str) -> None:
    messages, swaps = SIZES[transport]
    figures = await converse(transport, "keep", messages, swaps, clients=10, seed=3)
    assert figures.wrong == []
    assert figures.heard == figures.said == messages


@pytest.mark.parametrize("transport", SIZES)
async def test_close_answers_what_a_handler_took_and_nothing_twice(transport: str) -> None:
    messages, swaps = SIZES[transport]
    figures = await converse(transport, "close", messages // 3, swaps // 3, clients=10, seed=4)
    assert figures.wrong == []
    assert 0 < figures.heard <= figures.said


@pytest.mark.parametrize("transport", SIZES)
async def test_a_handler_that_reads_none_holds_its_client_up_through_swaps(transport: str) -> None:
    first, last = await flood(transport, swaps=10)
    assert 0 < first < 64 * 1024
    assert last <= first + 1024


@pytest.mark.parametrize(
    ("on_swap", "heard", "objection"),
    [
        ("handover", ["1:0", "1:2"], "expected an answer to 1"),
        ("handover", ["1:0", "1:0"], "expected an answer to 1"),
        ("close", ["1:1", "1:0"], "expected an answer to 2"),
        ("handover", ["2:0", "1:1"], "revision 1 after 2"),
        ("keep", ["1:0", "2:1"], "revision 2 after 1"),
    ],
)
def test_the_model_objects(on_swap: str, heard: list[str], objection: str) -> None:
    talk = Talk(None, "plain", on_swap)  # type: ignore[arg-type]
    for text in heard:
        talk.hear(text, [0.0, 0.0])
    assert objection in talk.wrong[0]
