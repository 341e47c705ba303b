"""What GitHub Actions is told of a run: annotations, and the step summary."""

import os.path
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from loadtest.errors import ExitCode
from loadtest.report import finding_facts, finding_sentences, raised, sentences
from loadtest.report.run import Run
from loadtest.report.verdict import FINDING_REASON
from loadtest.report.wording import amount, clipped, shown

__all__ = ["MOST_SUMMARY_BYTES", "annotations", "write_step_summary"]

MOST_SUMMARY_BYTES = 1024 * 1024
"""A step's summary that is larger is not shown at all ("Workflow commands", "Step isolation and limits")."""
_MOST_OF_A_LEVEL = 10
"""So many errors, warnings and notices of a step are shown each (the same page, and actions/toolkit#457)."""
_LONGEST = 1000
_LONGEST_TITLE = 120
_LONGEST_PATH = 500

_FRAME = re.compile(
    r'^\s*File "(?P<python>[^"]+)", line (?P<row>\d+)|\(?(?P<node>/[^():]+):(?P<line>\d+):\d+\)?$'
)
_NOT_OURS = frozenset({"site-packages", "dist-packages", "node_modules"})


@dataclass(frozen=True, slots=True)
class _Place:
    """A line of a file, by its path in the workspace."""

    file: str
    line: int


def annotations(run: Run, summary: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """Return workflow commands that put a run's findings beside the code: one line each.

    An error for each finding and each threshold that does not hold; a warning for what kept the run from
    being judged; a notice of a pass.

    Args:
        environ: ``GITHUB_WORKSPACE`` is where the code is; a place outside it is not told as one.
    """
    errors = [*_of_findings(run, summary, environ), *_of_thresholds(summary)]
    gaps = list(_of_gaps(summary))
    if summary["exit_code"] == ExitCode.FAIL and not errors:
        errors, gaps = gaps, []
    lines = [*_bounded("error", errors), *_bounded("warning", gaps)]
    if summary["exit_code"] == ExitCode.PASS:
        lines.append(_command("notice", "loadtest: pass", f"PASS: {sentences.headline(summary)}"))
    return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class _Annotation:
    title: str
    message: str
    place: _Place | None = None


def _of_findings(run: Run, summary: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[_Annotation]:
    for number, finding in enumerate(summary["findings"], start=1):
        lines = [finding_facts.headline(finding), finding_sentences.place(finding), raised.source(finding)]
        lines += finding_facts.commands(run.path, finding).values()
        yield _Annotation(
            f"loadtest: finding {number}, {finding['what']}",
            "\n".join(clipped(shown(line), _LONGEST) for line in lines if line),
            _place(finding, environ.get("GITHUB_WORKSPACE", "")),
        )


def _of_thresholds(summary: Mapping[str, Any]) -> Iterator[_Annotation]:
    for row in summary["thresholds"]:
        # beside a finding a default threshold says again, and less clearly, what the finding says
        if row["verdict"] == "fail" and not (row["is_default"] and summary["findings"]):
            name = f"{row['metric']} {row['expression']}"
            yield _Annotation(f"loadtest: {name}", f"{name} does not hold: it is {sentences.measured(row)}")


def _of_gaps(summary: Mapping[str, Any]) -> Iterator[_Annotation]:
    """Yield the reasons that are no finding and no threshold that does not hold."""
    told = {f"the threshold {one.message}" for one in _of_thresholds(summary)}
    for reason in summary["reasons"]:
        if not reason.startswith(FINDING_REASON) and reason not in told:
            yield _Annotation(f"loadtest: {summary['verdict']}", reason)


def _bounded(level: str, all_of_them: Sequence[_Annotation]) -> Iterator[str]:
    """Yield commands, no more than are shown; the last one tells how many are not."""
    shown_ones = all_of_them
    if len(all_of_them) > _MOST_OF_A_LEVEL:
        shown_ones = all_of_them[: _MOST_OF_A_LEVEL - 1]
    for one in shown_ones:
        yield _command(level, one.title, one.message, one.place)
    if more := len(all_of_them) - len(shown_ones):
        yield _command(
            level, "loadtest", f"and {amount(more, 'more', 'more')}: see the step's summary, or report.html"
        )


def _command(level: str, title: str, message: str, place: _Place | None = None) -> str:
    properties = {"title": clipped(shown(title), _LONGEST_TITLE)}
    if place:
        properties |= {"file": place.file, "line": str(place.line)}
    told = ",".join(f"{name}={_escaped_property(value)}" for name, value in properties.items())
    lines = (shown(line) for line in message.split("\n"))
    return f"::{level} {told}::{_escaped_data(chr(10).join(lines))}"


def _escaped_data(text: str) -> str:
    """Escape as actions/toolkit's ``escapeData`` does."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    """Escape as actions/toolkit's ``escapeProperty`` does."""
    return _escaped_data(text).replace(":", "%3A").replace(",", "%2C")


def _place(finding: Mapping[str, Any], workspace: str) -> _Place | None:
    """Return where in the workspace an error was raised, or the deepest line there on its way."""
    if not workspace:
        return None
    frames = list(_frames(finding["traceback"] or ""))
    if finding["file"] and finding["line"]:
        same = [one for one in frames if one.line == finding["line"] and one.file.endswith(finding["file"])]
        frames += same[-1:] or [_Place(finding["file"], finding["line"])]
    for frame in reversed(frames):
        file = PurePosixPath(os.path.normpath(frame.file))
        if not file.is_relative_to(workspace):
            continue
        path = file.relative_to(workspace)
        if _NOT_OURS.isdisjoint(path.parts) and len(str(path)) <= _LONGEST_PATH:
            return _Place(shown(str(path)), frame.line)
    return None


def _frames(traceback: str) -> Iterator[_Place]:
    """Yield the frames of a Python traceback, or of a Node stack, the deepest last."""
    python, node = [], []
    for line in traceback.splitlines():
        found = _FRAME.search(line) if len(line) <= _LONGEST else None
        if found and found["python"]:
            python.append(_Place(found["python"], int(found["row"])))
        elif found:
            node.append(_Place(found["node"], int(found["line"])))
    yield from [*reversed(node), *python]


def write_step_summary(markdown: str, environ: Mapping[str, str]) -> str:
    """Append a report to the step's summary; what was there stays.

    Returns:
        Why that was not possible; empty where it was, or where there is no such file.
    """
    name = environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        return ""
    path, text = Path(name), f"{markdown.rstrip()}\n\n"
    try:
        size = path.stat().st_size if path.exists() else 0
        if size + len(text.encode()) > MOST_SUMMARY_BYTES:
            return f"{name}: has no room for the report: a step's summary may have 1 MiB"
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        return f"{name}: the step's summary cannot be written: {error.strerror}"
    return ""
