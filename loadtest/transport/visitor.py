"""One visit on a network: does the steps that the protocol asks for, until it leaves."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from loadtest.apps.app import App
from loadtest.navigation.departure import Manner
from loadtest.navigation.opening import Opening
from loadtest.navigation.phase import Phase
from loadtest.navigation.protocol import Signal, State, Step, Visit
from loadtest.navigation.record import Outcome
from loadtest.transport.alarm import Alarm, Rang
from loadtest.transport.fault import TOO_LATE, Fault, fault_of
from loadtest.transport.keeper import Keeper
from loadtest.transport.line import Line
from loadtest.transport.manners import ACTS, Leaving, leave_by_fin
from loadtest.transport.page import PageFetch, PageRequests
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target
from loadtest.transport.upgrade import UpgradeRequests, read_upgrade
from loadtest.transport.websocket import LeanWebSocket, masked_frame

__all__ = ["Site", "Visitor"]

_HALF_EVENT = '42["loadtest","this event is never finished"]'
_BEFORE_SOCKET = frozenset({State.NEW, State.HALF_REQUEST, State.PAGE_ASKED, State.PAGE_READ})
_now = time.monotonic


@dataclass(frozen=True, slots=True)
class Site:
    """What every visit of a run shares."""

    target: Target
    app: App
    pages: PageRequests
    upgrades: UpgradeRequests
    deadlines_s: Mapping[Phase, float]
    keeper: Keeper


class Visitor:
    """One visit's client, with the connections it owns.

    Args:
        navigation: trace id, 32 hex digits.
        trace: the header lines that carry it.
    """

    __slots__ = (
        "_accept", "_alarm", "_fetch", "_line", "_navigation", "_site", "_socket", "_tab", "_trace", "visit",
    )  # fmt: skip
