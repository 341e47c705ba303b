"""A monitoring: scrapes a run again and again while it is on, and takes what is pushed over OTLP."""

import contextlib
import http.client
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from prometheus_client.openmetrics import parser

__all__ = ["Figures", "OtlpReceiver", "receiving", "scrape", "scrape_until", "the_same_as"]

OPEN = "application/openmetrics-text; version=1.0.0"
_read_open: Callable[[str], Iterable[Any]] = parser.text_string_to_metric_families
Key = tuple[str, frozenset[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Figures:
    """What one scrape, or one push, told: samples by name and labels."""

    values: Mapping[Key, float]

    def of(self, name: str, **labels: str) -> float:
        """Return one value.

        Raises:
            KeyError: there is none.
        """
        return self.values[name, frozenset(labels.items())]

    def all(self, name: str, *labels: str) -> dict[tuple[str, ...], float]:
        """Return the values of a name, by their labels."""
        found = {}
        for (told, pairs), value in self.values.items():
            if told == name:
                by_label = dict(pairs)
                found[tuple(by_label[label] for label in labels)] = value
        return found


def scrape(url: str, accept: str = OPEN) -> Figures:
    """Scrape once; the text is read by Prometheus' own strict parser.

    Raises:
        OSError, http.client.HTTPException: nobody answers.
        AssertionError: the answer is not 200.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request("GET", parts.path, headers={"Accept": accept})
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    assert answer.status == 200, text
    samples = (sample for family in _read_open(text) for sample in family.samples)
    return Figures({(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples})


def scrape_until(url: str, is_over: Callable[[], bool], every_s: float = 0.5) -> list[Figures]:
    """Scrape until nobody listens any more, or somebody says that it is over."""
    scrapes: list[Figures] = []
    deadline = time.monotonic() + 120
    while not is_over():
        assert time.monotonic() < deadline, "the run does not end"
        with contextlib.suppress(OSError, http.client.HTTPException):
            scrapes.append(scrape(url))
        time.sleep(every_s)
    return scrapes


@dataclass(slots=True)
class OtlpReceiver:
    """What an OTLP/HTTP collector has received."""

    url: str
    pushes: list[ExportMetricsServiceRequest] = field(default_factory=list)

    def last(self) -> Figures:
        """Return the last push as the same run's scrape would have told it."""
        (resource,) = self.pushes[-1].resource_metrics
        (scope,) = resource.scope_metrics
        return Figures(dict(_samples(scope.metrics)))

    def resource(self) -> dict[str, str]:
        """Return the last push's resource."""
        (resource,) = self.pushes[-1].resource_metrics
        return {pair.key: pair.value.string_value for pair in resource.resource.attributes}


def _samples(metrics: Iterable[Any]) -> Iterator[tuple[Key, float]]:
    for metric in metrics:
        kind = metric.WhichOneof("data")
        for point in getattr(metric, kind).data_points:
            labels = frozenset((pair.key, pair.value.string_value) for pair in point.attributes)
            if kind == "histogram":
                yield (f"{metric.name}.count", labels), point.count
                yield (f"{metric.name}.sum", labels), point.sum
            else:
                yield (metric.name, labels), point.as_int if point.HasField("as_int") else point.as_double


@contextlib.contextmanager
def receiving() -> Iterator[OtlpReceiver]:
    """Listen as a collector does, on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_metrics = (
                self.path == "/v1/metrics" and self.headers["Content-Type"] == "application/x-protobuf"
            )
            if is_metrics:
                receiver.pushes.append(ExportMetricsServiceRequest.FromString(body))
            self.send_response(200 if is_metrics else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = OtlpReceiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def the_same_as(summary: Mapping[str, Any]) -> Mapping[str, Mapping[tuple[str, ...], float]]:
    """Return what a run's summary says, by the metrics that must tell the same."""
    counts, server = summary["navigations"], summary["server"]
    ended = ("completed", "left", "refused", "lost", "timed_out", "failed")
    handlers = {(one["namespace"], one["event"]): one for one in server["handlers"]}
    return {
        "navigations.due": {(): counts["due"]},
        "navigations": {(outcome,): counts[outcome] for outcome in ended},
        "navigations.late": {(): counts["late"]},
        "navigations.dropped": {(): counts["dropped"]},
        "navigations.broken": {(): counts["broken"]},
        "navigations.under_way": {(): 0},
        "departures": {(point,): count for point, count in summary["points"].items() if count},
        "phase.duration": {(phase,): times["count"] for phase, times in summary["phases"].items()},
        "server.processes": {(): server["processes"]},
        "server.errors": {(): server["errors"]},
        "server.handler.calls": {key: one["calls"] for key, one in handlers.items()},
        "server.handler.errors": {key: one["errors"] for key, one in handlers.items()},
        "server.residue": {
            (kind,): server["residue"][kind]
            for kind in ("sids", "eio_sockets", "rooms", "environs", "pending_disconnects")
            if server["residue"][kind] is not None
        },
        "generator.processes": {(): summary["generator"]["processes"]},
        "run.exit_code": {(): summary["exit_code"]},
        "run.verdict": {
            (word,): word == summary["verdict"] for word in ("pass", "fail", "inconclusive", "interrupted")
        },
    }


def log_line(log: Path, start: str) -> str:
    """Wait for a line of a log that begins so, and return the rest of it.

    Raises:
        AssertionError: it did not come within a minute.
    """
    deadline = time.monotonic() + 60
    while True:
        for line in log.read_text(errors="replace").splitlines():
            if line.startswith(start):
                return line.removeprefix(start).strip()
        assert time.monotonic() < deadline, f"nobody says {start!r}: {log.read_text(errors='replace')}"
        time.sleep(0.05)
