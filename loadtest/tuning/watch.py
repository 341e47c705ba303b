"""Looks at a probe while it is on: a threshold that is broken beyond doubt ends it, to spare the server."""

from collections.abc import Callable, Mapping
from pathlib import Path

from loadtest.metrics.catalogue import check
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord
from loadtest.report.folder import NAVIGATIONS_FILE
from loadtest.tuning.judgement import FAILURES, FAILURES_ALLOWED

__all__ = ["ProbeWatch"]

_BEYOND_DOUBT = 3.0
"""Times what the whole probe may have above a limit; less is left to be measured to the end."""
_FEWEST = 20


class ProbeWatch:
    """Counts what is beyond a limit among the visits that have ended.

    Args:
        thresholds: the profile's own.
        warm_up_s: what is due before does not count.
        expected: visits that the measured part will have.
    """

    def __init__(self, thresholds: Mapping[str, tuple[str, ...]], warm_up_s: float, expected: float) -> None:
        self.reason = ""
        """Why it is enough, once it is."""
        self._warm_up_s = warm_up_s
        self._expected = expected
        self._rules = dict(_rules(thresholds))
        self._counts = dict.fromkeys(self._rules, 0)
        self._at = 0

    def is_enough(self, folder: Path) -> bool:
        """Read what is new in a run's folder; return whether a threshold cannot hold any more."""
        path = folder / NAVIGATIONS_FILE
        if not self.reason and path.exists():
            with path.open("rb") as file:
                file.seek(self._at)
                whole, _, _ = file.read().rpartition(b"\n")
            self._at += len(whole) + bool(whole)
            for line in whole.decode("utf-8").splitlines():
                self._take(NavigationRecord.from_line(line))
        return bool(self.reason)

    def _take(self, record: NavigationRecord) -> None:
        if record.due_s < self._warm_up_s or self.reason:
            return
        for name, (is_beyond, allowed) in self._rules.items():
            if not is_beyond(record):
                continue
            self._counts[name] += 1
            enough = max(round(_BEYOND_DOUBT * allowed * self._expected, 3), _FEWEST)
            if self._counts[name] >= enough:
                self.reason = f"{name} broken beyond doubt: {self._counts[name]:,} visits, called off early"


_Rule = tuple[Callable[[NavigationRecord], bool], float]
"""Whether a visit is beyond a limit, and the share of visits that may be."""


def _rules(thresholds: Mapping[str, tuple[str, ...]]) -> "list[tuple[str, _Rule]]":
    rules: list[tuple[str, _Rule]] = [
        (FAILURES, (lambda record: record.outcome.is_failure, FAILURES_ALLOWED))
    ]
    for metric, expressions in thresholds.items():
        family, _, name = metric.partition(".")
        if family != "phases" or "." in name:
            continue
        for expression in expressions:
            threshold = check(metric, expression)
            if threshold.percent is None or threshold.operator not in ("<", "<="):
                continue
            phase, limit_ms = Phase(name), threshold.limit

            def is_beyond(record: NavigationRecord, phase: Phase = phase, limit_ms: float = limit_ms) -> bool:
                return record.phases_ms.get(phase, 0.0) > limit_ms

            rules.append((f"{metric} {expression}", (is_beyond, 1 - threshold.percent / 100)))
    return rules
