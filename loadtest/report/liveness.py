"""Findings of liveness: a server process died, nobody was let in, or nobody was answered."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from loadtest.navigation.record import NavigationRecord
from loadtest.report.finding import Finding, Moment
from loadtest.report.info import RunInfo
from loadtest.report.outages import Outage, Timeline
from loadtest.report.placing import Visit
from loadtest.report.server import Boot
from loadtest.report.suspects import place_before
from loadtest.report.wording import amount, listed

__all__ = ["find_lifeless"]

_EXAMPLES = 5
_PUSH_S = 1.0
"""Hooks push so often; a process that died did so before the next push."""
_SHOWS_WITHIN_S = 5.0
"""How long after its last push a death may show at the clients: pushes pause on a busy machine."""


_REMARKS: Mapping[bool, str] = MappingProxyType(
    {
        False: "no last word came: up to a second of the counts is missing",
        True: "its last word came: the counts are whole",
    }
)
"""By whether a process that died had said its last word."""


@dataclass(frozen=True, slots=True)
class _Episode:
    """What one finding is about."""

    what: str
    outages: Sequence[Outage]
    boots: tuple[str, ...] = ()
    remark: str | None = None


def find_lifeless(
    records: Sequence[NavigationRecord],
    visits: Mapping[int, Visit],
    boots: Sequence[Boot],
    info: RunInfo,
) -> list[Finding]:
    """Return one finding of a server that died (or went deaf, where that is all that shows), and one of
    a server that stood still.

    A process that was told to stop cannot be told from one that died, where that threw its visitors out.
    """
    timeline = Timeline(records)
    watched = [boot for boot in boots if boot.has_seen_run]
    died = _dead(timeline, boots, info)
    episodes = [died or _deaf(timeline, watched), _still(timeline, watched, info)]
    return [_finding(episode, records, visits) for episode in episodes if episode]


def _dead(timeline: Timeline, boots: Sequence[Boot], info: RunInfo) -> _Episode | None:
    """Return the processes that fell silent and are known to have died.

    Known: this machine has no such process any more; or nobody was let in right after its last word; or
    another of the same command began afterwards. One that no visit had reached when it was last heard is
    ours only if nobody was let in right after, and no process of another command is the server.

    One that said its last word (``is_last``) may have ended in order. It died if nobody was let in right
    after; or if it held visitors still, and some of them lost their connections then; or if an error had
    come that ends a process of its kind. The others are told as exits (``loadtest.report.exits``).
    """
    if info.t0_at is None:
        return None
    t0 = info.t0_at.timestamp()
    deaths: dict[str, Outage] = {}
    restarted: set[str] = set()
    commands = {boot.command for boot in boots if boot.has_seen_run}
    for boot in boots:
        has_ended = boot.is_last or boot.boot in {*info.silent_boots, *info.dead_boots}
        is_stranger = bool(commands) and boot.command not in commands
        if not has_ended or is_stranger:
            continue
        is_back = any(one.command == boot.command and one.heard_at[0] > boot.heard_at[-1] for one in boots)
        is_known = is_back or boot.boot in info.dead_boots
        outage = _death(timeline, boot, boot.heard_at[-1] - t0, is_known=is_known)
        if outage is not None:
            deaths[boot.boot] = outage
            restarted |= {boot.boot} if is_back else set()
    dead = sorted((boot for boot in boots if boot.boot in deaths), key=lambda boot: boot.heard_at[-1])
    return _tell_deaths(timeline, dead, deaths, restarted) if dead else None


def _tell_deaths(
    timeline: Timeline, dead: Sequence[Boot], deaths: Mapping[str, Outage], restarted: Collection[str]
) -> _Episode:
    # a process that died before its first push was never heard: its end is one more of the same
    outages = sorted({*deaths.values(), *timeline.gone}, key=lambda outage: outage.at_s)
    is_one = len(dead) == 1 or len(outages) > 1
    # of one that died again and again, the run may be over before it is back
    expected = dead[:-1] if len(dead) > 1 and len(outages) > 1 else dead
    are_back = all(boot.boot in restarted for boot in expected)
    what = "server process died" if is_one else f"{len(dead):,} server processes died"
    what += f" and {'was' if is_one else 'were'} restarted" if are_back else ""
    remarks = list(dict.fromkeys(_REMARKS[boot.is_last] for boot in dead))
    if not are_back and timeline.was_answered(outages[-1].at_s + _PUSH_S):
        remarks.append("visits were answered after it: by other processes, or by one without hooks")
    return _Episode(_counted(what, outages), outages, tuple(boot.boot for boot in dead), "; ".join(remarks))


def _death(timeline: Timeline, boot: Boot, heard_s: float, *, is_known: bool) -> Outage | None:
    """Return what the clients saw of the death of a process that has ended, or None if it is none.

    Args:
        heard_s: when it was heard last, seconds of the run.
        is_known: whether something beside its silence says that it is there no more.
    """
    # a last word is said at the very end, when visitors may have lost their connections already
    from_s = heard_s - (_SHOWS_WITHIN_S if boot.is_last else 0.0)
    outage = timeline.gone_near(from_s, heard_s + _SHOWS_WITHIN_S)
    if outage is not None:
        return outage
    lost = timeline.lost_near(heard_s - (_PUSH_S if boot.is_last else 0.0), heard_s + _PUSH_S)
    if boot.is_last:
        threw_out = lost.under_way and not boot.is_empty
        is_known = bool(threw_out or boot.has_uncaught)
    return lost if is_known and boot.has_seen_run else None


def _deaf(timeline: Timeline, watched: Sequence[Boot]) -> _Episode | None:
    """Return when nobody was let in, or every connection was lost, where no hooks say that a process died."""
    outages = timeline.gone
    if not outages:
        return None
    what = "server lost every connection at once"
    if any(outage.refused for outage in outages):
        what = "server stopped accepting connections"
        what += " for a while" if outages[-1].back_s is not None else ""
    remark = (
        "the hooks in the server do not say that a process died"
        if watched
        else "there were no hooks in the server: it may have died, or closed its port"
    )
    return _Episode(_counted(what, outages), outages, remark=remark)


def _still(timeline: Timeline, watched: Sequence[Boot], info: RunInfo) -> _Episode | None:
    outages = timeline.stood_still
    if not outages:
        return None
    is_back = outages[-1].back_s is not None
    what = "server answered nobody for a while" if is_back else "server stopped answering"
    waiting = timeline.waiting_at(outages)
    where = listed([f"{count:,} at {point}" for point, count in waiting.items()])
    began = f"when it began, visits were waiting for an answer: {where}" if where else None
    if not watched or info.t0_at is None:
        return _Episode(_counted(what, outages), outages, remark=began)
    t0 = info.t0_at.timestamp()
    heard = [at - t0 for boot in watched for at in boot.heard_at]
    is_reporting = all(any(_is_within(at_s, outage) for at_s in heard) for outage in outages)
    remark = (
        "its processes went on reporting: it is their event loop that stood still"
        if is_reporting
        else "its processes did not report either"
    )
    boots = () if is_back else tuple(info.silent_boots)
    return _Episode(_counted(what, outages), outages, boots, "; ".join(filter(None, [remark, began])))


def _is_within(at_s: float, outage: Outage) -> bool:
    """Return whether this is well within an outage: not what was on its way when it began."""
    return outage.at_s + _PUSH_S < at_s and (outage.back_s is None or at_s < outage.back_s)


def _counted(what: str, outages: Sequence[Outage]) -> str:
    return what if len(outages) == 1 else f"{what}, {amount(len(outages), 'time')}"


def _finding(episode: _Episode, records: Sequence[NavigationRecord], visits: Mapping[int, Visit]) -> Finding:
    outages = episode.outages
    hit = dict.fromkeys(number for outage in outages for number in outage.under_way)
    return replace(
        place_before(episode.what, outages, records, visits),
        moments=tuple(
            Moment(
                round(outage.at_s, 3),
                None if outage.back_s is None else round(outage.back_s, 3),
                len(outage.under_way),
                outage.refused,
                sum((record.started_s or 0.0) > outage.at_s for record in records),
            )
            for outage in outages
        ),
        under_way=tuple(visits[number].navigation for number in list(hit)[:_EXAMPLES]),
        boots=episode.boots,
        remark=episode.remark,
    )
