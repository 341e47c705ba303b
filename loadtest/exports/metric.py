"""What is exported, as frozen data: a metric, its samples, and a reading of all of them at one time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from loadtest.exports.distribution import Distribution

__all__ = ["Family", "Kind", "Metric", "Reading", "Sample"]

_PREFIX = "loadtest"
_UNITS: Mapping[str, str] = MappingProxyType({"s": "seconds", "By": "bytes"})
"""UCUM's units, as OpenTelemetry writes them, by what Prometheus calls them (its guide "Metric and label
naming": base units, plural). One in braces is a note, and no part of a name."""


class Kind(StrEnum):
    """How a metric's value behaves."""

    COUNTER = "counter"
    """Since the run began; it only grows."""
    GAUGE = "gauge"
    """As it is now."""
    HISTOGRAM = "histogram"
    """Durations since the run began, by bucket; each only grows."""
    INFO = "info"
    """Always 1: what is told is in the labels."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the table: a name for all its samples."""

    name: str
    """Dotted, without ``loadtest.``."""
    kind: Kind
    text: str
    """What it counts or tells, in a sentence without a full stop."""
    labels: tuple[str, ...] = ()
    unit: str = ""
    """UCUM's: ``s``, ``By``, ``{navigation}``; empty where there is none."""

    @property
    def otel_name(self) -> str:
        """The name in OpenTelemetry."""
        return f"{_PREFIX}.{self.name}"

    @property
    def base_unit(self) -> str:
        """Prometheus' word for the unit; empty where there is none."""
        return _UNITS.get(self.unit, "")

    @property
    def family_name(self) -> str:
        """OpenMetrics' name of the family: with its unit, without the suffix of its kind."""
        name = f"{_PREFIX}_{self.name.replace('.', '_')}"
        name = name.removesuffix("_info") if self.kind is Kind.INFO else name
        return f"{name}_{self.base_unit}" if self.base_unit else name

    @property
    def prometheus_name(self) -> str:
        """The name in a query; a histogram's has ``_bucket``, ``_sum`` and ``_count`` behind it."""
        suffix = {Kind.COUNTER: "_total", Kind.INFO: "_info"}.get(self.kind, "")
        return self.family_name + suffix


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a metric."""

    labels: tuple[str, ...]
    """One for each of the metric's; made fit to be shown, and bounded."""
    value: float | Distribution


@dataclass(frozen=True, slots=True)
class Family:
    """A metric with its samples."""

    metric: Metric
    samples: Sequence[Sample]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that is exported of a run, at one time."""

    created_at: float | None
    """When its counting began: Unix time, seconds. A new run's is a new one; None: there was no run yet."""
    families: Sequence[Family]
