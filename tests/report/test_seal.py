"""The last word on a run whose process died."""

from pathlib import Path

import pytest

from loadtest.errors import ExitCode
from loadtest.report.info import Ended, RunVerdict
from loadtest.report.run import read_run
from loadtest.report.seal import seal_run
from tests.report.building import info, visit, write_run


@pytest.mark.parametrize(
    ("was_interrupted", "ended", "verdict", "exit_code"),
    [
        (False, Ended.RUNNING, RunVerdict.INCONCLUSIVE, ExitCode.INCONCLUSIVE),
        (True, Ended.INTERRUPTED, RunVerdict.INTERRUPTED, ExitCode.INTERRUPTED),
    ],
)
def test_a_run_without_a_verdict_gets_one_and_its_summary(
    tmp_path: Path, was_interrupted: bool, ended: Ended, verdict: RunVerdict, exit_code: ExitCode
) -> None:
    write_run(tmp_path, info(ended=Ended.RUNNING), [visit(1)], [])

    assert seal_run(tmp_path, was_interrupted=was_interrupted) is exit_code

    sealed = read_run(tmp_path).info
    assert (sealed.ended, sealed.verdict, sealed.exit_code) == (ended, verdict, exit_code)
    assert (tmp_path / "summary.json").exists()


def test_a_run_that_has_its_verdict_keeps_it(tmp_path: Path) -> None:
    write_run(tmp_path, info(exit_code=ExitCode.FAIL), [visit(1)], [])
    before = (tmp_path / "run.json").read_bytes()

    assert seal_run(tmp_path, was_interrupted=True) is ExitCode.FAIL
    assert (tmp_path / "run.json").read_bytes() == before
