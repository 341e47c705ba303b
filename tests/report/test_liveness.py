"""Findings of liveness, and the departures right before them."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from loadtest.navigation.point import Manner
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome, navigation_id
from loadtest.report.finding import Finding, FindingKind, Moment
from loadtest.report.liveness import find_lifeless
from loadtest.report.placing import visits_of
from tests.report.building import RUN, T0_AT, boots_of, error, info, snapshot
from tests.report.lives import answered, living, lost, mortal, refused, waited

BEFORE = living(0, 0.0, 10.0)


def found(records: Sequence[NavigationRecord], *lines: Mapping[str, Any], **changes: Any) -> list[Finding]:
    return find_lifeless(records, visits_of(records), boots_of(*lines), info(**changes))


def heard(boot: str, *at_s: float, **changes: Any) -> list[dict[str, Any]]:
    """Return the snapshots of a process that were heard at these seconds of the run."""
    return [
        snapshot(boot=boot, sequence=index, heard_at=T0_AT.timestamp() + one_s, **changes)
        for index, one_s in enumerate(at_s, start=1)
    ]


def test_a_server_that_lives_gives_no_finding() -> None:
    assert found(BEFORE) == []
    assert found(BEFORE, *heard("a", 1.0, 2.0)) == []


def test_one_death_tells_who_left_last_and_blames_nobody() -> None:
    records = [*mortal(1), answered(800, 5.5, stay_s=0.3, at="P18")]

    (finding,) = found(records)

    assert (finding.kind, finding.what) == (FindingKind.LIVENESS, "server stopped accepting connections")
    assert (finding.at, finding.count, finding.attributed, finding.is_points_doing) == (
        ("P16", "P18"),
        2,
        False,
        False,
    )
    assert finding.moments == (Moment(6.0, None, 3, 5, came_after=4),)
    assert finding.under_way == tuple(navigation_id(RUN, number) for number in (600, 601, 602))
    assert finding.examples == (navigation_id(RUN, 500), navigation_id(RUN, 800))
    assert finding.remark == "there were no hooks in the server: it may have died, or closed its port"


def test_all_connections_lost_at_once_are_told_as_what_they_are() -> None:
    before = [record for record in BEFORE if (record.left_s or 0.0) < 10]
    dying = [lost(200 + n, 9.0, 10.0) for n in range(6)]

    (finding,) = found([*before, *dying, *living(300, 10.3, 12.0)])

    assert finding.what == "server lost every connection at once"
    assert finding.moments == (Moment(10.0, 10.305, 6, 0, came_after=16),)


def test_a_port_that_was_closed_for_a_while_is_told_so_and_that_the_hooks_know_of_no_death() -> None:
    records = [*BEFORE, refused(300, 10.1), *living(400, 11.0, 12.0)]

    (finding,) = found(records, *heard("a", 1.0, 11.0, 12.0))

    assert finding.what == "server stopped accepting connections for a while"
    assert finding.remark == "the hooks in the server do not say that a process died"


SILENT = {"silent_boots": ("a",)}


@pytest.mark.parametrize(
    ("records", "lines", "changes"),
    [
        (BEFORE, heard("a", 1.0, 9.0), {"dead_boots": ("a",)}),
        ([*BEFORE, refused(300, 10.1)], heard("a", 1.0, 9.5), {}),
        (BEFORE, [*heard("a", 1.0, 9.0), *heard("b", 9.5, visits=0)], {}),
    ],
)
def test_a_process_that_fell_silent_is_dead_where_something_says_so(
    records: list[NavigationRecord], lines: list[dict[str, Any]], changes: dict[str, Any]
) -> None:
    (finding,) = found(records, *lines, **SILENT, **changes)

    assert finding.what.startswith("server process died")
    assert finding.boots == ("a",)
    assert 9.0 <= finding.moments[0].at_s <= 10.2


@pytest.mark.parametrize(
    ("lines", "changes"),
    [
        (heard("a", 1.0, 9.0), {}),
        ([*heard("a", 1.0, 9.0), *heard("b", 9.5, visits=0, command="other.py")], {}),
        ([*heard("a", 1.0, 9.0), *heard("b", 2.0, 9.5)], {}),
        ([*heard("a", 1.0, 9.0, visits=0), *heard("b", 2.0, 9.5)], {"dead_boots": ("a",)}),
        (heard("a", 1.0, 9.0), {"dead_boots": ("a",), "t0_at": None}),
    ],
)
def test_a_process_that_fell_silent_is_not_dead_for_that_alone(
    lines: list[dict[str, Any]], changes: dict[str, Any]
) -> None:
    assert found(BEFORE, *lines, **SILENT, **changes) == []


def test_a_process_that_died_before_any_visit_was_heard_of_is_ours_if_nobody_was_let_in_then() -> None:
    lines = heard("a", 1.0, 9.5, visits=0)

    (finding,) = found([*BEFORE, refused(300, 10.1)], *lines, dead_boots=("a",))
    assert (finding.what, finding.boots) == ("server process died", ("a",))

    assert found(BEFORE, *lines, dead_boots=("a",)) == []


def test_a_stranger_that_ended_at_that_time_is_none_of_the_servers() -> None:
    lines = [*heard("a", 1.0, 9.5), *heard("b", 1.0, 9.0, visits=0, command="other.py")]

    (finding,) = found([*BEFORE, refused(300, 10.1)], *lines, silent_boots=("a",), dead_boots=("a", "b"))

    assert (finding.what, finding.boots) == ("server process died", ("a",))


def test_a_restart_is_told_and_the_clients_say_when() -> None:
    lines = [*heard("a", 1.0, 5.5), *heard("b", 11.0, 15.6), *heard("c", 21.0)]

    (finding,) = found(mortal(2), *lines, silent_boots=("a", "b"))

    assert finding.what == "server process died and was restarted, 2 times"
    assert ([moment.at_s for moment in finding.moments], finding.boots) == ([6.0, 16.0], ("a", "b"))
    assert finding.remark == "no last word came: up to a second of the counts is missing"


def test_the_last_of_several_deaths_may_come_too_late_for_its_restart() -> None:
    lines = [*heard("a", 1.0, 5.5), *heard("b", 11.0, 15.6)]

    (finding,) = found(mortal(2), *lines, silent_boots=("a", "b"))

    assert finding.what == "server process died and was restarted, 2 times"


def test_a_process_that_died_before_it_was_heard_is_one_more() -> None:
    lines = [*heard("a", 1.0, 5.5), *heard("c", 21.0)]

    (finding,) = found(mortal(2), *lines, silent_boots=("a",))

    assert (finding.what, len(finding.moments)) == ("server process died and was restarted, 2 times", 2)


def test_processes_that_died_together_are_one_moment() -> None:
    lines = [*heard("a", 1.0, 5.5), *heard("b", 1.0, 5.6)]

    (finding,) = found(mortal(1), *lines, silent_boots=("a", "b"))

    assert (finding.what, len(finding.moments)) == ("2 server processes died", 1)

    restarted = [*lines, *heard("c", 7.0), *heard("d", 7.0)]
    (finding,) = found(mortal(1), *restarted, silent_boots=("a", "b"))

    assert finding.what == "2 server processes died and were restarted"


def test_one_worker_of_several_that_died_is_told_with_those_who_went_on() -> None:
    dying = [lost(200 + n, 9.0, 9.3 + n / 100) for n in range(3)]
    records = [*BEFORE, *dying, *living(400, 10.0, 20.0)]

    (finding,) = found(records, *heard("a", 1.0, 9.0), *heard("b", 1.0, 20.0), **SILENT, dead_boots=("a",))

    assert (finding.what, finding.moments[0].at_s, finding.moments[0].under_way) == (
        *("server process died", 9.3),
        3,
    )
    assert finding.remark == (
        "no last word came: up to a second of the counts is missing; "
        "visits were answered after it: by other processes, or by one without hooks"
    )


def ended(boot: str, at_s: float, **changes: Any) -> list[dict[str, Any]]:
    """Return the snapshots of a process that said its last word at this second of the run."""
    first, last = heard(boot, 1.0, at_s, **changes)
    return [first, {**last, "is_last": True}]


LOST_BESIDE_OTHERS = [*BEFORE, *[lost(200 + n, 9.0, 9.3) for n in range(3)], *living(400, 10.0, 20.0)]
HELD = {"residue": {"eio_sockets": 3}}


@pytest.mark.parametrize(
    ("records", "changes"),
    [
        pytest.param(LOST_BESIDE_OTHERS, {}, id="it had sent its visitors away"),
        pytest.param([*BEFORE, lost(200, 8.0, 8.6)], HELD, id="who lost the connection did so before"),
        pytest.param([*BEFORE, *living(400, 10.0, 20.0)], HELD, id="nobody of those it held noticed"),
        pytest.param(LOST_BESIDE_OTHERS, {**HELD, "visits": 0}, id="it had no visitors of this run"),
    ],
)
def test_a_process_that_said_its_last_word_and_threw_nobody_out_is_no_matter_of_life_and_death(
    records: list[NavigationRecord], changes: dict[str, Any]
) -> None:
    others = [*heard("b", 1.0, 20.0), *heard("c", 9.9, 20.0)]

    assert found(records, *ended("a", 9.5, **changes), *others, **SILENT, dead_boots=("a",)) == []


def test_a_process_that_said_its_last_word_with_visitors_in_its_hands_died() -> None:
    (finding,) = found(LOST_BESIDE_OTHERS, *ended("a", 9.4, **HELD), *heard("b", 1.0, 20.0))

    assert (finding.what, finding.boots, finding.moments[0].under_way) == ("server process died", ("a",), 3)
    assert finding.remark == (
        "its last word came: the counts are whole; "
        "visits were answered after it: by other processes, or by one without hooks"
    )


def test_a_process_that_said_its_last_word_and_let_nobody_in_after_it_died() -> None:
    (finding,) = found(mortal(1), *ended("a", 6.8), **SILENT, dead_boots=("a",))

    assert (finding.what, finding.boots) == ("server process died", ("a",))
    assert (finding.moments[0].at_s, finding.moments[0].refused) == (6.0, 5)
    assert finding.remark == "its last word came: the counts are whole"


def test_a_life_so_short_that_clients_saw_one_long_outage_is_told_by_its_last_word() -> None:
    down = [refused(300 + n, 10.1 + n / 10) for n in range(20)]
    lines = [*ended("a", 10.1), *heard("b", 11.0), *heard("c", 13.0)]
    lines[2:3] = [{**lines[2], "sequence": 1}, {**lines[2], "sequence": 2, "is_last": True}]

    (finding,) = found([*BEFORE, *down, *living(400, 13.0, 15.0)], *lines)

    assert (finding.what, finding.boots) == ("server process died and was restarted, 2 times", ("a", "b"))
    assert [round(moment.at_s, 1) for moment in finding.moments] == [10.1, 11.0]


def test_the_last_words_of_lives_that_were_all_short_blame_the_departure_that_ended_them() -> None:
    rng = random.Random(5)
    records: list[NavigationRecord] = []
    lines: list[dict[str, Any]] = []
    for life in range(1, 13):
        number, dies_s = life * 100, float(life)
        points = rng.choices(["P13", "P18", "P19"], k=6)
        records += [answered(number + n, dies_s - 0.3, stay_s=0.04 * n, at=at) for n, at in enumerate(points)]
        records.append(answered(number + 50, dies_s - 0.05, stay_s=0.02, at="P16"))
        records += [refused(number + 60 + n, dies_s + 0.005 + n / 10) for n in range(6)]
        first, last = heard(f"{life}", dies_s - 0.25, dies_s)
        lines += [first, {**last, "is_last": True}]

    (finding,) = found([*living(5000, -3.0, 0.5), *records], *lines)

    assert finding.what == "server process died and was restarted, 12 times"
    assert (finding.at, finding.count, finding.of, finding.attributed) == (("P16",), 12, 20, True)


def test_a_last_word_is_enough_for_a_process_that_is_not_known_to_be_silent_yet() -> None:
    (finding,) = found(mortal(1), *ended("a", 6.8))

    assert (finding.what, finding.boots) == ("server process died", ("a",))


@pytest.mark.parametrize("channel", ["exception", "rejection"])
@pytest.mark.parametrize("key", ["errors", "strays"])
def test_an_error_that_nobody_caught_is_a_death_though_its_last_word_came(channel: str, key: str) -> None:
    told = {key: [error([1], channel=channel)]}

    (finding,) = found([*BEFORE, *living(400, 10.0, 20.0)], *ended("a", 9.4, **told), *heard("b", 1.0, 20.0))

    assert (finding.what, finding.boots, finding.moments[0].under_way) == ("server process died", ("a",), 0)


NODE = {"runtime": "node 20.20.2"}


def died_of(boot: str, at_s: float, *errors: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    """Return the lines of a Node process that told of errors with its last word."""
    first, last = ended(boot, at_s, **NODE, **changes)
    return [{**first, "errors": []}, {**last, "errors": list(errors)}]


def raised(boot: str, number: int, at_s: float) -> dict[str, Any]:
    entry = {"kind": "error", "number": 1, "error": number, "at": T0_AT.timestamp() + at_s}
    return {"kind": "journal", "boot": boot, "entries": [entry]}


def test_the_death_of_a_node_process_names_its_last_error() -> None:
    """A snapshot is taken 4 ms before it is heard."""
    errors = [
        error([1], what="RangeError in tick", channel="log"),  # was caught
        error([1], id=1, what="TypeError in onHandshake", file="server.js", line=41, channel="exception"),
        error([1], id=2, what="Error in earlier", channel="rejection"),
    ]
    lines = [*died_of("a", 6.2, *errors), raised("a", 1, 6.132), raised("a", 2, 6.1), raised("a", 0, 6.19)]

    (finding,) = found(mortal(1), *lines)

    assert finding.remark == (
        "its last word came: the counts are whole; "
        "its last error was TypeError in onHandshake at server.js:41, 64 ms before its end"
    )


def test_one_last_error_of_many_deaths_is_named_once_and_of_different_ones_two() -> None:
    def lines(*whats: str) -> list[dict[str, Any]]:
        return [
            line
            for life, what in enumerate(whats)
            for line in died_of(f"{life}", life * 10 + 6.2, error([1], what=what, channel="exception"))
        ]

    (same,) = found(mortal(3), *lines("A", "A", "A"))
    (different,) = found(mortal(3), *lines("A", "B", "C"))

    assert (same.remark or "").count("its last error was") == 1
    assert (different.remark or "").count("its last error was") == 2


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(
            [*died_of("a", 6.2, error([1], channel="exception")), raised("a", 0, 5.0)], id="it lived on"
        ),
        pytest.param(ended("a", 6.2, errors=[error([1], channel="exception")], **NODE), id="long before"),
        pytest.param(ended("a", 6.2), id="without an error"),
        pytest.param(
            [
                *ended("a", 6.2)[:1],
                {**ended("a", 6.2)[1], "errors": [error([1])], "runtime": "python 3.11.7"},
            ],
            id="an error does not end a Python server",
        ),
    ],
)
def test_an_error_that_did_not_end_a_process_is_not_named(lines: list[dict[str, Any]]) -> None:
    (finding,) = found(mortal(1), *lines)

    assert "last error" not in (finding.remark or "")


def test_an_error_that_no_visit_is_known_for_may_be_the_last() -> None:
    first, last = ended("a", 6.2, **NODE)
    stray = error([], what="TypeError in tick", file=None, count=3, channel="exception")
    lines = [{**first, "strays": [{**stray, "count": 2}]}, {**last, "strays": [stray]}]

    (finding,) = found(mortal(1), *lines)

    assert (finding.remark or "").endswith("; its last error was TypeError in tick")


def test_one_that_was_killed_and_one_that_said_its_last_word_are_two_that_died() -> None:
    (finding,) = found(mortal(1), *heard("a", 1.0, 5.5), *ended("b", 6.2), **SILENT)

    assert finding.what == "2 server processes died"
    assert finding.remark == (
        "no last word came: up to a second of the counts is missing; its last word came: the counts are whole"
    )


FROZEN = [waited(300 + n, 10.0 + n / 10) for n in range(20)]
AT_HANDSHAKE = answered(
    290,
    9.9,
    left_s=11.95,
    planned_at="stay",
    outcome=Outcome.TIMED_OUT,
    actual=ActualDeparture("P17", Manner.FIN),
)


def test_a_server_that_stood_still_is_found_with_who_left_before() -> None:
    (finding,) = found([*BEFORE, AT_HANDSHAKE, *FROZEN, *living(400, 14.0, 15.0)])

    assert finding.what == "server answered nobody for a while"
    assert (finding.attributed, finding.count) == (False, 5)
    assert finding.moments == (Moment(9.92, 14.005, 21, 0, came_after=30),)
    assert finding.remark == "when it began, visits were waiting for an answer: 1 at P17"


@pytest.mark.parametrize(
    ("heard_s", "remark"),
    [
        ((1.0, 10.5, 12.0, 13.0), "its processes went on reporting: it is their event loop that stood still"),
        ((1.0, 10.5, 14.5), "its processes did not report either"),
    ],
)
def test_hooks_tell_whether_the_process_or_its_loop_stood_still(
    heard_s: tuple[float, ...], remark: str
) -> None:
    (finding,) = found([*BEFORE, *FROZEN, *living(400, 14.0, 15.0)], *heard("a", *heard_s))

    assert (finding.remark, finding.boots) == (remark, ())


def test_a_process_that_stands_still_for_good_is_no_silent_one_beside() -> None:
    (finding,) = found([*BEFORE, *FROZEN], *heard("a", 1.0, 10.0), **SILENT)

    assert (finding.what, finding.boots) == ("server stopped answering", ("a",))


def test_standing_still_again_and_again_is_one_finding() -> None:
    records = [*BEFORE, *FROZEN, *living(400, 15.0, 17.0)]
    records += [waited(500 + n, 18.0 + n / 10) for n in range(4)] + living(600, 21.0, 22.0)

    (finding,) = found(records)

    assert finding.what == "server answered nobody for a while, 2 times"
