"""A run's report as markdown."""

from pathlib import Path
from typing import Any

from loadtest.report.info import Ended
from loadtest.report.markdown import markdown_report
from loadtest.report.run import Run, read_run
from loadtest.report.summary import summarize
from loadtest.report.wording import shown
from tests.report.building import error, hooked, info, snapshot, visit, visits
from tests.report.hostile import HOSTILE, hostile_run
from tests.report.markup import render

_OURS = {
    "code", "details", "h3", "h4", "li", "p", "pre", "span", "strong", "summary",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def written(records: list[Any], *lines: Any, **changes: Any) -> str:
    run = Run(Path("results/x"), info(**changes), tuple(records), hooked(*lines) if lines else None)
    return markdown_report(run, summarize(run))


def test_the_verdict_comes_first_and_a_pass_is_short() -> None:
    text = written([visit(1)], snapshot())

    assert text.startswith("### ✅ loadtest: PASS: no finding in 1 visit\n\nExit code 0. Profile")
    assert "Finding" not in text


def test_a_finding_has_its_place_its_traceback_and_a_visits_story_folded_away() -> None:
    told = {"kind": "error", "boot": "0000000000000b00", **error([1]), "traceback": "a <b>\nKeyError: 'x'"}
    text = written([*visits(1, 9, "P16"), *visits(10, 30, "P18")], told, snapshot([error(range(1, 10))]))

    assert "#### Finding 1: server error: KeyError in handle&#95;disconnect\n" in text
    assert "**9 of 9 visits that left at P16 (before&#95;handshake), none of 30 others**" in text
    assert (
        "<details><summary>Traceback</summary>\n\n<pre>a &lt;b&gt;\nKeyError: 'x'</pre>\n\n</details>" in text
    )
    assert "<pre>Navigation 1 left as planned\n" in text
    assert "<pre>loadtest report results/x --navigation 1</pre>" in text


def test_the_thresholds_are_a_table_with_values_and_reasons() -> None:
    limits = {"phases.page": ("p(95)<200", "p(95)<1"), "server.errors": ("count==0",)}

    rows = render(written([visit(1)], thresholds=limits)).rows

    assert rows[:4] == [
        ["", "threshold", "value", ""],
        ["✅ pass", "phases.page p(95)<200", "4", ""],
        ["❌ fail", "phases.page p(95)<1", "4", ""],
        ["⚠️ no data", "server.errors count==0", "not known", "no hooks were seen in the server"],
    ]


def test_why_a_run_could_not_be_judged_is_told() -> None:
    text = written([visit(1)], ended=Ended.INTERRUPTED, quiet=None)

    assert text.startswith("### ⚠️ loadtest: INTERRUPTED: ")
    assert "- the run was interrupted: it is complete up to then" in text
    assert "- The server was not watched" in text


def test_nothing_that_an_app_wrote_is_markup(tmp_path: Path) -> None:
    run = read_run(hostile_run(tmp_path / "run"))
    text = markdown_report(run, summarize(run))
    page = render(text)

    assert set(page.elements) == _OURS
    assert page.attributes <= {"style"}  # how a column is aligned
    assert len({len(row) for row in page.rows}) <= 4
    assert text.replace("\n", "").isprintable()
    for finding in summarize(run)["findings"][:20]:
        assert shown(finding["what"])[:100] in page.text
    assert HOSTILE not in text


def test_a_report_of_more_findings_than_there_is_room_for_counts_the_rest() -> None:
    frames = "".join(f'  File "/srv/{n}.py", line {n}, in f\n    {"<" * 470}\n' for n in range(40))
    errors = [error([1], id=n, file=f"{n}.py", what=f"E{n} in f") for n in range(60)]
    texts = [{"kind": "error", "boot": "0000000000000b00", **one, "traceback": frames * 3} for one in errors]
    text = written(visits(1, 3, "P16"), *texts, snapshot(errors))

    assert 400_000 < len(text.encode()) < 1024 * 1024
    assert text.count("#### Finding") + int(text.split(" more findings")[0].rsplit(" ", 1)[1]) == 60
    assert "**Phases of a visit (ms)**" in text
