"""A run's report on one screen."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from loadtest.navigation.record import Outcome
from loadtest.report import tables
from loadtest.report.console import print_report
from loadtest.report.info import Ended, GeneratorInfo, RunInfo
from loadtest.report.run import Run
from loadtest.report.server import ServerSide
from loadtest.report.summary import summarize
from tests.gold.build import GOLD, RUNS, WIDTHS, report, summary
from tests.report.building import (
    BOOT,
    boots_of,
    error,
    handler,
    histogram,
    hooked,
    info,
    snapshot,
    visit,
    visits,
)
from tests.report.tracebacks import GONE


def run_of(records: list[Any], server: ServerSide | None = None, run: RunInfo | None = None) -> Run:
    return Run(Path("results/x"), run or info(), tuple(records), server)


def printed(run: Run, width: int = 80, **options: Any) -> str:
    out = io.StringIO()
    print_report(run, summarize(run), Console(file=out, width=width, **options))
    return out.getvalue()


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("which", RUNS)
def test_the_report_of_a_run_is_what_it_was(which: str, width: int) -> None:
    """If it is meant to be another: ``python -m tests.gold.build``."""
    assert report(which, width) == (GOLD / f"report_{which}_{width}.txt").read_text()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("which", RUNS)
def test_no_line_is_wider_than_the_terminal(which: str, width: int) -> None:
    lines = [line for line in report(which, width).splitlines() if ": loadtest " not in line]  # is copied

    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("which", RUNS)
def test_no_figure_is_lost_on_a_terminal_that_is_narrow(which: str) -> None:
    narrow = report(which, 40)
    words = narrow.split()

    assert "…" not in narrow
    assert max(len(line) for line in narrow.splitlines() if ": loadtest " not in line) <= 60  # an id is 32
    for row in tables.phases(json.loads(summary(which))).rows:
        assert [cell for cell in row[1:] if not {cell, f"{cell},"} & {*words}] == []


def test_a_table_without_room_is_told_in_words() -> None:
    handlers = [handler("x" * 60, 12_345, 3, histogram(1, 2, 3))]

    text = printed(run_of([visit(1)], hooked(snapshot(handlers=handlers))), width=20)

    told = f"{'x' * 37}...: calls 12,345, errors 3, p50 2.0, p99 3.0"
    assert "".join(told.split()) in "".join(text.split())


def test_the_page_is_named_where_it_is_there_and_the_first_finding_can_be_seen_again(tmp_path: Path) -> None:
    run = replace(run_of([visit(1)], hooked(snapshot([error([1])]))), path=tmp_path)

    before = printed(run)
    (tmp_path / "report.html").touch()
    text = printed(run)

    assert "Report: " not in before
    assert text.splitlines()[-2:] == [
        f"Report: {tmp_path}/report.html",
        f"See finding 1 again: loadtest replay {tmp_path} --finding 1",
    ]


@pytest.mark.parametrize(
    ("run", "first"),
    [
        (run_of([visit(1)], hooked(snapshot())), "PASS: no finding in 1 visit. Exit code 0."),
        (
            run_of([visit(1)], hooked(snapshot([error([1])]))),
            "FAIL: 1 finding in 1 visit. Exit code 99.",
        ),
        (run_of([]), "INCONCLUSIVE: no finding in 0 visits, judged by the clients alone. Exit code 98."),
        (
            run_of([visit(1)], run=info(ended=Ended.INTERRUPTED)),
            "INTERRUPTED: no finding in 1 visit, judged by the clients alone. Exit code 105.",
        ),
    ],
)
def test_the_verdict_comes_first_in_one_sentence(run: Run, first: str) -> None:
    assert printed(run).splitlines()[0] == first


def test_a_host_where_nobody_listens_is_called_so() -> None:
    refused = [visit(n, outcome=Outcome.FAILED, error="connection refused") for n in (1, 2)]

    assert "  - nobody listens at http://127.0.0.1:8080: connection refused\n" in printed(run_of(refused))


def test_the_reasons_of_a_verdict_are_told_below_it() -> None:
    assert "  - no navigation was due: give the profile's stages a rate and a duration\n" in printed(
        run_of([])
    )


def test_without_hooks_one_loud_line_says_how_to_put_them_in() -> None:
    text = printed(run_of([visit(1)]))

    assert (
        "! The server was not watched: no process with hooks saw these visits, so its errors and "
        "what it keeps are unknown. Start the app with the hooks in: loadtest instrument -- python app.py"
    ) in one_line(text)
    assert "Left on the server" not in text
    assert "Server handlers" not in text


def test_hooks_with_problems_and_gaps_are_loud() -> None:
    hooks = {"installed": [], "problems": ["engineio 3.0 is too old"]}
    lost = {"kind": "journal", "boot": BOOT, "entries": list[object](), "lost": 1200}

    text = one_line(printed(run_of([visit(1)], hooked(snapshot(hooks=hooks), lost))))

    assert "! Hooks: engineio 3.0 is too old" in text
    assert "! The hooks lost 1,200 entries of their journal: findings may count too few visits." in text


def test_a_saturated_generator_is_loud() -> None:
    run = run_of([visit(1)], run=info(generator=GeneratorInfo(1, 0.99, histogram(9))))

    assert "! The generator's loop was 9" in printed(run)


def test_failed_visits_are_loud_with_their_first_examples() -> None:
    records = [
        visit(
            number, outcome=Outcome.REFUSED, error=f"error {number}", detail="[b]403[/b]" if number else None
        )
        for number in range(6)
    ]

    text = printed(run_of([*records, visit(9, outcome=Outcome.FAILED)]))

    assert "! 7 visits did not end as planned: 6 refused, 1 failed.\n  1 x error 0\n" in text
    assert "  1 x error 1, first: [b]403[/b]\n" in text
    assert "  and 3 more kinds: see summary.json\n" in text


def test_a_failure_without_a_text_is_told_by_its_outcome() -> None:
    assert "  1 x lost\n" in printed(run_of([visit(1, outcome=Outcome.LOST)]))


def test_more_findings_than_fit_on_a_screen_are_counted() -> None:
    errors = [error([number], id=number, line=number) for number in range(7)]

    text = printed(run_of(visits(0, 10, "P16"), hooked(snapshot(errors))))

    assert text.count("Finding ") == 4
    assert "\nAnd 3 more findings: see summary.json\n" in text


def test_what_just_fits_on_a_screen_is_told_whole() -> None:
    errors = [error([number], id=number, line=number) for number in range(4)]
    records = [visit(number, outcome=Outcome.REFUSED, error=f"error {number}") for number in range(4)]

    text = printed(run_of(records, hooked(snapshot(errors))))

    assert (text.count("Finding "), text.count("1 x error ")) == (4, 4)
    assert " more " not in text


def test_a_finding_without_traceback_navigation_and_residue_is_told_without_them() -> None:
    text = printed(run_of([visit(1)], hooked(snapshot([error([9000])]))))

    assert "  in no visit that has a record; and 1 visit without a record\n" in text
    assert "one such visit" not in text
    assert "left on the server by them" not in text


def test_more_handlers_than_fit_are_counted_below_their_table() -> None:
    handlers = [handler(f"event{number}", 1, 0, histogram(1)) for number in range(9)]

    text = printed(run_of([visit(1)], hooked(snapshot(handlers=handlers))))

    assert "\nand 1 more handler: see summary.json\n" in text


def test_a_run_without_visits_has_no_empty_tables() -> None:
    text = printed(run_of([]))

    assert "Departures" not in text
    assert "Phases" not in text


def test_a_long_folder_is_never_broken_so_that_it_can_be_copied() -> None:
    path = Path("results") / ("x" * 200)
    run = Run(path, info(), (visit(1),), None)

    assert f"Files: {path}\n" in printed(run, width=60)


def test_the_ends_of_paths_in_a_traceback_are_kept() -> None:
    text = {
        "kind": "error",
        "boot": BOOT,
        "id": 0,
        "traceback": 'Traceback\n  File "/a/b/c/d.py", line 3, in f\n\tg()\nKeyError: ' + "x" * 5000,
    }

    shown = printed(run_of([visit(1)], hooked(text, snapshot([error([1])]))))

    assert '      File ".../c/d.py", line 3, in f\n        g()\n' in shown
    assert "KeyError: xxx" in one_line(shown)
    assert "x..." in shown
    assert shown.count("x") < 300


def test_only_the_end_of_a_traceback_is_told() -> None:
    text = {"kind": "error", "boot": BOOT, "id": 0, "traceback": "\n".join(f"frame {n}" for n in range(50))}

    shown = printed(run_of([visit(1)], hooked(text, snapshot([error([1])]))))

    assert [line.strip() for line in shown.splitlines() if "frame" in line] == [
        "frame 43",
        "frame 44",
        "frame 45",
        "frame 46",
        "frame 47",
        "frame 48",
        "frame 49",
    ]


def test_a_terminal_gets_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    run = run_of([visit(1)], hooked(snapshot()))

    text = printed(run, force_terminal=True, color_system="standard", _environ={"TERM": "xterm"})

    assert text.startswith("\x1b[1;32mPASS: ")


def test_a_terminal_that_wants_no_colours_gets_none() -> None:
    run = run_of([visit(1)], hooked(snapshot()))

    text = printed(run, force_terminal=True, _environ={"TERM": "xterm", "NO_COLOR": "1"})

    assert text.startswith("\x1b[1mPASS: ")
    assert "\x1b[32m" not in text


def test_what_is_no_terminal_gets_plain_text() -> None:
    text = printed(run_of([visit(1)], hooked(snapshot([error([1])]))))

    assert "\x1b" not in text


def test_a_terminal_that_knows_ascii_alone_can_show_it_all() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    run = run_of([visit(1)], hooked(snapshot([error([1], what="Fehler für 数")])))

    print_report(run, summarize(run), Console(file=out, width=80))
    out.flush()

    assert b"Finding 1, server error: Fehler f\\xfcr \\u6570\n" in raw.getvalue()


anything = st.text(st.characters(codec=None), max_size=30)


@given(anything, anything, anything, st.integers(20, 100))
def test_nothing_that_an_app_wrote_gets_through_to_the_terminal(
    what: str, event: str, detail: str, width: int
) -> None:
    text = {"kind": "error", "boot": BOOT, "id": 0, "traceback": detail}
    lines = [text, snapshot([error([1], what=what, event=event, file=detail)])]
    lines[1]["handlers"] = [handler(event, 1, 1, histogram(1), namespace=what)]
    record = visit(1, outcome=Outcome.REFUSED, error=event, detail=detail)

    shown = printed(run_of([record, visit(2)], hooked(*lines)), width=width, legacy_windows=False)

    assert all(character.isprintable() or character == "\n" for character in shown)
    shown.encode("utf-8")


def test_a_findings_story_has_a_command_that_can_be_copied() -> None:
    path = Path("results/my run")
    run = Run(path, info(), tuple(visits(258, 2, "P16")), hooked(snapshot([error([258])])))

    assert "  its story: loadtest report 'results/my run' --navigation 258\n" in printed(run, width=40)


def test_an_error_without_a_visit_is_told_without_one() -> None:
    stray = error([], count=3, channel="task", namespace=None, event=None)
    server = hooked(snapshot(sequence=1), snapshot(strays=[stray], sequence=2))

    text = printed(run_of([visit(1)], server))

    assert (
        "Finding 1, server error: KeyError in handle_disconnect\n"
        "  no visit can be told for it\n"
        "  raised: 3 exceptions at nicegui/nicegui.py:181, in a background task\n"
    ) in text
    assert "its story" not in text
    assert "0 of 0" not in text


def test_a_frameworks_own_errors_are_told_in_one_line() -> None:
    text = {"kind": "error", "boot": BOOT, **error([]), "traceback": GONE}

    shown = printed(run_of(visits(1, 2, "P06b"), hooked(text, snapshot([error([1, 2])]))), width=200)

    assert (
        "\nNot counted: python-engineio's own, known and harmless: KeyError in handle_request, 2 times, "
        "at P06b: the client was gone before its request was read, and there is nothing to answer\n"
    ) in shown


def test_a_process_that_exited_is_told_loudly() -> None:
    line = snapshot(is_last=True)
    run = Run(Path("results/x"), info(), (visit(1),), hooked(line), boots_of(line))

    assert "! Server process 4711 (app.py) exited 20.0 s into the run; its counts are whole." in one_line(
        printed(run)
    )
