"""What exports cost the one that runs, in processor time: python -m tests.bench.exports_cost

For each visit: reading its record. For each scrape, at most one a second: adding up the snapshots, writing
the page; and the longest that it keeps others from their turn.
"""

import random
import time
from collections.abc import Callable

from loadtest.exports.prometheus import expose
from loadtest.exports.reading import read
from loadtest.exports.server import Newest, ServerTally
from loadtest.exports.visits import VisitTally
from loadtest.metrics.histogram import Histogram
from tests.exports.snapshots import handler, newest
from tests.exports.standing import LINE, standing

_ROUNDS = 20


def main() -> None:
    """Print the table."""
    lines = [LINE % ("0" * 32)] * 25
    visits = VisitTally()
    record_s = min(_timed(lambda: visits.add(lines)) for _ in range(_ROUNDS)) / len(lines)
    print(f"a record: {record_s * 1e6:.0f} us; of 50 a second: {record_s * 50:.2%} of a processor\n")
    print("| handlers | processes | add up, ms | write, ms | page, KB | longest, ms |")
    print("|---|---|---|---|---|---|")
    for handlers, processes in ((5, 1), (50, 1), (100, 4), (257, 4)):
        print(_row(handlers, processes, visits))


def _row(handlers: int, processes: int, visits: VisitTally) -> str:
    there = [_process(str(number), handlers) for number in range(processes)]
    known, tally, turns = standing(newest=there), ServerTally(0.0), _Turns()
    rounds = []
    for _ in range(_ROUNDS):
        turns.begin()
        began = time.process_time()
        reading = read(known, visits, tally, turns.take)
        added = time.process_time()
        page, _type = expose(reading, "application/openmetrics-text", turns.take)
        rounds.append((added - began, time.process_time() - added, turns.longest_s))
    add_s, write_s, longest_s = (min(column) for column in zip(*rounds, strict=True))
    figures = (add_s * 1e3, write_s * 1e3, len(page) / 1e3, longest_s * 1e3)
    return f"| {handlers} | {processes} | " + " | ".join(f"{figure:.1f}" for figure in figures) + " |"


class _Turns:
    """Notes how long it is from one turn of the others to the next."""

    def begin(self) -> None:
        self.longest_s = 0.0
        self._last = time.process_time()

    def take(self) -> None:
        now = time.process_time()
        self.longest_s, self._last = max(self.longest_s, now - self._last), now


def _process(boot: str, handlers: int) -> Newest:
    rng = random.Random(boot)
    latency = Histogram()
    for _ in range(300):
        latency.record(rng.lognormvariate(-5, 1.5))
    figures = {"calls": 300, "latency": latency.to_json()}
    return newest(boot, handlers=[{**handler(f"event {n}"), **figures} for n in range(handlers)])


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
