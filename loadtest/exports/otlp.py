"""A reading as OpenTelemetry's data model has it, and the exporter of its SDK that takes it.

Not its instruments: there is no histogram among those that are asked for their value ("Metrics API",
Asynchronous instruments), and ours is counted in the server already.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, assert_never

from loadtest.exports.distribution import BOUNDS_S, Distribution
from loadtest.exports.metric import Family, Kind
from loadtest.exports.otlp_target import OtlpTarget
from loadtest.exports.wire import Push

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import Metric, MetricExporter, MetricsData

__all__ = ["exporter_for", "metrics_data"]

_SCOPE = "loadtest"


def exporter_for(target: OtlpTarget) -> "MetricExporter":
    """Return the SDK's own exporter; it takes address, headers and time-out from the variables itself."""
    exporter: MetricExporter = import_module(target.module).OTLPMetricExporter()
    return exporter


def metrics_data(push: Push, environ: Mapping[str, str]) -> "MetricsData":
    """Return a reading as the SDK's exporters take it; all sums are cumulative, from the run's beginning."""
    from opentelemetry.sdk.metrics.export import MetricsData, ResourceMetrics, ScopeMetrics
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    run = _run_labels(push)
    attributes = {
        "service.name": environ.get("OTEL_SERVICE_NAME") or "loadtest",
        "service.version": run.get("version", ""),
        "service.instance.id": run.get("run", ""),  # a run's series are its own
    }
    scope = InstrumentationScope(_SCOPE, run.get("version"))
    metrics = [_metric(family, push) for family in push.reading.families]
    resource = Resource.create({key: value for key, value in attributes.items() if value})
    return MetricsData([ResourceMetrics(resource, [ScopeMetrics(scope, metrics, "")], "")])


def _run_labels(push: Push) -> Mapping[str, str]:
    for family in push.reading.families:
        if family.metric.kind is Kind.INFO:
            return dict(zip(family.metric.labels, family.samples[0].labels, strict=True))
    return {}


def _metric(family: Family, push: Push) -> "Metric":
    from opentelemetry.sdk.metrics.export import AggregationTemporality, Gauge, Histogram, Metric, Sum

    metric, points, cumulative = family.metric, list(_points(family, push)), AggregationTemporality.CUMULATIVE
    data: Any
    match metric.kind:
        case Kind.COUNTER:
            data = Sum(points, cumulative, is_monotonic=True)
        case Kind.HISTOGRAM:
            data = Histogram(points, cumulative)
        case Kind.GAUGE | Kind.INFO:
            data = Gauge(points)
        case _:
            assert_never(metric.kind)
    return Metric(metric.otel_name, metric.text, metric.unit or "1", data)


def _points(family: Family, push: Push) -> Iterable[Any]:
    from opentelemetry.sdk.metrics.export import HistogramDataPoint, NumberDataPoint

    at_ns = _nanoseconds(push.at)
    began_ns = at_ns if push.reading.created_at is None else _nanoseconds(push.reading.created_at)
    for sample in family.samples:
        attributes = dict(zip(family.metric.labels, sample.labels, strict=True))
        value = sample.value
        if isinstance(value, Distribution):
            yield HistogramDataPoint(
                attributes=attributes,
                start_time_unix_nano=began_ns,
                time_unix_nano=at_ns,
                count=value.count,
                sum=value.sum_s,
                bucket_counts=value.counts,
                explicit_bounds=BOUNDS_S,
                min=None,  # type: ignore[arg-type]  # optional in the protocol, and not known
                max=None,  # type: ignore[arg-type]
            )
        else:
            yield NumberDataPoint(attributes, began_ns, at_ns, value)


def _nanoseconds(at: float) -> int:
    return round(at * 1e9)
