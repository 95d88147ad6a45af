"""Examining a lab: every part in turn, and what is found of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from playground.doctor import notebook, serving, versions
from playground.doctor.addresses import addresses
from playground.doctor.report import Finding, Report
from playground.entrance.addresses import Address
from playground.traffic.log import Log
from playground.transports import ASGIApp, Transport

_also: Final[list[Callable[[], Finding | None]]] = []


def also_look(look: Callable[[], Finding | None]) -> None:
    """Have the doctor look at one thing more, which another room knows; it must not wait."""
    _also.append(look)


@dataclass(frozen=True)
class Patient:
    """What the doctor needs to know of a lab.

    Attributes:
        name: What it is called.
        id: The id that it answers with.
        app: What its transport serves.
        transport: How clients reach it.
        address: The address for a browser.
        log: Its traffic.
        served: What was given to `serve`.
        followed: By which name of the notebook it is followed; "" if by none.
        watching: Whether redefinitions are looked for.
        frames: Whether frames are wanted in the log.
    """

    name: str
    id: str
    app: ASGIApp
    transport: Transport
    address: Address
    log: Log
    served: Any
    followed: str
    watching: bool
    frames: bool


def examine(patient: Patient) -> Report:
    """Try every part of a lab; at most five seconds, and never where a loop would wait for itself.

    Raises:
        RuntimeError: If it is called from inside a handler.
    """
    transport = patient.transport
    running = transport.running
    findings = [serving.server(transport)]
    if running:
        findings += serving.life(transport)
        answers = all(finding.state != "wrong" for finding in findings)
        findings += addresses(patient.id, patient.app, transport.port, patient.address, answers)
    findings += [
        notebook.frontend(),
        notebook.output(running),
        notebook.redefinition(patient.served, patient.followed, running, patient.watching),
        notebook.nested_runs(),
        serving.recorder(patient.log),
        serving.frames(transport, patient.frames),
        versions.versions(transport.name),
        *versions.same_name(),
    ]
    findings += [found for look in _also if (found := look()) is not None]
    return Report(patient.name, findings)
