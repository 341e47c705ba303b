"""Mistakes on the command line are told in our words."""

import pytest
from typer.testing import CliRunner

from loadtest.cli.main import app
from loadtest.errors import UsageError


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
