"""What one navigation costs each generator in CPU time, beside Python's floor on the same core.

    python -m tests.bench.generators [--rounds 3] [--window 8] [--tools NAME …]

A navigation is page + WebSocket + CONNECT + handshake with its acknowledgement + leave, counted by a target
that answers at once (``targets/canned.c``). Targets have a core, generators another. Each tool is warmed up
alone; then the gevent floor runs beside it, and within one window both are charged what the system accounts
for their processes. The machine's mood falls on both: believe "over the floor", which is what the ratios and
the promises are about; the milliseconds are what they were on this machine, on a core that was shared.

Tools that are missing are installed first, into the cache of the e2e tests. Linux, two cores, ``cc``, Node.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.contestants import FLOOR, OURS, TOOLS, Order, Tool
from tests.bench.processes import Tree
from tests.bench.target import Target, compile_target

_SETTLE_S = 1.0
_WARM_UP_DEADLINE_S = 120.0
_MOST_OVER_FLOOR = 1.7
_OVERLOAD_PER_S = 5000.0
"""More than ours can do on half a core, and not so much that it is busy with dropping."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a navigation cost in one window."""

    cpu_ms: float
    over_floor: float
    share: float
    """Of the core: half of it, when nobody else is on it and the tool was always busy."""
    remark: str


class Course:
    """The cores, the target's program, and the floor that every tool runs beside."""

    def __init__(self, program: Path, target_core: int, core: int, window_s: float) -> None:
        self.program = program
        self.target_core = target_core
        self.core = core
        self.window_s = window_s

    def measure(self, tool: Tool, rate_per_s: float) -> Cost:
        """Warm a tool up alone, then measure it beside the floor."""
        with self._busy(tool, rate_per_s) as meter:
            meter.warm_up(tool.warm_up_cpu_s)
            with self._busy(TOOLS[FLOOR], rate_per_s) as floor:
                time.sleep(_SETTLE_S)
                begun, floor_begun = meter.read(), floor.read()
                time.sleep(self.window_s)
                spent, floor_spent = meter.read() - begun, floor.read() - floor_begun
            over_floor = spent.cpu_ms / floor_spent.cpu_ms
            return Cost(spent.cpu_ms, over_floor, spent.cpu_s / self.window_s, tool.remark(meter.folder))

    def calibrate(self) -> float:
        """Return the rate that keeps ours busy beside the floor, and hardly drops anything.

        An open schedule does not wait for anybody: with less it would pay for waking up, with more for
        dropping what is due (a tenth of a visit).
        """
        with self._busy(TOOLS[OURS], _OVERLOAD_PER_S) as meter:
            meter.warm_up(TOOLS[OURS].warm_up_cpu_s)
            with self._busy(TOOLS[FLOOR], _OVERLOAD_PER_S):
                time.sleep(_SETTLE_S)
                begun, began_s = meter.read(), time.monotonic()
                time.sleep(self.window_s / 2)
                return (meter.read() - begun).navigations / (time.monotonic() - began_s)

    @contextmanager
    def _busy(self, tool: Tool, rate_per_s: float) -> Iterator["Meter"]:
        """Keep a tool busy with a target of its own."""
        with tempfile.TemporaryDirectory() as folder, Target(self.program, self.target_core) as target:
            order = Order(target.url, Path(folder), rate_per_s)
            start = tool.start(order)
            with Tree(start.command, self.core, start.variables) as generator:
                yield Meter(generator, target, order.folder)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a tool has spent and done."""

    cpu_s: float
    navigations: int

    def __sub__(self, begun: "Reading") -> "Reading":
        return Reading(self.cpu_s - begun.cpu_s, self.navigations - begun.navigations)

    @property
    def cpu_ms(self) -> float:
        """For one navigation."""
        if not self.navigations:
            raise SystemExit("a tool came to no navigation")
        return self.cpu_s * 1000 / self.navigations


@dataclass(frozen=True, slots=True)
class Meter:
    """A busy tool and the target that counts for it."""

    generator: Tree
    target: Target
    folder: Path
    """Where it writes."""

    def warm_up(self, cpu_s: float) -> None:
        """Wait until it has had so many CPU seconds."""
        deadline = time.monotonic() + _WARM_UP_DEADLINE_S
        while self.generator.cpu_s() < cpu_s and time.monotonic() < deadline:
            time.sleep(0.2)

    def read(self) -> Reading:
        """Return what it has spent and done so far."""
        return Reading(self.generator.cpu_s(), self.target.navigations())


def tell(costs: dict[str, list[Cost]]) -> None:
    """Print the table, the costliest last."""
    over_floor = {
        name: statistics.median(cost.over_floor for cost in rows) for name, rows in costs.items() if rows
    }
    ours = over_floor[OURS]
    print(
        f"\n{'CPU for one navigation':24}{'ms':>8}{'(min-max)':>16}{'x ours':>8}{'x floor':>9}  {'must':16}"
    )
    for name, ratio in sorted(over_floor.items(), key=lambda item: item[1]):
        times_ms = [cost.cpu_ms for cost in costs[name]]
        spread = f"({min(times_ms):.3f}-{max(times_ms):.3f})"
        must = TOOLS[name].must
        if name == OURS:
            promise = f"<= {_MOST_OVER_FLOOR} floors: {_word(ratio <= _MOST_OVER_FLOOR)}"
        elif must is not None:
            promise = f">= {must} ours: {_word(ratio / ours >= must)}"
        else:
            promise = ""
        median_ms = statistics.median(times_ms)
        print(f"{name:24}{median_ms:8.3f}{spread:>16}{ratio / ours:8.2f}{ratio:9.2f}  {promise}")


def _word(holds: bool) -> str:
    return "holds" if holds else "MISSED"


def main() -> None:
    """Measure in interleaved rounds, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--window", type=float, default=8.0, metavar="SECONDS")
    parser.add_argument("--tools", nargs="*", choices=TOOLS, default=list(TOOLS), metavar="NAME")
    arguments = parser.parse_args()
    names = list(dict.fromkeys([OURS, *arguments.tools]))
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[0]})  # a core of its own for what is measured
    costs: dict[str, list[Cost]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        course = Course(compile_target(Path(folder)), cores[0], cores[1], arguments.window)
        for number in range(arguments.rounds):
            rate_per_s = course.calibrate()
            for name in names:
                cost = course.measure(TOOLS[name], rate_per_s)
                costs[name].append(cost)
                print(
                    f"round {number + 1}  {name:24}{cost.cpu_ms:8.3f} ms {cost.over_floor:7.2f} x floor"
                    f" on {cost.share:.0%} of the core{cost.remark}",
                    flush=True,
                )
    tell(costs)


if __name__ == "__main__":
    main()
