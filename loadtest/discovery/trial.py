"""One visit, to see whether a profile fits its app."""

import secrets
import time

from loadtest.navigation.departure import STAY, Departure
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import NavigationRecord, Outcome
from loadtest.profile.model import Profile
from loadtest.transport.driver import Assignment, Driver
from loadtest.transport.keeper import Keeper
from loadtest.transport.target import Target

__all__ = ["describe_visit", "try_visit"]


def try_visit(profile: Profile, target: Target, each_s: float) -> NavigationRecord:
    """Visit the profile's first page up to its handshake, and leave as a browser does.

    Args:
        each_s: how long each phase may take.
    """
    access = profile.app.access
    run = secrets.token_hex(8)  # no run's: hooks that look for one leave it out
    driver = Driver(target, profile.app, dict.fromkeys(Phase, each_s), Keeper(), run, time.monotonic())
    tab = driver.new_tab(0)
    try:
        departure = Departure(STAY, Manner.WS_CLOSE, access.transports[0])
        return driver.visit(tab, Assignment(0, 0.0, access.pages[0][0], departure))
    finally:
        tab.close()


def describe_visit(record: NavigationRecord) -> str:
    """Say how the visit went, in a line for a person."""
    if record.outcome is Outcome.COMPLETED:
        phases = ", ".join(
            f"{phase} {record.phases_ms[phase]:.0f} ms"
            for phase in (Phase.PAGE, Phase.OPEN, Phase.CONNECT, Phase.HANDSHAKE)
            if phase in record.phases_ms
        )
        return f"one visit: completed ({phases})"
    why = f"{record.error}: {record.detail}" if record.detail else f"{record.error}"
    return f"one visit: {record.outcome.replace('_', ' ')}, {why}"
