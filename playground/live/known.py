"""Which definitions of the served class have been dealt with, so that nothing is done twice."""

from __future__ import annotations

from typing import Any

from playground.live.following import Followed
from playground.live.rebuilding import definitions, outdated
from playground.notebook import kernel


class Known:
    """Remembers which definitions were served, or were tried in vain.

    So nothing is tried twice: what failed is tried again when it has been defined again.
    """

    def __init__(self) -> None:
        self._seen: tuple[Any, ...] = ()

    def note(self, served: Any, followed: Followed) -> None:
        """Take what the followed name stands for now as dealt with, whatever is on stage."""
        self._seen = ()
        found = followed.standing(served)
        # What is served over an outdated base is still to be looked at.
        if found is not None and not (found is served and _is_outdated(found)):
            self._seen = _definitions(found)

    def forget(self) -> None:
        """Take nothing as dealt with."""
        self._seen = ()

    def is_new(self, found: Any) -> bool:
        """Return whether a class or app has not been dealt with yet; from then on it has."""
        standing = _definitions(found)
        before, self._seen = self._seen, standing
        # By identity: an app may say of itself that it equals another.
        return len(standing) != len(before) or any(
            a is not b for a, b in zip(standing, before, strict=True)
        )


def _definitions(found: Any) -> tuple[Any, ...]:
    return definitions(found, kernel.named) if isinstance(found, type) else (found,)


def _is_outdated(found: Any) -> bool:
    return isinstance(found, type) and bool(outdated(found, kernel.named))
