"""How a lab is: what the doctor finds."""

from __future__ import annotations

from playground.doctor import Patient, Report, examine
from playground.lab.addresses import Addresses


class Health(Addresses):
    """A lab that can be examined."""

    def doctor(self) -> Report:
        """Try everything the lab stands on, and say what to do where something is not right.

        Server, port, loop, addresses, output, redefinition, recorder, frames, versions. It takes at
        most five seconds, runs none of the app's code and records nothing.

        Raises:
            RuntimeError: If it is called from inside a handler.
        """
        patient = Patient(
            self.name,
            self.id,
            self._beacon,
            self._transport,
            self.address,
            self.log,
            self._programme.served,
            self._redefinition.watching,
            self.frames,
        )
        return examine(patient)
