"""What may stand between a lab's clients and its app, as its user holds it."""

from __future__ import annotations

from playground.clients.awaiting import to_be_awaited
from playground.lab.network import Network
from playground.lab.parts import Parts
from playground.lab.pausing import Breakpoint, Pause


@to_be_awaited("lab")
class Between:
    """Breakpoints at messages, and the network."""

    _parts: Parts

    def break_at(
        self, which: str = "", *, client: str | None = None, line: str | None = None
    ) -> Breakpoint:
        """Have a handler pause that works on a message, at its next ``receive`` or ``send``.

        It pauses before what it sends goes out; all other handlers go on. Resume, step, drop and
        replace are the pause's own; see `paused`.

        Args:
            which: Which messages of clients, in the words of the filter, such as
                ``"client:bob kind:text /order/"``; all if "".
            client: Only those of this client.
            line: A line of the app's, as rows have it, such as ``"In[5]:12"``: pause each time
                that a handler receives or sends there, or in what that line calls; with `which`,
                while it works on such a message. By default once with each such message.

        Raises:
            FilterError: If `which` cannot be read.
            ValueError: If `line` is no line.
        """
        return self._parts.pausing.break_at(which, client, line)

    @property
    def breakpoints(self) -> list[Breakpoint]:
        """The breakpoints that are set, in their order."""
        return list(self._parts.pausing.breakpoints)

    async def paused(self, timeout: float = 5.0) -> Pause:
        """Wait for the next handler that pauses, and return the pause; each is returned once.

        One that began before is returned too, if it lasts.

        Args:
            timeout: Seconds to wait.

        Raises:
            TimeoutError: If none did; it says why, as far as that is known.
        """
        return await self._parts.pausing.paused(timeout)

    @property
    def pauses(self) -> list[Pause]:
        """The handlers that are paused now."""
        return self._parts.pausing.pauses()

    @property
    def network(self) -> Network:
        """What lies between clients and app: delay, hold, cut or part it, for each client."""
        return self._parts.network
