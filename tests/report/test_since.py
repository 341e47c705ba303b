"""Since when a run had a finding."""

from dataclasses import replace

from loadtest.navigation.record import Outcome
from loadtest.report.finding import Finding
from loadtest.report.join import find
from tests.report.building import BOOT, T0_AT, error, hooked, info, snapshot, visit, visits

T0 = T0_AT.timestamp()


def the_one(*findings: Finding) -> tuple[float | None, float | None]:
    (finding,) = findings
    return finding.first_s, finding.last_s


def test_an_error_is_dated_by_when_it_was_raised() -> None:
    entries = [
        {"kind": "error", "number": number, "error": 0, "at": T0 + at_s}
        for number, at_s in ((1, 4.25), (2, 2.5), (3, 7.0))
    ]
    journal = {"kind": "journal", "boot": BOOT, "entries": entries}
    server = hooked(snapshot([error([1, 2, 3])]), journal)

    assert the_one(*find(visits(0, 9, "P16"), server, info())) == (2.5, 7.0)


def test_an_error_that_no_journal_tells_of_is_dated_by_the_ends_of_its_visits() -> None:
    records = [replace(visit(number), left_s=number + 0.5) for number in range(9)]

    assert the_one(*find(records, hooked(snapshot([error([3, 6])])), info())) == (3.5, 6.5)


def test_an_error_of_no_visit_has_no_date() -> None:
    server = hooked(snapshot([error([], count=2)]))

    assert the_one(*find(visits(0, 3, "P16"), server, info())) == (None, None)


def test_what_stayed_is_dated_by_the_visits_that_no_error_is_told_for() -> None:
    records = [replace(visit(number), left_s=number + 0.5) for number in range(9)]
    server = hooked(snapshot([error([1])], {"sids": [1, 4, 5]}))

    assert [(one.kind, one.first_s, one.last_s) for one in find(records, server, info())] == [
        ("residue", 4.5, 5.5),
        ("server_error", 1.5, 1.5),
    ]


def test_a_broken_assertion_is_dated_by_the_visits_that_saw_it_and_by_no_other_of_the_kind() -> None:
    records = [
        replace(
            visit(number, "P19"),
            left_s=number + 0.5,
            outcome=Outcome.COMPLETED,
            assertions={"welcome": "did not come" if number in (2, 6) else None, "clock": None},
        )
        for number in range(9)
    ]

    assert the_one(*find(records, None, info())) == (2.5, 6.5)
