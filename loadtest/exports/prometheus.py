"""Prometheus' text of a reading, by its own client library: classic, or OpenMetrics when asked for."""

from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import TYPE_CHECKING

from loadtest.exports.distribution import BOUNDS_S, Distribution
from loadtest.exports.metric import Family, Kind, Reading, Sample

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric as Described

__all__ = ["Exposition", "expose"]

_END = b"# EOF\n"


class _One:
    """One family, as the library's encoders want to be given all of them."""

    def __init__(self, family: "Described") -> None:
        self._family = family

    def collect(self) -> Iterable["Described"]:
        return (self._family,)


Exposition = tuple[bytes, str]
"""The text, and its content type."""


def expose(reading: Reading, accept: str, breathe: Callable[[], object]) -> Exposition:
    """Return a reading in the format that an ``Accept`` header asks for.

    Args:
        breathe: called after each family: others may want the processor.
    """
    from prometheus_client.exposition import choose_encoder

    is_open = "application/openmetrics-text" in accept
    encode, content_type = choose_encoder("application/openmetrics-text; version=1.0.0" if is_open else "")
    created_at = reading.created_at if is_open else None  # elsewhere it would be a family of its own
    parts = []
    for family in reading.families:
        parts.append(encode(_One(_described(family, created_at))).removesuffix(_END))
        breathe()
    return b"".join(parts) + (_END if is_open else b""), content_type


def _described(family: Family, created_at: float | None) -> "Described":
    from prometheus_client.metrics_core import Metric as Described

    metric = family.metric
    described = Described(metric.family_name, metric.text + ".", metric.kind, metric.base_unit)
    for sample in family.samples:
        labels = dict(zip(metric.labels, sample.labels, strict=True))
        _add(described, metric.kind, labels, sample)
        if created_at is not None and metric.kind in (Kind.COUNTER, Kind.HISTOGRAM):
            described.add_sample(f"{metric.family_name}_created", labels, created_at)
    return described


def _add(described: "Described", kind: Kind, labels: dict[str, str], sample: Sample) -> None:
    name, value = described.name, sample.value
    if isinstance(value, Distribution):
        bounds = [*(str(bound_s) for bound_s in BOUNDS_S), "+Inf"]
        for bound, count in zip(bounds, accumulate(value.counts), strict=True):
            described.add_sample(f"{name}_bucket", {**labels, "le": bound}, count)
        described.add_sample(f"{name}_count", labels, value.count)
        described.add_sample(f"{name}_sum", labels, value.sum_s)
    else:
        suffix = {Kind.COUNTER: "_total", Kind.INFO: "_info"}.get(kind, "")
        described.add_sample(name + suffix, labels, float(value))
