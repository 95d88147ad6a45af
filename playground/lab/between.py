"""What may stand between a lab's clients and its app, as its user holds it."""

from __future__ import annotations

from playground.clients.awaiting import to_be_awaited
from playground.lab.network import Network
from playground.lab.parts import Parts
from playground.lab.pausing import Breakpoint, Pause
from playground.notebook import kernel


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
                while it works on such a message. Alone it may stand first too. By default once
                with each such message.

        What can stop nobody yet, such as the line of a cell that has not run, is set all the same:
        its `pending` says why, and so does a line under the cell. A line is followed into newer
        code, and a row says where it is then.

        Raises:
            FilterError: If `which` cannot be read.
            ValueError: If it can never stop anybody; it says which lines can.
        """
        made = self._parts.pausing.break_at(which, client, line)
        if made.pending:
            said = f"{made.pending[0].upper()}{made.pending[1:]}. The breakpoint waits for that."
            kernel.say(said, trouble=False)
        return made

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
