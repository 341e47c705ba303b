"""Where OpenTelemetry's own variables want the metrics pushed to, and how."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from loadtest.errors import UsageError
from loadtest.exports.extra import needs

__all__ = ["OtlpTarget", "bare_address", "target_of"]

_MODULES: Mapping[str, str] = {
    "http/protobuf": "opentelemetry.exporter.otlp.proto.http.metric_exporter",
    "grpc": "opentelemetry.exporter.otlp.proto.grpc.metric_exporter",
}
_DEFAULTS: Mapping[str, str] = {
    "http/protobuf": "http://localhost:4318",
    "grpc": "http://localhost:4317",
}
_WHO = re.compile(r"^([\w+.-]*://)?[^/?#]*@", re.ASCII)
_GRPC_PORT = 4317
_EVERY_S = 5.0
"""OpenTelemetry's own default is a minute, in which many a run is over."""
_LEAST_EVERY_S = 1.0
"""The figures change no more often."""


@dataclass(frozen=True, slots=True)
class OtlpTarget:
    """A collector that the metrics are pushed to."""

    protocol: str
    """``http/protobuf`` or ``grpc``."""
    address: str
    """For people: as the variables, which the pusher reads itself, have it, but for name and password."""
    every_s: float

    @property
    def module(self) -> str:
        """The module that has the exporter."""
        return _MODULES[self.protocol]


def target_of(environ: Mapping[str, str], *, is_asked_for: bool) -> OtlpTarget | None:
    """Return where to push to; None: nowhere.

    Variables, and what they mean, are those of "OpenTelemetry Protocol Exporter" and "OpenTelemetry
    Environment Variable Specification". Where none names a protocol it is ``http/protobuf``, as there, but
    ``grpc`` for an address with its port.

    Args:
        is_asked_for: by an option; else an address in the variables asks for it.

    Raises:
        UsageError: the protocol is unknown, or the packages are missing.
    """
    address = _first(environ, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    exporters = [name.strip() for name in _first(environ, "OTEL_METRICS_EXPORTER").split(",") if name.strip()]
    is_off = environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    if is_off or (exporters and "otlp" not in exporters) or not (is_asked_for or address):
        return None
    option = "--otel" if is_asked_for else "OTEL_EXPORTER_OTLP_ENDPOINT is set"
    protocol = _first(environ, "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL").lower()
    protocol = protocol or ("grpc" if _port(address) == _GRPC_PORT else "http/protobuf")
    if protocol not in _MODULES:
        known = " or ".join(_MODULES)
        raise UsageError(f"OTEL_EXPORTER_OTLP_PROTOCOL: {protocol!r} cannot be pushed; {known} can")
    needs(option, "otel", "opentelemetry.sdk.metrics", _MODULES[protocol])
    return OtlpTarget(protocol, bare_address(address) or _DEFAULTS[protocol], _every_s(environ))


def bare_address(address: str) -> str:
    """Return an address without the name and the password that may be in it: it is said, and logged."""
    return _WHO.sub(r"\1", address)


def _first(environ: Mapping[str, str], *names: str) -> str:
    return next((value for name in names if (value := environ.get(name, "").strip())), "")


def _port(address: str) -> int | None:
    try:
        return urlsplit(address if "//" in address else f"//{address}").port
    except ValueError:
        return None


def _every_s(environ: Mapping[str, str]) -> float:
    text = environ.get("OTEL_METRIC_EXPORT_INTERVAL", "").strip()
    is_number = text.isascii() and text.isdecimal() and int(text) > 0
    return max(int(text) / 1000, _LEAST_EVERY_S) if is_number else _EVERY_S
