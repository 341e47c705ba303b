"""Run folders with a server's handlers in them, for the tests of the whole comparison."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from loadtest.metrics.histogram import Histogram
from loadtest.report.info import GeneratorInfo
from tests.comparison.synthetic import Law, records_of
from tests.report.building import T0_AT, error, handler, histogram, info, snapshot, write_run

__all__ = ["HANDLER_MS", "write"]

HANDLER_MS = 25.0
_CALM = GeneratorInfo(processes=1, cpu=0.2, loop_lag=histogram(0.1, 0.2, 0.3))


def write(folder: Path, law: Law, draw: int, /, **changes: Any) -> Path:
    """Write a run of this law whose handler ``join`` takes as much as the law's handshake is slower.

    Args:
        draw: what its latencies are drawn with.
        changes: ``errors`` (numbers of visits), ``rss_bytes``, and fields of ``run.json``.
    """
    errors: Sequence[int] = changes.pop("errors", ())
    rss_bytes: int = changes.pop("rss_bytes", 50_000_000)
    what: Mapping[str, Any] = changes.pop("what", {})
    records = records_of(law, draw)
    rng = random.Random(draw)
    factor = max(law.times.values(), default=1.0)
    so_far = Histogram()
    lines = []
    seconds = round(law.duration_s)
    for second in range(1, seconds + 1):
        per_s = law.visits // seconds
        so_far.merge(histogram(*(HANDLER_MS * factor * rng.lognormvariate(0, 0.05) for _ in range(per_s))))
        told = [error(errors, **what)] if errors else []
        lines.append(
            snapshot(
                told,
                residue={"rss_bytes": rss_bytes},
                sequence=second,
                visits=second * per_s,
                heard_at=T0_AT.timestamp() + second - 0.5,
                handlers=[handler("join", so_far.count, len(errors), so_far)],
                boot=f"{draw:016x}",
            )
        )
    known = {"duration_s": law.duration_s, "generator": _CALM, **changes}
    return write_run(folder, info(**known), records, lines)
