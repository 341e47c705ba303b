"""Thresholds judged on a run's figures."""

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from loadtest.metrics.catalogue import HANDLERS, check
from loadtest.metrics.histogram import Histogram
from loadtest.metrics.threshold import Aggregate, Threshold, parse
from loadtest.report.server import JUDGED_RESIDUE
from loadtest.report.wording import figure, listed

__all__ = [
    "LAG_LIMIT_MS",
    "Figures",
    "ThresholdResult",
    "ThresholdVerdict",
    "is_lags_doing",
    "is_settled",
    "judge_thresholds",
    "measure",
]

LAG_LIMIT_MS = 5.0
"""A generator whose loop lag p99 is above this tells latencies that are too high (SPEED.md)."""
_LAG_TIMES = 10
"""How many times its own lag a generator may at most have added to a latency."""

_DEFAULTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "server.errors": ("count==0",),
        **{f"server.residue.{key}": ("value==0",) for key in JUDGED_RESIDUE},
    }
)
"""What counts when the profile writes no thresholds and there are hooks."""

_NEAR = 0.7
"""How alike names are, as ``difflib`` has it, of which one may have been meant for the other."""
_HANDSHAKE = "phases.handshake"
_NO_ANSWER = "no handshake was answered; one that says neither ack = true nor answer is not timed"
_LEAST = "the hooks could not be put in everywhere: there may have been more than they counted"


class ThresholdVerdict(StrEnum):
    """The verdict over one threshold."""

    PASS = "pass"
    FAIL = "fail"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class ThresholdResult:
    """One threshold and what became of it; its fields are the keys of ``thresholds[]``."""

    metric: str
    expression: str
    value: float | None
    verdict: ThresholdVerdict
    reason: str | None = None
    """Why there is no data."""
    is_default: bool = False
    """Whether nobody wrote it: the profile has no thresholds of its own."""

    @property
    def told(self) -> str:
        """The value in as few digits as show why it holds, or not."""
        return "not known" if self.value is None else figure(self.value, parse(self.expression).holds)


@dataclass(frozen=True, slots=True)
class Figures:
    """What thresholds are judged on."""

    numbers: Mapping[str, float | None]
    """By metric; None where nobody knows."""
    histograms: Mapping[str, Histogram]
    due: int
    """The navigations that a ``rate`` is a share of."""
    lag_p99_ms: float | None
    has_hooks: bool
    is_quiet: bool
    behind: Mapping[str, Histogram] = field(default_factory=dict)
    """The durations of which a metric of ``numbers`` is a percentile."""
    wholes: Mapping[str, int] = field(default_factory=dict)
    """What the ``rate`` of another metric is a share of."""
    gauges: Sequence[str] = ()
    """The names of the profile's gauges."""
    assertions: Sequence[str] = ()
    """The names of its assertions."""
    has_silent: bool = False
    """Whether a server process stopped reporting before the quiet."""
    has_missing: bool = False
    """Whether something of the server could not be hooked: what it counted is the least that there was."""
    is_blank: bool = False
    """Whether nothing but warm-up ran, which figures leave out."""


def judge_thresholds(written: Mapping[str, tuple[str, ...]], figures: Figures) -> tuple[ThresholdResult, ...]:
    """Judge the thresholds that the profile writes, or the default ones if it writes none.

    The default ones are all on the server, and count only when hooks are there.
    """
    defaults = _DEFAULTS if figures.has_hooks else {}
    results = (
        _judge(metric, expression, figures)
        for metric, expressions in (written or defaults).items()
        for expression in expressions
    )
    return tuple(replace(result, is_default=not written) for result in results)


def _judge(metric: str, expression: str, figures: Figures) -> ThresholdResult:
    try:
        threshold = check(metric, expression, figures.gauges, figures.assertions)
    except ValueError as error:
        return ThresholdResult(metric, expression, None, ThresholdVerdict.NO_DATA, str(error))
    value = measure(metric, threshold, figures)
    if value is None:
        return ThresholdResult(
            metric, expression, None, ThresholdVerdict.NO_DATA, _why_no_data(metric, figures)
        )
    value = round(value, 6)
    is_count = metric in _DEFAULTS or (
        metric.startswith("server.") and threshold.aggregate is Aggregate.COUNT
    )
    if figures.has_missing and is_count and not is_settled(threshold, value):
        return ThresholdResult(metric, expression, value, ThresholdVerdict.NO_DATA, _LEAST)
    if threshold.holds(value):
        return ThresholdResult(metric, expression, value, ThresholdVerdict.PASS)
    if is_lags_doing(metric, threshold, value, figures.lag_p99_ms):
        reason = (
            f"it does not hold, but the generator itself lagged (p99 {figures.lag_p99_ms:.1f} ms) "
            "and may have added that much: use --workers, a quieter machine, or a lower rate"
        )
        return ThresholdResult(metric, expression, value, ThresholdVerdict.NO_DATA, reason)
    return ThresholdResult(metric, expression, value, ThresholdVerdict.FAIL)


def measure(metric: str, threshold: Threshold, figures: Figures) -> float | None:
    """Return what a threshold looks at, or None where nobody knows."""
    histogram = figures.histograms.get(metric)
    if histogram is not None:
        return threshold.measure(histogram)
    number = figures.numbers.get(metric)
    if number is None or threshold.aggregate is not Aggregate.RATE:
        return number
    whole = figures.wholes.get(metric, figures.due)
    return number / whole if whole else None


def _why_no_data(metric: str, figures: Figures) -> str:
    is_left_out = not metric.startswith(("server.residue.", "server.gauges.", "generator."))
    if figures.is_blank and is_left_out and (figures.has_hooks or not metric.startswith("server.")):
        return "nothing but warm-up ran"
    if metric.startswith("quiet."):
        return "the run was over before the server had its quiet"
    if metric.startswith("server."):
        if not figures.has_hooks:
            return "no hooks were seen in the server"
        if metric.startswith(HANDLERS):
            return _no_such_handler(metric, figures)
        if metric.startswith("server.residue.") and not figures.is_quiet:
            return "the run was over before the server had its quiet"
        if metric.removeprefix("server.residue.") in JUDGED_RESIDUE and figures.has_silent:
            return "a server process stopped reporting before the quiet"
        return "the hooks did not tell it"
    if metric == _HANDSHAKE:
        return _NO_ANSWER
    return "the generator did not tell it" if metric.startswith("generator.") else "nothing was counted"


def _no_such_handler(metric: str, figures: Figures) -> str:
    handlers = (name.removeprefix(HANDLERS) for name in figures.histograms if name.startswith(HANDLERS))
    called = [name for name in handlers if not name.endswith(".ack")]
    near = difflib.get_close_matches(metric.removeprefix(HANDLERS), called, n=2, cutoff=_NEAR)
    close = [f"{HANDLERS}{name}" for name in near]
    return "it was never called" + (f"; did you mean {listed(close, 'or')}?" if close else "")


def is_settled(threshold: Threshold, least: float) -> bool:
    """Return whether a threshold is judged alike for a count and for everything above it.

    A count that is not zero fails ``count==0`` whatever else there was; a zero does not hold it.
    """
    above = (least, max(least, threshold.limit), math.inf)
    return len({threshold.holds(value) for value in above}) == 1


def is_lags_doing(metric: str, threshold: Threshold, value: float, lag_p99_ms: float | None) -> bool:
    """Return whether a latency threshold fails only by what the generator's lag may have added."""
    is_latency = metric.startswith("phases.") and threshold.aggregate is not Aggregate.COUNT
    if not is_latency or lag_p99_ms is None or lag_p99_ms <= LAG_LIMIT_MS:
        return False
    return threshold.holds(max(value - _LAG_TIMES * lag_p99_ms, 0.0))
