"""The parts of a lab, by name; `wiring.py` makes them.

Law of the room: a part is made of the parts that it needs (`wiring.py` says which); what it asks of
one that is made of it, it is given as a function.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from playground.clients.pool import ClientPool
from playground.entrance.chain import Entrance
from playground.lab.addresses import Addresses
from playground.lab.code import Code, Policies
from playground.lab.crowding import Crowding
from playground.lab.exploring import Exploring
from playground.lab.files import Files
from playground.lab.frames import FrameSwitch
from playground.lab.fuzzing import Fuzzing
from playground.lab.gating import Gating
from playground.lab.keeping import Keeping
from playground.lab.life import Life
from playground.lab.network import Network
from playground.lab.pausing import Pausing
from playground.lab.rehearsing import Rehearsing
from playground.lab.remarks import Remarks
from playground.lab.seeing import Seeing
from playground.lab.spilling import Spilling
from playground.lab.standing import Sight
from playground.lab.unblocking import Unblocking
from playground.lab.views import Views
from playground.lab.watching import Watching
from playground.live.redefinition import Redefinition
from playground.live.staging import Staging
from playground.plain.site import PanelSite
from playground.stage import Stage
from playground.traffic.log import Log
from playground.transports import Transport
from playground.watchdog import Watchdog

TransportName = Literal["server", "memory"]


@dataclass(frozen=True)
class Parts:
    """Everything a lab is made of; each type says what it is for."""

    name: str
    log: Log
    policies: Policies
    remarks: Remarks
    stage: Stage
    staging: Staging
    entrance: Entrance
    transport: Transport
    watchdog: Watchdog
    unblocking: Unblocking
    frames: FrameSwitch
    code: Code
    redefinition: Redefinition
    pool: ClientPool
    rehearsing: Rehearsing
    exploring: Exploring
    crowding: Crowding
    fuzzing: Fuzzing
    keeping: Keeping
    addresses: Addresses
    watching: Watching
    sight: Sight
    seeing: Seeing
    gating: Gating
    network: Network
    pausing: Pausing
    spilling: Spilling
    files: Files
    life: Life
    views: Views
    panel_site: PanelSite
