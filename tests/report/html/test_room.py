"""However long a run was, and whatever its app wrote: its page is small enough to be sent around."""

import itertools
import re

import pytest

from loadtest.report.html.page import html_report
from loadtest.report.html.room import MOST_BYTES, ROOMS
from loadtest.report.summary import summarize
from tests.report.html.hour import FINDINGS, hours_run, hours_series
from tests.report.html.reading import elements


def test_an_hours_run_with_many_findings_fits_and_no_finding_is_passed_over() -> None:
    run = hours_run()
    page = html_report(run, summarize(run), hours_series())

    assert MOST_BYTES / 2 < len(page.encode()) < MOST_BYTES
    all_of_it = elements(page)
    whole = sum(one.attributes.get("class") == "finding" for one in all_of_it)
    named = sum("value" in one.attributes and one.name == "li" for one in all_of_it)
    (counted,) = [int(found) for found in re.findall(r"And (\d+) more: see summary.json", page)] or [0]
    assert whole in {room.findings for room in ROOMS}
    assert whole + named + counted == FINDINGS


@pytest.mark.slow
@pytest.mark.parametrize("name", ["x" * 900, "<&\n\x1b\u202e\ud800" * 100])
def test_whatever_an_app_wrote_fits(name: str) -> None:
    run = hours_run(name)
    page = html_report(run, summarize(run), hours_series())

    assert len(page.encode()) < MOST_BYTES


def test_rooms_become_smaller() -> None:
    fields = ROOMS[0].__slots__
    sizes = [[getattr(room, field) for field in fields] for room in ROOMS]

    assert sizes == sorted(sizes, reverse=True)
    assert all(
        earlier >= later
        for one, other in itertools.pairwise(sizes)
        for earlier, later in zip(one, other, strict=True)
    )
