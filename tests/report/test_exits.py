"""Server processes that ended while a run was on without dying."""

from loadtest.report.exits import Exit, find_exits, living, unknown_boots
from loadtest.report.finding import Finding
from loadtest.report.liveness import find_lifeless
from loadtest.report.placing import visits_of
from tests.report.building import T0_AT, boots_of, hooked, info, snapshot
from tests.report.lives import mortal

T0 = T0_AT.timestamp()
EXITED = snapshot(boot="a", is_last=True, heard_at=T0 + 9.5)
HELD = snapshot((), {"sids": [1]}, boot="a", is_last=True)


def test_processes_that_go_on_or_were_killed_are_no_exits() -> None:
    lines = [snapshot(boot="a"), snapshot(boot="b")]

    assert find_exits(hooked(*lines), boots_of(*lines), info(silent_boots=("a",)), []) == ()
    assert find_exits(None, (), info(), []) == ()


def test_a_process_that_said_its_last_word_is_told_with_when() -> None:
    lines = [EXITED, snapshot(boot="b")]

    assert find_exits(hooked(*lines), boots_of(*lines), info(), []) == (
        Exit("a", 4711, "app.py", 9.5, is_empty=True),
    )
    assert find_exits(hooked(*lines), boots_of(*lines), info(t0_at=None), [])[0].at_s is None
    assert find_exits(hooked(HELD), boots_of(HELD), info(), [])[0].is_empty is False


def test_one_that_a_finding_tells_of_is_not_told_again() -> None:
    line = snapshot(boot="a", is_last=True, heard_at=T0 + 6.5)
    records = mortal(1)
    findings: list[Finding] = find_lifeless(records, visits_of(records), boots_of(line), info())

    assert [finding.boots for finding in findings] == [("a",)]
    assert find_exits(hooked(line), boots_of(line), info(), findings) == ()


def test_what_would_have_stayed_is_unknown_of_those_who_fell_silent_or_held_something_at_their_end() -> None:
    unreadable = snapshot(boot="d", is_last=True, residue={"rooms": None})
    server = hooked(HELD, {**EXITED, "boot": "b"}, snapshot(boot="c"), unreadable, snapshot(boot="e"))

    assert unknown_boots(server, info(silent_boots=("a", "b", "c"))) == {"a", "c", "d"}


def test_what_had_a_last_word_or_is_known_to_be_dead_lives_no_more() -> None:
    server = hooked(EXITED, snapshot(boot="b"), snapshot(boot="c"), snapshot(boot="d"))

    there = living(server, info(silent_boots=("b", "c"), dead_boots=("b",)))

    assert [process.boot for process in there.processes] == ["c", "d"]
