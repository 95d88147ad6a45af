"""A conversation that was found, had again without hypothesis: what a saved test does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from micropie.testing.one_order import Watch
from playground.fuzzing.acts import conversation_of
from playground.fuzzing.findings import Finding, Findings
from playground.fuzzing.hunt import Bounds, Hunt
from playground.fuzzing.trial import PATIENCE, Trial
from playground.fuzzing.usual import Usual


def in_conversation(
    app: type,
    conversation: Sequence[Sequence[Any]],
    *,
    usual: Sequence[Sequence[Any]] = (),
    order: Sequence[str] | None = None,
) -> Findings:
    """Have a conversation with a fresh app; a test that `Finding.save` has written does it.

    Args:
        app: The app's class.
        conversation: What each client does, such as ``("ada", "connects", "/chat?name={who}")``,
            ``("ada", "sends", "hi")``, ``("ada", "leaves")``, ``("ada", "vanishes")`` or
            ``("ada", "asks", "/people")``; with ``"at once"`` at the end the next act waits for
            nothing.
        usual: What it is compared with, a route each: its kind, its addresses, and the messages.
        order: What happens wherever several things could, by name; as it comes by default.

    Returns:
        What is wrong; it is empty if nothing is.

    Raises:
        ValueError: Something is no act.
    """
    acts = conversation_of(conversation)
    routes = [Usual.of(each) for each in usual]
    with Watch(PATIENCE) as watch:
        trial = Trial(app, lambda file: None, watch)
        hunt = Hunt(trial, routes, Bounds(0.0, 0, 0, False))
        hunt.look_at(acts, order)
    found = [Finding(each, routes, app) for each in hunt.caught]
    covered = hunt.refused and f"It was not tried: {hunt.refused}."
    return Findings(found, covered or "This one conversation was had.", 0, list(hunt.said))
