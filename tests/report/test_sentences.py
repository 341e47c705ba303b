"""The sentences of a report."""

from typing import Any

import pytest

from loadtest.report import sentences


def threshold(verdict: str, is_default: bool = False) -> dict[str, Any]:
    return {"verdict": verdict, "is_default": is_default}


@pytest.mark.parametrize(
    ("findings", "thresholds", "text"),
    [
        ([], [threshold("pass")], "no finding in 2,312 visits"),
        ([{}], [], "1 finding in 2,312 visits"),
        ([{}, {}], [], "2 findings in 2,312 visits"),
        ([{}], [threshold("fail", True)], "1 finding in 2,312 visits"),
        ([], [threshold("fail", True)], "1 threshold that does not hold in 2,312 visits"),
        (
            [{}],
            [threshold("fail"), threshold("fail"), threshold("no_data")],
            "1 finding and 2 thresholds that do not hold in 2,312 visits",
        ),
    ],
)
def test_the_headline_says_what_was_found_in_how_many_visits(
    findings: list[Any], thresholds: list[Any], text: str
) -> None:
    summary = {
        "findings": findings,
        "thresholds": thresholds,
        "navigations": {"started": 2312},
        "server": {"processes": 1},
    }

    assert sentences.headline(summary) == text


def test_the_headline_says_when_nobody_watched_the_server() -> None:
    summary: dict[str, Any] = {
        "findings": [],
        "thresholds": [],
        "navigations": {"started": 3},
        "server": None,
    }

    assert sentences.headline(summary) == "no finding in 3 visits, judged by the clients alone"


def test_what_became_of_the_navigations_is_told() -> None:
    counts = {"due": 2312, "late": 4, "dropped": 1, "completed": 900, "left": 1411, "under_way": 0}

    assert sentences.navigations({"navigations": counts}) == (
        "2,312 due, 4 late, 1 dropped for want of a free user; 900 completed, 1,411 left as planned"
    )
    assert sentences.navigations({"navigations": counts | {"under_way": 3}}).endswith(
        "left as planned, 3 cut off under way"
    )


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ((0, 0, 0, 0), ""),
        ((1, 0, 0, 0), "1 visit did not end as planned: 1 refused"),
        (
            (1000, 2, 3, 4),
            "1,009 visits did not end as planned: 1,000 refused, 2 lost, 3 timed out, 4 failed",
        ),
    ],
)
def test_failures_are_told_by_their_kind(counts: tuple[int, ...], text: str) -> None:
    keys = ("refused", "lost", "timed_out", "failed")

    assert sentences.failures({"navigations": dict(zip(keys, counts, strict=True))}) == text


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ({"sids": 412, "rooms": 1412, "environs": 0}, "412 sids, 1,412 rooms"),
        ({"sids": 0, "rooms": 0, "tasks": 5}, "nothing"),
        ({"sids": 0, "rooms": None, "environs": None}, "nothing (rooms and environs not known)"),
        ({"sids": None}, "not known: the server did not report after a quiet"),
    ],
)
def test_residue_is_told_by_its_kind(counts: dict[str, int | None], text: str) -> None:
    assert sentences.residue(counts) == text


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        (None, "not known"),
        (
            {"processes": 1, "cpu": 0.4, "loop_lag_p99_ms": 1.13},
            "1 process, 40% of a core, loop lag p99 1.1 ms",
        ),
        (
            {"processes": 3, "cpu": None, "loop_lag_p99_ms": None},
            "3 processes, CPU not known, loop lag not known",
        ),
    ],
)
def test_the_generator_is_told(figures: dict[str, Any] | None, text: str) -> None:
    assert sentences.generator({"generator": figures}) == text


@pytest.mark.parametrize(
    ("verdicts", "text"),
    [([], "none"), (["pass", "fail", "pass"], "2 passed, 1 failed"), (["no_data"], "1 without data")],
)
def test_thresholds_are_counted_by_their_verdict(verdicts: list[str], text: str) -> None:
    assert sentences.thresholds({"thresholds": [threshold(verdict) for verdict in verdicts]}) == text


def test_what_became_of_an_assertion_is_told() -> None:
    row = {"name": "welcome", "held": 1200, "broken": 3, "not_judged": 40}

    assert sentences.assertion(row) == "held 1,200, broken 3, could not be told 40"
