"""What a comparison looks like, in every form."""

import html.parser
import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console

from loadtest.comparison.compare import CompareRequest, compare_runs
from loadtest.comparison.console import print_comparison
from loadtest.comparison.output import CompareFormat, show_comparison
from loadtest.comparison.result import Comparison
from loadtest.errors import RunFolderError
from tests.comparison.folders import write
from tests.comparison.golden import GOLD, comparisons, drawn
from tests.comparison.synthetic import Law
from tests.report.hostile import hostile_run

NAMES = ("worse", "no_worse", "refused", "several")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Comparison]:
    return comparisons(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    folder = tmp_path_factory.mktemp("hostile")
    clean = write(folder / "clean", Law(visits=100), 1)
    return compare_runs(CompareRequest(folders=(clean, hostile_run(folder / "bad")), allow_unlike=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_comparison_looks_as_it_did(made: Mapping[str, Comparison], name: str) -> None:
    """If it is meant to look otherwise: ``python -m tests.comparison.golden``."""
    for file, text in drawn(made[name], name):
        assert text == (GOLD / file).read_text(encoding="utf-8"), file


class _Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def test_nothing_of_a_hostile_app_runs_in_the_page(hostile: Comparison) -> None:
    (page,) = (text for file, text in drawn(hostile, "x") if file.endswith(".html"))
    seen = _Tags()
    seen.feed(page)

    assert not seen.tags & {"script", "img", "iframe", "object", "a", "form", "template"}
    assert not {name for name in seen.attributes if name.startswith("on") or name in ("src", "href")}
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "KeyError" in page or "&lt;script&gt;" in page


def test_nothing_of_a_hostile_app_is_markdown_or_a_command(hostile: Comparison) -> None:
    (text,) = (text for file, text in drawn(hostile, "x") if file.endswith(".md"))

    assert "<script" not in text
    assert "<img" not in text
    assert "[click" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::") or "##[" in line]
    assert "\x1b" not in text


@pytest.mark.parametrize("width", [20, 60, 120])
def test_nothing_of_a_hostile_app_reaches_a_terminal(hostile: Comparison, width: int) -> None:
    out = io.StringIO()

    print_comparison(hostile, Console(file=out, width=width, force_terminal=False, _environ={}))

    assert not [
        character for character in out.getvalue() if character != "\n" and not character.isprintable()
    ]


def test_a_terminal_that_has_no_such_characters_gets_escapes(hostile: Comparison) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")

    print_comparison(hostile, Console(file=out, width=80, force_terminal=False, _environ={}))

    out.flush()


def test_what_a_program_reads_is_plain_json(hostile: Comparison) -> None:
    (text,) = (text for file, text in drawn(hostile, "x") if file.endswith(".json"))
    data = json.loads(text)

    assert data["schema"] == 1
    assert data["exit_code"] in (98, 99)
    assert text.isascii()


@pytest.mark.parametrize("form", CompareFormat)
def test_a_file_holds_what_would_have_been_printed(
    made: Mapping[str, Comparison],
    tmp_path: Path,
    form: CompareFormat,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    show_comparison(made["worse"], form, tmp_path / "out", {})

    assert capsysbinary.readouterr().out == b""
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    if form is not CompareFormat.TEXT:
        show_comparison(made["worse"], form, None, {})
        assert capsysbinary.readouterr().out == (tmp_path / "out").read_bytes()
    else:
        assert (tmp_path / "out").read_text().startswith("WORSE: 1 new finding")


def test_a_file_that_cannot_be_written_is_told(made: Mapping[str, Comparison], tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="cannot be written"):
        show_comparison(made["worse"], CompareFormat.JSON, tmp_path / "nowhere" / "out", {})


def test_a_step_of_github_gets_its_summary(made: Mapping[str, Comparison], tmp_path: Path) -> None:
    step = tmp_path / "step.md"
    step.write_text("before\n")
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(step)}

    show_comparison(made["worse"], CompareFormat.TEXT, tmp_path / "out", environ)
    show_comparison(made["worse"], CompareFormat.TEXT, tmp_path / "out", {"GITHUB_STEP_SUMMARY": str(step)})

    assert step.read_text() == "before\n" + (GOLD / "worse.md").read_text() + "\n"
