"""A run as junit.xml."""

import re
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml
from xmlschema import XMLSchema

from loadtest.report.info import Ended
from loadtest.report.junit import junit_xml
from loadtest.report.run import Run, read_run
from loadtest.report.summary import summarize
from tests.gold.build import GOLD, RUNS
from tests.report.building import error, hooked, info, snapshot, visit, visits
from tests.report.hostile import hostile_run
from tests.report.test_github import obeyed

SCHEMA = XMLSchema(str(Path(__file__).parent / "schemas" / "junit-10.xsd"))


def written(records: list[Any], *lines: Any, **changes: Any) -> str:
    run = Run(Path("results/x"), info(**changes), tuple(records), hooked(*lines) if lines else None)
    return junit_xml(run, summarize(run))


def states(text: str) -> dict[str, str]:
    """Return what became of each test, by class and name."""
    (suite,) = JUnitXml.fromstring(text.encode())
    return {
        f"{case.classname} {case.name}": type(case.result[0]).__name__.lower() if case.result else "passed"
        for case in suite
    }


def test_a_run_that_passes_is_a_test_that_passed_and_so_is_each_threshold() -> None:
    text = written([visit(1)], thresholds={"phases.page": ("p(95)<200",)})

    assert states(text) == {
        "loadtest.nicegui.run the run": "passed",
        "loadtest.nicegui.thresholds phases.page p(95)<200": "passed",
    }


def test_each_finding_and_each_threshold_that_does_not_hold_is_a_failure() -> None:
    limits = {"phases.page": ("p(95)<1",), "server.errors": ("count==0",)}

    assert states(written(visits(1, 3, "P16"), snapshot([error([1])]), thresholds=limits)) == {
        "loadtest.nicegui.run the run": "passed",
        "loadtest.nicegui.server_error KeyError in handle_disconnect at nicegui/nicegui.py": "failure",
        "loadtest.nicegui.thresholds phases.page p(95)<1": "failure",
        "loadtest.nicegui.thresholds server.errors count==0": "failure",
    }


def test_no_data_is_an_error_and_no_pass() -> None:
    text = written([visit(1)], thresholds={"server.errors": ("count==0",)})

    assert states(text) == {
        "loadtest.nicegui.run the run": "error",
        "loadtest.nicegui.thresholds server.errors count==0": "error",
    }
    assert 'message="server.errors count==0: no data: no hooks were seen in the server"' in text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"ended": Ended.INTERRUPTED, "quiet": None},
            "the run was interrupted: it is complete up to then",
        ),
        ({"require_hooks": True}, "hooks are required (--require-hooks) and none were seen in the server"),
    ],
    ids=["interrupted", "inconclusive"],
)
def test_a_run_that_could_not_be_judged_is_an_error_with_its_reasons(
    changes: dict[str, Any], message: str
) -> None:
    text = written([visit(1)], **changes)

    (suite,) = JUnitXml.fromstring(text.encode())
    (case,) = suite
    assert states(text) == {"loadtest.nicegui.run the run": "error"}
    assert case.result[0].message.startswith(message)
    assert message in case.result[0].text


def test_a_failure_tells_what_a_person_needs() -> None:
    told = {"kind": "error", "boot": "0000000000000b00", **error([1]), "traceback": "in f\nKeyError: 'x'"}
    text = written([*visits(1, 9, "P16"), *visits(10, 30, "P18")], told, snapshot([error(range(1, 10))]))

    (suite,) = JUnitXml.fromstring(text.encode())
    (failure,) = next(case for case in suite if case.classname.endswith(".server_error")).result
    assert failure.message == (
        "KeyError in handle_disconnect: 9 of 9 visits that left at P16 (before_handshake), none of 30 others"
    )
    for line in (
        "Finding 1, server error: KeyError in handle_disconnect",
        "raised: 9 exceptions at nicegui/nicegui.py:181, handler of 'disconnect'",
        "KeyError: 'x'",
        "Navigation 1 left as planned",
        "Story: loadtest report results/x --navigation 1",
    ):
        assert line in failure.text.splitlines()


def test_a_test_is_called_the_same_however_often_it_happened_and_wherever_its_line_has_moved() -> None:
    few = written(visits(1, 9, "P16"), snapshot([error([1], line=181)]))
    many = written(visits(1, 9, "P16"), snapshot([error([1, 2, 3], line=190)]))

    assert states(few) == states(many)


def test_two_findings_of_one_name_are_two_tests() -> None:
    errors = [error([1], id=0, line=181), error([2], id=1, line=190)]

    names = [name for name in states(written(visits(1, 9, "P16"), snapshot(errors))) if "KeyError" in name]

    assert [name.removeprefix("loadtest.nicegui.server_error ") for name in names] == [
        "KeyError in handle_disconnect at nicegui/nicegui.py",
        "KeyError in handle_disconnect at nicegui/nicegui.py (2)",
    ]


def test_times_are_seconds_and_only_the_runs_own() -> None:
    started = info().started_at
    text = written([visit(1)], snapshot(), finished_at=started.replace(second=47))

    (suite,) = whole = JUnitXml.fromstring(text.encode())
    assert (whole.time, suite.time, [case.time for case in suite]) == (42.0, 42.0, [42.0, *[0.0] * 6])
    assert suite.timestamp == "2026-01-02T03:04:05"


@pytest.mark.parametrize("which", RUNS)
def test_jenkins_schema_holds_and_the_counts_are_those_of_the_tests(which: str) -> None:
    run = read_run(GOLD / RUNS[which])
    text = junit_xml(run, summarize(run))

    SCHEMA.validate(text)
    (suite,) = whole = JUnitXml.fromstring(text.encode())
    results = [*states(text).values()]
    counts = len(results), results.count("failure"), results.count("error")
    assert [(one.tests, one.failures, one.errors) for one in (whole, suite)] == [counts, counts]


def test_what_an_app_wrote_breaks_no_xml_and_is_no_command(tmp_path: Path) -> None:
    run = read_run(hostile_run(tmp_path / "run"))
    text = junit_xml(run, summarize(run))

    SCHEMA.validate(text)
    assert len(text.encode()) < 1_000_000
    assert text.replace("\n", "").isprintable()
    assert obeyed(text) == []
    assert not re.search(r"<!(?!\[CDATA)|<\?(?!xml version)", text)
    (suite,) = JUnitXml.fromstring(text.encode())
    names = [(case.classname, case.name) for case in suite]
    assert len(set(names)) == len(names) == 35
