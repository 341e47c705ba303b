"""How often `loadtest compare` is wrong, by simulation: ``python -m tests.bench.compare_calibration``.

Pairs of simulated runs of the same app, 18 figures each, of which chance may call one different in one pair of a
hundred; then pairs of which the second has a handshake that takes 20 % longer. Latencies are lognormal; "memory"
is the correlation of one visit's with the next one's, "run" the deviation of a run's own level. It takes about
ten minutes on one core; the intervals beside the counts are Wilson's, 95 %.
"""

import argparse
import math
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

from loadtest.comparison.estimate import Estimate, Word
from loadtest.comparison.figures import Pair, compare_figures
from loadtest.comparison.judging import judge_figures
from loadtest.comparison.observed import observe
from loadtest.comparison.settings import Smallest
from loadtest.navigation.phase import Phase
from tests.comparison.synthetic import Law, side_of

__all__ = ["main"]

_CASES: Mapping[str, tuple[Law, int]] = {
    "independent visits": (Law(), 1),
    "memory 0.9": (Law(memory=0.9), 1),
    "memory 0.9, run 1 %": (Law(memory=0.9, run_spread=0.01), 1),
    "memory 0.9, run 3 %": (Law(memory=0.9, run_spread=0.03), 1),
    "memory 0.9, run 3 %, three runs each": (Law(memory=0.9, run_spread=0.03), 3),
    "ramp x2, memory 0.5, run 1 %": (Law(ramp=math.log(2), memory=0.5, run_spread=0.01), 1),
}
_SLOWER = {Phase.HANDSHAKE: 1.2}
_FAMILY = 0.01
_NO_MARGIN = Smallest(1e-9, 0.0)
"""With the smallest effect taken for nothing, what is seen is how honest the intervals are themselves."""


def _words(law: Law, slower: Law, runs: int, seed: int, smallest: Smallest) -> set[tuple[str, Word]]:
    sides = [side_of(*[law] * runs, seed=2 * seed), side_of(*[slower] * runs, seed=2 * seed + 1)]
    before, after = observe(sides)
    found = compare_figures(Pair(before, after, 0, smallest))
    judged = judge_figures([one for one in found if isinstance(one, Estimate)], _FAMILY)
    return {(one.figure.name, one.word) for one in judged if one.word in (Word.WORSE, Word.BETTER)}


def _same(name: str, seed: int, smallest: Smallest) -> bool:
    law, runs = _CASES[name]
    return bool(_words(law, law, runs, seed, smallest))


def _found(name: str, seed: int) -> bool:
    law, runs = _CASES[name]
    slower = replace(law, times=_SLOWER)
    return any(
        name.startswith("phases.handshake") and word is Word.WORSE
        for name, word in _words(law, slower, runs, seed, Smallest())
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
        for name in _CASES:
            seeds = range(options.pairs)
            false = sum(pool.map(_same, [name] * len(seeds), seeds, [Smallest()] * len(seeds)))
            bare = sum(pool.map(_same, [name] * len(seeds), seeds, [_NO_MARGIN] * len(seeds)))
            seeds = range(10_000, 10_000 + options.powers)
            found = sum(pool.map(_found, [name] * len(seeds), seeds))
            print(f"{name}:")
            print(f"  alike, called different:          {_share(false, options.pairs)}")
            print(f"  the same, any difference counts:  {_share(bare, options.pairs)}")
            print(f"  handshake +20 %, called worse:    {_share(found, options.powers)}", flush=True)
            is_bad = is_bad or false > _FAMILY * options.pairs + 3 * math.sqrt(_FAMILY * options.pairs)
    sys.exit(int(is_bad))


if __name__ == "__main__":
    main()
