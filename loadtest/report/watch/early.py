"""Whether a threshold has failed for good while visits are still coming (k6's ``abortOnFail``)."""

from loadtest.metrics.abort import Abort
from loadtest.metrics.catalogue import check
from loadtest.metrics.histogram import Histogram, bucket_top_us
from loadtest.metrics.threshold import Aggregate, Threshold
from loadtest.report.limits import Figures, is_lags_doing, is_settled, measure

__all__ = ["LEAST", "failed_value"]

LEAST = 10
"""So many visits must be beyond the limit of a latency or of a rate. Fewer are one event: a stall that those
share who are there, a page that is compiled for the first. And a p99 of fewer than a hundred visits is the
slowest of them: it takes a thousand until its own hundredth part is ten."""

_ONLY_GROW = frozenset({"server.processes", "server.loop.longest_stall_ms"})


def failed_value(abort: Abort, figures: Figures, under_way: int) -> float | None:
    """Return the value with which a threshold does not hold, or None while that may be otherwise yet.

    What only grows (a count, a maximum) is judged at once, and only as far as more of it changes nothing. Of
    a rate it is asked what it is if none, and if all, of those belong to it that are still under way: visits
    that fail end sooner than those that stay. As at the end, what the generator's own lag may have done is
    no failure.

    Args:
        under_way: visits that have begun and not ended.
    """
    threshold = check(abort.metric, abort.expression, figures.gauges, figures.assertions)
    value = measure(abort.metric, threshold, figures)
    if value is None or threshold.holds(value := round(value, 6)):
        return None
    if is_lags_doing(abort.metric, threshold, value, figures.lag_p99_ms):
        return None
    return value if _is_enough(abort.metric, threshold, value, figures, under_way) else None


def _is_enough(metric: str, threshold: Threshold, value: float, figures: Figures, under_way: int) -> bool:
    if threshold.aggregate in (Aggregate.COUNT, Aggregate.MAX) or metric in _ONLY_GROW:
        return is_settled(threshold, value)
    if threshold.aggregate is Aggregate.RATE:
        return _is_rate_enough(metric, threshold, figures, under_way)
    times = figures.histograms.get(metric) or figures.behind.get(metric)
    return times is None or _beyond(times, threshold) >= LEAST


def _is_rate_enough(metric: str, threshold: Threshold, figures: Figures, under_way: int) -> bool:
    number, whole = figures.numbers[metric] or 0, figures.wholes.get(metric, figures.due)
    least, most = number / (whole + under_way), (number + under_way) / (whole + under_way)
    beyond = number if threshold.operator in ("<", "<=") else whole - number
    return beyond >= LEAST and not threshold.holds(least) and not threshold.holds(most)


def _beyond(times: Histogram, threshold: Threshold) -> int:
    """Count the durations that do not hold themselves, by the tops of their buckets as percentiles are."""
    return sum(
        count
        for bucket, count in times.counts.items()
        if not threshold.holds(min(bucket_top_us(bucket), times.max_us) / 1000)
    )
