"""Which exports were asked for, on the command line or by OpenTelemetry's variables."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from loadtest.errors import UsageError
from loadtest.exports.extra import needs
from loadtest.exports.otlp_target import OtlpTarget, target_of
from loadtest.swarm.options import read_address

__all__ = ["ExportOptions", "read_export_options"]


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """The exports of this process's runs."""

    prometheus: tuple[str, int] | None = None
    """Where to listen; None: nowhere."""
    otel: OtlpTarget | None = None
    """Where to push to; None: nowhere."""


def read_export_options(
    values: argparse.Namespace, environ: Mapping[str, str], say: Callable[[str], object]
) -> ExportOptions:
    """Read Locust's parsed options, and OpenTelemetry's variables.

    What only a variable asks for is told, and left, where it cannot be done: it may be there for the app.

    Raises:
        UsageError: an address cannot be read, or an extra is missing; all that is wrong at once.
    """
    mistakes: list[str] = []
    prometheus: tuple[str, int] | None = None
    otel: OtlpTarget | None = None
    if values.nav_prometheus:
        try:
            prometheus = read_address("--prometheus", values.nav_prometheus, "127.0.0.1:9464")
        except UsageError as error:
            mistakes.append(str(error))
        try:
            needs("--prometheus", "prometheus", "prometheus_client")
        except UsageError as error:
            mistakes.append(str(error))
    is_asked_for = bool(values.nav_otel or getattr(values, "otel", False))  # Locust's own has it, too
    try:
        otel = target_of(environ, is_asked_for=is_asked_for)
        if is_asked_for and otel is None:
            say("--otel: OpenTelemetry's own variables switch it off")
    except UsageError as error:
        if is_asked_for:
            mistakes.append(str(error))
        else:
            say(f"{error}; the run goes on without")
    if mistakes:
        raise UsageError("\n".join(mistakes))
    return ExportOptions(prometheus, otel)
