"""`loadtest tune` on a target with a known knee, and how it ends when there is none to be found."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import TOOL, Served, free_port, loadtest, plain, served

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PROFILE = """
# For whom this is.
description = "Visits that wait for one worker"
dwell_s = 0.05

[app]
pages = ["/"]
handshake = { event = "join", data = {}, ack = true }

[[stages]]
duration_s = 3
rate_per_s = 8  # what tune changes

[thresholds]
"phases.handshake" = ["p(90)<1000"]
"""


@contextmanager
def queue(tmp_path: Path, service_ms: float) -> Iterator[Served]:
    """An app whose handshakes wait for one worker."""
    (tmp_path / "queue.toml").write_text(PROFILE)
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.targets.queue_app", "--port", str(port)]
    command += ["--service-ms", str(service_ms)]
    with served(command, port, tmp_path / "app.log", cwd=ROOT) as app:
        yield app


def result_in(folder: Path) -> dict[str, Any]:
    (path,) = folder.glob("results/*-tune-queue/tune.json")
    result: dict[str, Any] = json.loads(path.read_text())
    return result


def test_the_knee_of_a_queue_is_found_and_written_into_the_profile(tmp_path: Path) -> None:
    with queue(tmp_path, service_ms=100) as app:  # 10 a second, and no more
        bounds = ("--from", "5", "--to", "60", "--stage-s", "4", "--repeats", "1", "--width", "0.9")
        ended = loadtest("tune", "queue.toml", "--host", app.url, *bounds, cwd=tmp_path, timeout_s=600)
        assert ended.status == 0, ended.errors
        again = loadtest("check", "queue-tuned.toml", cwd=tmp_path)

    result = result_in(tmp_path)
    assert result["outcome"] == "found"
    assert 6 < result["knee"]["value"] < 24
    assert result["knee"]["low"] < result["knee"]["value"] < result["knee"]["high"]
    assert {probe["verdict"] for probe in result["probes"]} == {"pass", "fail"}
    text = (tmp_path / "queue-tuned.toml").read_text()
    assert "# For whom this is." in text
    assert f"rate_per_s = {float(format(result['knee']['low'], '.4g')):g}  # what tune changes" in text
    assert again.status == 0, again.errors
    (page,) = tmp_path.glob("results/*-tune-queue/tune.html")
    assert page.stat().st_size < 300_000
    for probe in result["probes"]:
        assert (page.parent / probe["run"] / "run.json").exists()


def test_a_target_that_fails_at_the_lowest_rate_is_not_tuned(tmp_path: Path) -> None:
    with queue(tmp_path, service_ms=1500) as app:
        ended = loadtest(
            *("tune", "queue.toml", "--host", app.url, "--from", "6", "--stage-s", "2"), cwd=tmp_path
        )

    assert ended.status == 98, ended.errors
    assert "even 6/s fails: phases.handshake p(90)" in plain(ended.errors)
    assert not (tmp_path / "queue-tuned.toml").exists()


def test_a_target_that_does_not_answer_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "queue.toml").write_text(PROFILE)

    ended = loadtest("tune", "queue.toml", "--host", f"http://127.0.0.1:{free_port()}", cwd=tmp_path)

    assert ended.status == 98, ended.errors
    assert "the server does not answer as this profile expects: one visit: failed" in plain(ended.errors)
    assert result_in(tmp_path)["probes"] == []


def test_ctrl_c_writes_down_what_is_known(tmp_path: Path) -> None:
    with queue(tmp_path, service_ms=1) as app:
        command = [*TOOL, "tune", "queue.toml", "--host", app.url, "--from", "4", "--stage-s", "2"]
        process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        deadline = time.monotonic() + 60
        for line in process.stderr:
            assert time.monotonic() < deadline
            if line.startswith("probe 1: 4/s holds"):
                process.send_signal(signal.SIGINT)
                break
        rest = process.stderr.read()
        assert process.wait(60) == 105, rest
        process.stderr.close()

    result = result_in(tmp_path)
    assert (result["outcome"], result["exit_code"]) == ("interrupted", 105)
    assert [probe["verdict"] for probe in result["probes"]] == ["pass"]
    assert not (tmp_path / "queue-tuned.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--vary", "users.most"], "--vary users.most: queue.toml does not say it"),
        (["--from", "9", "--to", "3"], "--from: 9 is not below --to, 3"),
        (["--to", "2e6"], "--to 2e+06: queue.toml: stages[0].rate_per_s: 2000000 is above 1,000,000"),
        (["--confidence", "7", "--stage-s", "0"], "--confidence: 7 is not from 0.5 to below 1"),
        (["--out", "nowhere/x.toml"], "--out nowhere/x.toml: there is no folder nowhere"),
        (["--set", "speed=9"], "speed: unknown key"),
        (["--out", "queue.toml"], "--out queue.toml: is there already; name another file, or give --force"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_sent(arguments: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "queue.toml").write_text(PROFILE)

    ended = loadtest("tune", "queue.toml", "--host", "http://127.0.0.1:1", *arguments, cwd=tmp_path)

    assert ended.status == 104, ended.errors
    assert message in plain(ended.errors)
    assert not (tmp_path / "results").exists()
