"""The sentences of a report."""

from typing import Any

import pytest

from loadtest.report import sentences


def finding(**changes: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "at": ["P15", "P16"],
        "manners": "any",
        "count": 412,
        "of": 412,
        "elsewhere": 0,
        "elsewhere_of": 1900,
        "attributed": True,
        "unplaced": 0,
        "by_manner": {"fin": {"count": 200, "of": 200}, "rst": {"count": 212, "of": 212}},
        "exceptions": 412,
        "file": "nicegui/client.py",
        "line": 260,
        "event": "disconnect",
    }
    return {**known, **changes}


def threshold(verdict: str, is_default: bool = False) -> dict[str, Any]:
    return {"verdict": verdict, "is_default": is_default}


@pytest.mark.parametrize(
    ("findings", "thresholds", "text"),
    [
        ([], [threshold("pass")], "no finding in 2,312 visits"),
        ([finding()], [], "1 finding in 2,312 visits"),
        ([finding(), finding()], [], "2 findings in 2,312 visits"),
        ([finding()], [threshold("fail", True)], "1 finding in 2,312 visits"),
        ([], [threshold("fail", True)], "1 threshold that does not hold in 2,312 visits"),
        (
            [finding()],
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


@pytest.mark.parametrize(("at", "text"), [("P16", "P16 (before_handshake)"), ("P99", "P99")])
def test_a_point_is_told_with_its_name(at: str, text: str) -> None:
    assert sentences.point(at) == text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {},
            "412 of 412 visits that left at P15 (connecting) or P16 (before_handshake), none of 1,900 others",
        ),
        (
            {"at": ["P12", "P13", "P14", "P15"]},
            (
                "412 of 412 visits that left at P12 (upgrade_asked), P13 (upgraded), P14 (opened) "
                "or P15 (connecting), none of 1,900 others"
            ),
        ),
        (
            {"at": ["P13", "P14", "P15", "P16", "P16b"], "elsewhere": 2},
            "412 of 412 visits that left at P13, P14, P15, P16 or P16b, 2 of 1,900 others",
        ),
        (
            {"at": ["P16"], "count": 1, "of": 1, "elsewhere_of": 30, "attributed": False},
            (
                "1 of 1 visits that left at P16 (before_handshake), none of 30 others; "
                "chance could have spread it so, no departure is blamed"
            ),
        ),
        (
            {"elsewhere_of": 0, "attributed": False},
            (
                "412 of 412 visits, at all points where visits left: "
                "P15 (connecting) and P16 (before_handshake); no departure is blamed"
            ),
        ),
        (
            {"at": ["P16"], "elsewhere_of": 0, "attributed": False},
            (
                "412 of 412 visits, all of which left at P16 (before_handshake); "
                "there is nothing to compare with"
            ),
        ),
        (
            {"unplaced": 2},
            (
                "412 of 412 visits that left at P15 (connecting) or P16 (before_handshake), "
                "none of 1,900 others; and 2 visits without a record"
            ),
        ),
        (
            {"at": [], "count": 0, "of": 0, "attributed": False, "unplaced": 1},
            "in no visit that has a record; and 1 visit without a record",
        ),
    ],
)
def test_a_finding_is_placed_in_counts(changes: dict[str, Any], text: str) -> None:
    assert sentences.place(finding(**changes)) == text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "makes no difference (fin and rst)"),
        (
            {"by_manner": {"fin": {"count": 3, "of": 90}, "rst": {"count": 0, "of": 9}}},
            "none stands out (fin and rst)",
        ),
        ({"by_manner": {"fin": {"count": 3, "of": 90}}}, "fin, no other was seen there"),
        ({"by_manner": {}}, ""),
        (
            {
                "manners": ["silent"],
                "by_manner": {"fin": {"count": 0, "of": 90}, "silent": {"count": 10, "of": 10}},
            },
            "silent, 10 of 10; otherwise none of 90",
        ),
        (
            {
                "manners": ["rst", "ended_by_server"],
                "by_manner": {
                    "fin": {"count": 1, "of": 90},
                    "rst": {"count": 10, "of": 10},
                    "ended_by_server": {"count": 5, "of": 6},
                },
            },
            "rst or the server's own doing, 15 of 16; otherwise 1 of 90",
        ),
    ],
)
def test_the_manners_of_a_finding_are_told(changes: dict[str, Any], text: str) -> None:
    assert sentences.manners(finding(**changes)) == text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "412 exceptions at nicegui/client.py:260, handler of 'disconnect'"),
        ({"exceptions": 1, "file": None, "event": None}, "1 exception"),
        ({"event": "e" * 50}, f"412 exceptions at nicegui/client.py:260, handler of '{'e' * 37}...'"),
        ({"exceptions": None}, ""),
    ],
)
def test_where_an_error_was_raised_is_told(changes: dict[str, Any], text: str) -> None:
    assert sentences.source(finding(**changes)) == text


@pytest.mark.parametrize(
    ("traceback", "lines"),
    [
        ("", []),
        ("KeyError: 'a'\n", ["KeyError: 'a'"]),
        ("Traceback:\n  File 1\n    x\nKeyError: 'a'\n", ["  File 1", "    x", "KeyError: 'a'"]),
        ("  File 1\n    x\n    ^\n  File 2\n    y\nKeyError: 'a'", ["  File 2", "    y", "KeyError: 'a'"]),
        ("a\nb\nc\nd\ne", ["b", "c", "d", "e"]),
    ],
)
def test_a_traceback_is_told_from_the_start_of_a_frame(traceback: str, lines: list[str]) -> None:
    assert list(sentences.last_frames(traceback, 4)) == lines


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
    ("memory", "threads", "text"),
    [
        (1_250_000, -2, "; memory +1.2 MB, threads -2 since the run began"),
        (None, 0, "; threads +0 since the run began"),
        (None, None, ""),
    ],
)
def test_growth_is_told_where_it_is_known(memory: int | None, threads: int | None, text: str) -> None:
    assert sentences.growth({"rss_bytes": memory, "threads": threads}) == text


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
