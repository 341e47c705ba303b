"""The gold files of what is made for programs and for people elsewhere, out of the faulty gold run."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from loadtest.report.github import annotations
from loadtest.report.junit import junit_xml
from loadtest.report.markdown import markdown_report
from loadtest.report.outputs import write_csv
from loadtest.report.run import Run

__all__ = ["FOLDER", "OUTPUTS"]


def _annotations(run: Run, summary: Mapping[str, Any]) -> str:
    return annotations(run, summary, {"GITHUB_WORKSPACE": "/srv/app"})


OUTPUTS: Mapping[str, Callable[[Run, Mapping[str, Any]], str]] = {
    "junit.xml": junit_xml,
    "report.md": markdown_report,
    "series.csv": write_csv,
    "annotations.txt": _annotations,
}
"""By the names of their files in ``outputs/``."""
FOLDER = Path(__file__).parent / "outputs"
