"""How often `loadtest compare` is wrong, by simulation: ``python -m tests.bench.compare_calibration``.

Pairs of simulated runs of the same app, ten figures each, of which chance may call one different in one pair
of a hundred; then pairs of which the second has a handshake that takes 20 % longer. Latencies are lognormal;
"memory" is the correlation of one visit's with the next one's, "run" the deviation of a run's own level. It
takes about ten minutes on one core; the intervals beside the counts are Wilson's, 95 %.
"""

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

from loadtest.comparison.estimate import Estimate, Word
from loadtest.comparison.figures import Pair, compare_figures
from loadtest.comparison.judging import judge_figures
from loadtest.comparison.observed import ObservedRun, observe
from loadtest.comparison.settings import Smallest
from loadtest.navigation.phase import Phase
from tests.comparison.synthetic import Law, side_of

__all__ = ["main"]

_CASES: Mapping[str, tuple[Law, int]] = {
    "memory 0.9, run 3 %": (Law(memory=0.9, run_spread=0.03), 1),
    "independent visits": (Law(), 1),
    "memory 0.9, run 1 %": (Law(memory=0.9, run_spread=0.01), 1),
    "ramp x2, memory 0.5, run 3 %, three runs each": (
        Law(ramp=math.log(2), memory=0.5, run_spread=0.03),
        3,
    ),
}
_POWERS: Mapping[str, tuple[Law, int]] = {
    "500 visits, spread 0.1": (Law(spread=0.1), 1),
    "500 visits, spread 0.3": (Law(), 1),
    "2,000 visits, spread 0.3": (Law(visits=2000, duration_s=80), 1),
    "500 visits, spread 0.3, three runs each": (Law(), 3),
}
_SLOWER = {Phase.HANDSHAKE: 1.2}
_FAMILY = 0.01


def _own_phases(run: ObservedRun) -> ObservedRun:
    return replace(run, phases={key: one for key, one in run.phases.items() if not key.is_from_due})


def _estimates(law: Law, slower: Law, runs: int, seed: int) -> list[Estimate]:
    sides = [
        side_of(*[one] * runs, seed=2 * seed + index, has_summary=False)
        for index, one in enumerate((law, slower))
    ]
    before, after = ([_own_phases(one) for one in runs] for runs in observe(sides))
    found = compare_figures(Pair(before, after, 0, Smallest()))
    return [one for one in found if isinstance(one, Estimate)]


def _is_different(estimates: Sequence[Estimate]) -> bool:
    return any(one.word in (Word.WORSE, Word.BETTER) for one in judge_figures(estimates, _FAMILY))


def _same(name: str, seed: int) -> tuple[bool, bool]:
    """Return whether two runs of one app are called different: as shipped, and if any difference counted."""
    law, runs = _CASES[name]
    estimates = _estimates(law, law, runs, seed)
    bare = [replace(one, worse_above=0.0, better_below=0.0) for one in estimates]
    return _is_different(estimates), _is_different(bare)


def _found(name: str, seed: int) -> bool:
    law, runs = _POWERS[name]
    estimates = _estimates(law, replace(law, times=_SLOWER), runs, seed)
    return any(
        one.figure.name.startswith("phases.handshake") and one.word is Word.WORSE
        for one in judge_figures(estimates, _FAMILY)
    )


def _share(hits: int, of: int) -> str:
    z, rate = 1.96, hits / of
    centre, reach = rate + z * z / 2 / of, z * math.sqrt(rate * (1 - rate) / of + z * z / 4 / of / of)
    low, high = ((centre + sign * reach) / (1 + z * z / of) for sign in (-1, 1))
    return f"{hits} of {of} ({max(low, 0):.1%} to {high:.1%})"


def main() -> None:
    """Print the table; end with 1 when chance calls more than the family's share different."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--powers", type=int, default=100)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    is_bad = False
    with ProcessPoolExecutor(options.processes) as pool:
        print("two runs of one app called different (as shipped; if any difference counted)")
        for name in _CASES:
            pairs = list(pool.map(_same, [name] * options.pairs, range(options.pairs)))
            false, bare = (sum(pair[index] for pair in pairs) for index in (0, 1))
            print(f"  {name}: {_share(false, options.pairs)}; {_share(bare, options.pairs)}", flush=True)
            is_bad = is_bad or false > _FAMILY * options.pairs + 3 * math.sqrt(_FAMILY * options.pairs)
        print("a handshake that takes 20 % longer called worse")
        for name in _POWERS:
            seeds = range(10_000, 10_000 + options.powers)
            found = sum(pool.map(_found, [name] * len(seeds), seeds))
            print(f"  {name}: {_share(found, options.powers)}", flush=True)
    sys.exit(int(is_bad))


if __name__ == "__main__":
    main()
