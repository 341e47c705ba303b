"""Many figures together: at which level each is judged, so that chance seldom calls one different."""

from collections.abc import Sequence

__all__ = ["levels"]


def levels(evidences: Sequence[float], family: float) -> list[float]:
    """Return the level that each figure is judged at (Holm 1979, Scandinavian Journal of Statistics 6).

    The strongest is judged at ``family / m``, the next at ``family / (m - 1)``, and so on, until one is not
    told apart: all that are left share its level. The probability that any of those that are alike is called
    different is at most ``family``, however they hang together. Those told apart have ``evidence <= level``.

    Args:
        evidences: for each figure the largest level at which it would be told apart.
        family: the probability for all together.
    """
    order = sorted(range(len(evidences)), key=lambda index: evidences[index])
    found = [family] * len(evidences)
    left = len(evidences)
    is_over = False
    for index in order:
        found[index] = family / left
        is_over = is_over or evidences[index] > found[index]
        left -= not is_over
    return found
