"""The test that says which groups of visits an error came from, by counts alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Tally", "fisher", "guilty"]

_LEVEL = 0.001
"""How likely chance may be at most to have picked the groups that are called guilty."""
_TIMES = 2
"""How many times the others' rate the guilty groups' rate must be: with enough visits a difference
of one percent is beyond chance too, and it is still no cause."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One group of visits: ``hit`` of ``of`` had the error."""

    key: str
    hit: int
    of: int


def guilty(tallies: Sequence[Tally]) -> frozenset[str]:
    """Return the groups whose visits had the error more often than chance explains; empty if none did.

    The groups are put in the order of their rates and cut in two where a model of two rates, one on each
    side, is the likeliest. The cut counts if Fisher's exact test, one-sided, puts chance under 0.001 even
    after allowing for the choice: Bonferroni over every size of cut and, since the order came from the
    counts too, every set of that size. (With the number of groups alone, six of 500 runs of mere chance
    had a cause; so none has.) What is left is cut again, so that a group with a rate in between is found
    as well: 412 of 412, then 30 of 100, then none of 900. A cut between two groups of one rate is never
    the likeliest (the likelihood is convex there), so names and order play no part.

    Args:
        tallies: every group of the run, those without the error too; ``of`` is at least 1.
    """
    rest = sorted(tallies, key=lambda tally: tally.hit / tally.of, reverse=True)
    found: set[str] = set()
    while cut := _cut(rest):
        found.update(tally.key for tally in rest[:cut])
        rest = rest[cut:]
    return frozenset(found)


def _cut(ordered: Sequence[Tally]) -> int:
    """Return how many groups from the front are guilty, 0 for none."""
    hit, of = sum(tally.hit for tally in ordered), sum(tally.of for tally in ordered)
    best, best_cut, inside = -math.inf, 0, (0, 0)
    hit_before = of_before = 0
    for index, tally in enumerate(ordered[:-1], start=1):
        hit_before, of_before = hit_before + tally.hit, of_before + tally.of
        likelihood = _log_likelihood(hit_before, of_before)
        likelihood += _log_likelihood(hit - hit_before, of - of_before)
        if likelihood > best:
            best, best_cut, inside = likelihood, index, (hit_before, of_before)
    if not best_cut:
        return 0
    hit_in, of_in = inside
    is_far = hit_in * (of - of_in) >= _TIMES * (hit - hit_in) * of_in
    choices = (len(ordered) - 1) * math.comb(len(ordered), best_cut)
    return best_cut if is_far and fisher(hit_in, of_in, hit, of) * choices < _LEVEL else 0


def _log_likelihood(hit: int, of: int) -> float:
    """Return the logarithm of the likelihood of ``hit`` of ``of`` at the rate that fits it best."""
    return sum(part * math.log(part / of) for part in (hit, of - hit) if part)


def fisher(hit_in: int, of_in: int, hit: int, of: int) -> float:
    """Return the chance of ``hit_in`` or more hits among ``of_in`` drawn from ``of`` with ``hit`` hits.

    Fisher's exact test, one-sided: the upper tail of the hypergeometric distribution.
    """
    whole = _log_choose(of, of_in)
    top = min(hit, of_in)
    logs = [
        _log_choose(hit, drawn) + _log_choose(of - hit, of_in - drawn) - whole
        for drawn in range(max(hit_in, hit + of_in - of), top + 1)
    ]
    return min(math.fsum(math.exp(log) for log in logs), 1.0)


def _log_choose(of: int, drawn: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(drawn + 1) - math.lgamma(of - drawn + 1)
