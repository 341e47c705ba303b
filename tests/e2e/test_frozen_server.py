"""A server that stands still for three seconds, and what is told of it.

20 visitors a second come, whatever the server does; it is stopped for three seconds by SIGSTOP. The truth is
the server's own: of each visit, the time from when it was due (its number's place in the schedule) until the
server wrote that it has answered. What we tell, timed from the due time, must be that.

What Locust would have said is what it says: three of its own users with ``constant_throughput`` at the same
rate, on the same server with the same freeze. They wait in the freeze and ask for nothing, so that three
requests in several hundred are slow, and the 99th percentile knows nothing of it. Our own closed model is
such a pool, and there our figure from the start says the same as Locust's: a tab that waits for the server
is due no earlier. In the open model a visit starts when it is due, if a user is free, so that there the
figure from the start tells the freeze too; what could make it differ is a generator that is late.
"""

import csv
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from loadtest.metrics.histogram import Histogram
from loadtest.report.info import RunInfo
from tests.e2e.harness import TOOL, Served, free_port, only_run, records, served, summary_of

pytestmark = pytest.mark.slow

APPS = Path(__file__).parent / "apps"
FREEZE_S = 3.0
LOAD_S = 20
SOME_BYTES = 4000
"""Of the server's log: some forty answers."""
OPEN = f"""
[app]
preset = "generic"
[[stages]]
duration_s = {LOAD_S}
rate_per_s = 20
arrivals = "constant"
[users]
max = 400
[dwell_s]
constant = 0.0
"""
CLOSED = f"""
[app]
preset = "generic"
[[stages]]
duration_s = {LOAD_S}
users = 3
[users]
wait_s = 0.06
[[departures]]
at = "P03"
manner = "fin"
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Served]:
    """An app that tells when it answers."""
    port = free_port()
    with served(
        [sys.executable, str(APPS / "clocked_asgi.py"), str(port)], port, tmp_path / "app.log"
    ) as app:
        yield app


def answers(app: Served, what: str) -> dict[str, float]:
    """Return when the server answered, by navigation."""
    lines = (json.loads(line) for line in app.log.read_text().splitlines() if line.startswith("{"))
    return {line["navigation"]: line["about"] for line in lines if line["what"] == what}


def freeze(app: Served) -> None:
    """Stop the server for three seconds, some time after the load has begun."""
    begins = app.log.stat().st_size + SOME_BYTES
    deadline = time.monotonic() + 60
    while app.log.stat().st_size < begins:
        assert time.monotonic() < deadline, "the load did not begin"
        time.sleep(0.05)
    server = psutil.Process(app.pid)
    server.send_signal(signal.SIGSTOP)
    try:
        time.sleep(FREEZE_S)  # the freeze itself
    finally:
        server.send_signal(signal.SIGCONT)


def run(app: Served, profile: str, folder: Path) -> Path:
    """Run a profile against the server that is frozen meanwhile, and return the run's folder."""
    (folder / "freeze.toml").write_text(profile)
    command = [*TOOL, "run", "freeze.toml", "--host", app.url]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        freeze(app)
        _, said = process.communicate(timeout=120)
    assert process.returncode in (0, 98), said  # 98: the generator's own lag, on a machine that is busy
    return only_run(folder / "results")


def percentile_ms(durations_s: list[float]) -> float:
    """Return the 99th percentile as our figures have it."""
    histogram = Histogram()
    for duration_s in durations_s:
        histogram.record(duration_s)
    told = histogram.percentile_ms(99)
    assert told is not None
    return told


def test_the_due_time_figure_is_the_truth_of_the_servers_own_log(app: Served, tmp_path: Path) -> None:
    folder = run(app, OPEN, tmp_path)
    t0_at = t0_of(folder)
    phases, visits = summary_of(folder)["phases"], records(folder)

    assert summary_of(folder)["navigations"]["dropped"] == 0
    for phase in ("page", "connect"):
        answered_at = answers(app, phase)
        truth_ms = percentile_ms(
            [answered_at[visit["navigation"]] - t0_at - visit["due_s"] for visit in visits]
        )
        told_ms = phases[phase]["from_due_p99_ms"]
        print(f"{phase}: truth {truth_ms:.0f} ms, told {told_ms:.0f} ms of {len(visits)} visits")
        assert truth_ms > 0.8 * FREEZE_S * 1000
        assert abs(told_ms / truth_ms - 1) < 0.1


def test_who_waits_for_the_server_before_asking_again_hides_the_freeze_as_locust_does(
    app: Served, tmp_path: Path
) -> None:
    folder = run(app, CLOSED, tmp_path)
    phase = summary_of(folder)["phases"]["page"]
    locusts_ms = paced_by_locust(app, tmp_path)

    # what visitors would have waited who come by themselves: nearly the whole freeze (the test above)
    print(f"p99 told by a closed pool: {phase['p99_ms']} ms of {phase['count']}; by Locust: {locusts_ms} ms")
    assert phase["max_ms"] > 0.8 * FREEZE_S * 1000
    assert phase["p99_ms"] < FREEZE_S * 1000 / 5
    assert locusts_ms < FREEZE_S * 1000 / 5


def t0_of(folder: Path) -> float:
    """Return the run's t0, in seconds of Unix time."""
    t0_at = RunInfo.from_json(json.loads((folder / "run.json").read_text())).t0_at
    assert t0_at is not None
    return t0_at.timestamp()


def paced_by_locust(app: Served, folder: Path) -> float:
    """Return the 99th percentile that Locust tells of its own users at the same rate, in the same freeze."""
    command = [
        *(sys.executable, "-m", "locust", "-f", str(APPS / "paced_locustfile.py"), "--headless"),
        *("-u", "3", "-r", "3", "-t", f"{LOAD_S}s", "--host", app.url, "--csv", str(folder / "paced")),
    ]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        freeze(app)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    with (folder / "paced_stats.csv").open(newline="") as rows:
        (row,) = [row for row in csv.DictReader(rows) if row["Name"] == "/"]
    assert int(row["Request Count"]) > 300
    assert float(row["Max Response Time"]) > 0.8 * FREEZE_S * 1000
    return float(row["99%"])
