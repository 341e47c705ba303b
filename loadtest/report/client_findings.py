"""Findings of the client's side: assertions that were broken, and the departures that led to it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from loadtest.navigation.record import NavigationRecord
from loadtest.report.finding import ANY, Aspect, Finding, FindingKind, LedBy
from loadtest.report.placing import Visit, place

__all__ = ["find_at_clients"]

_OWN = (Aspect.TRANSPORT, Aspect.MOVE)
"""What may lead to what a visit saw, beside its point: not its own manner of leaving, which came after."""


def find_at_clients(records: Sequence[NavigationRecord], visits: Mapping[int, Visit]) -> list[Finding]:
    """Return a finding for each assertion that was broken, among the visits in which it could be judged.

    Who sees it is a visit that stayed; what led to it is its own history (it connected twice at P24,
    reconnected at P25), or how the same tab's visit before it left. So its own point is tested first; if
    that is not to blame, the departure of the visit before.
    """
    texts: dict[str, dict[int, str]] = {}
    judged: dict[str, list[NavigationRecord]] = {}
    for record in records:
        for name, wrong in record.assertions.items():
            judged.setdefault(name, []).append(record)
            if wrong is not None:
                texts.setdefault(name, {})[record.number] = wrong
    return [_finding(name, wrong, judged[name], visits) for name, wrong in texts.items()]


def _finding(
    name: str, wrong: Mapping[int, str], judged: Sequence[NavigationRecord], visits: Mapping[int, Visit]
) -> Finding:
    counts = Counter(wrong.values())
    variants = dict(sorted(counts.items(), key=lambda variant: (-variant[1], variant[0])))
    what = f'"{name}": {next(iter(variants))}'
    showed = frozenset(wrong)
    own_visits = {record.number: visits[record.number] for record in judged}
    own = place(FindingKind.CLIENT, what, showed, own_visits, _OWN, variants=variants)
    if own.is_points_doing:
        return own
    previous = _after_another(what, showed, judged, visits, variants)
    if previous is None:
        return own
    return replace(
        previous,
        elsewhere=len(showed) - previous.count,
        elsewhere_of=len(own_visits) - previous.of,
    )


def _after_another(
    what: str,
    showed: frozenset[int],
    judged: Sequence[NavigationRecord],
    visits: Mapping[int, Visit],
    variants: Mapping[str, int],
) -> Finding | None:
    """Return the finding if the departure of the tab's visit before is to blame, else None.

    A tab's first visit is not compared with the others: that they had one before would be told of every
    point alike.
    """
    pairs = {
        record.number: replace(before, move=record.move, navigation=record.navigation)
        for record in judged
        if record.previous is not None and (before := visits.get(record.previous))
    }
    finding = place(
        FindingKind.CLIENT, what, showed & pairs.keys(), pairs, variants=variants, led_by=LedBy.PREVIOUS
    )
    is_blamed = finding.is_points_doing or (finding.manners, finding.transports) != (ANY, ANY)
    return finding if is_blamed else None
