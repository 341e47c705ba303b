"""What differs between two runs besides what they found."""

from typing import Any

import pytest

from loadtest.comparison.likeness import unlike
from loadtest.comparison.side import ReadRun
from loadtest.report.info import Ended, GeneratorInfo
from loadtest.report.run import Run
from loadtest.report.summary import summarize
from tests.comparison.synthetic import made_run
from tests.report.building import histogram, hooked, snapshot, visit

PROFILE = """
description = "one"
seed = 7
[[stages]]
duration_s = 10
rate_per_s = [5, 20]
[users]
max = 100
"""


def run(**changes: Any) -> ReadRun:
    return made_run([visit(0)], **{"profile_text": PROFILE, **changes})


def told(before: ReadRun, after: ReadRun) -> list[tuple[str, bool]]:
    return [(str(one), one.is_grave) for one in unlike(before, after)]


def test_the_same_test_has_no_differences() -> None:
    assert told(run(), run(id="ffffffffffffffff", host="http://127.0.0.1:9")) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"seed": 8}, "seed: 7 / 8"),
        ({"profile": "other"}, "profile: nicegui / other"),
        ({"workers": 2}, "workers: 1 / 2"),
        ({"users": 50}, "users: 200 / 50"),
        ({"host": "https://staging.example"}, "the app's host: this machine / another machine"),
        ({"ended": Ended.INTERRUPTED}, "end: came to its end / was interrupted"),
        ({"ended": Ended.RUNNING}, "end: came to its end / was cut short (killed, or still going)"),
        (
            {"generator": GeneratorInfo(2, 0.1, histogram(0.1))},
            "processes that sent load: 1 / 2",
        ),
    ],
)
def test_what_makes_it_another_test_is_grave(changes: dict[str, Any], line: str) -> None:
    assert told(run(), run(**changes)) == [(line, True)]


def test_the_profile_is_compared_key_by_key() -> None:
    other = (
        PROFILE.replace("[5, 20]", "[5, 30]")
        .replace("max = 100", "max = 100\nwait_s = 1")
        .replace("one", "two")
    )

    assert told(run(), run(profile_text=other)) == [
        ("profile: stages[0].rate_per_s: [5, 20] / [5, 30]", True),
        ("profile: users.wait_s: not there / 1", True),
    ]


def test_other_thresholds_and_releases_are_told_and_no_matter() -> None:
    other = PROFILE + '[thresholds]\n"server.errors" = ["count==0"]\n'

    assert told(run(), run(profile_text=other, versions={"loadtest": "0.2.0"})) == [
        ("version of loadtest (the generator's): 0.1.0 / 0.2.0", False),
        ("profile: thresholds.server.errors: not there / ['count==0']", False),
    ]


def test_a_profile_that_nobody_can_read_is_another_if_its_text_is() -> None:
    assert told(run(profile_text="a = "), run(profile_text="a = ")) == []
    assert told(run(profile_text="a = "), run()) == [("the profile's text: one / another", True)]


def test_hooks_on_one_side_alone_are_grave() -> None:
    plain = run()
    watched = Run(plain.run.path, plain.run.info, plain.run.records, hooked(snapshot()))

    assert told(plain, ReadRun(watched, summarize(watched))) == [
        ("hooks in the server: none were seen / there", True)
    ]


def test_a_run_without_visits_tells_nothing() -> None:
    assert told(run(), made_run([], profile_text=PROFILE)) == [("visits: 1 visit / 0 visits", True)]
