"""What GitHub Actions is told: annotations, the step summary, and no command of an app's."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.report.github import annotations, write_step_summary
from loadtest.report.info import Ended
from loadtest.report.run import Run, read_run
from loadtest.report.summary import summarize
from loadtest.report.workflow_log import is_github, neutral, neutral_markup
from tests.report.building import error, hooked, info, snapshot, visit, visits
from tests.report.hostile import hostile_run

WORKSPACE = {"GITHUB_WORKSPACE": "/home/runner/work/app/app"}
_COMMAND = re.compile(r"::(error|warning|notice) title=[^:,\r\n]+(,file=[^:,\r\n]+,line=\d+)?::[^\r\n]+")


def told(records: list[Any], *lines: Any, environ: dict[str, str] | None = None, **changes: Any) -> list[str]:
    run = Run(Path("results/x"), info(**changes), tuple(records), hooked(*lines) if lines else None)
    return annotations(run, summarize(run), WORKSPACE if environ is None else environ).splitlines()


def raised(traceback: str, file: str = "board.py", line: int = 181) -> tuple[Any, Any]:
    one = error([1, 2, 3], file=file, line=line)
    return {"kind": "error", "boot": "0000000000000b00", **one, "traceback": traceback}, snapshot([one])


def obeyed(text: str) -> list[str]:
    """Return the lines in which the runner finds a command (ActionCommand.TryParseV2 and TryParse)."""
    lines = re.split(r"\r\n|\r|\n", text)
    new = (line for line in lines if line.lstrip().startswith("::") and "::" in line.lstrip()[2:])
    old = (line for line in lines if "##[" in line and "]" in line.split("##[", 1)[1])
    return [*new, *old]


def test_a_pass_is_one_notice() -> None:
    assert told([visit(1)], snapshot()) == ["::notice title=loadtest%3A pass::PASS: no finding in 1 visit"]


def test_a_finding_is_an_error_at_its_line_in_the_workspace() -> None:
    frame = '  File "/home/runner/work/app/app/src/board.py", line 181, in handle_disconnect\n'

    (line,) = told(visits(1, 3, "P16"), *raised(f"{frame}    x\nKeyError: 1\n"))

    assert line == (
        "::error title=loadtest%3A finding 1%2C KeyError in handle_disconnect,file=src/board.py,line=181::"
        "server error: KeyError in handle_disconnect%0A"
        "3 of 3 visits, all of which left at P16 (before_handshake); there is nothing to compare with%0A"
        "3 exceptions at board.py:181, handler of 'disconnect'%0A"
        "loadtest replay results/x --finding 1%0Aloadtest report results/x --navigation 1"
    )


@pytest.mark.parametrize(
    ("frames", "file", "place"),
    [
        (['File "/srv/board.py", line 181, in f'], "board.py", None),
        (['File "/home/runner/work/app/app/../other/board.py", line 181, in f'], "board.py", None),
        (['File "/home/runner/work/app/apparent/board.py", line 181, in f'], "board.py", None),
        (
            [
                'File "/home/runner/work/app/app/main.py", line 7, in call',
                'File "/home/runner/work/app/app/.venv/lib/site-packages/nicegui/nicegui.py", line 181, in f',
            ],
            "nicegui/nicegui.py",
            "main.py,line=7",
        ),
        (
            ["at Socket.leave (/home/runner/work/app/app/lib/board.js:181:12)", "at emit (node:events:1:2)"],
            "lib/board.js",
            "lib/board.js,line=181",
        ),
        ([], "/home/runner/work/app/app/a,b:c.py", "a%2Cb%3Ac.py,line=181"),
        ([], "board.py", None),
    ],
    ids=["elsewhere", "dots", "a longer name", "an environment inside", "node", "no traceback", "relative"],
)
def test_a_file_is_told_only_where_it_lies_in_the_workspace(
    frames: list[str], file: str, place: str | None
) -> None:
    (line,) = told(visits(1, 3, "P16"), *raised("\n".join(f"  {frame}" for frame in frames), file))

    found = re.search(r",file=([^:]*)::", line)
    assert (found and found[1]) == place


def test_without_a_workspace_there_is_no_file() -> None:
    (line,) = told(visits(1, 3, "P16"), *raised('  File "/srv/board.py", line 181, in f'), environ={})

    assert ",file=" not in line


def test_a_threshold_that_does_not_hold_is_an_error_and_one_without_data_a_warning() -> None:
    limits = {"phases.page": ("p(95)<1",), "server.errors": ("count==0",)}

    assert told([visit(1)], thresholds=limits) == [
        "::error title=loadtest%3A phases.page p(95)<1::phases.page p(95)<1 does not hold: it is 4",
        (
            "::warning title=loadtest%3A fail::the threshold server.errors count==0 has no data: "
            "no hooks were seen in the server"
        ),
    ]


def test_a_run_that_could_not_be_judged_is_a_warning() -> None:
    (line,) = told([visit(1)], ended=Ended.INTERRUPTED, quiet=None)

    assert line == (
        "::warning title=loadtest%3A interrupted::the run was interrupted: it is complete up to then"
    )


def test_no_more_of_a_level_than_are_shown() -> None:
    limits = {"phases.page": tuple(f"p(95)<0.{n}" for n in range(1, 13))}

    lines = told([visit(1)], thresholds=limits)

    assert len(lines) == 10
    assert lines[-1].endswith("::and 3 more: see the step's summary, or report.html")


def test_what_an_app_wrote_is_no_command_and_no_property(tmp_path: Path) -> None:
    run = read_run(hostile_run(tmp_path / "run"))

    for environ in ({}, {"GITHUB_WORKSPACE": "/srv/app"}):
        lines = annotations(run, summarize(run), environ).split("\n")

        assert lines.pop() == ""
        assert len(lines) <= 20
        assert [line for line in lines if not _COMMAND.fullmatch(line)] == []
        assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    "line",
    ["::error::x", " \t::set-output name=a::b", "a\n::stop-commands::t", "x ##[error]y", "a\r::add-mask::e"],
)
def test_a_line_that_is_a_command_is_made_one_that_is_none(line: str) -> None:
    assert obeyed(line) != []
    assert (obeyed(neutral(line)), obeyed(neutral_markup(line))) == ([], [])


@given(st.text(st.sampled_from(":#[] \n\ra\u00a0\u2003"), max_size=20))
def test_no_text_is_obeyed_and_what_is_none_stays(text: str) -> None:
    assert obeyed(neutral(text)) == []
    if "::" not in text and "##[" not in text:
        assert neutral(text) == text


def test_a_report_is_appended_to_the_steps_summary(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("of another step\n")

    assert write_step_summary("### é\n", {"GITHUB_STEP_SUMMARY": str(file)}) == ""
    assert write_step_summary("### b", {"GITHUB_STEP_SUMMARY": str(file)}) == ""

    assert file.read_text(encoding="utf-8") == "of another step\n### é\n\n### b\n\n"


def test_a_summary_that_cannot_be_written_is_told_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_bytes(b"x" * (1024 * 1024 - 3))

    assert write_step_summary("x", {}) == ""
    assert write_step_summary("ab", {"GITHUB_STEP_SUMMARY": str(file)}) == (
        f"{file}: has no room for the report: a step's summary may have 1 MiB"
    )
    assert write_step_summary("x", {"GITHUB_STEP_SUMMARY": str(tmp_path)}) == (
        f"{tmp_path}: the step's summary cannot be written: Is a directory"
    )
    assert file.stat().st_size == 1024 * 1024 - 3


def test_a_step_of_a_workflow_is_known() -> None:
    assert (is_github({"GITHUB_ACTIONS": "true"}), is_github({"GITHUB_ACTIONS": "false"}), is_github({})) == (
        True,
        False,
        False,
    )
