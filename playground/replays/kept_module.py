"""A kept conversation as a pytest module: the app's source, unless it is found elsewhere."""

from __future__ import annotations

from typing import Any

from playground.exports import pytest_module
from playground.exports.changing import Ignored
from playground.exports.forgiving import Forgiving
from playground.exports.replay_names import is_free
from playground.replays.masks import Masks
from playground.replays.saving import Sources
from playground.traffic.record import Record


def module_of(record: Record, served: Any, masks: Masks, app: str) -> str:
    """Return a pytest module that has a record's conversation again.

    Args:
        record: What is expected.
        served: The app's class.
        masks: What changes by itself, and what is ignored.
        app: Where the app is found, as ``module:name``; "" to write its source.

    Raises:
        ValueError: If the source cannot be had, or `app` is not written so.
    """
    forgiving = Forgiving(record)
    forgiving.ignored = Ignored(
        (*masks.ignored.paths, *masks.paths()), (*masks.ignored.texts, *masks.patterns())
    )
    # A replay has a clock of its own; what is forgiven is what was recorded.
    forgiving.span = masks.span
    if app:
        return pytest_module.dumps(record, app, forgiving)
    if not isinstance(served, type):
        raise ValueError(
            f"expected a class whose source can be written, got {served!r}; put the app into a "
            "file, and say where: app='chat:Chat'"
        )
    found = Sources()
    name = found.add(served)
    if not is_free(name):
        raise ValueError(f"expected an app with a name of its own, got {name!r}; call it otherwise")
    written = "\n\n\n".join(part for part in (found.statements(), *found.texts) if part)
    return pytest_module.module(record, name, f"{written}\n", forgiving)
