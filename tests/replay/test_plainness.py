"""What is plainer about a visit."""

from dataclasses import replace

import pytest

from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.journey import Move
from loadtest.navigation.point import POINTS, Manner, Transport
from loadtest.profile.listing import ListedVisit
from loadtest.replay.plainness import Scope, plain_visit, plainer, plainest_point

AT_ONCE = Distribution(Law.CONSTANT, 0.0)
ANY_WAY = Scope(["P15", "P16", "P16b"], list(Manner), list(Transport), ["/"])
PLAIN = ListedVisit(
    due_s=0.0, number=7, at="P16", manner=Manner.WS_CLOSE, transport=Transport.WEBSOCKET, dwell_s=AT_ONCE
)


@pytest.mark.parametrize(
    ("points", "plainest"),
    [
        (["P15", "P16", "P16b"], "P16"),  # NiceGUI 2.11.0
        (["P15", "P16", "P16b", "P17", "P18", "P19", "P20", "P25"], "P16"),
        (["P17", "P18"], "P18"),
        (["P15", "P23"], "P15"),
        (["P16b", "P20"], "P16b"),
        (["P13", "P14"], "P13"),
        (["P06", "P07"], "P07"),
        ([], None),
        (list(POINTS), "P00"),
    ],
)
def test_the_plainest_point_is_at_rest_straight_and_early(points: list[str], plainest: str | None) -> None:
    assert plainest_point(points) == plainest


def test_the_plain_visit_leaves_as_a_browser_does_over_one_connection() -> None:
    assert plain_visit(ANY_WAY, number=7) == PLAIN


def test_a_manner_that_matters_is_kept() -> None:
    visit = plain_visit(replace(ANY_WAY, manners=[Manner.RST, Manner.SILENT]), number=7)

    assert visit == replace(PLAIN, manner=Manner.RST)


def test_a_transport_that_matters_is_kept() -> None:
    visit = plain_visit(replace(ANY_WAY, transports=[Transport.POLLING]), number=7)

    assert visit == replace(PLAIN, transport=Transport.POLLING, manner=Manner.FIN)


def test_of_several_pages_the_shortest_is_named() -> None:
    visit = plain_visit(replace(ANY_WAY, pages=["/long", "/b", "/a"]), number=7)

    assert visit == replace(PLAIN, page="/a")


def test_a_finding_without_a_point_has_no_plain_visit() -> None:
    assert plain_visit(replace(ANY_WAY, points=[]), number=7) is None


def test_nothing_is_plainer_than_the_plain_visit() -> None:
    assert list(plainer((PLAIN,), ANY_WAY)) == []


def test_all_is_made_plain_at_once_first_then_one_thing_at_a_time() -> None:
    visit = ListedVisit(
        due_s=12.5,
        number=7,
        tab=3,
        move=Move.RELOAD,
        page="/long",
        at="P15",
        manner=Manner.FIN,
        transport=Transport.UPGRADE,
        jitter_s=Distribution(Law.CONSTANT, 0.2),
    )
    scope = replace(ANY_WAY, pages=["/", "/long"])
    first, unspaced, *others = plainer((visit,), scope)

    plain = replace(PLAIN, page="/")
    assert (first, unspaced) == ((plain,), (replace(plain, due_s=12.5),))
    assert others == [
        (replace(visit, at="P16"),),
        (replace(visit, transport=Transport.WEBSOCKET),),
        (replace(visit, manner=Manner.WS_CLOSE),),
        (replace(visit, jitter_s=None),),
        (replace(visit, dwell_s=AT_ONCE),),
        (replace(visit, move=None),),
        (replace(visit, page="/"),),
        (replace(visit, tab=None),),
        (replace(visit, due_s=0.0),),
    ]


def test_visits_of_a_list_are_made_plain_each_by_itself_too() -> None:
    first, second = replace(PLAIN, manner=Manner.RST), replace(PLAIN, number=8, due_s=1.0, manner=Manner.FIN)

    assert list(plainer((first, second), ANY_WAY)) == [
        (PLAIN, replace(second, manner=Manner.WS_CLOSE)),
        (PLAIN, second),
        (first, replace(second, manner=Manner.WS_CLOSE)),
    ]


def test_visits_that_come_close_together_are_tried_a_second_apart() -> None:
    near = (PLAIN, replace(PLAIN, number=8, due_s=0.01))

    assert next(plainer(near, ANY_WAY)) == (PLAIN, replace(PLAIN, number=8, due_s=1.0))


def test_a_stay_and_a_point_elsewhere_are_left_where_they_are() -> None:
    stay = replace(PLAIN, at="stay", manner=None)
    elsewhere = replace(PLAIN, at="P13")

    assert list(plainer((stay,), ANY_WAY)) == []
    assert list(plainer((elsewhere,), ANY_WAY)) == []


def test_a_departure_by_the_clock_becomes_one_at_the_point() -> None:
    by_clock = replace(PLAIN, at=None, after_s=Distribution(Law.CONSTANT, 0.3))

    assert next(plainer((by_clock,), ANY_WAY)) == (PLAIN,)
