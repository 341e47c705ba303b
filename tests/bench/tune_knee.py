"""`loadtest tune` against a target whose knee is known: ``python -m tests.bench.tune_knee``.

The target's handshakes wait for one worker with a service time of our choosing. Long runs at fixed rates say
where the threshold is crossed; `tune` has to come to within 10 % of that with every seed. What queueing
theory says is printed beside: Lindley's recursion, simulated.

It takes about a quarter of an hour for each law; the rates are low, so that a core is never the limit.
"""

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.harness import TOOL, free_port, served, summary_of

__all__ = ["main"]

_SERVICE_S = 0.025
_LIMITS_MS = {"constant": 150, "exponential": 300}
_FIXED = (0.9, 0.97, 1.03, 1.1)
"""Rates of the long runs, as shares of what theory says."""
_WITHIN = 0.1
_PROFILE = """
description = "Visits that wait for one worker"
seed = 0
dwell_s = 0.05

[app]
pages = ["/"]
handshake = { event = "join", data = {}, ack = true }

[[stages]]
duration_s = 20
rate_per_s = 20  # what tune changes

[users]
max = 2000

[deadline_s]
handshake = 60

[thresholds]
"phases.handshake" = ["p(95)<LIMIT"]
"""


@dataclass(frozen=True, slots=True)
class _Bench:
    law: str
    folder: Path
    long_s: float
    stage_s: float
    budget_s: float

    @property
    def limit_ms(self) -> int:
        return _LIMITS_MS[self.law]

    @property
    def profile(self) -> Path:
        path = self.folder / "queue.toml"
        path.write_text(_PROFILE.replace("LIMIT", str(self.limit_ms)), encoding="utf-8")
        return path

    def p95_at(self, rate_per_s: float) -> float:
        """Return the handshake's p95 of one long run at a fixed rate (ms), its first 10 s left out."""
        with self._queue(f"fixed-{rate_per_s:.2f}", round(rate_per_s * 100)) as (url, folder):
            stages = f"stages=[{{duration_s={self.long_s + 10}, rate_per_s={rate_per_s}}}]"
            out = folder / "run"
            seed = str(round(rate_per_s * 100))  # one sequence of arrivals for all would be off alike
            command = [*TOOL, "run", str(self.profile), "--host", url, "--out", str(out), "--seed", seed]
            command += ["--set", stages]
            subprocess.run(
                command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
            )
            assert summary_of(out)["navigations"]["started"], "the run sent nothing"
            lines = (out / "navigations.jsonl").read_text(encoding="utf-8").splitlines()
        records = [json.loads(line) for line in lines]
        times = [
            one["phases_ms"]["handshake"]
            for one in records
            if one["due_s"] >= 10 and "handshake" in one["phases_ms"]
        ]
        return _percentile(times, 0.95)

    def tuned(self, seed: int) -> dict[str, object]:
        """Return what ``tune.json`` of one search holds."""
        with self._queue(f"tune-{seed}", seed) as (url, folder):
            command = [*TOOL, "tune", str(self.profile), "--host", url, "--seed", str(1000 * seed)]
            command += ["--stage-s", str(self.stage_s), "--budget-s", str(self.budget_s), "--from", "5"]
            with (folder / "tune.log").open("wb") as log:
                subprocess.run(command, cwd=folder, stdout=log, stderr=log, check=False)
            (path,) = folder.glob("results/*-tune-queue/tune.json")
            result: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
        return result

    @contextmanager
    def _queue(self, name: str, seed: int) -> Iterator[tuple[str, Path]]:
        folder, port = self.folder / name, free_port()
        folder.mkdir(parents=True)
        command = [sys.executable, "-m", "tests.bench.targets.queue_app", "--port", str(port)]
        command += ["--service-ms", str(_SERVICE_S * 1000), "--law", self.law, "--seed", str(seed)]
        with served(command, port, folder / "app.log", cwd=Path(__file__).parents[2]) as app:
            yield app.url, folder


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[max(math.ceil(len(values) * share) - 1, 0)]


def _theory_per_s(law: str, limit_ms: float, visits: int = 300_000) -> float:
    """Return the rate at which the p95 of an endless run crosses the limit (Lindley's recursion)."""
    low, high = 0.2 / _SERVICE_S, 0.99 / _SERVICE_S
    for _ in range(10):
        middle, rng = (low + high) / 2, random.Random(1)
        now = free = 0.0
        waits = []
        for _ in range(visits):
            now += rng.expovariate(middle)
            served_s = _SERVICE_S if law == "constant" else rng.expovariate(1 / _SERVICE_S)
            free = max(free, now) + served_s
            waits.append((free - now) * 1000)
        low, high = (middle, high) if _percentile(waits, 0.95) < limit_ms else (low, middle)
    return (low + high) / 2


def _crossing(rates: Sequence[float], p95_ms: Sequence[float], limit_ms: float) -> float:
    """Return where a straight line through the logarithms crosses the limit (least squares)."""
    xs, ys = [math.log(rate) for rate in rates], [math.log(value / limit_ms) for value in p95_ms]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)
    return math.exp(x - y / slope)


def main() -> None:
    """Print the table; end with 1 when a seed is further than 10 % from the long runs' knee."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--law", choices=list(_LIMITS_MS), default="constant")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--long-s", type=float, default=400)
    parser.add_argument("--stage-s", type=float, default=20)
    parser.add_argument("--budget-s", type=float, default=600)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(options.at_once) as pool:
        bench = _Bench(options.law, Path(name), options.long_s, options.stage_s, options.budget_s)
        theory = _theory_per_s(bench.law, bench.limit_ms)
        print(f"service {_SERVICE_S * 1000:.0f} ms, {bench.law}; phases.handshake p(95)<{bench.limit_ms}")
        print(f"queueing theory: {theory:.1f}/s", flush=True)
        rates = [round(theory * share, 2) for share in _FIXED]
        p95_ms = list(pool.map(bench.p95_at, rates))
        for rate, value in zip(rates, p95_ms, strict=True):
            print(f"  long run at {rate:5.2f}/s: p95 {value:6.1f} ms")
        knee = _crossing(rates, p95_ms, bench.limit_ms)
        print(f"long runs of {bench.long_s:.0f} s cross the limit at {knee:.1f}/s", flush=True)
        is_off = False
        for seed, result in enumerate(pool.map(bench.tuned, range(1, options.seeds + 1)), start=1):
            found, probes = result["knee"], result["probes"]
            if not isinstance(found, dict) or not isinstance(probes, list):
                print(f"  seed {seed}: not found: {result['why']}", flush=True)
                is_off = True
                continue
            off = found["value"] / knee - 1
            is_off = is_off or abs(off) > _WITHIN
            took_s = sum(probe["took_s"] for probe in probes)
            interval = f"{found['low']:.1f} to {found['high']:.1f}"
            told = f"{len(probes)} probes, {took_s / 60:.1f} min, {off:+.1%}"
            print(f"  seed {seed}: {found['value']:.1f}/s ({interval}), {told}", flush=True)
    sys.exit(int(is_off))


if __name__ == "__main__":
    main()
