"""CPU for one navigation inside Locust: ours against Locust's SocketIOUser, same target, same run.

    python -m tests.bench.locust_cost [--rounds 3] [--visits 1500]

A navigation is page + WebSocket + CONNECT + handshake with its acknowledgement + leave. Each tool runs as a
whole process with few and with many visits, in turn, on the demo board; the difference of the two, by the
operating system's own accounting, is what the visits cost (starting Python and Locust costs the same twice).
The rate is one that the board can bear, so most of what is told is waking up for each event: a generator that
is kept busy pays less for a visit (``navigation_cost`` keeps the bare driver busy).
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from loadtest.demo.server import DemoServer, Fault

_RATE_PER_S = 250
_FEW = 100
_HERE = Path(__file__).parent
_PROFILE = """
seed = 1
dwell_s = 0
[app]
pages = ["/"]
extract = { visitor = { regex = 'data-visitor="([^"]+)"' } }
handshake = { event = "join", data = { visitor = "$visitor" }, ack = true }
[users]
max = 60
[[stages]]
duration_s = 3600
arrivals = "constant"
"""


def ours(url: str, visits: int, folder: Path) -> list[str]:
    """Return the command of our run."""
    profile = folder / "bench.toml"
    profile.write_text(f"{_PROFILE}rate_per_s = {_RATE_PER_S}\n")
    out = tempfile.mkdtemp(dir=folder)
    locustfile = _HERE.parents[1] / "locustfile.py"
    return [
        *(sys.executable, "-m", "locust", "--headless", "--only-summary", "-f", str(locustfile)),
        *("--loglevel", "ERROR", "--host", url, "--nav-profile", str(profile)),
        *("--nav-visits", str(visits), "--nav-out", out),
    ]


def theirs(url: str, visits: int, folder: Path) -> list[str]:  # noqa: ARG001  # one signature for both
    """Return the command of SocketIOUser's run."""
    return [
        *(sys.executable, "-m", "locust", "--headless", "--only-summary", "--loglevel", "ERROR"),
        *("-f", str(_HERE / "socketio_user.py"), "--host", url, "-u", "60", "-r", "60"),
    ]


def cpu_s(command: list[str], visits: int) -> float:
    """Run a command to its end; return the CPU seconds that it took.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    variables = {"BENCH_VISITS": str(visits), "BENCH_RATE_PER_S": str(_RATE_PER_S)}
    process = subprocess.Popen(
        command,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=said)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Measure in interleaved rounds; print medians and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--visits", type=int, default=1500)
    arguments = parser.parse_args()
    tools: dict[str, Callable[[str, int, Path], list[str]]] = {"loadtest": ours, "SocketIOUser": theirs}
    costs: dict[str, list[float]] = {name: [] for name in tools}
    generators, servers = sorted(os.sched_getaffinity(0))[:1], sorted(os.sched_getaffinity(0))[1:]
    os.sched_setaffinity(0, servers or generators)
    with tempfile.TemporaryDirectory() as folder, DemoServer(Fault.NONE) as board:
        os.sched_setaffinity(0, generators)  # what is started from here on has a core of its own
        for _ in range(arguments.rounds):
            for name, command_of in tools.items():
                few, many = (
                    cpu_s(command_of(board.url.rstrip("/"), visits, Path(folder)), visits)
                    for visits in (_FEW, arguments.visits)
                )
                costs[name].append((many - few) / (arguments.visits - _FEW) * 1000)
                print(f"{name}: {costs[name][-1]:.3f} ms CPU a navigation", flush=True)
    medians = {name: statistics.median(row) for name, row in costs.items()}
    print(f"medians of {arguments.rounds}: " + ", ".join(f"{n} {m:.3f} ms" for n, m in medians.items()))
    print(f"SocketIOUser costs {medians['SocketIOUser'] / medians['loadtest']:.1f} times as much")


if __name__ == "__main__":
    main()
