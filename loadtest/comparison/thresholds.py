"""Thresholds whose verdict is not the same on both sides."""

from collections.abc import Mapping
from dataclasses import dataclass

from loadtest.comparison.side import Side
from loadtest.metrics.catalogue import HANDLERS
from loadtest.report.limits import ThresholdVerdict

__all__ = ["ChangedThreshold", "compare_thresholds"]

_JUDGED_AS_FIGURES = ("phases.", "navigations.", "generator.", "server.loop.")
"""What has an interval of its own here, or is the machine's doing: crossing a limit alone says nothing."""
_ERRORS = ".errors"
"""Ends the one metric of a handler that is a count: of an error, one is enough."""
_ORDER = (ThresholdVerdict.PASS, ThresholdVerdict.NO_DATA, ThresholdVerdict.FAIL)


def _is_judged_as_figure(metric: str) -> bool:
    is_latency = metric.startswith(HANDLERS) and not metric.endswith(_ERRORS)
    return is_latency or metric.startswith(_JUDGED_AS_FIGURES)


@dataclass(frozen=True, slots=True)
class ChangedThreshold:
    """A threshold that holds on one side only; of several runs the worst counts."""

    candidate: int
    metric: str
    expression: str
    before: str | None
    """``pass``, ``fail`` or ``no_data``; None: there is no such threshold."""
    after: str | None
    value_before: float | None
    value_after: float | None

    @property
    def is_worse(self) -> bool:
        """Whether that alone makes the candidate worse."""
        is_broken = self.before == ThresholdVerdict.PASS and self.after == ThresholdVerdict.FAIL
        return is_broken and not _is_judged_as_figure(self.metric)


@dataclass(frozen=True, slots=True)
class _Result:
    verdict: str
    value: float | None


def compare_thresholds(baseline: Side, candidate: Side, index: int) -> tuple[ChangedThreshold, ...]:
    """Return the thresholds whose verdict changed, those that no longer hold first."""
    before, after = _worst(baseline), _worst(candidate)
    changed = []
    for key in dict.fromkeys([*after, *before]):
        first, second = before.get(key), after.get(key)
        if (first and first.verdict) != (second and second.verdict):
            changed.append(
                ChangedThreshold(
                    index,
                    *key,
                    first.verdict if first else None,
                    second.verdict if second else None,
                    first.value if first else None,
                    second.value if second else None,
                )
            )
    return tuple(sorted(changed, key=lambda one: (not one.is_worse, one.after != ThresholdVerdict.FAIL)))


def _worst(side: Side) -> Mapping[tuple[str, str], _Result]:
    worst: dict[tuple[str, str], _Result] = {}
    for one in side.runs:
        for row in one.summary["thresholds"]:
            key = (row["metric"], row["expression"])
            before = worst.get(key)
            if before is None or _ORDER.index(row["verdict"]) > _ORDER.index(
                ThresholdVerdict(before.verdict)
            ):
                worst[key] = _Result(row["verdict"], row["value"])
    return worst
