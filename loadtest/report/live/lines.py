"""A run that is on, as lines for a terminal."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from loadtest.errors import RunFolderError
from loadtest.navigation.phase import Phase
from loadtest.report.live.follower import Follower
from loadtest.report.run import read_info
from loadtest.report.wording import amount, shown

__all__ = ["Lines", "follow_run"]

_LOOK_EVERY_S = 0.5
_PHASES = (Phase.PAGE, Phase.HANDSHAKE)
"""Of which a line tells the 95th percentile: the first that a visitor waits for, and the last."""


class Lines:
    """What of a follower's messages is worth a line: each new finding once, and how the run stands."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def of(self, message: Mapping[str, Any]) -> Iterator[str]:
        """Yield the lines for one message."""
        match message["type"]:
            case "summary":
                yield from self._findings(message["summary"])
                yield _standing(message["summary"])
            case "problem":
                yield shown(message["text"])

    def _findings(self, summary: Mapping[str, Any]) -> Iterator[str]:
        for finding in summary["findings"]:
            if finding["what"] not in self._told:
                self._told.add(finding["what"])
                at = f", of those who left at {', '.join(finding['at'])}" if finding["at"] else ""
                yield shown(f"finding: {finding['what']}{at}")


def follow_run(folder: Path) -> Iterator[str]:
    """Yield lines while a run is on; end with it.

    Raises:
        RunFolderError: this is not a run's folder, or a file cannot be read.
    """
    read_info(folder)
    follower, lines = Follower(folder), Lines()
    while not follower.is_over:
        try:
            messages = list(follower.look())
        except OSError as error:
            raise RunFolderError(f"{folder}: cannot be read: {error.strerror}") from error
        for message in messages:
            yield from lines.of(message)
        if not follower.is_over:
            time.sleep(_LOOK_EVERY_S)


def _standing(summary: Mapping[str, Any]) -> str:
    counts = summary["navigations"]
    failed = sum(counts[key] for key in ("refused", "lost", "timed_out", "failed"))
    parts = [
        f"{amount(counts['started'], 'visit')} of {amount(counts['due'], 'due navigation')}",
        f"{failed:,} failed",
        *_latencies(summary["phases"]),
    ]
    if summary["server"] is not None:
        parts.append(amount(summary["server"]["errors"], "server error"))
    return " · ".join([*parts, amount(len(summary["findings"]), "finding")])


def _latencies(phases: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for phase in _PHASES:
        p95_ms = phases[phase]["p95_ms"]
        if p95_ms is not None:
            yield f"{phase} p95 {p95_ms:,.1f} ms"
