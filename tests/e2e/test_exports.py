"""A run's figures as monitoring gets them, while it is on and at its end: real runs, a real scraper."""

import json
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from email.message import Message
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from loadtest.exports.metric import Kind
from loadtest.exports.table import METRICS
from tests.e2e.harness import (
    TOOL,
    Served,
    free_port,
    instrumented,
    loadtest,
    served,
    starting,
    summary_of,
)
from tests.e2e.scraping import Figures, log_line, receiving, scrape, scrape_until, the_same_as
from tests.e2e.test_web_guard import ask

pytestmark = pytest.mark.slow

STAGES = "stages=[{duration_s = %d, rate_per_s = 12, arrivals = 'constant'}]"
DWELL = "dwell_s=0.2"
NO_EXTRAS = """
import sys
for name in ("prometheus_client", "opentelemetry.sdk.metrics"):
    sys.modules[name] = None
"""


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Served]:
    """The demo's board with its fault, under the hooks."""
    port = free_port()
    fault = ("-m", "loadtest.demo", "--fault", "handshake-lookup", "--port", str(port))
    with served(instrumented(sys.executable, *fault), port, tmp_path / "board.log") as board:
        yield board


def run_command(board: Served, folder: Path, *more: str) -> list[str]:
    settings = ("--set", STAGES % 3, "--set", DWELL)
    return [*TOOL, "run", "demo", "--host", board.url, "--out", str(folder), *settings, *more]


def prometheus_name(name: str) -> str:
    metric = METRICS[name]
    return metric.prometheus_name + ("_count" if metric.kind is Kind.HISTOGRAM else "")


def otel_name(name: str) -> str:
    metric = METRICS[name]
    return metric.otel_name + (".count" if metric.kind is Kind.HISTOGRAM else "")


def check(figures: Figures, summary: Mapping[str, Any], name_of: Callable[[str], str]) -> None:
    """Compare all that a monitoring has been told with the run's summary."""
    expected = the_same_as(summary)
    found = {name: figures.all(name_of(name), *METRICS[name].labels) for name in expected}
    assert found == expected


def counters(figures: Figures) -> Mapping[object, float]:
    """Return what only grows."""
    grow = ("_total", "_bucket", "_count", "_sum", "_created")
    return {key: value for key, value in figures.values.items() if key[0].endswith(grow)}


def test_a_run_is_scraped_and_pushed_while_it_is_on(
    board: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, folder = tmp_path / "run.log", tmp_path / "run"
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "1000")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "board test")
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        command = run_command(board, folder, "--prometheus", "127.0.0.1:0")
        with starting(command, tmp_path, log) as process:
            url = log_line(log, "metrics: ")
            scrapes = scrape_until(url, lambda: process.poll() is not None)
    summary = summary_of(folder)

    check(scrapes[-1], summary, prometheus_name)
    check(receiver.last(), summary, otel_name)
    assert receiver.resource()["service.name"] == "board test"
    assert receiver.resource()["service.instance.id"] == summary["id"]
    assert (process.returncode, summary["server"]["residue"]["sids"] > 0) == (99, True)
    states = [
        state
        for figures in scrapes
        for (state,), is_so in figures.all("loadtest_run_state", "state").items()
        if is_so
    ]
    order = ("idle", "hooks", "load", "quiet", "over")
    assert states == sorted(states, key=order.index)
    assert {"load", "quiet", "over"} <= {*states}
    runs = [figures for figures in scrapes if not figures.of("loadtest_run_state", state="idle")]
    assert (
        len({value for figures in runs for key, value in figures.values.items() if "_created" in key[0]}) == 1
    )
    for earlier, later in pairwise(counters(figures) for figures in runs):
        assert {key: value for key, value in earlier.items() if later[key] < value} == {}
    during = [figures.of("loadtest_navigations_due_total") for figures in runs]
    assert 0 < len({*during}) > 2, during


def test_two_workers_are_one_run_and_a_collector_that_is_not_there_is_one_line(
    board: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, folder = tmp_path / "run.log", tmp_path / "run"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "1000")
    command = run_command(board, folder, "--prometheus", "127.0.0.1:0", "--workers", "2", "--otel")
    with starting(command, tmp_path, log) as process:
        url = log_line(log, "metrics: ")
        scrapes = scrape_until(url, lambda: process.poll() is not None)
    summary = summary_of(folder)

    check(scrapes[-1], summary, prometheus_name)
    assert [*scrapes[-1].all("loadtest_generator_cpu_seconds_total", "generator")] == [("0",), ("1",)]
    assert (process.returncode, summary["verdict"], summary["exit_code"]) == (99, "fail", 99)
    complaints = [line for line in log.read_text().splitlines() if line.startswith("OpenTelemetry: ")]
    assert len(complaints) == 1, complaints


def test_a_run_that_cannot_be_exported_is_not_begun(tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "sitecustomize.py").write_text(NO_EXTRAS)
    run = ("run", "demo", "--host", "http://127.0.0.1:9")
    bare = loadtest(
        *run, "--prometheus", "9464", "--otel", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "bare")}
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        second = loadtest(*run, "--prometheus", address, cwd=tmp_path)

    assert bare.status == 104
    assert bare.errors.splitlines() == [
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
    assert second.status == 104
    assert second.errors.startswith(f"--prometheus: {address} cannot be listened on (")
    assert second.errors.count("\n") == 1
    assert not (tmp_path / "results").exists()


def test_the_web_ui_has_the_metrics_and_a_new_run_begins_anew(board: Served, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "ui.log"
    command = [*TOOL, "ui", "--port", str(port), "--prometheus", "127.0.0.1:0"]
    with served(command, port, log, cwd=tmp_path) as ui:
        url, own = f"{ui.url}/loadtest/metrics", log_line(log, "metrics: ")
        idle = scrape(url)
        refused = [
            ask(ui, "/loadtest/metrics", **headers).status
            for headers in (
                {"Host": "example.org"},
                {"Origin": "https://example.org"},
                {"Sec_Fetch_Site": "cross-site"},
            )
        ]
        first, second = (run_in_ui(ui, board, url, duration_s) for duration_s in (3, 2))
        beside = scrape(own)
        report = kept_report(ui)

    runs = sorted(path for path in (tmp_path / "results").iterdir() if not path.is_symlink())
    assert idle.all("loadtest_run_state", "state")["idle",] == 1
    assert not [name for name, _ in idle.values if "navigations" in name]
    assert refused == [403, 403, 403]
    assert [figures.of("loadtest_navigations_due_total") for figures in (first, second)] == [36, 24]
    for figures, run in zip((first, second), runs, strict=True):
        check(figures, summary_of(run), prometheus_name)
    check(beside, summary_of(runs[-1]), prometheus_name)
    created = "loadtest_navigations_due_created"
    assert first.of(created) < second.of(created)
    assert report["Content-Type"] == "text/html; charset=utf-8"
    assert report["Content-Disposition"] == f"attachment; filename={runs[-1].name}-report.html"
    assert report["Content-Security-Policy"].startswith("sandbox; default-src 'none';")


def kept_report(ui: Served) -> Message:
    """Wait until the UI offers the last run's report, take it, and return the answer's headers."""
    deadline = time.monotonic() + 120
    while not json.loads(ask(ui, "/loadtest/live").body)["has_report"]:
        assert time.monotonic() < deadline, "there is no report"
        time.sleep(0.2)
    with urlopen(f"{ui.url}/loadtest/files/report.html", timeout=30) as answer:
        assert b"</html>" in answer.read()
        headers: Message = answer.headers
        return headers


def run_in_ui(ui: Served, board: Served, url: str, duration_s: int) -> Figures:
    """Start a run as the form does; return what is scraped after its verdict."""
    before = scrape(url).all("loadtest_run_info", "run")
    form = {"host": board.url, "nav_profile": "demo", "nav_set": f"{STAGES % duration_s}; {DWELL}"}
    deadline = time.monotonic() + 120
    while not is_started(ui, form):  # Locust may still be letting the users of the run before go
        assert time.monotonic() < deadline, "the run does not start"
        time.sleep(0.2)
    while True:
        figures = scrape(url)
        is_new = figures.all("loadtest_run_info", "run") != before
        if is_new and figures.all("loadtest_run_exit_code"):
            return figures
        assert time.monotonic() < deadline, "the run does not end"
        time.sleep(0.2)


def is_started(ui: Served, form: Mapping[str, str]) -> bool:
    """Ask for a run as the form does; return whether it was let in."""
    with urlopen(Request(f"{ui.url}/swarm", urlencode(form).encode()), timeout=30) as answer:
        return bool(json.load(answer)["success"])
