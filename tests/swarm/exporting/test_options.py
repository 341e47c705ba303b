"""Which exports are asked for."""

import argparse
import sys
from typing import Any

import pytest

from loadtest.errors import UsageError
from loadtest.exports.otlp_target import OtlpTarget
from loadtest.swarm.exporting.options import ExportOptions, read_export_options

VARIABLES = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
TARGET = OtlpTarget("http/protobuf", "http://127.0.0.1:4318", 5.0)


def read(environ: dict[str, str] | None = None, **values: Any) -> tuple[ExportOptions, list[str]]:
    said: list[str] = []
    given = argparse.Namespace(**({"nav_prometheus": "", "nav_otel": False} | values))
    return read_export_options(given, environ or {}, said.append), said


@pytest.fixture
def no_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without them."""
    for name in ("prometheus_client", "opentelemetry.sdk.metrics"):
        monkeypatch.setitem(sys.modules, name, None)


def test_nothing_is_exported_that_nobody_asks_for() -> None:
    assert read() == (ExportOptions(), [])


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:9464", ("127.0.0.1", 9464)), ("0.0.0.0:0", ("0.0.0.0", 0)), ("[::1]:1", ("::1", 1))],
)
def test_an_address_is_where_to_listen(text: str, address: tuple[str, int]) -> None:
    assert read(nav_prometheus=text)[0] == ExportOptions(prometheus=address)


@pytest.mark.parametrize(
    "values", [{"nav_otel": True}, {"otel": True}, {}], ids=["ours", "locust's", "alone"]
)
def test_a_push_is_asked_for_by_an_option_or_by_a_variable(values: dict[str, Any]) -> None:
    assert read(VARIABLES, **values) == (ExportOptions(otel=TARGET), [])


@pytest.mark.usefixtures("no_extras")
def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(UsageError) as raised:
        read(nav_prometheus="9464", nav_otel=True)

    assert str(raised.value).splitlines() == [
        "--prometheus: '9464' is not ADDRESS:PORT, such as 127.0.0.1:9464",
        (
            "--prometheus: its packages are not installed: pip install 'loadtest[prometheus]' "
            "(in a checkout: pip install -e '.[prometheus]')"
        ),
        (
            "--otel: its packages are not installed: pip install 'loadtest[otel]' "
            "(in a checkout: pip install -e '.[otel]')"
        ),
    ]


@pytest.mark.usefixtures("no_extras")
def test_a_variable_that_may_be_there_for_the_app_breaks_nothing() -> None:
    options, said = read(VARIABLES)

    assert options == ExportOptions()
    (line,) = said
    assert line.startswith("OTEL_EXPORTER_OTLP_ENDPOINT is set: its packages are not installed: pip install ")
    assert line.endswith("; the run goes on without")


@pytest.mark.parametrize("text", ["9464", ":9464", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "a:²"])
def test_what_is_no_address_is_a_mistake(text: str) -> None:
    with pytest.raises(UsageError, match=r"is not ADDRESS:PORT, such as 127\.0\.0\.1:9464"):
        read(nav_prometheus=text)


def test_a_push_that_variables_switch_off_is_told() -> None:
    options, said = read(VARIABLES | {"OTEL_SDK_DISABLED": "true"}, nav_otel=True)

    assert (options, said) == (ExportOptions(), ["--otel: OpenTelemetry's own variables switch it off"])
    assert read(VARIABLES | {"OTEL_SDK_DISABLED": "true"}) == (ExportOptions(), [])
