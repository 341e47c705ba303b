"""What a profile will do, in lines of text: for `loadtest check`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import assert_never

from loadtest.apps.auto import AUTO
from loadtest.apps.generic import GenericApp
from loadtest.metrics.abort import Abort
from loadtest.navigation.act import Act, Emit, Think, Wait
from loadtest.navigation.assertion import Assertion, Subject
from loadtest.navigation.departure import BY_CLOCK, STAY, Choice
from loadtest.navigation.draw import Distribution
from loadtest.navigation.opening import HandshakeWay
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import POINTS, Transport
from loadtest.navigation.routes import MISSING
from loadtest.profile.capacity import shortages
from loadtest.profile.curve import Curve
from loadtest.profile.forecast import Expected, departures_of, visit_s, visits_of
from loadtest.profile.model import Profile, Turn
from loadtest.profile.picture import Paper, draw_picture

__all__ = ["in_short", "outline"]

_TIMES = {0: "never", 1: "just once", 2: "just twice"}
_NO_HANDSHAKE = f"none is said: visits to {', '.join(MISSING[HandshakeWay.NONE])} leave at another point"
_MOST_MANNERS = 3
"""Of one point that are told one by one."""


def outline(profile: Profile, paper: Paper | None = None, files: int | None = None) -> Iterator[str]:
    """Yield the lines: rates, navigations, and how many visits of each departure are to be expected.

    Args:
        paper: what the rate's picture is to be drawn on; None: no picture.
        files: the open files that a process may have, for what is said when they are too few.
    """
    yield f"{profile.source}: {profile.description or in_short(profile)}"
    yield from _app(profile)
    for index, stage in enumerate(profile.stages):
        yield _row(f"stage {index}", stage.text)
    yield from _turns(profile.turns)
    yield _row("in all", f"{in_short(profile)}, seed {profile.seed}")
    if paper is not None:
        yield ""
        yield from (f"  {line}" for line in draw_picture(profile, replace(paper, width=paper.width - 2)))
        yield ""
    yield _row("users", _users(profile))
    yield from _tabs(profile)
    yield from _journey(profile)
    yield from _departures(profile)
    for assertion in profile.assertions:
        yield _row("assertion", f"{assertion.name}: {_assertion(assertion)}")
    for gauge in profile.gauges:
        yield _row("gauge", f"{gauge.name}: {gauge.value}, read by the hooks")
    for metric, expressions in profile.thresholds.items():
        yield _row("threshold", f"{metric}: {', '.join(expressions)}")
    for abort in profile.aborts:
        yield _row("may end it", f"{abort}{_delay(abort, profile)}")
    for shortage in () if files is None else shortages(profile, files=files):
        yield _row("too little", shortage)


def in_short(profile: Profile) -> str:
    """Tell a schedule in one line: how long, how fast at most, how many navigations."""
    visits = visits_of(profile)
    if profile.is_closed:
        tabs = max(max(stage.users or (0.0,)) for stage in profile.stages)
        count = "" if visits is None else f", at most about {visits:,.0f} navigations"
        return f"{profile.duration_s:.10g} s, {tabs:,.10g} tabs at work{count}"
    peak_per_s = Curve(profile.stages, profile.turns).peak_per_s
    about = "about " if profile.listing is None else ""
    count = f"{about}{visits or 0.0:,.0f} navigation{'' if round(visits or 0.0) == 1 else 's'}"
    return f"{profile.duration_s:.10g} s, {count}, at most {peak_per_s:,.4g} a second"


def _delay(abort: Abort, profile: Profile) -> str:
    if not abort.delay_s:
        return ", from the beginning on"
    is_over = abort.delay_s >= profile.duration_s
    return f", from {abort.delay_s:g} s on{': the load is over by then' if is_over else ''}"


def _users(profile: Profile) -> str:
    lasts = f"a visit takes about {visit_s(profile):.2g} s besides the server's time"
    if profile.is_closed:
        wait = (
            f"{_law(profile.wait_s)} between two visits"
            if profile.wait_s.mean
            else "no wait between two visits"
        )
        return f"closed: each tab goes on when it is done; {wait}, and {lasts}"
    return f"at most {profile.max_users:,} at once; {lasts}"


def _turns(turns: Sequence[Turn]) -> Iterator[str]:
    for index, turn in enumerate(turns):
        parts = []
        if turn.rate is not None:
            of = " times the planned rate" if turn.rate.is_factor else " navigations a second"
            parts.append(f"{turn.rate.value:g}{of}")
        if turn.weights is not None:
            parts.append(f"departures weigh {', '.join(f'{weight:g}' for weight in turn.weights)}")
        yield _row(f"turn {index}", f"from {turn.at_s:g} s on: {'; '.join(parts)}")


def _row(label: str, text: str) -> str:
    return f"  {label:10} {text}"


def _app(profile: Profile) -> Iterator[str]:
    access = profile.app.access
    pages = ", ".join(path for path, _ in access.pages)
    if profile.app.preset == AUTO:
        yield _row("app", f"found out at the run, by looking at its page {pages}")
    else:
        yield _row("app", f"{profile.app.preset}, pages {pages}, socket {access.socket_path}")
    yield _row("transports", ", ".join(access.transports))
    if access.rows:
        yield _row(
            "data", f"{len(access.rows):,} rows, one for each user in turn: {', '.join(access.rows[0])}"
        )
    if access.login:
        yield _row("log-in", f"POST {access.login.path}, once for each user")
    if not access.tls.verify:
        yield _row("tls", "certificates are not verified")
    elif access.tls.ca:
        yield _row("tls", "an authority of its own")
    if isinstance(profile.app, GenericApp) and profile.app.handshake is None:
        yield _row("handshake", _NO_HANDSHAKE)
    for index, act in enumerate(access.steps):
        yield _row(f"step {index}", _act(act))


def _tabs(profile: Profile) -> Iterator[str]:
    tabs = [visit.tab for visit in profile.listing.visits if visit.tab is not None] if profile.listing else ()
    if tabs:
        count = len(set(tabs))
        yield _row(
            "tabs", f"{len(tabs):,} visits in {count:,} tab{'s' if count > 1 else ''}, one after another"
        )


def _journey(profile: Profile) -> Iterator[str]:
    weights = profile.journey.weights
    total = sum(weights.values())
    if total:
        moves = (f"{move} {weight / total:.0%}" for move, weight in weights.items() if weight)
        yield _row("journey", ", ".join(moves))


def _act(act: Act) -> str:
    match act:
        case Emit():
            attachment = "" if act.attachment_bytes is None else f" with {act.attachment_bytes} bytes"
            answer = f", acknowledged within {act.within_s:g} s" if act.ack else ""
            return f"emit {act.event}{attachment}{_space(act.namespace)}{answer}{_saved(act.save)}"
        case Wait():
            return f"wait for {act.event}{_space(act.namespace)}, within {act.within_s:g} s{_saved(act.save)}"
        case Think():
            return f"think {_law(act.seconds)}"
        case _:
            assert_never(act)


def _saved(names: Sequence[str] | object) -> str:
    words = ", ".join(f"${name}" for name in names) if isinstance(names, dict) else ""
    return f", save {words}" if words else ""


def _space(namespace: str) -> str:
    return "" if namespace == "/" else f" in {namespace}"


def _law(law: Distribution) -> str:
    return f"{law.law} {law.a:g}{f', {law.b:g}' if law.b else ''} s"


def _assertion(assertion: Assertion) -> str:
    kind = "event" if assertion.subject is Subject.EVENT else "acknowledgement of"
    what = f"{kind} {assertion.word}{_space(assertion.namespace)}"
    since = f" of {assertion.after}" if assertion.subject is Subject.EVENT else ""
    if assertion.every_s is not None:
        return f"{what}, again and again, at least every {assertion.every_s:g} s{_equal(assertion)}"
    times = "" if assertion.times is None else f", {_TIMES.get(assertion.times, f'{assertion.times} times')}"
    return f"{what}{times}, within {assertion.within_s:g} s{since}{_equal(assertion)}"


def _equal(assertion: Assertion) -> str:
    return "" if assertion.equals is None else f", with {list(assertion.equals)}"


def _departures(profile: Profile) -> Iterator[str]:
    """Tell the departures: those of one point together when there are many."""
    rows = departures_of(profile)
    choices = [row.choice for row in rows]
    is_counted = visits_of(profile) is not None
    tells_transport = {choice.transport for choice in choices} != {Transport.WEBSOCKET}
    groups: dict[tuple[object, ...], list[Expected]] = {}
    for row in rows:
        choice = row.choice
        manners = {other.manner for other in choices if other.at == choice.at}
        is_told = choice.at != STAY and (choice.at == BY_CLOCK or len(manners) <= _MOST_MANNERS)
        manner = choice.manner if is_told else None
        groups.setdefault((choice.at, choice.after_s, choice.since, manner), []).append(row)
    for group in groups.values():
        visits = sum(row.visits for row in group)
        amount = f"{visits:6.0f}" if is_counted else f"{visits:6.1%}"
        over = " and ".join(dict.fromkeys(row.choice.transport for row in group))
        told = _departure([row.choice for row in group])
        yield f"  {amount} leave {told}{f', over {over}' if tells_transport else ''}"


def _departure(group: Sequence[Choice]) -> str:
    choice, law = group[0], group[0].after_s
    if choice.at == STAY:
        return "after a stay, as a browser does"
    manners = {choice.manner for choice in group}
    manner = choice.manner if len(manners) == 1 else f"in {len(manners)} manners"
    if choice.at == BY_CLOCK and law:
        since = "" if choice.since is Phase.PAGE else f" after {choice.since} began"
        return f"by the clock ({_law(law)}{since}), {manner}"
    later = f" and {_law(law)}" if law else ""
    return f"at {choice.at} ({POINTS[choice.at].client_has}){later}, {manner}"
