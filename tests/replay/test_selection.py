"""Which visits belong to a finding."""

from dataclasses import replace

import pytest

from loadtest.errors import UsageError
from loadtest.navigation.journey import Move
from loadtest.replay.selection import finding_of, select
from loadtest.report.finding import FindingKind, LedBy
from loadtest.report.run import Run
from tests.replay.finding_runs import run_of, spaced
from tests.report.building import dropped, error, snapshot, visit, visits


def targets(run: Run, number: int = 1, most: int | None = 200) -> list[int]:
    return sorted(select(run, finding_of(run, number), most).targets)


def test_a_servers_error_belongs_to_all_visits_that_had_it_wherever_they_left() -> None:
    records = [*visits(0, 10, "P16"), *visits(10, 10, "P18")]
    run = run_of(records, snapshot([error([0, 3, 12])]))

    assert targets(run) == [0, 3, 12]


def test_what_stayed_on_the_server_belongs_to_those_that_left_it() -> None:
    run = run_of(visits(0, 10, "P16"), snapshot(left_behind={"sids": [2, 4], "rooms": [4, 5]}))

    assert finding_of(run, 1).kind is FindingKind.RESIDUE
    assert targets(run) == [2, 4, 5]


def test_a_broken_assertion_belongs_to_those_that_saw_it() -> None:
    records = [
        visit(number, assertions={"welcome": "none" if number in (1, 4) else None}) for number in range(6)
    ]

    assert targets(run_of(records)) == [1, 4]


def test_a_standstill_belongs_to_those_that_left_right_before_it() -> None:
    from tests.gold.broken import broken_records, broken_server
    from tests.report.building import boots_of, server_of

    lines = broken_server()
    boots = tuple(f"{life:016x}" for life in range(6))
    run = run_of(broken_records(), silent_boots=boots, dead_boots=boots)
    run = replace(run, server=server_of(*lines), boots=boots_of(*lines))
    finding = finding_of(run, 1)

    assert finding.kind is FindingKind.LIVENESS
    chosen = select(run, finding)
    assert len(chosen.targets) == finding.count
    left = {record.number: record.left_s or 0.0 for record in run.records}
    assert all(
        any(0 <= moment.at_s - left[number] + 0.1 < 1.5 for moment in finding.moments)
        for number in chosen.targets
    )


def test_visits_without_a_record_or_that_never_started_cannot_be_sent() -> None:
    run = run_of([*visits(0, 3, "P16"), dropped(3)], snapshot([error([1, 3, 9])]))

    chosen = select(run, finding_of(run, 1))

    assert (chosen.targets, chosen.showed, chosen.is_part) == (frozenset({1}), 1, False)


def test_of_many_so_many_are_taken_evenly() -> None:
    run = run_of(spaced([number / 10 for number in range(1000)]), snapshot([error(range(1000))]))

    chosen = select(run, finding_of(run, 1))

    assert sorted(chosen.targets) == list(range(0, 1000, 5))
    assert (chosen.showed, chosen.is_part) == (1000, True)
    assert len(targets(run, most=None)) == 1000
    assert targets(run, most=3) == [0, 333, 666]


def test_they_come_in_the_order_in_which_they_began() -> None:
    records = spaced([3.0, 1.0, 2.0])
    run = run_of(records, snapshot([error([0, 1, 2])]))

    assert [record.number for record in select(run, finding_of(run, 1)).records] == [1, 2, 0]


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ([Move.NAVIGATE, Move.NAVIGATE, Move.NAVIGATE], [2]),
        ([Move.NAVIGATE, Move.NAVIGATE, Move.RELOAD], [1, 2]),
        ([Move.NAVIGATE, Move.RELOAD, Move.RECONNECT], [0, 1, 2]),
        ([Move.NAVIGATE, Move.NAVIGATE, Move.BACK], [0, 1, 2]),
        ([Move.NAVIGATE] * 3 + [Move.RECONNECT, Move.BACK], [1, 2, 3, 4]),
        ([Move.NAVIGATE] * 3 + [Move.RELOAD, Move.RECONNECT, Move.RELOAD, Move.BACK], [1, 2, 3, 4, 5, 6]),
        ([Move.NAVIGATE] * 4 + [Move.BACK, Move.BACK], [1, 2, 3, 4, 5]),
    ],
    ids=["navigate", "reload", "reconnect", "back", "over_a_reconnect", "over_reloads", "back_twice"],
)
def test_what_a_tab_must_have_done_before_is_sent_too(moves: list[Move], expected: list[int]) -> None:
    starts = spaced(map(float, range(len(moves))))
    last = len(moves) - 1
    records = [
        replace(record, move=move, previous=record.number - 1 if record.number else None)
        for record, move in zip(starts, moves, strict=True)
    ]
    run = run_of(records, snapshot([error([last])]))

    chosen = select(run, finding_of(run, 1))

    assert [record.number for record in chosen.records] == expected
    assert chosen.targets == {last}


def test_a_visit_that_left_before_it_had_its_page_brings_no_tab_any_further() -> None:
    records = [
        replace(record, previous=record.number - 1 if record.number else None)
        for record in spaced([0.0, 1.0, 2.0, 3.0, 4.0])
    ]
    records[3] = replace(records[3], phases_ms={})
    records[4] = replace(records[4], move=Move.BACK)
    run = run_of(records, snapshot([error([4])]))

    assert [record.number for record in select(run, finding_of(run, 1)).records] == [1, 2, 3, 4]


def test_of_what_the_visit_before_led_to_that_one_is_sent_too() -> None:
    records = []
    for number in range(0, 80, 2):
        is_guilty = number % 4 == 0
        first = visit(
            number, "P16" if is_guilty else "P18", due_s=number, started_s=number, left_s=number + 0.5
        )
        wrong = "came twice" if is_guilty else None
        then = visit(
            number + 1,
            "P19",
            due_s=number + 1,
            started_s=number + 1,
            left_s=number + 1.5,
            previous=number,
            assertions={"welcome": wrong},
        )
        records += [first, then]
    run = run_of(records)
    finding = finding_of(run, 1)

    assert finding.led_by is LedBy.PREVIOUS
    chosen = select(run, finding, most=2)
    assert chosen.targets == {1, 41}
    assert [record.number for record in chosen.records] == [0, 1, 40, 41]


@pytest.mark.parametrize(
    ("run", "number", "wrong"),
    [
        (
            run_of(visits(0, 3, "P16")),
            1,
            "--finding 1: results/x has no finding; loadtest report results/x shows",
        ),
        (run_of(visits(0, 3, "P16"), snapshot([error([1])])), 2, "--finding 2: results/x has 1 finding; "),
        (run_of(visits(0, 3, "P16"), snapshot([error([1])])), 0, "--finding 0: results/x has 1 finding; "),
        (
            run_of(visits(0, 3, "P16"), snapshot([error([9])])),
            1,
            "--finding 1: KeyError in handle_disconnect: the visits that showed it have no record",
        ),
        (
            run_of(visits(0, 3, "P16"), snapshot([error([], count=2, what="Bad\x1b[31m in f")])),
            1,
            "no visit can be told for it, so there is nothing to send again",
        ),
    ],
    ids=["none", "too many", "zero", "no record", "no visit"],
)
def test_a_finding_that_is_not_there_or_has_no_visits_is_a_mistake(run: Run, number: int, wrong: str) -> None:
    with pytest.raises(UsageError) as raised:
        finding_of(run, number)

    assert wrong in str(raised.value)
    assert "\x1b" not in str(raised.value)
