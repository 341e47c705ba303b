"""A run as a step of a GitHub workflow: what its log, its summary and its artifacts hold."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from junitparser import JUnitXml

import loadtest as package
from tests.e2e.harness import free_port, instrumented, loadtest, only_run, served, summary_of
from tests.report.markup import render

pytestmark = pytest.mark.slow

_COMMAND = re.compile(r"::(?P<name>[a-z-]+)(?: (?P<properties>[^:]*))?::(?P<data>.*)")
SHORT = ("--set", "stages=[{duration_s = 3, rate_per_s = 15}]", "--set", "dwell_s=0.2")


@pytest.fixture
def board(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "loadtest.demo", "--fault", "handshake-lookup", "--port", str(port)]
    with served(instrumented(*command), port, tmp_path / "board.log") as running:
        yield running.url


def commands(log: str) -> list[tuple[str, dict[str, str], str]]:
    """Return the commands that the runner finds in a log, decoded as it does (actions/runner)."""
    found = []
    for line in log.splitlines():
        command = _COMMAND.fullmatch(line.lstrip())
        assert "##[" not in line
        if command:
            pairs = (pair.split("=", 1) for pair in (command["properties"] or "").split(",") if pair)
            told = {name: decoded(text) for name, text in pairs}
            found.append((command["name"], told, decoded(command["data"])))
    return found


def decoded(text: str) -> str:
    for code, character in {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}.items():
        text = text.replace(code, character)
    return text


def test_a_failed_step_is_annotated_summed_up_and_keeps_its_results(board: str, tmp_path: Path) -> None:
    step = tmp_path / "step_summary.md"
    step.write_text("of the step before\n")
    environ = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(step),
        "GITHUB_WORKSPACE": str(Path(package.__file__).parents[1]),
    }

    ended = loadtest("run", "demo", "--host", board, *SHORT, "--require-hooks", cwd=tmp_path, env=environ)

    run = only_run(tmp_path / "results")
    (finding,) = summary_of(run)["findings"]
    assert ended.status == 99, ended.errors

    ((name, told, message),) = commands(ended.output)
    assert (name, told["file"], told["title"]) == (
        "error",
        "loadtest/demo/board.py",
        "loadtest: finding 1, KeyError in handle_disconnect",
    )
    assert (
        Path(package.__file__)
        .parents[1]
        .joinpath(told["file"])
        .read_text()
        .splitlines()[int(told["line"]) - 1]
        .strip()
        in finding["traceback"]
    )
    assert message.splitlines()[0] == "server error: KeyError in handle_disconnect"
    assert f"{finding['count']} of {finding['of']} visits that left at P15" in message
    assert message.splitlines()[-2:] == [
        finding["replay"],
        f"loadtest report {run.relative_to(tmp_path)} --navigation {int(finding['navigation'][16:], 16)}",
    ]
    assert commands(ended.errors) == []
    assert not {"\r", "\x1b"} & {*ended.output, *ended.errors}

    text = step.read_text(encoding="utf-8")
    assert text.startswith("of the step before\n### ❌ loadtest: FAIL: 1 finding in ")
    page = render(text)
    assert page.elements["table"] == 4
    assert f"loadtest report {run.relative_to(tmp_path)} --navigation" in page.text

    (suite,) = JUnitXml.fromfile(str(run / "junit.xml"))
    assert suite.failures == 1 + sum(row["verdict"] == "fail" for row in summary_of(run)["thresholds"])
    assert ElementTree.parse(run / "junit.xml").getroot().tag == "testsuites"
    assert (run / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (run / "series.csv").read_text().startswith("t_s,")
    assert ended.output.splitlines()[-2].startswith("See finding 1 again: loadtest replay ")


def test_a_step_whose_summary_cannot_be_written_ends_as_its_run_does(board: str, tmp_path: Path) -> None:
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path)}

    ended = loadtest(
        "run", "demo", "--host", board, *SHORT, "--set", "departures=[]", cwd=tmp_path, env=environ
    )

    assert ended.status == 0, ended.output
    assert [name for name, _, _ in commands(ended.output)] == ["notice"]
    assert "the step's summary cannot be written: Is a directory" in ended.errors
