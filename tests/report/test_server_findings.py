"""Findings: errors and residue of the server, and the departures that they came from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from loadtest.navigation.point import Manner
from loadtest.navigation.record import NavigationRecord, navigation_id
from loadtest.report.attribution import Tally
from loadtest.report.finding import Finding, FindingKind
from loadtest.report.placing import visits_of
from loadtest.report.server_errors import merge_errors
from loadtest.report.server_findings import find_on_server
from tests.report.building import BOOT, RUN, dropped, error, hooked, info, snapshot, visits
from tests.report.tracebacks import GONE

SPREAD = (
    visits(0, 100, "P13")
    + visits(100, 100, "P15")
    + visits(200, 100, "P16")
    + visits(300, 20, "P16b")
    + visits(320, 100, "P18")
)
KEY_ERRORS = range(100, 320)


def found(
    records: Sequence[NavigationRecord],
    *lines: Mapping[str, object],
    is_quiet: bool = True,
    silent_boots: Sequence[str] = (),
) -> tuple[Finding, ...]:
    server = hooked(*lines)
    errors = merge_errors(server, info()).errors
    findings = find_on_server(
        visits_of(records), server, errors, is_quiet=is_quiet, silent_boots=silent_boots
    )
    return tuple(sorted(findings, key=lambda finding: -finding.count))


def test_an_error_is_placed_at_the_points_whose_visits_had_it() -> None:
    (finding,) = found(SPREAD, snapshot([error(KEY_ERRORS)]))

    assert finding == Finding(
        kind=FindingKind.SERVER_ERROR,
        what="KeyError in handle_disconnect",
        at=("P15", "P16", "P16b"),
        manners="any",
        count=220,
        of=220,
        elsewhere=0,
        elsewhere_of=200,
        navigation=navigation_id(RUN, 100),
        is_points_doing=True,
        attributed=True,
        by_manner={"fin": Tally("fin", 220, 220)},
        by_transport={"websocket": Tally("websocket", 220, 220)},
        by_move={"navigate": Tally("navigate", 220, 220)},
        unplaced=0,
        examples=tuple(navigation_id(RUN, number) for number in range(100, 105)),
        left_behind={},
        exceptions=220,
        channels=("handler",),
        event="disconnect",
        events=("disconnect",),
        namespace="/",
        file="nicegui/nicegui.py",
        line=181,
        traceback=None,
    )


@pytest.mark.parametrize("point", ["P13", "P15", "P16", "P16b", "P18"])
def test_a_fault_planted_at_any_point_is_found_there_and_nowhere_else(point: str) -> None:
    guilty = [record.number for record in SPREAD if record.actual and record.actual.at == point]

    (finding,) = found(SPREAD, snapshot([error(guilty)]))

    assert (finding.at, finding.count, finding.of) == ((point,), len(guilty), len(guilty))
    assert (finding.elsewhere, finding.elsewhere_of) == (0, 420 - len(guilty))


def test_it_is_the_point_where_a_visit_really_left_that_counts() -> None:
    records = [visit for visit in SPREAD if visit.number >= 100]
    late = [record.number for record in records if record.actual and record.actual.at == "P18"]
    moved = [replace(record, planned_at="P16") if record.number in late else record for record in records]

    (finding,) = found(moved, snapshot([error(late)]))

    assert (finding.at, finding.of) == (("P18",), 100)


def test_what_a_process_that_went_silent_still_held_is_no_residue() -> None:
    lines = [snapshot((), {"sids": [1, 2]}, boot="a"), snapshot((), {"sids": [3]}, boot="b")]

    (finding,) = found(SPREAD, *lines, silent_boots=["a"])

    assert (finding.kind, finding.count, finding.left_behind) == (FindingKind.RESIDUE, 1, {"sids": 1})
    assert found(SPREAD, *lines, silent_boots=["a", "b"]) == ()


def test_the_errors_of_a_process_that_went_silent_are_found() -> None:
    (finding,) = found(SPREAD, snapshot([error([1, 2])], {"sids": [1, 2]}), silent_boots=[BOOT])

    assert (finding.kind, finding.count, finding.left_behind) == (FindingKind.SERVER_ERROR, 2, {})


def test_a_server_without_errors_and_residue_gives_no_finding() -> None:
    assert found(SPREAD, snapshot()) == ()


def test_three_stray_errors_are_a_finding_without_a_cause() -> None:
    (finding,) = found(SPREAD, snapshot([error([0, 210, 211])]))

    assert (finding.at, finding.attributed, finding.manners) == (("P13", "P16"), False, "any")
    assert (finding.count, finding.of, finding.elsewhere, finding.elsewhere_of) == (3, 200, 0, 220)


def test_one_error_of_one_visit_is_no_cause() -> None:
    records = visits(0, 1, "P16") + visits(1, 30, "P18")

    (finding,) = found(records, snapshot([error([0])]))

    assert (finding.at, finding.attributed) == (("P16",), False)
    assert (finding.count, finding.of, finding.elsewhere, finding.elsewhere_of) == (1, 1, 0, 30)


def test_an_error_of_all_visits_is_everywhere_and_no_points_doing() -> None:
    (finding,) = found(SPREAD, snapshot([error(range(420))]))

    assert (finding.at, finding.attributed) == (("P13", "P15", "P16", "P16b", "P18"), False)
    assert (finding.count, finding.of, finding.elsewhere_of) == (420, 420, 0)


def test_strays_at_other_points_are_told_as_elsewhere() -> None:
    (finding,) = found(SPREAD, snapshot([error([*range(200, 300), 5, 400])]))

    assert (finding.at, finding.attributed) == (("P16",), True)
    assert (finding.count, finding.of, finding.elsewhere, finding.elsewhere_of) == (100, 100, 2, 320)
    assert finding.examples[0] == navigation_id(RUN, 200)


def test_a_fault_under_one_manner_is_told_so() -> None:
    records = (
        visits(0, 50, "P16", Manner.SILENT) + visits(50, 50, "P16", Manner.FIN) + visits(100, 100, "P18")
    )

    (finding,) = found(records, snapshot([error(range(50))]))

    assert (finding.at, finding.manners, finding.attributed) == (("P16",), ("silent",), True)
    assert (finding.count, finding.of) == (50, 100)
    assert finding.by_manner == {"fin": Tally("fin", 0, 50), "silent": Tally("silent", 50, 50)}


def test_a_fault_under_one_manner_at_every_point_is_the_manners() -> None:
    records = visits(0, 60, "P16", Manner.RST) + visits(60, 60, "P16") + visits(120, 60, "P18", Manner.RST)
    records += visits(180, 60, "P18")

    (finding,) = found(records, snapshot([error([*range(60), *range(120, 180)])]))

    assert (finding.at, finding.manners, finding.attributed) == (("P16", "P18"), ("rst",), True)


def test_visits_that_the_server_ended_are_a_manner_of_their_own() -> None:
    records = visits(0, 40, "P17", None) + visits(40, 40, "P17")

    (finding,) = found(records, snapshot([error(range(40))]))

    assert finding.manners == ("ended_by_server",)
    assert list(finding.by_manner) == ["fin", "ended_by_server"]


def test_navigations_that_never_started_do_not_count() -> None:
    records = [*visits(0, 50, "P16"), *visits(50, 50, "P18"), *map(dropped, range(100, 200))]

    (finding,) = found(records, snapshot([error(range(50))]))

    assert (finding.of, finding.elsewhere_of) == (50, 50)


def test_visits_without_a_record_are_counted_apart() -> None:
    (finding,) = found(SPREAD, snapshot([error([*range(200, 300), 9000, 9001])]))

    assert (finding.count, finding.of, finding.unplaced, finding.exceptions) == (100, 100, 2, 102)


def test_an_error_of_nobody_known_is_still_a_finding() -> None:
    (finding,) = found([], snapshot([error([9000])]))

    assert (finding.at, finding.count, finding.of, finding.unplaced) == ((), 0, 0, 1)
    assert (finding.navigation, finding.examples, finding.attributed) == (None, (), False)


def test_one_error_in_two_processes_is_one_finding() -> None:
    first = snapshot([error(range(200, 260), id=3)], boot="a")
    second = snapshot([error(range(260, 300), id=0)], boot="b")
    text = {"kind": "error", "boot": "b", "traceback": "Traceback: …", **error(range(1), id=0)}

    (finding,) = found(SPREAD, first, second, text)

    assert (finding.count, finding.of, finding.exceptions) == (100, 100, 100)
    assert finding.traceback == "Traceback: …"


def test_what_failed_visits_left_behind_is_told_with_their_error() -> None:
    left = {"sids": KEY_ERRORS, "rooms": KEY_ERRORS, "environs": range(100, 250)}

    (finding,) = found(SPREAD, snapshot([error(KEY_ERRORS)], left))

    assert finding.left_behind == {"sids": 220, "rooms": 220, "environs": 150}


def test_residue_without_an_error_is_a_finding_of_its_own() -> None:
    left = {"sids": range(200, 300), "rooms": range(200, 300)}

    (finding,) = found(SPREAD, snapshot((), left))

    assert (finding.kind, finding.what) == (FindingKind.RESIDUE, "sids and rooms left behind")
    assert (finding.at, finding.count, finding.of, finding.elsewhere) == (("P16",), 100, 100, 0)
    assert (finding.left_behind, finding.exceptions) == ({"sids": 100, "rooms": 100}, None)


def test_residue_of_visits_with_and_without_an_error_is_told_apart() -> None:
    errors = [error(range(100, 200))]

    first, second = found(SPREAD, snapshot(errors, {"sids": range(100, 210)}))

    assert (first.kind, first.left_behind) == (FindingKind.SERVER_ERROR, {"sids": 100})
    assert (second.kind, second.at, second.left_behind) == (FindingKind.RESIDUE, ("P16",), {"sids": 10})


def test_residue_in_two_processes_is_one_finding() -> None:
    lines = [
        snapshot((), {"sids": range(200, 250)}, boot="a"),
        snapshot((), {"sids": range(240, 300), "rooms": [201]}, boot="b"),
    ]

    (finding,) = found(SPREAD, *lines)

    assert finding.left_behind == {"sids": 100, "rooms": 1}


def test_without_a_quiet_nothing_is_called_left_behind() -> None:
    lines = snapshot([error(KEY_ERRORS)], {"sids": range(420)})

    (finding,) = found(SPREAD, lines, is_quiet=False)

    assert (finding.kind, finding.left_behind) == (FindingKind.SERVER_ERROR, {})


def test_the_journal_knows_visits_that_the_bounded_list_of_a_snapshot_does_not() -> None:
    entries = [{"kind": "error", "number": number, "error": 0} for number in range(210, 300)]
    journal = {"kind": "journal", "boot": BOOT, "entries": entries}

    (finding,) = found(SPREAD, snapshot([error(range(200, 210), count=100)]), journal)

    assert (finding.count, finding.of, finding.exceptions) == (100, 100, 100)


def strays(count: int, **changes: Any) -> dict[str, Any]:
    return error([], count=count, channel="log", namespace=None, event=None, **changes)


def test_an_error_without_a_visit_is_a_finding_without_departures() -> None:
    (finding,) = found(SPREAD, snapshot(sequence=1), snapshot(strays=[strays(3)], sequence=2))

    assert (finding.kind, finding.what) == (FindingKind.SERVER_ERROR, "KeyError in handle_disconnect")
    assert (finding.at, finding.count, finding.of, finding.elsewhere) == ((), 0, 0, 0)
    assert (finding.attributed, finding.is_points_doing, finding.navigation, finding.examples) == (
        *(False, False, None),
        (),
    )
    assert (finding.exceptions, finding.strays, finding.channels) == (3, 3, ("log",))
    assert (finding.event, finding.events, finding.left_behind) == (None, (), {})


def test_strays_of_an_error_that_visits_had_are_told_in_its_finding() -> None:
    lines = [snapshot(sequence=1), snapshot([error(KEY_ERRORS)], strays=[strays(3)], sequence=2)]

    (finding,) = found(SPREAD, *lines)

    assert (finding.at, finding.count, finding.of) == (("P15", "P16", "P16b"), 220, 220)
    assert (finding.exceptions, finding.strays, finding.channels) == (223, 3, ("handler", "log"))


def test_three_sids_that_stayed_are_a_finding_without_a_cause() -> None:
    (finding,) = found(SPREAD, snapshot((), {"sids": [0, 210, 211]}))

    assert (finding.kind, finding.at, finding.attributed) == (FindingKind.RESIDUE, ("P13", "P16"), False)
    assert (finding.count, finding.of, finding.elsewhere, finding.elsewhere_of) == (3, 200, 0, 220)


@pytest.mark.parametrize("key", ["errors", "left_behind"])
def test_three_in_a_thousand_visits_at_one_point_alone_are_no_cause(key: str) -> None:
    records = visits(0, 300, "P16") + visits(300, 700, "P18")
    guilty = [5, 6, 7]
    line = snapshot([error(guilty)] if key == "errors" else [], {} if key == "errors" else {"sids": guilty})

    (finding,) = found(records, line)

    assert (finding.at, finding.count, finding.attributed) == (("P16",), 3, False)


def test_what_visits_with_a_frameworks_own_error_left_behind_is_a_finding_for_itself() -> None:
    text = {"kind": "error", "boot": BOOT, **error([]), "traceback": GONE}
    line = snapshot([error(range(100, 200))], {"sids": range(100, 200)})

    (finding,) = found(SPREAD, text, line)

    assert (finding.kind, finding.at, finding.count) == (FindingKind.RESIDUE, ("P15",), 100)
