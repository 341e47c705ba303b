"""What visits share, and what each of them brings along."""

from collections.abc import Mapping
from dataclasses import dataclass

from loadtest.apps.app import App
from loadtest.navigation.phase import Phase
from loadtest.transport.keeper import Keeper
from loadtest.transport.page import PageRequests
from loadtest.transport.target import Target
from loadtest.transport.upgrade import UpgradeRequests

__all__ = ["Errand", "Site"]


@dataclass(frozen=True, slots=True)
class Site:
    """What all visits of a run share."""

    target: Target
    app: App
    pages: PageRequests
    upgrades: UpgradeRequests
    deadlines_s: Mapping[Phase, float]
    keeper: Keeper


@dataclass(frozen=True, slots=True)
class Errand:
    """What one visit brings along."""

    page: str
    navigation: str
    """Trace id, 32 hex digits."""
    trace: bytes
    """The header lines that carry it."""
