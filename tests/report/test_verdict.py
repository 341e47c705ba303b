"""The verdict over a run."""

from typing import Any

import pytest

from loadtest.errors import ExitCode
from loadtest.report.client_figures import AssertionCounts, NavigationCounts, count_navigations
from loadtest.report.course import Aborted
from loadtest.report.exits import Exit
from loadtest.report.finding import Finding
from loadtest.report.info import Ended, RunVerdict
from loadtest.report.join import find
from loadtest.report.limits import ThresholdResult, ThresholdVerdict
from loadtest.report.missing import Missing
from loadtest.report.verdict import Evidence, Verdict, judge
from tests.report.building import dropped, error, hooked, info, snapshot, visit, visits

HOLDS = ThresholdResult("phases.page", "max<9", 5.0, ThresholdVerdict.PASS)
FAILS = ThresholdResult("phases.page", "max<9", 1234.5, ThresholdVerdict.FAIL)
UNKNOWN = ThresholdResult("phases.page", "max<9", None, ThresholdVerdict.NO_DATA, "nothing was counted")


def finding() -> Finding:
    (one,) = find(visits(0, 5, "P16"), hooked(snapshot([error([1])])), info())
    return one


def counts(*records: Any) -> NavigationCounts:
    return count_navigations(records)


def judged(run: dict[str, Any] | None = None, **changes: Any) -> Verdict:
    clean: dict[str, Any] = {
        "info": info(**(run or {})),
        "navigations": counts(visit(1)),
        "findings": (),
        "thresholds": (HOLDS,),
        "has_hooks": True,
        "running_calls": 0,
        "skipped_lines": 0,
    }
    return judge(Evidence(**{**clean, **changes}))


def test_a_clean_run_passes() -> None:
    assert judged() == Verdict(RunVerdict.PASS, ExitCode.PASS, ())


def test_a_run_without_hooks_is_judged_on_the_client_alone() -> None:
    assert judged(has_hooks=False).word is RunVerdict.PASS


def test_any_finding_fails_the_run() -> None:
    assert judged(findings=[finding()]) == Verdict(
        RunVerdict.FAIL, ExitCode.FAIL, ("finding 1: KeyError in handle_disconnect",)
    )


def test_a_threshold_that_does_not_hold_fails_the_run() -> None:
    assert judged(thresholds=[HOLDS, FAILS]) == Verdict(
        RunVerdict.FAIL, ExitCode.FAIL, ("the threshold phases.page max<9 does not hold: it is 1,234.5",)
    )


def test_a_threshold_without_data_leaves_the_run_open() -> None:
    assert judged(thresholds=[HOLDS, UNKNOWN]) == Verdict(
        RunVerdict.INCONCLUSIVE,
        ExitCode.INCONCLUSIVE,
        ("the threshold phases.page max<9 has no data: nothing was counted",),
    )


def test_default_thresholds_without_data_are_counted_and_the_profiles_own_are_named() -> None:
    def blind(name: str, *, is_default: bool) -> ThresholdResult:
        verdict = ThresholdVerdict.NO_DATA
        return ThresholdResult(name, "value==0", None, verdict, "no quiet", is_default=is_default)

    default = [blind(name, is_default=True) for name in ("sids", "rooms")]
    own = [blind(f"own.{number}", is_default=False) for number in range(4)]

    assert judged(thresholds=default).reasons == ("2 thresholds have no data: no quiet",)
    assert judged(thresholds=[*default, *own]).reasons == (
        "the thresholds own.0 value==0, own.1 value==0, own.2 value==0 and 3 more have no data: no quiet",
    )


def test_default_thresholds_say_nothing_beyond_a_finding() -> None:
    default = ThresholdResult("server.errors", "count==0", 4, ThresholdVerdict.FAIL, is_default=True)

    assert len(judged(thresholds=[default]).reasons) == 1
    assert judged(thresholds=[default], findings=[finding()]).reasons == (
        "finding 1: KeyError in handle_disconnect",
    )


@pytest.mark.parametrize(
    ("run", "changes", "reason"),
    [
        (
            {},
            {"navigations": counts()},
            "no navigation was due: give the profile's stages a rate and a duration",
        ),
        (
            {},
            {"navigations": counts(dropped(1), dropped(2))},
            "2 due navigations, all dropped: no user was free",
        ),
        (
            {},
            {"navigations": counts(visit(1, outcome="failed"))},
            "of 1 visit none ended as planned: is this the right app at http://127.0.0.1:8080?",
        ),
        (
            {},
            {"navigations": counts(visit(1, outcome="failed")), "nobody_listened": 1},
            "nobody listens at http://127.0.0.1:8080: connection refused",
        ),
        (
            {"require_hooks": True},
            {"has_hooks": False},
            (
                "hooks are required (--require-hooks) and none were seen in the server: "
                "start the app with 'loadtest instrument -- COMMAND'"
            ),
        ),
        (
            {"silent_boots": ("a", "b")},
            {},
            "2 server processes stopped reporting before the run's end: look whether it died",
        ),
        (
            {"lost_numbers": 1},
            {},
            "a worker died, and nobody knows what became of its 1 navigation: run it again",
        ),
        (
            {"ended": Ended.RUNNING, "broken_off": "x/server.jsonl: cannot be written: No space left"},
            {},
            "the run was broken off: x/server.jsonl: cannot be written: No space left",
        ),
        (
            {"ended": Ended.RUNNING},
            {"is_on": True},
            "the run is still going: this is how it stands",
        ),
        (
            {"ended": Ended.RUNNING, "under_way": 2},
            {"skipped_lines": 1},
            (
                "interrupted (killed): what was written until then is told; run it again to the end; "
                "2 visits had not ended"
            ),
        ),
        (
            {},
            {"running_calls": 1},
            "1 handler call was still running when the quiet ended: give the app more time with quiet_s",
        ),
        ({}, {"skipped_lines": 2}, "2 lines of the run's files cannot be read"),
        (
            {},
            {"journal_lost": 3},
            "the hooks lost 3 entries of their journal: findings may count too few visits",
        ),
        (
            {},
            {"missing": [Missing("eventlet's hub", ("4711 (app.py)",), has_seen_run=True)]},
            (
                "the hooks could not be put in everywhere: eventlet's hub, in process 4711 (app.py); "
                "the server's counts are not whole"
            ),
        ),
        (
            {"refused": ("KeyError: 'visits'", "TypeError: x")},
            {},
            (
                "what 2 server processes told last could not be read, so the server's counts are not whole: "
                "KeyError: 'visits'"
            ),
        ),
        (
            {"silent_boots": ("a",)},
            {"exits": [Exit("a", 4711, "app.py", 9.5, is_empty=False)]},
            (
                "server process 4711 (app.py) exited while the run was on, and still held something of its "
                "visits: nobody knows what would have stayed"
            ),
        ),
    ],
)
def test_what_is_missing_for_a_pass_leaves_the_run_open(
    run: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    assert judged(run, **changes) == Verdict(RunVerdict.INCONCLUSIVE, ExitCode.INCONCLUSIVE, (reason,))


def test_a_threshold_that_ended_the_run_fails_it_whatever_it_is_at_the_end() -> None:
    aborted = Aborted("server.errors", "count==0", 12.44, 3)

    assert judged({"ended": Ended.ABORTED, "aborted": aborted}) == Verdict(
        RunVerdict.FAIL,
        ExitCode.FAIL,
        ("ended early at 12.4 s: the threshold server.errors count==0 did not hold (it was 3)",),
    )


def test_a_run_that_is_interrupted_while_it_ends_early_is_both() -> None:
    aborted = Aborted("phases.page", "p(95)<200", 1.0, 200.5)

    verdict = judged({"ended": Ended.INTERRUPTED, "aborted": aborted})

    assert (verdict.word, verdict.reasons) == (
        RunVerdict.INTERRUPTED,
        (
            "the run was interrupted: it is complete up to then",
            "ended early at 1.0 s: the threshold phases.page p(95)<200 did not hold (it was 200.5)",
        ),
    )


def test_running_handlers_are_no_matter_beside_a_finding_or_without_a_quiet() -> None:
    assert judged(running_calls=2, findings=[finding()]).reasons == (
        "finding 1: KeyError in handle_disconnect",
    )
    assert judged({"quiet": None}, running_calls=2).reasons == ()
    assert judged({"ended": Ended.INTERRUPTED}, running_calls=2).reasons == (
        "the run was interrupted: it is complete up to then",
    )


def test_hooks_that_were_required_and_came_are_no_matter() -> None:
    assert judged({"require_hooks": True}).word is RunVerdict.PASS


def test_the_weightiest_reason_decides_and_comes_first() -> None:
    verdict = judged(
        {"ended": Ended.INTERRUPTED, "lost_numbers": 4},
        findings=[finding()],
        thresholds=[UNKNOWN, FAILS],
    )

    assert verdict == Verdict(
        RunVerdict.INTERRUPTED,
        ExitCode.INTERRUPTED,
        (
            "the run was interrupted: it is complete up to then",
            "finding 1: KeyError in handle_disconnect",
            "the threshold phases.page max<9 does not hold: it is 1,234.5",
            "the threshold phases.page max<9 has no data: nothing was counted",
            "a worker died, and nobody knows what became of its 4 navigations: run it again",
        ),
    )


def test_a_reason_that_thresholds_share_is_told_once() -> None:
    sids, rooms = (
        ThresholdResult(f"server.residue.{key}", "value==0", None, ThresholdVerdict.NO_DATA, "no quiet")
        for key in ("sids", "rooms")
    )

    verdict = judged(thresholds=[sids, UNKNOWN, rooms])

    assert verdict.reasons == (
        (
            "the thresholds server.residue.sids value==0 and server.residue.rooms value==0 have no data: "
            "no quiet"
        ),
        "the threshold phases.page max<9 has no data: nothing was counted",
    )


def test_a_failure_outweighs_what_is_missing() -> None:
    assert judged({"ended": Ended.RUNNING}, thresholds=[FAILS]).exit_code == 99


def test_an_assertion_that_no_visit_could_judge_is_no_pass() -> None:
    rows = [AssertionCounts("welcome", 0, 0, 9), AssertionCounts("a", 1, 0, 8), AssertionCounts("b", 0, 1, 8)]

    assert judged(assertions=rows).reasons == (
        '"welcome" could be judged in no visit: let some stay long enough',
    )
    assert judged(assertions=rows, navigations=counts(visit(1, outcome="failed"))).reasons == (
        "of 1 visit none ended as planned: is this the right app at http://127.0.0.1:8080?",
    )


def test_a_process_that_exited_with_nothing_in_its_hands_is_no_gap() -> None:
    gone = Exit("a", 4711, "app.py", 9.5, is_empty=True)

    assert judged({"silent_boots": ("a",)}, exits=[gone]).word is RunVerdict.PASS


def test_a_finding_outweighs_what_could_not_be_hooked() -> None:
    missing = [Missing("eventlet's hub", ("4711 (app.py)",), has_seen_run=True)]

    assert judged(missing=missing, findings=[finding()]).exit_code == 99
