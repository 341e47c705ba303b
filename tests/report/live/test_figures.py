"""Summaries while a run is on, and stories with findings."""

import json
from pathlib import Path
from typing import Any

from loadtest.navigation.phase import Phase
from loadtest.report.info import Ended
from loadtest.report.live.figures import sum_up, with_stories
from loadtest.report.run import Run, read_run
from loadtest.report.summary import summarize
from tests.report.building import error, info, snapshot, visit, write_run

HOSTILE = "\x1b[31m</script>\u202e"


def faulty(folder: Path, errors: int = 1, **changes: Any) -> Run:
    """Return a run whose server raised in every visit that left at P16, and kept the others."""
    records = [
        *(visit(number, "P16", phases_ms={Phase.PAGE: 2.0}) for number in range(40)),
        *(visit(number, "P19") for number in range(40, 80)),
    ]
    rows = [error(range(40), id=one, what=f"KeyError {one} {HOSTILE}", line=one) for one in range(errors)]
    line = snapshot(rows, {"sids": range(40, 80)})
    return read_run(write_run(folder, info(**changes), records, [line]))


def test_a_run_that_is_on_has_no_verdict_and_no_residue(tmp_path: Path) -> None:
    run = faulty(tmp_path, ended=Ended.RUNNING, quiet=None)
    summary = sum_up(run)
    assert (summary["verdict"], summary["exit_code"], summary["reasons"]) == (None, None, [])
    assert [(one["kind"], one["at"]) for one in summary["findings"]] == [("server_error", ["P16"])]
    assert {row["verdict"] for row in summary["thresholds"]} == {None}
    assert summary["server"]["residue"]["sids"] is None


def test_not_even_in_its_quiet_is_residue_told(tmp_path: Path) -> None:
    run = faulty(tmp_path)
    assert [one["kind"] for one in summarize(run)["findings"]] == ["server_error", "residue"]
    assert [one["kind"] for one in sum_up(run)["findings"]] == ["server_error"]


def test_all_else_is_as_the_report_has_it(tmp_path: Path) -> None:
    run = faulty(tmp_path, ended=Ended.RUNNING, quiet=None)
    plain, live = summarize(run), sum_up(run)
    judged = {"verdict", "exit_code", "reasons", "findings", "thresholds"}
    assert {key: value for key, value in live.items() if key not in judged} == {
        key: value for key, value in plain.items() if key not in judged
    }
    assert [row["value"] for row in live["thresholds"]] == [row["value"] for row in plain["thresholds"]]


def test_a_finding_has_the_story_of_one_of_its_visits(tmp_path: Path) -> None:
    run = faulty(tmp_path)
    story = with_stories(run, summarize(run))["findings"][0]["story"]
    assert story.startswith("Navigation 0 left as planned\nid: 00c0ffee00c0ffee0000000000000000\n")
    assert not {"\x1b", "\u202e"} & set(story)


def test_stories_are_the_summarys_only_addition(tmp_path: Path) -> None:
    run = faulty(tmp_path)
    told = with_stories(run, summarize(run))
    for finding in told["findings"]:
        del finding["story"]
    assert told == summarize(run)


def test_20_findings_have_stories(tmp_path: Path) -> None:
    stories = [one["story"] for one in sum_up(faulty(tmp_path, errors=25, quiet=None))["findings"]]
    assert (len(stories), stories[20:]) == (25, [None] * 5)
    assert None not in stories[:20]


def test_a_finding_of_no_visit_has_no_story(tmp_path: Path) -> None:
    line = snapshot(strays=[error([], count=3)], began_at=1e12)
    run = read_run(write_run(tmp_path, info(), [visit(number) for number in range(5)], [line]))
    assert [one["story"] for one in with_stories(run, summarize(run))["findings"]] == [None]


def test_hostile_text_is_json_that_can_be_read_again(tmp_path: Path) -> None:
    summary = sum_up(faulty(tmp_path, quiet=None))
    assert json.loads(json.dumps(summary)) == summary
    assert HOSTILE in summary["findings"][0]["what"]
