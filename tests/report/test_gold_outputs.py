"""The outputs of a fixed run's folder, whole."""

import pytest

from tests.gold.build import GOLD, NARROW, output, report
from tests.gold.outputs import FOLDER, OUTPUTS


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_is_what_it_was(name: str) -> None:
    """If it is meant to be another: ``python -m tests.gold.build``."""
    assert output(name) == (FOLDER / name).read_bytes().decode()


def test_a_report_is_what_it_was_on_a_terminal_that_is_narrow() -> None:
    assert report("faulty", NARROW) == (GOLD / f"report_faulty_{NARROW}.txt").read_text()
