"""A finding's visits as a profile lists them."""

import tomllib
from dataclasses import replace
from typing import Any

import pytest

from loadtest.errors import UsageError
from loadtest.navigation.departure import BY_CLOCK, STAY
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import ActualDeparture, NavigationRecord
from loadtest.profile.listing import ListedVisit
from loadtest.profile.load import parse_profile
from loadtest.profile.model import Profile
from loadtest.profile.pacing import schedule_of
from loadtest.replay.selection import Selection
from loadtest.replay.written import Written, profile_of, with_visits, write_down
from loadtest.report.finding import Finding, FindingKind
from loadtest.report.placing import place, visits_of
from tests.replay.finding_runs import profile_text, run_of
from tests.report.building import info, visit, visits


def planned(text: str) -> Profile:
    return profile_of(info(profile_text=text))


def as_it_was(profile: Profile, count: int = 40, **changes: Any) -> list[NavigationRecord]:
    """Return what a run of this profile would have recorded, each left at P16 as it happened."""
    records = []
    for arrival, _ in zip(schedule_of(profile).share(0, 1), range(count), strict=False):
        number, due_s = arrival.number, arrival.due_s
        drawn = profile.draw_departure(number, due_s)
        records.append(
            visit(
                number,
                drawn.at,
                drawn.manner,
                transport=drawn.transport,
                due_s=due_s,
                started_s=due_s,
                left_s=due_s + 0.1,
                actual=ActualDeparture("P16" if drawn.at in (BY_CLOCK, STAY) else drawn.at, drawn.manner),
                **changes,
            )
        )
    return records


def selection(records: list[NavigationRecord], *, is_points_doing: bool = False) -> Selection:
    numbers = frozenset(record.number for record in records)
    found = place(FindingKind.SERVER_ERROR, "KeyError in f", numbers, visits_of(records))
    finding: Finding = replace(found, is_points_doing=is_points_doing)
    return Selection(finding, tuple(records), numbers, len(records))


def written(text: str, records: list[NavigationRecord], **details: bool) -> tuple[Written, Profile]:
    """Return the list, and the profile that it makes."""
    made = write_down(selection(records, **details), planned(text))
    again = with_visits(text, made.visits, seed=planned(text).seed, description="again")
    return made, parse_profile(again, name="again", source="again.toml")


@pytest.mark.parametrize(
    "text",
    [
        profile_text(),
        profile_text(seed=99, dwell_s={"lognormal": [1.0, 0.5]}),
        profile_text(departures=[{"at": "any", "jitter_s": 0.4}] if False else [{"at": "any"}]),
        profile_text(
            app={"preset": "generic", "transports": ["websocket", "polling", "upgrade"]},
            departures=[
                {"at": "P16", "jitter_s": 0.4},
                {"at": "P17", "jitter_s": {"exponential": 0.1}},
                {"after_s": {"uniform": [0.0, 0.5]}, "from": "connect"},
                {"after_s": 0.125, "manner": "rst"},
                {"at": "stay"},
            ],
        ),
    ],
    ids=["plain", "dwelling", "any", "jitter and clocks"],
)
def test_a_visit_is_to_leave_just_as_it_was_to(text: str) -> None:
    before = planned(text)
    records = as_it_was(before)
    _, after = written(text, records)

    for record in records:
        was, now = (
            before.draw_departure(record.number, record.due_s),
            after.draw_departure(record.number, 0.0),
        )
        assert now == replace(was, since=was.since if was.at == BY_CLOCK else Phase.PAGE)


def test_who_left_by_the_clock_at_a_point_that_is_to_blame_leaves_there() -> None:
    text = profile_text(departures=[{"after_s": {"exponential": 0.2}, "manner": "fin"}])
    records = as_it_was(planned(text), 3)

    made, after = written(text, records, is_points_doing=True)

    assert made.by_clock == 3
    assert {(visit.at, visit.manner, visit.after_s) for visit in made.visits} == {("P16", Manner.FIN, None)}
    assert after.draw_departure(0, 0.0).at == "P16"
    assert written(text, records)[0].by_clock == 0


def test_a_departure_of_a_locustfiles_own_is_sent_as_it_was_recorded() -> None:
    own = [
        visit(0, "P18", Manner.RST, planned_at="P18", planned_manner=Manner.RST),
        visit(1, "P17", Manner.FIN, planned_at=BY_CLOCK, planned_manner=Manner.FIN),
    ]
    text = profile_text(departures=[{"at": "stay"}])

    made, _ = written(text, own)

    assert [(visit.at, visit.manner, visit.after_s) for visit in made.visits] == [
        ("P18", Manner.RST, None),
        ("P17", Manner.FIN, None),
    ]


def test_pages_and_moves_are_pinned_where_there_are_several() -> None:
    text = profile_text(
        app={"preset": "generic", "pages": ["/a", "/b"]}, users={"journey": {"navigate": 1, "back": 1}}
    )
    records = [
        visit(0, page="/b"),
        visit(1, page="/a", move=Move.NAVIGATE, planned_move=Move.BACK, previous=0, started_s=2.0),
        visit(2, page="/b", move=Move.BACK, previous=1, started_s=3.0),
    ]

    made, after = written(text, records)

    assert [(visit.move, visit.page, visit.tab) for visit in made.visits] == [
        (Move.NAVIGATE, "/b", 0),
        (Move.NAVIGATE, "/a", 0),
        (Move.BACK, None, 0),
    ]
    assert (after.goes_on, after.journey.weights) == (True, {})
    alone, _ = written(profile_text(), [visit(0)])
    assert [(visit.move, visit.page, visit.tab) for visit in alone.visits] == [(None, None, None)]


def test_a_prefetched_page_that_nobody_came_to_see_is_one_again() -> None:
    text = profile_text(users={"journey": {"prefetch": 1}})
    profile = planned(text)
    number = next(number for number in range(50) if not profile.journey.is_used(profile.seed, number))
    record = visit(number, "P03", Manner.FIN, move=Move.PREFETCH, planned_move=Move.PREFETCH)

    made, _ = written(text, [record])

    assert made.visits == (
        ListedVisit(
            due_s=0.0,
            number=number,
            move=Move.PREFETCH,
            at="P03",
            manner=Manner.FIN,
            transport=Transport.WEBSOCKET,
        ),
    )


def test_a_tab_has_its_row_of_the_data_again() -> None:
    rows = [{"user": name} for name in "abc"]
    text = profile_text(app={"preset": "generic", "data": rows})
    records = [
        visit(0, row=2, started_s=1.0),
        visit(1, row=0, started_s=2.0),
        visit(2, row=2, started_s=3.0, previous=0),
        visit(3, row=2, started_s=4.0),
    ]

    made, _ = written(text, records)

    tabs = [visit.tab for visit in made.visits]
    assert tabs[0] == tabs[2]
    assert len(set(tabs)) == 3
    assert [(tab or 0) % 3 for tab in tabs] == [2, 0, 2, 2]


def test_what_plans_other_visits_or_judges_them_is_left_out_and_the_app_stays() -> None:
    text = profile_text(
        app={"preset": "generic", "allowed_hosts": ["board.test"], "headers": {"X-A": "1"}},
        users={"max": 30, "journey": {"navigate": 1}},
        turns=[{"at_s": 1, "rate": "x2"}],
        gauges=[{"name": "queue", "value": "app:queue"}],
        assertions=[
            {"name": "welcome", "event": "welcome", "after": "handshake", "within_s": 2.0, "times": 1}
        ],
        dwell_s=3.0,
        deadline_s=4.0,
        max_visits=9,
    )

    made, _ = written(text, visits(0, 1, "P16"))
    data = tomllib.loads(with_visits(text, made.visits, seed=3, description="x"))

    assert data.keys() == {
        "description",
        "seed",
        "app",
        "users",
        "assertions",
        "dwell_s",
        "deadline_s",
        "visits",
    }
    assert (data["users"], data["seed"], data["dwell_s"]) == ({"max": 30}, 3, 3.0)
    assert data["app"]["allowed_hosts"] == ["board.test"]


def test_idle_time_is_left_out_of_the_list() -> None:
    records = [visit(0, started_s=1.0, left_s=1.5), visit(1, started_s=61.5, left_s=62.0)]

    made, _ = written(profile_text(), records)

    assert [visit.due_s for visit in made.visits] == [0.0, 2.5]
    assert (made.left_out_s, made.duration_s) == (58.0, 2.5)


def test_a_jitter_of_a_fixed_length_is_written_as_one() -> None:
    one = ListedVisit(due_s=0.0, number=0, at="P16", jitter_s=Distribution(Law.CONSTANT, 0.25))

    assert one.to_row()["jitter_s"] == {"constant": 0.25}


def test_a_profile_that_cannot_be_read_is_told() -> None:
    run = run_of([], text="[app]\npreset = 'future'\n")

    with pytest.raises(UsageError, match=r"(?s)the profile of run \w+ cannot be read.*preset"):
        profile_of(run.info)
