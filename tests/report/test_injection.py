"""A hostile app's run in all outputs: nothing runs, and nothing breaks."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from loadtest.cli.log import guarded_log
from loadtest.report.outputs import write_outputs
from loadtest.report.show import ReportFormat, show_run, show_story
from tests.report.hostile import BIDI, hostile_run
from tests.report.markup import Rendered, render
from tests.report.test_github import obeyed

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute (OWASP, "CSV Injection")."""
Printed = Callable[..., str]
_OUR_CODES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = hostile_run(tmp_path_factory.mktemp("hostile") / "run")
    assert write_outputs(path) == []
    return path


@pytest.fixture
def printed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Printed:
    """Return a function that says what `loadtest report` prints of the run."""

    def show(form: ReportFormat = ReportFormat.TEXT, navigation: str = "", **environ: str) -> str:
        monkeypatch.delenv("NO_COLOR", raising=False)
        for name, text in environ.items():
            monkeypatch.setenv(name, text)
        with guarded_log():
            if navigation:
                show_story(folder, navigation)
            else:
                show_run(folder, form)
        told = capsysbinary.readouterr()
        assert told.err == b""
        return told.out.decode()

    return show


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_nothing_reaches_a_terminal_but_our_own_colours(printed: Printed, width: str) -> None:
    text = _OUR_CODES.sub("", printed(COLUMNS=width, FORCE_COLOR="1", TERM="xterm"))

    assert "FAIL: 26 findings" in " ".join(text.split())
    assert text.replace("\n", "").isprintable()
    assert max(map(len, text.splitlines())) < 2_000


@pytest.mark.parametrize("navigation", ["", "0", "81"])
@pytest.mark.parametrize("width", ["20", "33", "80"])
def test_no_line_that_is_printed_in_a_workflow_is_a_command(
    printed: Printed, navigation: str, width: str
) -> None:
    """Somewhere a line is broken before what begins a command."""
    text = printed(navigation=navigation, GITHUB_ACTIONS="true", COLUMNS=width)

    assert obeyed(text) == []
    assert "::error::x" in "".join(text.split())


def test_the_command_guards_its_log(folder: Path) -> None:
    command = [sys.executable, "-m", "loadtest", "report", str(folder)]
    environ = {**os.environ, "GITHUB_ACTIONS": "true", "COLUMNS": "33"}

    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)

    assert obeyed(done.stdout) == []
    assert "\\::" in done.stdout


@pytest.mark.parametrize("form", [form for form in ReportFormat if form is not ReportFormat.TEXT], ids=str)
def test_no_form_that_programs_read_has_a_control_character_or_a_command_in_it(
    printed: Printed, form: ReportFormat
) -> None:
    text = printed(form, GITHUB_ACTIONS="true")

    assert text.replace("\r\n", "\n").replace("\n", "").isprintable()
    assert obeyed(text) == []
    assert not any(character in text for character in BIDI if not character.isprintable())


def test_the_figures_are_json_and_whole(printed: Printed) -> None:
    text = printed(ReportFormat.JSON)

    assert json.loads(text)["findings"][1]["what"].startswith("<script>alert(1)</script>")
    assert text.isascii()


def test_the_test_results_are_xml_without_entities(folder: Path) -> None:
    text = (folder / "junit.xml").read_text(encoding="utf-8")

    assert len(ElementTree.fromstring(text).findall(".//testcase")) == 35
    assert "<!" not in text
    assert set(re.findall(r"&[^;#]*;", text)) == {"&amp;", "&lt;", "&gt;", "&quot;"}


def test_the_page_has_no_script_no_address_and_no_handler(folder: Path) -> None:
    page = Rendered((folder / "report.html").read_text(encoding="utf-8"))

    assert not {"script", "img", "iframe", "object", "embed", "link", "base", "form"} & page.elements.keys()
    assert not [name for name in page.attributes if name.startswith("on")]
    assert not {"src", "srcset", "action", "formaction", "background"} & page.attributes
    assert (folder / "report.html").stat().st_size < 300_000


def test_the_markdown_is_ours_alone(printed: Printed) -> None:
    page = render(printed(ReportFormat.MARKDOWN))

    assert not {"script", "img", "a", "svg", "input"} & page.elements.keys()
    assert page.attributes <= {"style"}


def test_no_cell_is_a_formula(folder: Path, printed: Printed) -> None:
    with (folder / "series.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))

    assert len({len(row) for row in rows}) == 1
    assert [cell for row in rows for cell in row if cell.startswith(_FORMULA)] == []
    assert list(csv.reader(io.StringIO(printed(ReportFormat.CSV)))) == rows
