"""Summaries for the live view: of a run that is on, without a verdict; findings with their stories."""

import io
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from loadtest.report.finding import FindingKind
from loadtest.report.run import Run
from loadtest.report.story.story import tell_story
from loadtest.report.story.text import print_story
from loadtest.report.summary import summarize

__all__ = ["sum_up", "with_stories"]

_MOST_STORIES = 20
_WIDTH = 100


def sum_up(run: Run) -> dict[str, Any]:
    """Return a summary of a run that is on: what only its end can tell is null, and no residue is judged."""
    summary = summarize(run)
    summary |= {
        "verdict": None,
        "exit_code": None,
        "reasons": [],
        "findings": [one for one in summary["findings"] if one["kind"] != FindingKind.RESIDUE],
        "thresholds": [row | {"verdict": None, "reason": None} for row in summary["thresholds"]],
    }
    return with_stories(run, summary)


def with_stories(run: Run, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return a summary whose findings have a ``story``: the text of one visit's; null beyond the first 20."""
    findings = summary["findings"]
    stories = [_story(run, finding["navigation"]) for finding in findings[:_MOST_STORIES]]
    stories += [None] * (len(findings) - len(stories))
    told = [finding | {"story": story} for finding, story in zip(findings, stories, strict=True)]
    return {**summary, "findings": told}


def _story(run: Run, navigation: str | None) -> str | None:
    if navigation is None:
        return None
    text = io.StringIO()
    number = int(navigation[16:], 16)
    print_story(tell_story(run, number), Console(file=text, width=_WIDTH, color_system=None))
    return text.getvalue().rstrip()
