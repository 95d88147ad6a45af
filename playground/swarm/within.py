"""A crowd within this process: what an app costs without a network."""

from __future__ import annotations

from playground.swarm.plan import Plan
from playground.swarm.running import Running
from playground.swarm.swarming import Script, Swarm
from playground.transports import Transport


class Within(Running):
    """A crowd on the event loop of the app.

    Args:
        plan: What it does.
        transport: How it reaches the app.
        script: What each client does; None for a message now and then.
    """

    def __init__(self, plan: Plan, transport: Transport, script: Script | None = None) -> None:
        super().__init__(plan, scripted=script is not None)
        self._transport = transport
        self._swarm = Swarm(transport, plan, script)
        self.tally = self._swarm.tally
        transport.spawn(self._run())

    def resize(self, clients: int) -> None:
        """Have more clients come, or the newest leave."""
        self.wanted = clients
        self._swarm.resize(clients)

    def stop(self, why: str) -> None:
        """Have all of them leave now; say why."""
        if not self.over:
            self.why = self.why or why
            self.end()

    def end(self) -> None:
        """Have all of them leave now."""
        if not self.over and self._transport.running:
            self._transport.spawn(self._stop())

    async def _run(self) -> None:
        try:
            await self._swarm.run()
            self.whole = True
        finally:
            self.finish()

    async def _stop(self) -> None:
        self._swarm.stop()
