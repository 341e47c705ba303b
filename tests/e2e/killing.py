"""Runs that are killed at random moments, and what of their visits is in the report afterwards.

``python -m tests.e2e.killing [KILLS] [SEED]``: each in turn of the Locust child, the parent, both and a
worker, at a random moment of a real run against a real app; tells what the app saw and the report has not.
"""

import contextlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil

from loadtest.report.run import read_run
from tests.e2e.harness import TOOL, instrumented, loadtest, only_run, starting, wait_for_visits

__all__ = ["Killed", "Victim", "kill_at", "watched_app"]

WITNESS = Path(__file__).parent / "apps" / "witness.py"
PROFILE = """
dwell_s = 0.4
[app]
pages = ["/"]
handshake = { event = "handshake", data = {}, ack = true }
[[departures]]
at = "P16"
[[departures]]
at = "P17"
manner = "fin"
[[departures]]
at = "stay"
weight = 2
[[stages]]
duration_s = 8
rate_per_s = 25
"""
SAFE_S = 1.0
"""A record that is older has to be there."""


class Victim(StrEnum):
    """Who is killed."""

    CHILD = "the Locust child"
    PARENT = "the parent"
    BOTH = "both"
    WORKER = "a worker"


@dataclass(frozen=True, slots=True)
class Killed:
    """One run that was killed, and its report."""

    victim: Victim
    after_s: float
    """Since its first record."""
    status: int | None
    """The command's; of a parent that was killed there is none."""
    seen: Mapping[str, float]
    """The visits that the app saw leave, and how long before the kill."""
    missing: Mapping[str, float]
    """Those of them that the report does not know."""
    verdict: str
    exit_code: int
    reasons: Sequence[str]
    started: int
    """Visits, by the report."""
    lines: int
    """Records, by the run's file."""

    @property
    def lost(self) -> Mapping[str, float]:
        """Those that should be there."""
        return {navigation: age_s for navigation, age_s in self.missing.items() if age_s > SAFE_S}

    def __str__(self) -> str:
        oldest_s = max(self.missing.values(), default=0.0)
        return (
            f"{self.victim} killed after {self.after_s:.2f} s: the app saw {len(self.seen)} leave, "
            f"the report knows {self.started}; missing {len(self.missing)}, the oldest {oldest_s:.2f} s old; "
            f"{self.verdict} {self.exit_code}: {self.reasons[0]}"
        )


@contextlib.contextmanager
def watched_app(folder: Path) -> Iterator[tuple[str, Path]]:
    """Start the app, hooked; yield its address, and the file that says what it saw."""
    log = folder / "app.jsonl"
    with starting(instrumented(sys.executable, str(WITNESS)), folder, log) as process:
        deadline_s = time.monotonic() + 60
        while not (lines := log.read_text().splitlines()):
            assert process.poll() is None, "the app ended"
            assert time.monotonic() < deadline_s, "the app does not listen"
            time.sleep(0.05)
        yield json.loads(lines[0])["url"], log


def kill_at(victim: Victim, after_s: float, folder: Path, app: tuple[str, Path]) -> Killed:
    """Begin a run, kill it so long after its first record, and read its report."""
    url, log = app
    folder.mkdir()
    (folder / "kill.toml").write_text(PROFILE)
    workers = ["--workers", "2"] if victim is Victim.WORKER else []
    command = [*TOOL, "run", "kill.toml", "--host", url, *workers]
    with (folder / "said.txt").open("wb") as said:
        parent = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
    with parent:
        wait_for_visits(folder / "results")
        until_s = time.monotonic() + after_s
        (child,) = psutil.Process(parent.pid).children()
        crew = child.children() if victim is Victim.WORKER else []
        while time.monotonic() < until_s:
            time.sleep(0.002)
        victims = {
            Victim.CHILD: [child],
            Victim.PARENT: [psutil.Process(parent.pid)],
            Victim.BOTH: [psutil.Process(parent.pid), child],
            Victim.WORKER: crew[:1],
        }[victim]
        killed_s = time.monotonic()
        for process in victims:
            process.kill()
        status = parent.wait(120)
        child.wait(120)
    run = only_run(folder / "results")
    told = loadtest("report", str(run), "--format", "json", cwd=folder)
    assert told.status == 0, told.errors
    summary = json.loads(told.output)
    records = read_run(run).records
    known = {record.navigation for record in records}
    mine = json.loads((run / "run.json").read_text())["id"]
    seen = {
        navigation: killed_s - at_s
        for navigation, at_s in _gone(log).items()
        if navigation.startswith(mine) and at_s <= killed_s
    }
    return Killed(
        victim=victim,
        after_s=after_s,
        status=None if victim in (Victim.PARENT, Victim.BOTH) else status,
        seen=seen,
        missing={name: age_s for name, age_s in seen.items() if name not in known},
        verdict=summary["verdict"],
        exit_code=summary["exit_code"],
        reasons=summary["reasons"],
        started=summary["navigations"]["started"],
        lines=len(records),
    )


def _gone(log: Path) -> Mapping[str, float]:
    """Return when the app saw each visit's connection go, seconds of the monotonic clock."""
    gone: dict[str, float] = {}
    for line in log.read_text().splitlines()[1:]:
        told = json.loads(line)
        if told["what"] == "gone":
            gone[told["navigation"]] = told["at"]
    return gone


def main(kills: int, seed: int) -> int:
    """Kill so many runs, each kind in turn; return how many have lost what should be there."""
    rng = random.Random(seed)
    print(f"seed {seed}")
    failed = 0
    with tempfile.TemporaryDirectory() as name, watched_app(Path(name)) as app:
        for number in range(kills):
            victim = list(Victim)[number % len(Victim)]
            killed = kill_at(victim, rng.uniform(0, 7), Path(name) / str(number), app)
            print(f"{number + 1}: {killed}", flush=True)
            failed += bool(killed.lost)
    print(f"{failed} of {kills} have lost a record that was older than {SAFE_S:g} s")
    return failed


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    sys.exit(bool(main(count, int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1000))))
