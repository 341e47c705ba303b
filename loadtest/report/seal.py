"""The last word on a run whose own process died before it could say it."""

from dataclasses import replace
from pathlib import Path

from loadtest.errors import ExitCode
from loadtest.report.folder import INFO_FILE, SUMMARY_FILE, remove_reserve, write_json
from loadtest.report.info import Ended, RunVerdict
from loadtest.report.run import read_run
from loadtest.report.summary import summarize

__all__ = ["seal_run"]


def seal_run(path: Path, *, was_interrupted: bool) -> ExitCode:
    """Return a run's exit code; a run that has no verdict yet is summed up from what it left, first.

    Args:
        path: the folder of a run whose process has ended.
        was_interrupted: whether it was asked to end before its time.

    Raises:
        RunFolderError: the folder cannot be read, or written.
    """
    run = read_run(path)
    if run.info.ended is not Ended.RUNNING:
        return run.info.exit_code
    info = replace(run.info, ended=Ended.INTERRUPTED) if was_interrupted else run.info
    summary = summarize(replace(run, info=info))
    remove_reserve(path)
    write_json(path / SUMMARY_FILE, summary)
    exit_code = ExitCode(summary["exit_code"])
    info = replace(info, verdict=RunVerdict(summary["verdict"]), exit_code=exit_code)
    write_json(path / INFO_FILE, info.to_json())
    return exit_code
