"""`loadtest compare` on real runs whose truth is known: ``python -m tests.bench.compare_ab``.

Pairs of runs of one app (A/A) must not be called different; pairs of which the second has a handshake handler
that takes 20 % longer (A/B) must be found worse. One run follows the other; the second of a pair comes first
in every other pair (ABBA), so that a machine that grows slower while this goes on does not look like the app.

A run lasts ``--seconds`` (20) at 25 visits a second: 500 visits, each with a handshake. That is what a median
needs that is known to 2 %, and less than a p99 needs: those say "too few" here. Sixty runs take about 30
minutes. With ``--keep FOLDER`` the runs stay, and a second call with it compares them again without new load.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.harness import TOOL, free_port, instrumented, served

__all__ = ["main"]

_A_MS, _B_MS = 50.0, 60.0
_RATE_PER_S = 25
_PROFILE = """
description = "Visits to an app whose handshake takes a known time"
seed = 1
dwell_s = 0.05

[app]
pages = ["/"]
handshake = { event = "join", data = {}, ack = true }

[[stages]]
duration_s = SECONDS
rate_per_s = RATE

[users]
max = 200
"""


@dataclass(frozen=True, slots=True)
class _Pair:
    name: str
    baseline: Path
    candidate: Path
    candidate_ms: float
    is_baseline_first: bool

    def runs(self) -> Iterator[tuple[Path, float]]:
        """Yield the folders in the order in which they are to be run, each with its handshake's time."""
        both = [(self.baseline, _A_MS), (self.candidate, self.candidate_ms)]
        yield from both if self.is_baseline_first else reversed(both)


def _pairs(folder: Path, kind: str, count: int, candidate_ms: float) -> list[_Pair]:
    return [
        _Pair(
            f"{kind} {index + 1:2}",
            folder / f"{kind}-{index + 1:02}-baseline",
            folder / f"{kind}-{index + 1:02}-candidate",
            candidate_ms,
            is_baseline_first=index % 2 == 0,
        )
        for index in range(count)
    ]


def _run(out: Path, handshake_ms: float, profile: Path) -> None:
    port = free_port()
    command = instrumented(sys.executable, "-m", "tests.bench.targets.timed_app", "--port", str(port))
    command += ["--handshake-ms", str(handshake_ms)]
    with (
        served(command, port, out.with_suffix(".app.log"), cwd=Path(__file__).parents[2]) as app,
        out.with_suffix(".run.log").open("wb") as log,
    ):
        run = [*TOOL, "run", str(profile), "--host", app.url, "--out", str(out), "--require-hooks"]
        subprocess.run(run, cwd=out.parent, stdout=log, stderr=log, check=False)
    assert (out / "summary.json").exists(), out.with_suffix(".run.log").read_text()


def _compared(pair: _Pair, folder: Path) -> dict[str, Any]:
    command = [*TOOL, "compare", str(pair.baseline), str(pair.candidate), "--format", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 98, 99), done.stderr
    data: dict[str, Any] = json.loads(done.stdout)
    return data


def _run_all(pairs: Sequence[_Pair], profile: Path) -> None:
    for pair in pairs:
        for out, handshake_ms in pair.runs():
            if not (out / "summary.json").exists():
                _run(out, handshake_ms, profile)
                print(f"ran {out.name}", flush=True)


def _told(pair: _Pair, data: Mapping[str, Any]) -> str:
    different = [row for row in data["figures"] if row["word"] in ("worse", "better")]
    names = ", ".join(f"{row['name']} {row['word']}" for row in different[:3])
    lags = [side["lag_p99_ms"] for side in (data["baseline"], data["candidates"][0])]
    return f"{pair.name}: {data['verdict']}; {names or 'no figure differs'}; lag p99 {lags[0]}, {lags[1]} ms"


def main() -> None:
    """Run what is not there yet, compare, print; end with 1 when the promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aa", type=int, default=20, help="A/A pairs")
    parser.add_argument("--ab", type=int, default=10, help="A/B pairs")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = (options.keep or Path(name)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        profile = folder / "timed.toml"
        text = _PROFILE.replace("SECONDS", str(options.seconds)).replace("RATE", str(_RATE_PER_S))
        profile.write_text(text, encoding="utf-8")
        same = _pairs(folder, "aa", options.aa, _A_MS)
        slower = _pairs(folder, "ab", options.ab, _B_MS)
        mixed = [one for two in itertools.zip_longest(same, slower) for one in two if one is not None]
        _run_all(mixed, profile)
        found = {pair.name: _compared(pair, folder) for pair in mixed}
    print(*(_told(pair, found[pair.name]) for pair in mixed), sep="\n")
    words = ("worse", "better")
    called = sum(any(row["word"] in words for row in found[one.name]["figures"]) for one in same)
    worse = sum(found[one.name]["verdict"] == "worse" for one in slower)
    print(f"A/A: {called} of {len(same)} called different; A/B: {worse} of {len(slower)} found worse")
    sys.exit(int(called > 0.05 * len(same) or worse < 0.9 * len(slower)))


if __name__ == "__main__":
    main()
