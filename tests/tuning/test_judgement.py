"""A probe judged from its run."""

from dataclasses import replace
from pathlib import Path

import pytest

from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord, Outcome
from loadtest.report.course import Aborted
from loadtest.report.info import Ended, GeneratorInfo, StageInfo
from loadtest.report.run import Run
from loadtest.tuning.judgement import FAILURES, Word, judge_probe
from loadtest.tuning.reading import Grade
from tests.report.building import dropped, histogram, info, visit

STAGES = (StageInfo(0, 0.0, 5.0, True, "warm-up"), StageInfo(1, 5.0, 20.0, False, "measured"))
LIMIT = {"phases.handshake": ("p(90)<100",)}


def run_of(
    records: list[NavigationRecord],
    thresholds: dict[str, tuple[str, ...]] | None = None,
    cpu: float = 0.3,
    lag_ms: float = 1.0,
) -> Run:
    generator = GeneratorInfo(processes=1, cpu=cpu, loop_lag=histogram(lag_ms))
    made = info(thresholds=LIMIT if thresholds is None else thresholds, generator=generator, users=50)
    made = replace(made, stages=STAGES)
    return Run(Path("results/x"), made, tuple(records), None)


def shaken(number: int, handshake_ms: float, due_s: float = 6.0) -> NavigationRecord:
    return visit(
        number,
        "P18",
        due_s=due_s,
        started_s=due_s + 0.001,
        phases_ms={Phase.PAGE: 4.0, Phase.HANDSHAKE: handshake_ms},
    )


def failed(number: int) -> NavigationRecord:
    return replace(visit(number, due_s=6.0, started_s=6.001), outcome=Outcome.TIMED_OUT, error="timed out")


def test_a_probe_passes_when_its_thresholds_hold() -> None:
    judgement = judge_probe(run_of([shaken(n, 40.0) for n in range(30)]))

    assert (judgement.word, judgement.started, judgement.error_share) == (Word.PASS, 30, 0.0)
    assert judgement.reason == "phases.handshake p(90) 40"
    assert judgement.p99_ms["handshake"] == pytest.approx(40.0)


def test_it_fails_when_one_does_not_and_says_by_how_much() -> None:
    records = [shaken(n, 40.0) for n in range(16)] + [shaken(n, 250.0) for n in range(16, 20)]

    judgement = judge_probe(run_of(records))

    assert judgement.word is Word.FAIL
    assert judgement.reason == "phases.handshake p(90) 250, must be <100"
    assert judgement.grades["phases.handshake p(90)<100"] == Grade(4, 20, 0.1)


def test_what_was_due_in_the_warm_up_does_not_count() -> None:
    slow = [shaken(n, 900.0, due_s=2.0) for n in range(20)]

    judgement = judge_probe(run_of(slow + [shaken(n, 40.0) for n in range(20, 40)]))

    assert (judgement.word, judgement.due) == (Word.PASS, 20)


def test_visits_that_fail_fail_a_probe_whose_latencies_are_fine() -> None:
    judgement = judge_probe(run_of([shaken(n, 40.0) for n in range(20)] + [failed(20)]))

    assert judgement.word is Word.FAIL
    assert judgement.reason == "1 of 21 visits failed (timed_out: timed out)"
    assert judgement.grades[FAILURES] == Grade(1, 21, 0.01)


def test_dropped_navigations_say_nothing_about_the_server() -> None:
    records = [shaken(n, 40.0, due_s=5 + n / 10) for n in range(20)]

    judgement = judge_probe(run_of([*records, replace(dropped(20), due_s=7.0)]))

    assert judgement.word is Word.UNCLEAR
    assert judgement.reason == "1 of 21 due navigations dropped: no user was free"
    assert judgement.advice == "give more users: --set users.max=76"


def test_the_users_that_are_needed_follow_from_the_rate_after_the_warm_up() -> None:
    warm_up = [shaken(n, 40.0, due_s=0.0) for n in range(10)]
    records = [shaken(n, 4996.0, due_s=5 + n / 100) for n in range(10, 100)]
    missed = [replace(dropped(n), due_s=5 + n / 100) for n in range(100, 111)]

    judgement = judge_probe(run_of([*warm_up, *records, *missed], {}))

    assert (
        judgement.advice == "give more users: --set users.max=758"
    )  # 101 due a second, 5 s each, and a half


def test_a_busy_generator_is_the_limit_and_not_the_server() -> None:
    judgement = judge_probe(run_of([shaken(n, 40.0) for n in range(20)], cpu=0.95, lag_ms=60.0))

    assert judgement.word is Word.UNCLEAR
    assert judgement.reason.startswith("the generator is the limit: 95% of a core")
    assert judgement.advice == "send from more processes: --workers 2"


def test_late_visits_say_that_the_generator_is_the_limit() -> None:
    late = [replace(shaken(n, 40.0), started_s=6.4) for n in range(8)]

    judgement = judge_probe(run_of(late + [shaken(n, 40.0) for n in range(8, 20)]))

    assert judgement.word is Word.UNCLEAR
    assert "8 of 20 late" in judgement.reason


def test_a_fail_that_a_busy_machines_lag_may_have_made_counts_and_is_marked() -> None:
    judgement = judge_probe(run_of([shaken(n, 120.0) for n in range(20)], lag_ms=30.0))

    assert (judgement.word, judgement.is_doubtful) == (Word.FAIL, True)


def test_a_threshold_without_data_says_nothing() -> None:
    judgement = judge_probe(run_of([visit(n, due_s=6.0, started_s=6.0) for n in range(20)]))

    assert judgement.word is Word.UNCLEAR
    assert judgement.reason.startswith("phases.handshake p(90)<100 has no data: no handshake was answered")


def test_without_thresholds_of_its_own_and_without_hooks_the_visits_alone_are_judged() -> None:
    good = judge_probe(run_of([shaken(n, 4000.0) for n in range(20)], thresholds={}))
    bad = judge_probe(run_of([shaken(0, 4.0), failed(1)], thresholds={}))

    assert (good.word, good.reason, bad.word) == (Word.PASS, "holds", Word.FAIL)


def test_a_probe_that_was_called_off_has_failed() -> None:
    judgement = judge_probe(run_of([shaken(0, 40.0)]), enough="broken beyond doubt")

    assert (judgement.word, judgement.reason) == (Word.FAIL, "broken beyond doubt")


@pytest.mark.parametrize(
    ("thresholds", "name", "grade"),
    [
        ({"phases.handshake": ("med<=100",)}, "phases.handshake med<=100", Grade(2, 10, 0.5)),
        ({"navigations.timed_out": ("rate<0.2",)}, "navigations.timed_out rate<0.2", Grade(0, 10, 0.2)),
        (
            {"phases.handshake.from_due_p99_ms": ("value<150",)},
            "phases.handshake.from_due_p99_ms value<150",
            Grade(2, 10, 0.01),
        ),
    ],
)
def test_thresholds_that_count_are_told_in_counts(
    thresholds: dict[str, tuple[str, ...]], name: str, grade: Grade
) -> None:
    records = [shaken(n, 90.0) for n in range(8)] + [shaken(n, 200.0) for n in (8, 9)]

    assert judge_probe(run_of(records, thresholds)).grades[name] == grade


def test_a_threshold_that_allows_nothing_is_no_share() -> None:
    records = [shaken(n, 90.0) for n in range(8)]

    judgement = judge_probe(run_of(records, {"navigations.failed": ("count==0",)}))

    assert list(judgement.grades) == [FAILURES]


def test_a_probe_that_a_threshold_ended_has_failed_though_it_holds_at_the_end() -> None:
    run = run_of([shaken(n, 40.0) for n in range(20)])
    aborted = Aborted("phases.handshake", "p(90)<100", 7.5, 250.0)

    judgement = judge_probe(replace(run, info=replace(run.info, ended=Ended.ABORTED, aborted=aborted)))

    assert judgement.word is Word.FAIL
    assert judgement.reason == (
        "ended early at 7.5 s: the threshold phases.handshake p(90)<100 did not hold (it was 250)"
    )


@pytest.mark.parametrize("metric", ["client_errors", "server.handlers./.join", "assertions.a.broken"])
def test_a_threshold_that_is_no_matter_of_phases_is_judged_and_not_told_in_counts(metric: str) -> None:
    judgement = judge_probe(run_of([shaken(n, 40.0) for n in range(20)], {metric: ("count>=0",)}))

    assert judgement.grades.keys() == {FAILURES}
