"""A reading as OTLP has it, encoded by the SDK and decoded by the protocol's own classes."""

from collections.abc import Mapping
from typing import Any

from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics

from loadtest.exports.distribution import BOUNDS_S
from loadtest.exports.otlp import exporter_for, metrics_data
from loadtest.exports.otlp_target import OtlpTarget
from loadtest.exports.wire import Push
from tests.exports.snapshots import handler, newest
from tests.exports.standing import reading


def encoded(environ: Mapping[str, str]) -> Any:
    """Return what is sent about a process."""
    push = Push(reading(newest(handlers=[handler("join", 3)])), 1010.5)
    (sent,) = encode_metrics(metrics_data(push, environ)).resource_metrics
    return sent


def attributes(pairs: Any) -> dict[str, str]:
    return {pair.key: pair.value.string_value for pair in pairs}


def test_the_resource_is_the_run() -> None:
    found = attributes(encoded({}).resource.attributes)

    assert found["service.name"] == "loadtest"
    assert found["service.instance.id"] == "00c0ffee00c0ffee"
    assert found["service.version"] == "0.1.0"
    assert attributes(encoded({"OTEL_SERVICE_NAME": "mine"}).resource.attributes)["service.name"] == "mine"


def test_sums_are_cumulative_from_the_runs_beginning() -> None:
    (scope,) = encoded({}).scope_metrics
    metrics = {metric.name: metric for metric in scope.metrics}
    due = metrics["loadtest.navigations.due"]

    assert (scope.scope.name, due.unit) == ("loadtest", "{navigation}")
    assert (due.sum.is_monotonic, due.sum.aggregation_temporality) == (True, 2)
    (point,) = due.sum.data_points
    assert (point.as_int, point.start_time_unix_nano, point.time_unix_nano) == (
        9,
        1000 * 10**9,
        10105 * 10**8,
    )
    assert metrics["loadtest.run.start_time"].gauge.data_points[0].as_double == 1003.5


def test_a_histogram_has_our_bounds_and_neither_least_nor_most() -> None:
    (scope,) = encoded({}).scope_metrics
    (metric,) = [metric for metric in scope.metrics if metric.name == "loadtest.server.handler.duration"]
    (point,) = metric.histogram.data_points

    assert (metric.unit, metric.histogram.aggregation_temporality) == ("s", 2)
    assert tuple(point.explicit_bounds) == BOUNDS_S
    assert (list(point.bucket_counts)[3], point.count, round(point.sum, 6)) == (3, 3, 0.009)
    assert not point.HasField("min")
    assert not point.HasField("max")
    assert attributes(point.attributes) == {"namespace": "/", "event": "join"}


def test_each_protocol_has_its_exporter() -> None:
    for protocol in ("http/protobuf", "grpc"):
        exporter = exporter_for(OtlpTarget(protocol, "", 5.0))
        assert type(exporter).__name__ == "OTLPMetricExporter"
        exporter.shutdown()
