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
        "stages": [],
        "server": {"processes": 1},
    }

    assert sentences.headline(summary) == text


def test_the_headline_says_that_a_threshold_ended_the_run() -> None:
    at_s = {"aborted": {"at_s": 12.44}}
    summary = {
        "findings": [],
        "thresholds": [],
        "server": {},
        "stages": [],
        "navigations": {"started": 3},
    }

    assert sentences.headline(summary | {"server": {"x": 1}} | at_s) == (
        "ended early at 12.4 s by a threshold, no finding in 3 visits"
    )


def test_the_headline_says_when_nobody_watched_the_server() -> None:
    summary: dict[str, Any] = {
        "findings": [],
        "thresholds": [],
        "navigations": {"started": 3},
        "stages": [],
        "server": None,
    }

    assert sentences.headline(summary) == "no finding in 3 visits, judged by the clients alone"


@pytest.mark.parametrize(
    ("measured", "text"),
    [
        (2072, "1 finding in 2,312 visits, 240 of them warm-up"),
        (None, "1 finding in 240 visits, all of them warm-up"),
    ],
)
def test_the_headline_counts_the_warm_up_for_findings_are_looked_for_there_too(
    measured: int | None, text: str
) -> None:
    stages = [
        {"warm_up": True, "navigations": {"started": 240}},
        {"warm_up": False, "navigations": {"started": 2072}},
    ]
    summary = {
        "findings": [{}],
        "thresholds": [],
        "navigations": {"started": measured},
        "stages": stages,
        "server": {},
    }

    assert sentences.headline(summary | {"server": {"processes": 1}}) == text


COUNTS = {
    "due": 2312,
    "started": 2311,
    "late": 4,
    "dropped": 1,
    "completed": 900,
    "left": 1411,
    "under_way": 0,
}


def test_one_of_a_kind_that_stayed_is_told_as_one() -> None:
    told = sentences.residue({"sids": 1, "eio_sockets": 1, "rooms": 4})

    assert told == "1 sid, 1 eio_socket, 4 rooms"


def test_what_became_of_the_navigations_is_told() -> None:
    assert sentences.navigations({"navigations": COUNTS, "closed": False}) == (
        "2,312 due, 4 late, 1 dropped for want of a free user; 900 completed, 1,411 left as planned"
    )
    cut_off = {"navigations": COUNTS | {"under_way": 3}, "closed": False}
    assert sentences.navigations(cut_off).endswith("left as planned; 3 more cut off under way")


def test_in_a_closed_model_nobody_is_due() -> None:
    summary = {"navigations": COUNTS | {"under_way": 2}, "closed": True, "users": 20}

    assert sentences.navigations(summary) == (
        "2,311 visits by at most 20 users, each of whom goes on when done; "
        "900 completed, 1,411 left as planned; 2 more cut off under way"
    )


def test_navigations_of_nothing_but_warm_up_are_not_known() -> None:
    nobody: dict[str, int | None] = dict.fromkeys(COUNTS)
    summary = {"navigations": nobody | dict.fromkeys(sentences.FAILURES) | {"under_way": 2}, "closed": False}

    assert sentences.navigations(summary) == "not known, nothing but warm-up ran; 2 more cut off under way"
    assert sentences.failures(summary) == ""


NOTHING = dict.fromkeys(("sids", "eio_sockets", "rooms", "environs", "pending_disconnects"), 0)


@pytest.mark.parametrize(
    ("lefts", "text"),
    [
        ([NOTHING, NOTHING], "nothing"),
        ([NOTHING, None], "nothing in 1 of 2 processes, not known in the 1 that ended or fell silent"),
        (
            [NOTHING | {"sids": 2}, NOTHING | {"sids": 1, "rooms": None}, None, None],
            "3 sids (rooms not known) in 2 of 4 processes, not known in the 2 that ended or fell silent",
        ),
        ([None], "not known: the server did not report after a quiet"),
    ],
)
def test_what_stayed_is_told_of_the_processes_that_are_there(
    lefts: list[dict[str, int | None] | None], text: str
) -> None:
    rows = [{"is_known": left is not None, "left": left} for left in lefts]
    total = NOTHING if None not in lefts else dict.fromkeys(NOTHING)

    told = sentences.left_on_server({"residue": total, "residue_by_process": rows})

    assert told.removesuffix(" before the quiet was over") == text


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
