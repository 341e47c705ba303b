"""What following a run costs beside the run itself: CPU of the follower as a share of the generator's.

    python tests/bench/follower_cost.py [--seconds 60] [--rate 200]

The demo board with its fault, under the hooks; one generator; the follower from the run's first second to
its end. The generator's figure is its own (``generator.cpu`` in ``run.json``, over the planned time), the
follower's is what the system counted for its process, start and last summary included.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from loadtest.demo.server import DemoServer, Fault
from loadtest.hooks import launcher

TOOL = [sys.executable, "-m", "loadtest"]


def follow(run: Path) -> tuple[float, dict[str, int], int]:
    """Follow a run to its end; return CPU seconds, how many messages of each type, and how many bytes."""
    command = [sys.executable, "-m", "loadtest.report.live", str(run)]
    kinds: dict[str, int] = {}
    size = 0
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    for line in process.stdout:
        kind = json.loads(line)["type"]
        kinds[kind] = kinds.get(kind, 0) + 1
        size += len(line)
    _, _, usage = os.wait4(process.pid, 0)
    print(f"largest memory of the follower: {usage.ru_maxrss / 1024:.0f} MB")
    return usage.ru_utime + usage.ru_stime, kinds, size


def main() -> None:
    """Measure once, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=200)
    options = parser.parse_args()
    stages = f"stages=[{{duration_s = {options.seconds}, rate_per_s = {options.rate}}}]"
    with (
        tempfile.TemporaryDirectory() as folder,
        DemoServer(Fault.HANDSHAKE_LOOKUP, environment=launcher.environment()) as board,
    ):
        run = Path(folder) / "run"
        arguments = ["demo", "--host", board.url, "--out", str(run), "--set", stages]
        with subprocess.Popen(
            [*TOOL, "run", *arguments, "--set", "users.max=1000"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as running:
            while not (run / "run.json").exists() and running.poll() is None:
                time.sleep(0.05)
            follower_s, kinds, size = follow(run)
        info = json.loads((run / "run.json").read_text())
        due = json.loads((run / "summary.json").read_text())["navigations"]["due"]
    generator_s = info["generator"]["cpu"] * options.seconds
    print(f"{due:,} navigations; {kinds}, {size / 1024:,.0f} KB")
    print(f"CPU: follower {follower_s:.2f} s, generator {generator_s:.2f} s: {follower_s / generator_s:.0%}")


if __name__ == "__main__":
    main()
