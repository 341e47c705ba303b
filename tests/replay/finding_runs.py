"""Runs with findings, as their folders tell them, for the tests of replay."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from loadtest.navigation.record import NavigationRecord
from loadtest.profile.text import write_text
from loadtest.report.run import Run
from tests.report.building import hooked, info, visit

__all__ = ["PROFILE", "profile_text", "run_of", "spaced"]

PROFILE: Mapping[str, Any] = {
    "seed": 7,
    "app": {"preset": "generic"},
    "stages": [{"duration_s": 30, "rate_per_s": 20}],
    "departures": [
        {"at": "P16", "manner": "fin", "weight": 3},
        {"at": "P18", "manner": "ws_close"},
        {"after_s": {"exponential": 0.2}, "manner": "fin"},
        {"at": "stay"},
    ],
    "thresholds": {"server.errors": ["count==0"]},
}


def profile_text(**changes: Any) -> str:
    """Return the profile with these tables changed."""
    return write_text({**PROFILE, **changes})


def run_of(
    records: Sequence[NavigationRecord], *lines: Mapping[str, Any], text: str | None = None, **changes: Any
) -> Run:
    """Return a run of the profile."""
    server = hooked(*lines) if lines else None
    told = info(**{"profile_text": text or profile_text(), **changes})
    return Run(Path("results/x"), told, tuple(records), server)


def spaced(
    starts_s: Iterable[float], at: str = "P16", lasts_s: float = 0.2, **changes: Any
) -> list[NavigationRecord]:
    """Return visits that began at these times, numbered from 0."""
    return [
        visit(number, at, due_s=start_s, started_s=start_s, left_s=start_s + lasts_s, **changes)
        for number, start_s in enumerate(starts_s)
    ]
