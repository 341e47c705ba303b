"""What judging thresholds while a run is on costs, by the look: the watcher's CPU, and the master's answer.

    python tests/bench/watch_cost.py [--seconds 600] [--rate 50]

A run's files are made to grow as they do at that rate, a second at a time, and each second is looked at. No
load is sent: what is measured is processor time, which is the same however busy the machine is.
"""

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

from loadtest.metrics.abort import Abort
from loadtest.navigation.phase import Phase
from loadtest.profile.load import parse_profile
from loadtest.report.folder import INFO_FILE, NAVIGATIONS_FILE, SERVER_FILE, write_json
from loadtest.report.info import Ended, GeneratorInfo
from loadtest.report.watch.watcher import Standing, Watcher
from loadtest.swarm.account import Account
from loadtest.swarm.messages import Report
from tests.report.building import T0_AT, error, handler, histogram, info, snapshot, visit

PROFILE = '[app]\npreset = "generic"\n[[stages]]\nduration_s = 600\nrate_per_s = 50\n'
ABORTS = (
    Abort("phases.handshake", "p(95)<100000"),
    Abort("navigations.failed", "rate<0.99"),
    Abort("server.errors", "count<100000"),
    Abort("server.handlers./.join", "p(99)<100000"),
)


def second(at: int, rate: int) -> tuple[str, str]:
    """Return what a second adds to both files; every tenth visit has an error on the server."""
    numbers = range(at * rate, (at + 1) * rate)
    visits = "".join(
        visit(
            number,
            due_s=at + 0.5,
            started_s=at + 0.5,
            phases_ms=dict.fromkeys(Phase, 1.0 + number % 97),
        ).to_line()
        for number in numbers
    )
    journal = [{"kind": "error", "number": number, "error": 0, "at": 1.0} for number in numbers[::10]]
    told = [
        {"kind": "journal", "boot": snapshot()["boot"], "lost": 0, "entries": journal},
        snapshot(
            [error(range(0, min(at * rate, 1000), 10))],
            heard_at=T0_AT.timestamp() + at,
            sequence=at + 1,
            visits=at * rate,
            handlers=[handler("join", at * rate, at * rate // 10, histogram(*[2.0] * 40))],
        ),
    ]
    return visits, "".join(json.dumps(line) + "\n" for line in told)


def answer_us(times: int = 2000) -> float:
    """Return what the master's answer costs, microseconds; two workers with a thousand samples of lag."""
    account = Account(parse_profile(PROFILE, name="x", source="x"), 600.0)
    lag = histogram(*[0.01 * n for n in range(1000)]).to_json()
    for index in range(2):
        account.take(Report("r", index, "", 9, 0, 0, 9, 0, None, False, 0, 0.0, 1.0, lag))
    began = time.process_time()
    for _ in range(times):
        json.dumps({"due": account.counts(1.0).due, "generator": account.generator(1.0).to_json()})
    return (time.process_time() - began) / times * 1e6


def main() -> None:
    """Measure once, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--rate", type=int, default=50)
    options = parser.parse_args()
    costs_ms = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        running = info(ended=Ended.RUNNING, quiet=None, generator=None, aborts=ABORTS)
        write_json(folder / INFO_FILE, running.to_json())
        watcher = Watcher(folder)
        for at in range(options.seconds):
            for file, text in zip((NAVIGATIONS_FILE, SERVER_FILE), second(at, options.rate), strict=True):
                with (folder / file).open("a") as opened:
                    opened.write(text)
            began = time.process_time()
            standing = Standing(at + 1.0, (at + 1) * options.rate, GeneratorInfo(1, 0.3, histogram(1.0)))
            assert watcher.look(standing) is None
            costs_ms.append((time.process_time() - began) * 1000)
    tenth = max(len(costs_ms) // 10, 1)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"a look a second at {options.rate} visits a second, of a core: "
        f"{sum(costs_ms) / len(costs_ms) / 10:.1f} % over {options.seconds} s "
        f"(first tenth {sum(costs_ms[:tenth]) / tenth / 10:.1f} %, "
        f"last {sum(costs_ms[-tenth:]) / tenth / 10:.1f} %), {memory_mb:.0f} MB; "
        f"the master's answer {answer_us():.0f} µs a second"
    )


if __name__ == "__main__":
    main()
