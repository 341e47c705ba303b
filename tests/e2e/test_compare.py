"""`loadtest compare` as a person, or a script, runs it."""

import json
from pathlib import Path

import pytest

from loadtest.navigation.phase import Phase
from tests.comparison.folders import write
from tests.comparison.synthetic import Law
from tests.e2e.harness import loadtest

LAW = Law(spread=0.1)
SLOWER = Law(spread=0.1, times={Phase.HANDSHAKE: 1.2})


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    for number, (name, law) in enumerate((("main", LAW), ("same", LAW), ("slow", SLOWER)), start=1):
        write(folder / name, law, number)
    write(folder / "other", LAW, 9, seed=1)
    return folder


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("main", "same"), 0, "NO WORSE: nothing is worse in "),
        (("main", "slow"), 99, "WORSE: handler join p50 +20 %"),
        (("same", "slow", "--baseline", "main", "--smallest", "50%"), 0, "NO WORSE"),
        (("main", "other"), 98, "CANNOT BE COMPARED: these runs were not the same test: seed differs"),
        (("main", "other", "--anyway"), 0, "NO WORSE"),
    ],
)
def test_a_script_reads_the_exit_code_and_a_person_the_sentence(
    runs: Path, arguments: tuple[str, ...], status: int, says: str
) -> None:
    told = loadtest("compare", *arguments, cwd=runs, env={"COLUMNS": "100"})

    assert (told.status, told.errors) == (status, "")
    assert told.output.startswith(says)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("main",), "compare: needs two runs' folders or more"),
        (("main", "same", "--smallest", "much"), "--smallest much: is no share above 0; write 10%, or 0.1"),
        (("main", "same", "--format", "junit"), "'junit' is not one of"),
        (("main", "same", "--out", "no/file"), "cannot be written"),
    ],
)
def test_a_mistake_is_told_and_ends_with_104(runs: Path, arguments: tuple[str, ...], says: str) -> None:
    told = loadtest("compare", *arguments, cwd=runs, env={"COLUMNS": "200"})

    assert (told.status, told.output) == (104, "")
    assert says in told.errors


def test_programs_get_json_and_a_step_of_github_its_summary(runs: Path, tmp_path: Path) -> None:
    step = tmp_path / "step.md"

    told = loadtest(
        *("compare", "main", "slow", "--format", "json"),
        cwd=runs,
        env={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(step)},
    )

    data = json.loads(told.output)
    assert (told.status, data["exit_code"], data["verdict"]) == (99, 99, "worse")
    assert step.read_text().startswith("### ❌ loadtest compare: WORSE: ")


def test_the_page_is_one_file(runs: Path, tmp_path: Path) -> None:
    told = loadtest(
        "compare", "main", "slow", "--format", "html", "--out", str(tmp_path / "x.html"), cwd=runs
    )

    assert (told.status, told.output, told.errors) == (99, "", "")
    assert (tmp_path / "x.html").read_text().startswith("<!doctype html>")
