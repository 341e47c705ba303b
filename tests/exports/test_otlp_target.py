"""Where OpenTelemetry's variables want the metrics to go."""

import pytest

from loadtest.errors import UsageError
from loadtest.exports.otlp_target import OtlpTarget, bare_address, target_of

ADDRESS = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
HTTP = OtlpTarget("http/protobuf", "http://127.0.0.1:4318", 5.0)


@pytest.mark.parametrize(
    ("environ", "is_asked_for", "target"),
    [
        ({}, False, None),
        ({}, True, OtlpTarget("http/protobuf", "http://localhost:4318", 5.0)),
        (ADDRESS, False, HTTP),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://127.0.0.1:4318"}, False, HTTP),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, False, None),
        (ADDRESS | {"OTEL_SDK_DISABLED": "True"}, True, None),
        (ADDRESS | {"OTEL_METRICS_EXPORTER": "none"}, True, None),
        (ADDRESS | {"OTEL_METRICS_EXPORTER": "console, otlp"}, False, HTTP),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317"},
            False,
            OtlpTarget("grpc", "http://127.0.0.1:4317", 5.0),
        ),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "127.0.0.1:4317"},
            False,
            OtlpTarget("grpc", "127.0.0.1:4317", 5.0),
        ),
        (
            {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            True,
            OtlpTarget("grpc", "http://localhost:4317", 5.0),
        ),
        (
            ADDRESS
            | {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "http/protobuf"},
            False,
            HTTP,
        ),
        (
            ADDRESS | {"OTEL_METRIC_EXPORT_INTERVAL": "2500"},
            False,
            OtlpTarget("http/protobuf", "http://127.0.0.1:4318", 2.5),
        ),
        (
            ADDRESS | {"OTEL_METRIC_EXPORT_INTERVAL": "1"},
            False,
            OtlpTarget("http/protobuf", "http://127.0.0.1:4318", 1.0),
        ),
        (ADDRESS | {"OTEL_METRIC_EXPORT_INTERVAL": "soon"}, False, HTTP),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://[::"},
            False,
            OtlpTarget("http/protobuf", "http://[::", 5.0),
        ),
    ],
)
def test_the_variables_mean_what_their_specification_says(
    environ: dict[str, str], is_asked_for: bool, target: OtlpTarget | None
) -> None:
    assert target_of(environ, is_asked_for=is_asked_for) == target


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("https://me:s3cret@collector:4318/v1/metrics", "https://collector:4318/v1/metrics"),
        ("https://me:p@ss@collector/a@b", "https://collector/a@b"),
        ("me:s3cret@collector:4317", "collector:4317"),
        ("http://[::1]:4318", "http://[::1]:4318"),
        ("http://me:s3cret@[::", "http://[::"),
    ],
)
def test_what_is_said_of_an_address_holds_no_password(address: str, bare: str) -> None:
    assert bare_address(address) == bare

    target = target_of({"OTEL_EXPORTER_OTLP_ENDPOINT": address}, is_asked_for=False)

    assert target is not None
    assert target.address == bare


def test_a_protocol_that_cannot_be_pushed_is_a_mistake() -> None:
    with pytest.raises(UsageError) as raised:
        target_of(ADDRESS | {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}, is_asked_for=False)

    assert str(raised.value) == (
        "OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' cannot be pushed; http/protobuf or grpc can"
    )
