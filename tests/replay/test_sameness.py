"""Whether a finding is there again."""

from dataclasses import replace
from typing import Any

import pytest

from loadtest.replay.sameness import moved_lines, same_findings
from loadtest.report.finding import Finding, FindingKind
from loadtest.report.placing import place, visits_of
from tests.report.building import visits

VISITS = visits_of(visits(0, 4, "P16"))


def of(kind: FindingKind, what: str, **details: Any) -> Finding:
    return place(kind, what, frozenset({1}), VISITS, **details)


RAISED = of(FindingKind.SERVER_ERROR, "KeyError in f", file="/srv/a/lib/nicegui/client.py", line=260)


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (RAISED, True),
        (replace(RAISED, line=264), True),
        (replace(RAISED, file="/opt/b/site-packages/nicegui/client.py"), True),
        (replace(RAISED, file="C:\\b\\nicegui\\client.py"), True),
        (replace(RAISED, file="/srv/a/lib/nicegui/nicegui.py"), False),
        (replace(RAISED, file="/srv/a/lib/engineio/client.py"), False),
        (replace(RAISED, what="ValueError in f"), False),
        (replace(RAISED, kind=FindingKind.CLIENT), False),
    ],
    ids=[
        "as it was",
        "line moved",
        "elsewhere",
        "windows",
        "other file",
        "other package",
        "other type",
        "other kind",
    ],
)
def test_an_error_is_its_type_function_and_file(other: Finding, is_same: bool) -> None:
    assert same_findings(RAISED, [other]) == ([other] if is_same else [])


def test_an_error_on_its_own_line_is_not_mistaken_for_one_on_another() -> None:
    other = replace(RAISED, line=300)

    assert same_findings(RAISED, [other, RAISED]) == [RAISED]
    assert moved_lines(RAISED, [RAISED]) == []
    assert moved_lines(RAISED, same_findings(RAISED, [other])) == [300]


def test_residue_is_the_same_if_some_of_it_is_of_one_kind() -> None:
    one = of(FindingKind.RESIDUE, "sids and rooms left behind", left_behind={"sids": 3, "rooms": 3})
    other = of(FindingKind.RESIDUE, "sids left behind", left_behind={"sids": 1})
    stranger = of(FindingKind.RESIDUE, "environs left behind", left_behind={"environs": 1})

    assert same_findings(one, [stranger, other]) == [other]


def test_a_broken_assertion_is_its_name_whatever_was_seen() -> None:
    one = of(FindingKind.CLIENT, '"a: b": came twice', variants={"came twice": 3})
    other = of(FindingKind.CLIENT, '"a: b": came 3 times', variants={"came 3 times": 3})
    stranger = of(FindingKind.CLIENT, '"a": b": came twice', variants={'b": came twice': 3})

    assert same_findings(one, [stranger, other]) == [other]


def test_a_death_is_no_standstill() -> None:
    deaths = [
        of(FindingKind.LIVENESS, what)
        for what in ("server process died, 3 times", "server lost every connection at once")
    ]
    stills = [
        of(FindingKind.LIVENESS, what)
        for what in ("server stopped answering", "server answered nobody for a while")
    ]

    assert same_findings(deaths[0], [*stills, *deaths]) == deaths
    assert same_findings(stills[0], [*stills, *deaths]) == stills
