"""What tries to break a lab's app, as its user holds it."""

from __future__ import annotations

from playground.clients.awaiting import to_be_awaited
from playground.fuzzing import Findings
from playground.lab.in_short import in_short
from playground.lab.parts import Parts


@to_be_awaited("lab")
class Fuzzed:
    """Conversations that nobody would have on purpose."""

    _parts: Parts

    @in_short
    async def fuzz(
        self,
        route: str = "",
        *,
        seconds: float = 3.0,
        seed: int | None = None,
        orders: bool = False,
    ) -> Findings:
        """Have conversations that nobody would have on purpose; return what goes wrong in them.

        They are made from the routes' parameters and from the messages that the log has seen: keys
        dropped, other types, huge, empty, no JSON; clients leave in the middle, or vanish. Each is
        had with an instance of its own, beside the cells: neither the stage nor the log notices.
        Time is virtual there. What goes wrong is made small; the worst comes first.

        Args:
            route: A path, such as ``"/chat"``; all routes if "".
            seconds: Real seconds to take.
            seed: The same seed makes the same conversations; another one each time by default.
            orders: Whether to have them in other orders too, as `explore` does.

        Returns:
            What is wrong, each once: with `why`, `severity`, `conversation`, `ladder`, `save`.

        Raises:
            ImportError: hypothesis is not installed.
            ValueError: There is no such route, or the app cannot be made anew.
        """
        return await self._parts.fuzzing.fuzz(route, seconds, seed, orders)
