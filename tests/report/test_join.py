"""All findings of a run, from both sides."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from loadtest.report.finding import Finding, FindingKind
from loadtest.report.join import find
from tests.report.building import error, hooked, info, snapshot, visits

SPREAD = visits(0, 200, "P13") + visits(200, 100, "P16") + visits(300, 120, "P18")


def found(*lines: Mapping[str, object]) -> tuple[Finding, ...]:
    return find(SPREAD, hooked(*lines), info())


def test_without_hooks_nothing_is_found_on_a_server() -> None:
    assert find(SPREAD, None, info()) == ()


@pytest.mark.parametrize("other", [{"line": 9}, {"file": "x.py"}, {"what": "ValueError in f"}])
def test_errors_of_two_places_are_two_findings_the_one_with_more_visits_first(
    other: Mapping[str, object],
) -> None:
    findings = found(snapshot([error(range(100, 105)), error(range(200, 300), id=1, **other)]))

    assert [finding.count for finding in findings] == [100, 5]


def test_visits_elsewhere_count_for_the_order_too() -> None:
    errors = [error(range(320, 420), count=500, what="b"), error([5, 6, *range(200, 300)], id=1, what="a")]

    assert [finding.what for finding in found(snapshot(errors))] == ["a", "b"]


def test_of_as_many_visits_the_more_exceptions_come_first() -> None:
    errors = [error([1], what="b"), error([1], id=1, what="a"), error([1], id=2, what="c", count=9)]

    assert [finding.what for finding in found(snapshot(errors))] == ["c", "a", "b"]


def test_what_the_clients_saw_stands_beside_what_the_server_had_to_bear() -> None:
    records = [
        replace(record, assertions={"welcome": "did not come within 2 s" if record.number < 250 else None})
        for record in SPREAD
    ]

    first, second = find(records, hooked(snapshot([error(range(200, 300))])), info())

    assert (first.kind, first.count + first.elsewhere) == (FindingKind.CLIENT, 250)
    assert (second.kind, second.at, second.count) == (FindingKind.SERVER_ERROR, ("P16",), 100)
    assert [finding.kind for finding in find(records, None, info())] == [FindingKind.CLIENT]


def test_an_error_without_a_visit_comes_last() -> None:
    lines = [
        snapshot(sequence=1),
        snapshot(
            [error([1], what="a")],
            {"sids": [2]},
            strays=[error([], what="s", count=99, event=None)],
            sequence=2,
        ),
    ]

    assert [finding.what for finding in found(*lines)] == ["a", "sids left behind", "s"]
