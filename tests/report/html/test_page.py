"""``report.html`` as a whole, without a browser."""

import itertools
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loadtest.report.html.page import html_report
from loadtest.report.info import Ended
from loadtest.report.run import Run, read_run
from loadtest.report.series.series import series_of
from loadtest.report.summary import summarize
from tests.gold import build
from tests.report.hostile import hostile_run
from tests.report.html.reading import elements, figures, look_up, reads_as


def gold(which: str) -> Run:
    return read_run(build.GOLD / build.RUNS[which])


def page_of(run: Run) -> tuple[str, dict[str, Any]]:
    summary = summarize(run)
    return html_report(run, summary, series_of(run)), summary


def test_the_page_of_a_run_is_as_ever() -> None:
    assert build.page("faulty") == (build.GOLD / "report_faulty.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("which", [*build.RUNS, "hostile"])
def test_every_figure_is_the_summarys(which: str, tmp_path: Path) -> None:
    run = read_run(hostile_run(tmp_path / "run")) if which == "hostile" else gold(which)
    page, summary = page_of(run)
    wrong = []
    count = 0
    for one in figures(page):
        count += 1
        path, per = one.attributes["data-path"], one.attributes.get("data-per")
        told = json.loads(one.attributes["data-value"] or "")
        value = look_up(summary, path or "")
        if per is not None:
            value = value / look_up(summary, per)
        if told != value or not reads_as(one.text, value):
            wrong.append((path, per, one.text, told, value))
    assert wrong == []
    assert count > 90


def test_a_page_without_hooks_says_so_once_and_how_to_put_them_in() -> None:
    page, _ = page_of(replace(gold("mended"), server=None, boots=()))

    loud = [one.text for one in elements(page) if one.attributes.get("class") == "loud"]
    (told,) = loud
    assert told.startswith("The server was not watched. No process with hooks saw these visits: ")
    assert told.endswith(" Start the app with the hooks in: loadtest instrument -- python app.py")


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (Ended.RUNNING, "This run was cut short: it was killed, or is still going."),
        (Ended.INTERRUPTED, "This run was interrupted before its end."),
    ],
)
def test_a_run_that_did_not_end_in_order_says_so_first(ended: Ended, words: str) -> None:
    run = gold("staged")
    page, _ = page_of(replace(run, info=replace(run.info, ended=ended, quiet=None, under_way=3)))

    told = [one.text for one in elements(page) if one.name == "p"]
    assert told[0] == f"{words} What follows is what was measured up to then. 3 visits were under way."


def test_a_run_of_which_nothing_is_left_has_a_page_without_figures(tmp_path: Path) -> None:
    run = gold("mended")
    info = replace(run.info, ended=Ended.RUNNING, quiet=None, generator=None, t0_at=None)
    page, _ = page_of(Run(tmp_path, info, (), None))

    assert {one.text for one in figures(page) if one.attributes["data-value"] == "null"} == {"no data"}
    assert "<svg" not in page
    assert page.count("No data") == 8


def test_the_page_asks_for_nothing_and_runs_nothing() -> None:
    page, _ = page_of(gold("faulty"))
    all_of_it = elements(page)

    assert {one.name for one in all_of_it} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "form",
        "base",
    } == set()
    addresses = {
        value for one in all_of_it for key, value in one.attributes.items() if key in ("href", "src")
    }
    assert all((address or "").startswith("#") for address in addresses)
    assert not re.search(r"url\(|@import|image-set", page)
    policy = next(one for one in all_of_it if one.attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@pytest.mark.parametrize("which", build.RUNS)
def test_headings_go_down_by_one_and_every_link_leads_somewhere(which: str) -> None:
    page, _ = page_of(gold(which))
    all_of_it = elements(page)

    levels = [int(one.name[1]) for one in all_of_it if re.fullmatch("h[1-6]", one.name)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = [one.attributes["id"] for one in all_of_it if "id" in one.attributes]
    assert len(set(ids)) == len(ids)
    links = {(one.attributes["href"] or "")[1:] for one in all_of_it if one.name == "a"}
    labels = {one.attributes["aria-labelledby"] for one in all_of_it if "aria-labelledby" in one.attributes}
    assert links | labels <= set(ids)


def test_a_finding_has_its_commands() -> None:
    run = gold("faulty")
    summary = summarize(run)
    again = "loadtest replay results/x --finding 1"
    summary["findings"][0]["replay"] = again
    page = html_report(run, summary, series_of(run))

    commands = [one.text for one in elements(page) if one.attributes.get("class") == "command"]
    assert commands == [again, f"loadtest report {run.path} --navigation 2"]
