"""How a lab is, in one line; and what the doctor is told of it before it tries anything."""

from __future__ import annotations

from playground.doctor import Patient
from playground.lab.parts import Parts
from playground.transports import count


def in_short(parts: Parts) -> str:
    """Return how a lab is, as its `repr`."""
    if not parts.transport.running:
        return f"<Lab {parts.name}: stopped; lab.restart() starts it again>"
    where = parts.addresses.local or "in memory (no network)"
    sockets = count(parts.stage.sockets, "socket")
    return f"<Lab {parts.name}: revision {parts.staging.revision} at {where}, {sockets} open>"


def patient(parts: Parts) -> Patient:
    """Return what there is to know of a lab without trying it."""
    return Patient(
        parts.name,
        parts.entrance.identity.id,
        parts.entrance.identity,
        parts.transport,
        parts.addresses.browser,
        parts.log,
        parts.staging.served,
        parts.staging.followed.name,
        parts.redefinition.watching,
        parts.frames.wanted,
    )
