"""The profile of a few visits, as a person would write it: the app, a stage, a departure, and why."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from loadtest.apps.template import names_in
from loadtest.navigation.opening import HandshakeWay
from loadtest.navigation.point import POINTS
from loadtest.navigation.states import Step
from loadtest.profile.listing import ListedVisit
from loadtest.profile.load import parse_profile
from loadtest.profile.model import Profile
from loadtest.profile.text import inline_value, write_text
from loadtest.replay.script.way import Way, dwells, steps_of
from loadtest.report.wording import amount, shown

__all__ = ["Told", "is_one_of_many", "reduced_profile"]

_OF_THE_APP = ("app", "deadline_s", "assertions")
"""What is kept of the profile that found it."""
_SPACING_S = 1.0
_SHAKING = frozenset({Step.SEND_HANDSHAKE, Step.SEND_HALF_HANDSHAKE, Step.SEND_BOTH, Step.SEND_EARLY_EVENT})


@dataclass(frozen=True, slots=True)
class Told:
    """What the profile says of itself in its comments."""

    what: str
    """The finding, in a line; text of the app's."""
    lines: Sequence[str]
    """Where it comes from, how often it was shown, how to run it."""


def is_one_of_many(visits: Sequence[ListedVisit]) -> bool:
    """Whether they are all of one kind, a second or no time apart and in no tab together: a stage says it."""
    alike = {replace(visit, due_s=0.0, number=0) for visit in visits}
    dues = [visit.due_s for visit in visits]
    spaced = [place * _SPACING_S for place in range(len(visits))]
    first = visits[0]
    return (
        len(alike) == 1 and dues == spaced and first.tab is None and first.move is None and _says_all(first)
    )


def reduced_profile(profile: Profile, visits: Sequence[ListedVisit], told: Told) -> Profile:
    """Return the profile that sends these visits to the app of ``profile``, its text with comments.

    Raises:
        ProfileError: there is none.
    """
    what = shown(told.what)  # no line breaks, no control characters: TOML allows none in a comment
    lines = [f"# {line}".rstrip() for line in [what, *map(shown, told.lines)]]
    found = tomllib.loads(profile.text)
    data = {key: value for key, value in found.items() if key in _OF_THE_APP}
    data["app"] = _app(data.get("app", {}), profile, visits)
    is_stage = is_one_of_many(visits)
    top: dict[str, Any] = {"description": f"{_kind(visits)}: {what}", "seed": profile.seed}
    plans = _stage(visits) if is_stage else _listed(visits)
    if is_stage:
        top["max_visits"] = len(visits)
        if dwells(visits[0].at):
            top["dwell_s"] = visits[0].to_row()["dwell_s"]
    elif not all(map(_says_all, visits)):
        data.update({key: value for key, value in found.items() if key == "dwell_s"})
    text = "\n".join([*lines, "", write_text({**top, **data}), *plans])
    return parse_profile(f"{text.rstrip()}\n", name=profile.name, source=f"{profile.name}-minimal")


def _kind(visits: Sequence[ListedVisit]) -> str:
    places = sorted({visit.at or "by the clock" for visit in visits})
    return (
        f"{amount(len(visits), 'visit')} that leave{'s' if len(visits) == 1 else ''} at {', '.join(places)}"
    )


def _app(app: Mapping[str, Any], profile: Profile, visits: Sequence[ListedVisit]) -> Mapping[str, Any]:
    """Return what the app needs for these visits: their pages, the rows of their tabs, steps if they stay."""
    kept = dict(app)
    pages = dict.fromkeys(visit.page for visit in visits if visit.page is not None)
    if len(pages) == 1:
        kept["pages"] = list(pages)
    if "steps" in kept and not any(dwells(visit.at) for visit in visits):
        del kept["steps"]
    if not profile.assertions and not any(_shakes(visit) for visit in visits):
        kept.pop("handshake", None)
        _drop_unused(kept)
        kept = {"preset": profile.app.preset, **kept}  # else the keys that went would have said it
    rows = profile.app.access.rows
    if rows and len(visits) == 1:
        kept["data"] = [dict(rows[(visits[0].tab or 0) % len(rows)])]
    used = names_in([{key: value for key, value in kept.items() if key != "data"}])
    if rows and not used & set(rows[0]):
        del kept["data"]
    return kept


def _shakes(visit: ListedVisit) -> bool:
    """Whether a visit may send its handshake, or half of it, before it leaves."""
    if visit.at is None or visit.at not in POINTS or visit.manner is None or visit.transport is None:
        return True
    if visit.jitter_s is not None:  # it goes on past its point
        return True
    way = Way(visit.page or "/", visit.at, visit.manner, visit.transport)
    return any(step in _SHAKING for step, _ in steps_of(way, HandshakeWay.EVENT, 2))


def _drop_unused(app: dict[str, Any]) -> None:
    """Take out of ``[app]`` what nothing in it names any more."""
    used = names_in([{key: value for key, value in app.items() if key not in ("data", "extract")}])
    extract = {name: where for name, where in app.get("extract", {}).items() if name in used}
    app.pop("extract", None)
    app |= {"extract": extract} if extract else {}


def _departure(visit: ListedVisit) -> Iterator[str]:
    if point := POINTS.get(visit.at or ""):
        yield f"# {point.name}: the client has {point.client_has}"
    row = visit.to_row()
    yield "[[departures]]"
    for key in ("at", "after_s", "from", "manner", "transport", "jitter_s"):
        if key in row:
            yield f"{key} = {inline_value(row[key])}"


def _stage(visits: Sequence[ListedVisit]) -> Iterator[str]:
    yield from (
        "[[stages]]",
        f"duration_s = {len(visits) + 1}",
        "rate_per_s = 1",
        'arrivals = "constant"',
        "",
    )
    yield from _departure(visits[0])


def _listed(visits: Sequence[ListedVisit]) -> Iterator[str]:
    """Yield a list: numbers say what was drawn, and stay where something still is."""
    for place, visit in enumerate(visits):
        row = visit.to_row()
        if _says_all(visit):
            row["number"] = place
        yield "[[visits]]"
        yield from (f"{key} = {inline_value(value)}" for key, value in row.items())
        yield ""


def _says_all(visit: ListedVisit) -> bool:
    return visit.dwell_s is not None or not dwells(visit.at)
