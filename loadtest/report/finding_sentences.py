"""The sentences about one finding, made from its entry in ``summary.json`` alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from loadtest.navigation.point import POINTS
from loadtest.report.finding import ANY, ENDED_BY_SERVER, FindingKind, LedBy
from loadtest.report.wording import amount, listed, out_of

__all__ = [
    "manners",
    "moments",
    "moves",
    "place",
    "point",
    "transports",
    "variants",
]

_NAMED_POINTS = 4
"""Up to so many points are told with their names."""
_VARIANTS = 2
_MOMENTS = 3


@dataclass(frozen=True, slots=True)
class _Words:
    """How the points of a finding are told."""

    some: str
    all_at: str
    """When there are no visits elsewhere, and one point."""
    everywhere: str
    """The same with several points."""


_WORDS: Mapping[LedBy, _Words] = MappingProxyType(
    {
        LedBy.OWN: _Words("that left", "all of which left", "at all points where visits left:"),
        LedBy.PREVIOUS: _Words(
            "after one that left",
            "all of which came after one that left",
            "at whatever point the one before left:",
        ),
    }
)


def point(point_id: str) -> str:
    """Return a point with its name: ``P16 (before_handshake)``."""
    known = POINTS.get(point_id)
    return f"{point_id} ({known.name})" if known else point_id


def place(finding: Mapping[str, Any]) -> str:
    """Return which visits showed a finding, and which did not."""
    if finding["kind"] == FindingKind.LIVENESS:
        return _place_of_the_last(finding)
    is_own = finding["led_by"] == LedBy.OWN
    if finding["kind"] == FindingKind.CLIENT and is_own and not finding["is_points_doing"]:
        return _place_of_nobody(finding)  # where they left says nothing of what they saw before
    at: Sequence[str] = finding["at"]
    share = out_of(finding["count"], finding["of"])
    words = _WORDS[LedBy(finding["led_by"])]
    if not at and finding["strays"] and not finding["unplaced"]:
        return "no visit can be told for it"
    if not at:
        text = "in no visit that has a record"
    elif not finding["elsewhere_of"]:
        where = f"{words.all_at} at" if len(at) == 1 else words.everywhere
        text = f"{share} visits, {where} {_points(at, 'and')}"
    else:
        others = f"{out_of(finding['elsewhere'], finding['elsewhere_of'])} others"
        text = f"{share} visits {words.some} at {_points(at, 'or')}, {others}"
    if finding["unplaced"]:
        text += f"; and {amount(finding['unplaced'], 'visit')} without a record"
    if at and not finding["attributed"]:
        text += f"; {_why_not_attributed(finding)}"
    return text


def _place_of_nobody(finding: Mapping[str, Any]) -> str:
    count, of = (finding[key] + finding[f"elsewhere{rest}"] for key, rest in (("count", ""), ("of", "_of")))
    text = f"{out_of(count, of)} visits that stayed long enough to tell"
    return text if finding["attributed"] else f"{text}; no departure is blamed"


def _place_of_the_last(finding: Mapping[str, Any]) -> str:
    """Return who left right before a server died or stopped answering."""
    at: Sequence[str] = finding["at"]
    if not at:
        return "nobody had left right before it"
    share = out_of(finding["count"], finding["of"])
    if finding["attributed"]:
        others = f"{out_of(finding['elsewhere'], finding['elsewhere_of'])} others"
        return f"{share} visits that left at {_points(at, 'or')} did so right before it, {others}"
    why = "it happened once" if len(finding["moments"]) == 1 else "chance could have put them there"
    last = amount(finding["count"], "visit")
    return f"the last to leave before it: {last}, at {_points(at, 'and')}; {why}, no departure is blamed"


def _points(at: Sequence[str], last: str) -> str:
    return listed([point(one) for one in at] if len(at) <= _NAMED_POINTS else at, last)


def _why_not_attributed(finding: Mapping[str, Any]) -> str:
    if finding["elsewhere_of"]:
        return "chance could have spread it so, no departure is blamed"
    return "there is nothing to compare with" if len(finding["at"]) == 1 else "no departure is blamed"


def manners(finding: Mapping[str, Any]) -> str:
    """Return in which manners visits had to leave to show a finding; empty where that is no matter."""
    is_own_breach = finding["kind"] == FindingKind.CLIENT and finding["led_by"] == LedBy.OWN
    if is_own_breach or (finding["kind"] == FindingKind.LIVENESS and not finding["attributed"]):
        return ""
    counts: Mapping[str, Mapping[str, int]] = finding["by_manner"]
    if finding["manners"] != ANY:
        return _needed(finding["manners"], counts)
    seen = listed(list(map(_manner, counts)))
    if len(counts) < 2:
        return f"{seen}, no other was seen there" if seen else ""
    is_in_all = all(share["count"] for share in counts.values())
    return f"{'makes no difference' if is_in_all else 'none stands out'} ({seen})"


def transports(finding: Mapping[str, Any]) -> str:
    """Return over which transports visits had to come to show a finding; empty where that is no matter."""
    needed = finding["transports"]
    return "" if needed == ANY else _needed(needed, finding["by_transport"])


def moves(finding: Mapping[str, Any]) -> str:
    """Return how the tab had to come to a visit for it to show a finding; empty where that is no matter."""
    needed = finding["moves"]
    return "" if needed == ANY else _needed(needed, finding["by_move"])


def _needed(needed: Sequence[str], counts: Mapping[str, Mapping[str, int]]) -> str:
    inside = [share for key, share in counts.items() if key in needed]
    outside = [share for key, share in counts.items() if key not in needed]
    names = listed(list(map(_manner, needed)), "or")
    return f"{names}, {_share(inside)}; otherwise {_share(outside)}"


def _share(counts: Sequence[Mapping[str, int]]) -> str:
    return out_of(sum(share["count"] for share in counts), sum(share["of"] for share in counts))


def _manner(manner: str) -> str:
    return "the server's own doing" if manner == ENDED_BY_SERVER else manner


def variants(finding: Mapping[str, Any]) -> str:
    """Return what else visits saw of a broken assertion, beside what the finding is named for."""
    others = list(finding["variants"].items())[1:]
    told = [f"{text} ({amount(count, 'visit')})" for text, count in others[:_VARIANTS]]
    more = [amount(len(others) - _VARIANTS, "more kind")] if len(others) > _VARIANTS else []
    return listed([*told, *more])


def moments(finding: Mapping[str, Any]) -> str:
    """Return when a server died or stopped answering, whom it hit, and whether it came back."""
    told: Sequence[Mapping[str, Any]] = finding["moments"]
    if not told:
        return ""
    times = [f"{moment['at_s']:,.1f} s" for moment in told[:_MOMENTS]]
    if len(told) > _MOMENTS:
        times.append(amount(len(told) - _MOMENTS, "more time"))
    under_way, refused = (sum(moment[key] for moment in told) for key in ("under_way", "refused"))
    parts = [f"{listed(times)} into the run", f"{amount(under_way, 'visit')} under way got no further"]
    if refused:
        parts.append(f"{amount(refused, 'connection was', 'connections were')} refused")
    return ", ".join(parts) + f"; {_return(told)}"


def _return(told: Sequence[Mapping[str, Any]]) -> str:
    if told[-1]["back_s"] is None:
        which = "the last" if len(told) > 1 else "it"
        return f"nobody {'was answered' if told[-1]['came_after'] else 'came'} after {which}"
    longest_s = max(moment["back_s"] - moment["at_s"] for moment in told if moment["back_s"] is not None)
    return f"answered again after {'at most ' if len(told) > 1 else ''}{longest_s:,.1f} s"
