"""Prometheus' text of a reading, by its own client library: classic, or OpenMetrics when asked for."""

from collections.abc import Callable, Iterable
from copy import copy
from itertools import accumulate
from typing import TYPE_CHECKING

from loadtest.exports.distribution import BOUNDS_S, Distribution
from loadtest.exports.metric import Family, Kind, Reading, Sample

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric as Described

__all__ = ["Exposition", "expose"]

_END = b"# EOF\n"


_AT_ONCE = 50
"""Samples that are written before others have their turn: the library takes about a millisecond for them."""


class _Part:
    """Some of a family's samples, as the library's encoders want to be given everything."""

    def __init__(self, family: "Described", first: int) -> None:
        self._part = copy(family)
        self._part.samples = family.samples[first : first + _AT_ONCE]

    def collect(self) -> Iterable["Described"]:
        return (self._part,)


Exposition = tuple[bytes, str]
"""The text, and its content type."""


def expose(reading: Reading, accept: str, breathe: Callable[[], object]) -> Exposition:
    """Return a reading in the format that an ``Accept`` header asks for.

    Args:
        breathe: called again and again: others may want the processor.
    """
    from prometheus_client.exposition import choose_encoder

    is_open = "application/openmetrics-text" in accept
    encode, content_type = choose_encoder("application/openmetrics-text; version=1.0.0" if is_open else "")
    created_at = reading.created_at if is_open else None  # elsewhere it would be a family of its own
    parts = []
    for family in reading.families:
        described = _described(family, created_at)
        for first in range(0, len(described.samples), _AT_ONCE):
            part = encode(_Part(described, first)).removesuffix(_END)
            parts.append(_without_head(part) if first else part)
            breathe()
    return b"".join(parts) + (_END if is_open else b""), content_type


def _without_head(part: bytes) -> bytes:
    """Return the samples without the lines about their family, which is told once."""
    while part.startswith(b"#"):
        part = part.partition(b"\n")[2]
    return part


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
