"""What is made out of a run's folder and put beside it: series.csv, junit.xml, report.html."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from loadtest.errors import LoadtestError
from loadtest.report.folder import json_text, write_whole
from loadtest.report.html.page import html_report
from loadtest.report.junit import junit_xml
from loadtest.report.run import Run, read_run
from loadtest.report.series.series import EVERY_SECOND, series_csv, series_of
from loadtest.report.summary import summarize
from loadtest.report.wording import shown
from loadtest.report.workflow_log import neutral_markup

__all__ = ["OUTPUTS", "Writer", "write_csv", "write_html", "write_json_text", "write_outputs"]

Writer = Callable[[Run, Mapping[str, Any]], str]
"""Makes an output's content out of a run and its summary."""


def write_html(run: Run, summary: Mapping[str, Any]) -> str:
    """Return ``report.html``; in no line of it would GitHub find a command."""
    return neutral_markup(html_report(run, summary, series_of(run)))


def write_csv(run: Run, _: Mapping[str, Any]) -> str:
    """Return ``series.csv``: a row a second."""
    return series_csv(series_of(run, EVERY_SECOND))


def write_json_text(_: Run, summary: Mapping[str, Any]) -> str:
    """Return ``summary.json``."""
    return json_text(summary)


OUTPUTS: Mapping[str, Writer] = MappingProxyType(
    {"series.csv": write_csv, "junit.xml": junit_xml, "report.html": write_html}
)
"""By the name of its file; the figures and what CI reads come first."""


def write_outputs(path: Path) -> list[str]:
    """Write everything that is made out of a run's folder; return what could not be written, and why.

    Each file is written whole or not at all, and a fault in one costs no other.

    Raises:
        RunFolderError: this is not a run's folder.
    """
    run = read_run(path)
    summary = summarize(run)
    faults = []
    for name, write in OUTPUTS.items():
        try:
            write_whole(path / name, write(run, summary))
        except LoadtestError as error:
            faults.append(str(error))
        except Exception as error:  # a fault of ours in one output: the others are as good as ever
            faults.append(f"{path / name}: cannot be made: {type(error).__name__}: {error}")
    return faults


def _main() -> int:
    try:
        faults = write_outputs(Path(sys.argv[1]))
    except LoadtestError as error:
        faults = [str(error)]
    for fault in faults:
        print(shown(fault), file=sys.stderr)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(_main())
