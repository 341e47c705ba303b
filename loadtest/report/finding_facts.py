"""What is told of one finding beside its sentence: facts, traceback, one visit's story, commands."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from loadtest.report import finding_sentences, raised, sentences
from loadtest.report.run import Run
from loadtest.report.story.choice import story_command
from loadtest.report.story.story import tell_story
from loadtest.report.story.text import story_lines
from loadtest.report.wording import clipped, last_lines

__all__ = ["commands", "facts", "headline", "story", "told_navigation", "traceback"]

_LONGEST = 200
"""Characters of what an app wrote that are shown in one line."""
_LONGEST_LINE = 500
_TRACEBACK_LINES = 60
_STORY_WIDTH = 100
_STORY_LINES = 60


def headline(finding: Mapping[str, Any]) -> str:
    """Return its kind and what was seen: ``server error: KeyError in handle_disconnect``."""
    return f"{finding['kind'].replace('_', ' ')}: {clipped(finding['what'], _LONGEST)}"


def facts(finding: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what is known of it, by what it is; what is no matter is left out."""
    left_behind = finding["left_behind"]
    told = {
        "when": finding_sentences.moments(finding),
        "manner of leaving": finding_sentences.manners(finding),
        "transport": finding_sentences.transports(finding),
        "how the tab came": finding_sentences.moves(finding),
        "also seen": clipped(finding_sentences.variants(finding), _LONGEST),
        "note": finding["remark"] or "",
        "raised": raised.source(finding),
        "left on the server by them": sentences.residue(left_behind) if left_behind else "",
    }
    return {name: text for name, text in told.items() if text}


def traceback(finding: Mapping[str, Any]) -> Sequence[str]:
    """Return the traceback's end, for a file; nothing where there is none."""
    return last_lines(finding["traceback"] or "", _TRACEBACK_LINES, _LONGEST_LINE)


def told_navigation(finding: Mapping[str, Any]) -> str | None:
    """Return the trace id of the visit whose story tells the most of it; None: there is none."""
    navigation: str | None = next(iter(finding["under_way"]), finding["navigation"])
    return navigation


def story(run: Run, finding: Mapping[str, Any]) -> Sequence[str]:
    """Return the story of one visit that showed it, for a file; nothing where no visit is known."""
    navigation = told_navigation(finding)
    if not navigation:
        return []
    lines = story_lines(tell_story(run, int(navigation[16:], 16)), _STORY_WIDTH)
    return [*lines[:_STORY_LINES], *(["…"] if len(lines) > _STORY_LINES else [])]


def commands(path: Path, finding: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what a person types next, by what it does: show it again, tell the visit's story."""
    navigation = told_navigation(finding)
    replay: Mapping[str, str] = {"replay": finding["replay"]} if finding["replay"] else {}
    return {**replay, **({"story": story_command(path, navigation)} if navigation else {})}
