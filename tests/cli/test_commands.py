"""The commands, each read when it is asked for; mistakes on the command line are told in our words."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from loadtest.cli.commands import COMMANDS
from loadtest.cli.main import app
from loadtest.errors import UsageError


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name: str) -> None:
    ended = CliRunner(env={"COLUMNS": "300"}).invoke(app, (name, "--help"))

    assert ended.exit_code == 0, ended.output
    assert f" {name} [OPTIONS]" in ended.output


def test_they_are_listed_in_their_order_and_a_slip_of_the_pen_is_understood() -> None:
    listed = CliRunner(env={"COLUMNS": "300"}).invoke(app, ("--help",)).output
    guessed = CliRunner().invoke(app, ("instrumnet",))

    places = [listed.index(f"│ {name} ") for name in COMMANDS]
    assert places == sorted(places)
    assert guessed.exit_code == 2
    assert "Did you mean 'instrument'?" in " ".join(guessed.output.split())


def test_an_app_is_started_without_what_sends_load() -> None:
    command = [
        sys.executable,
        "-X",
        "importtime",
        "-m",
        "loadtest",
        "instrument",
        "--",
        sys.executable,
        "-c",
        "",
    ]
    imported = subprocess.run(command, capture_output=True, text=True, check=True).stderr

    assert "loadtest.hooks.launcher" in imported
    assert "loadtest.report.run" not in imported
    assert "loadtest.profile" not in imported
    assert "loadtest.swarm" not in imported


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("check", "demo", "--seed", "x"), "Invalid value for '--seed': \"x\" is not a whole number"),
        (("tune", "demo", "--host", "x", "--budget-s", "x"), '"x" is not a number'),
        (("report", "x", "--format", "pdf"), "Invalid value for '--format': 'pdf' is not one of 'text'"),
    ],
    ids=["whole", "number", "choice"],
)
def test_a_wrong_value_is_told_in_our_words(arguments: tuple[str, ...], told: str) -> None:
    ended = CliRunner(env={"COLUMNS": "300"}).invoke(app, arguments)

    assert ended.exit_code == 2
    assert told in " ".join(ended.output.split())


@pytest.mark.parametrize("option", [("--force",), ("--budget-s", "60")], ids=str)
def test_what_says_how_to_shrink_is_not_ignored_where_nothing_is_shrunk(option: tuple[str, ...]) -> None:
    ended = CliRunner().invoke(app, ("replay", "x", *option))

    assert isinstance(ended.exception, UsageError)
    assert str(ended.exception).startswith(f"replay: {option[0]} says how to shrink")
