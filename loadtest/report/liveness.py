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

_AT_ONCE_S = 0.1
"""Within so long a last word is heard."""

_LAST_ERRORS = 2
"""So many different ones are named."""
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
        outage = _death(timeline, boot, t0, is_known=is_known)
        if outage is not None:
            deaths[boot.boot] = outage
            restarted |= {boot.boot} if is_back else set()
    dead = sorted((boot for boot in boots if boot.boot in deaths), key=lambda boot: boot.heard_at[-1])
    return _tell_deaths(timeline, dead, deaths, restarted) if dead else None


def _tell_deaths(
    timeline: Timeline, dead: Sequence[Boot], deaths: Mapping[str, Outage], restarted: Collection[str]
) -> _Episode:
    # a process that died before its first push was never heard: its end is one more of the same
    known = {outage.at_s: outage for outage in (*timeline.gone, *deaths.values())}
    outages = [known[at_s] for at_s in sorted(known)]
    is_one = len(dead) == 1 or len(outages) > 1
    # of one that died again and again, the run may be over before it is back
    expected = dead[:-1] if len(dead) > 1 and len(outages) > 1 else dead
    are_back = all(boot.boot in restarted for boot in expected)
    what = "server process died" if is_one else f"{len(dead):,} server processes died"
    what += f" and {'was' if is_one else 'were'} restarted" if are_back else ""
    remarks = list(dict.fromkeys(_REMARKS[boot.is_last] for boot in dead))
    remarks += _last_errors(dead)
    if not are_back and timeline.was_answered(outages[-1].at_s + _PUSH_S):
        remarks.append("visits were answered after it: by other processes, or by one without hooks")
    return _Episode(_counted(what, outages), outages, tuple(boot.boot for boot in dead), "; ".join(remarks))


def _last_errors(dead: Sequence[Boot]) -> list[str]:
    """Return what came right before these deaths, each error once."""
    told: dict[tuple[str, str | None, int | None], str] = {}
    for boot in dead:
        if (error := boot.last_error) is not None:
            where = "" if error.file is None else f" at {error.file}:{error.line}"
            before_s = boot.last_error_before_s
            when = "" if before_s is None else f", {before_s * 1000:,.0f} ms before its end"
            text = f"its last error was {error.what}{where}{when}"
            told.setdefault((error.what, error.file, error.line), text)
    return list(told.values())[:_LAST_ERRORS]


def _death(timeline: Timeline, boot: Boot, t0: float, *, is_known: bool) -> Outage | None:
    """Return what the clients saw of the death of a process that has ended, or None if it is none.

    Args:
        t0: the run's beginning, seconds of wall time.
        is_known: whether something beside its silence says that it is there no more.
    """
    heard_s = boot.heard_at[-1] - t0
    if boot.is_last:
        return _death_in_its_own_words(timeline, boot, boot.heard_at[0] - t0, heard_s)
    outage = timeline.gone_near(heard_s, heard_s + _SHOWS_WITHIN_S)
    if outage is None and is_known and boot.has_seen_run:
        return timeline.lost_near(heard_s, heard_s + _PUSH_S)
    return outage


def _death_in_its_own_words(timeline: Timeline, boot: Boot, first_s: float, heard_s: float) -> Outage | None:
    """Return the same of a process whose last word came: when that was, it ended.

    Visitors may have lost their connections before: it is said at the very end. Of a life so short that
    clients saw nothing but one long outage, it alone tells.
    """
    outage = timeline.gone_near(max(first_s, heard_s - _SHOWS_WITHIN_S), heard_s + _AT_ONCE_S)
    if outage is not None:
        return replace(outage, since_s=max(outage.since_s, min(heard_s, outage.at_s)))
    lost = timeline.lost_near(heard_s - _AT_ONCE_S, heard_s + _AT_ONCE_S)
    is_shut = any(
        gone.at_s <= heard_s and (gone.back_s is None or heard_s < gone.back_s) for gone in timeline.gone
    )
    threw_out = bool(lost.under_way) and not boot.is_empty
    if not boot.has_seen_run or not (is_shut or threw_out or boot.has_uncaught):
        return None
    at_s = lost.at_s if lost.under_way else heard_s
    return replace(lost, since_s=at_s, at_s=at_s)


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
