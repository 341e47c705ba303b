"""When a server was gone or answered nobody, by the visits' records."""

import random
from dataclasses import replace

import pytest

from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.report.outages import Outage, Timeline
from loadtest.transport import fault
from tests.report.building import dropped
from tests.report.lives import answered, living, lost, refused, waited

BEFORE = living(0, 0.0, 10.0)
"""A hundred visits; the last came at 9.9 s and was answered 20 ms later."""
LAST_ANSWER_S = 9.92


def rounded(outage: Outage) -> Outage:
    """Return an outage whose times can be compared."""
    back_s = None if outage.back_s is None else round(outage.back_s, 6)
    return replace(outage, since_s=round(outage.since_s, 6), at_s=round(outage.at_s, 6), back_s=back_s)


def gone(records: list[NavigationRecord]) -> list[Outage]:
    return [rounded(outage) for outage in Timeline(records).gone]


def test_a_server_that_lives_has_no_outage() -> None:
    timeline = Timeline([*BEFORE, dropped(900)])

    assert (timeline.gone, timeline.stood_still) == ((), ())


@pytest.mark.parametrize("seed", range(50))
def test_single_mishaps_are_no_outage(seed: int) -> None:
    rng = random.Random(seed)
    mishaps = [
        rng.choice([lost(500 + n, at_s, at_s + rng.random()), waited(500 + n, at_s)])
        for n in range(30)
        for at_s in [rng.uniform(0, 7.5)]
    ]
    timeline = Timeline([*BEFORE, *mishaps])

    assert (timeline.gone, timeline.stood_still) == ((), ())


def test_nobody_is_let_in_from_the_death_of_a_server_on() -> None:
    dying = [lost(200 + n, 9.5, 10.0 + n / 100) for n in range(4)]
    after = [refused(300 + n, 10.05 + n / 10) for n in range(20)]

    (outage,) = gone([*BEFORE, *dying, *after])

    assert outage == Outage(LAST_ANSWER_S, 10.0, None, (200, 201, 202, 203), refused=20)


def test_an_outage_ends_with_the_next_answer() -> None:
    after = [refused(300 + n, 10.0 + n / 10) for n in range(10)]

    (outage,) = gone([*BEFORE, *after, *living(400, 11.5, 13.0)])

    assert (outage.at_s, outage.back_s, outage.refused) == (10.001, 11.505, 10)
    assert outage.under_way == ()


def test_each_death_is_an_outage_of_its_own() -> None:
    records = [*BEFORE, refused(300, 10.1), *living(400, 11.0, 13.0), refused(500, 13.2), refused(501, 13.4)]

    assert [(outage.at_s, outage.refused) for outage in gone(records)] == [
        (10.101, 1),
        (13.201, 2),
    ]


def test_an_answer_that_is_read_late_does_not_part_an_outage() -> None:
    late = answered(350, 10.1)
    after = [refused(300, 10.1), refused(301, 10.2), refused(302, 10.4)]

    (outage,) = gone([*BEFORE, *after, late])

    assert (outage.refused, outage.back_s) == (3, None)


def test_a_server_that_was_never_there_has_no_outage() -> None:
    assert Timeline([refused(n, n / 10) for n in range(50)]).gone == ()


def test_a_server_that_came_late_has_no_outage() -> None:
    assert Timeline([refused(900, 0.01), *living(0, 1.0, 3.0)]).gone == ()


def test_connections_that_were_lost_long_before_are_not_of_the_death() -> None:
    early = [lost(200, 5.0, 7.0), lost(201, 5.0, 9.0)]

    (outage,) = gone([*BEFORE, *early, refused(300, 10.1)])

    assert (outage.at_s, outage.under_way) == (10.101, ())


@pytest.mark.parametrize(
    "error",
    [
        "the server closed the connection",
        "the server reset the connection",
        "the server closed the WebSocket",
    ],
)
def test_all_connections_lost_at_once_tell_of_a_quick_restart(error: str) -> None:
    before = [visit for visit in BEFORE if (visit.left_s or 0) < 10]
    dying = [lost(200 + n, 9.0 + n / 10, 10.0 + n / 100, error) for n in range(6)]

    (outage,) = gone([*before, *dying, *living(300, 10.3, 12.0)])

    assert outage == Outage(10.0, 10.0, 10.305, tuple(range(200, 206)))


@pytest.mark.parametrize(
    ("count", "error", "survivors"),
    [
        (4, "the server closed the connection", 0),
        (6, "the server sent DISCONNECT", 0),
        (6, "the server closed the connection", 1),
    ],
)
def test_what_an_app_may_do_to_some_is_no_restart(count: int, error: str, survivors: int) -> None:
    before = [visit for visit in BEFORE if (visit.left_s or 0) < 10]
    dying = [lost(200 + n, 9.0, 10.0, error) for n in range(count)]
    stays = [answered(290 + n, 9.0, stay_s=2.0) for n in range(survivors)]

    assert Timeline([*before, *dying, *stays, *living(300, 10.3, 12.0)]).gone == ()


def test_who_had_no_connection_yet_does_not_survive_a_restart() -> None:
    before = [visit for visit in BEFORE if (visit.left_s or 0) < 10]
    dying = [lost(200 + n, 9.0, 10.0) for n in range(5)]
    asking = waited(290, 9.9)

    assert len(Timeline([*before, *dying, asking]).gone) == 1


def test_the_page_of_a_visit_that_was_asked_for_ahead_is_no_answer_of_its_time() -> None:
    phases = {Phase.PAGE: 3000.0, Phase.OPEN: 5.0}
    ahead = answered(1, 10.0, was_ahead=True, phases_ms=phases, stay_s=5.0)
    dying = [lost(200 + n, 9.0, 11.0) for n in range(5)]

    assert Timeline([ahead]).was_answered(10.004)
    assert not Timeline([ahead]).was_answered(10.006)
    assert Timeline([*dying, ahead]).gone == ()  # it was open by then, and survived


def test_a_process_that_ended_beside_others_is_seen_by_those_who_were_lost_together() -> None:
    stray, dying = lost(200, 9.0, 10.1), [lost(201 + n, 9.0, 10.6 + n / 100) for n in range(3)]
    timeline = Timeline([*BEFORE, stray, *dying, *living(300, 10.0, 12.0)])

    outage = rounded(timeline.lost_near(10.0, 11.0))

    assert (outage.since_s, outage.at_s, outage.under_way) == (10.0, 10.6, (201, 202, 203))
    assert rounded(timeline.lost_near(4.0, 5.0)) == Outage(4.0, 5.0, 5.005, ())
    assert timeline.gone_near(0.0, 20.0) is None


def test_an_outage_is_found_by_when_it_showed() -> None:
    timeline = Timeline([*BEFORE, refused(300, 10.1)])

    assert timeline.gone_near(10.2, 15.0) is timeline.gone_near(5.2, 10.2) is timeline.gone[0]
    assert timeline.gone_near(10.5, 15.0) is timeline.gone_near(5.0, 10.0) is None


FROZEN = [waited(300 + n, 10.0 + n / 10) for n in range(20)]
"""Twenty visits of a server that stands still from 10 s on."""


def test_a_server_stood_still_when_everybody_who_came_waited_in_vain() -> None:
    under_way = answered(
        250, 9.9, phases_ms={Phase.PAGE: 5.0}, left_s=11.95, outcome=Outcome.TIMED_OUT, planned_at="stay"
    )
    timeline = Timeline([*BEFORE, under_way, *FROZEN, *living(400, 14.0, 16.0)])

    (outage,) = map(rounded, timeline.stood_still)

    assert (outage.since_s, outage.back_s) == (LAST_ANSWER_S, 14.005)
    assert (outage.under_way, outage.refused) == ((250, *range(300, 320)), 0)
    assert timeline.waiting_at([outage]) == {"P16": 1}
    assert timeline.gone == ()


def test_a_server_may_stand_still_for_good() -> None:
    (outage,) = Timeline([*BEFORE, *FROZEN]).stood_still

    assert (outage.back_s, len(outage.under_way)) == (None, 20)


@pytest.mark.parametrize(("count", "outages"), [(2, 0), (3, 1)])
def test_two_who_wait_are_too_few(count: int, outages: int) -> None:
    assert len(Timeline([*BEFORE, *FROZEN[:count], *living(400, 14.0, 15.0)]).stood_still) == outages


def test_one_who_is_answered_meanwhile_shows_that_the_server_lives() -> None:
    records = [*BEFORE, *FROZEN[:3], answered(390, 11.0), *living(400, 14.0, 15.0)]

    assert Timeline(records).stood_still == ()


def test_a_slow_handshake_is_no_standing_still_when_the_last_visitors_wait_for_it() -> None:
    slow = [
        answered(
            300 + n,
            10.0 + n / 10,
            left_s=22.0 + n / 10,
            outcome=Outcome.TIMED_OUT,
            actual=ActualDeparture("P17", Manner.FIN),
        )
        for n in range(20)
    ]

    assert Timeline([*BEFORE, *slow]).stood_still == ()


@pytest.mark.parametrize("share_of_slow", [0.5, 0.75, 0.9])
def test_a_slow_page_is_no_standing_still_when_the_last_visitors_happen_to_want_it(
    share_of_slow: float,
) -> None:
    rng = random.Random(5)
    records = [
        waited(n, n / 10, 10.0) if rng.random() < share_of_slow else answered(n, n / 10) for n in range(200)
    ]
    last = [waited(900 + n, 20.1 + n / 10, 10.0) for n in range(5)]

    assert Timeline([*records, *last]).stood_still == ()


def test_pages_that_never_came_are_no_standing_still() -> None:
    assert Timeline([waited(n, n / 10) for n in range(50)]).stood_still == ()


def test_a_server_that_was_gone_did_not_stand_still() -> None:
    timeline = Timeline([*BEFORE, *FROZEN, refused(390, 12.05), *living(400, 15.0, 16.0)])

    assert (len(timeline.gone), timeline.stood_still) == (1, ())


def test_a_server_may_stand_still_again_and_again() -> None:
    records = [*BEFORE, *FROZEN, *living(400, 15.0, 17.0)]
    records += [waited(500 + n, 18.0 + n / 10) for n in range(4)]

    assert [len(outage.under_way) for outage in Timeline(records).stood_still] == [20, 4]


def test_the_texts_by_which_a_lost_connection_is_known_are_those_of_visits() -> None:
    texts = {str(fault.fault_of(ConnectionResetError(104, "x")).error), fault.CLOSED}
    records = [replace(lost(n, 9.0, 10.0), error=text) for n, text in enumerate(sorted(texts) * 3)]

    assert str(fault.fault_of(ConnectionRefusedError(111, "x")).error) == "connection refused"
    assert len(Timeline(records).gone) == 1


def test_nothing_was_answered_where_nobody_came() -> None:
    nothing: list[NavigationRecord] = []

    assert not Timeline(nothing).was_answered(0.0)
