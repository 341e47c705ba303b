"""One navigation's story, both sides on one line of time, as a table."""

from loadtest.report.html.markup import Child, Markup, element
from loadtest.report.html.stranger import Clip
from loadtest.report.html.table import Column, cell, left_out, table
from loadtest.report.story.happening import Happening
from loadtest.report.story.story import Story
from loadtest.report.wording import listed

__all__ = ["story_of"]

_MOST = 30
_DETAILS = 8


def story_of(story: Story, clip: Clip, *, is_open: bool) -> Markup:
    """Return the story, folded up unless it is to be read at once."""
    rows = [_row(happening, clip) for happening in story.happenings[:_MOST]]
    columns = [
        Column("ms", title="since the visit was due"),
        Column("side", False),
        Column("what happened", False),
    ]
    left = "not known" if story.left_behind is None else listed(story.left_behind) or "nothing"
    notes = [f"Left on the server after the quiet: {left}.", *map(clip.line, story.notes)]
    due = (
        ""
        if story.due_at is None
        else f", due {story.due_at:%H:%M:%S}.{story.due_at.microsecond // 1000:03} UTC"
    )
    return element(
        "details",
        element("summary", f"The story of one such visit: number {story.number:,}{due}"),
        table(f"Navigation {story.navigation}", columns, rows, "story"),
        left_out(len(story.happenings) - _MOST, "happening", where="its story on the command line"),
        element("ul", *(element("li", note) for note in notes), class_="soft"),
        open="" if is_open else None,
    )


def _row(happening: Happening, clip: Clip) -> list[Markup]:
    at = "?" if happening.at_ms is None else f"{happening.at_ms:,.1f}"
    wrong: Child = element("b", "✕ ", class_="bad") if happening.is_wrong else None
    details = [element("code", clip.line(line), class_="detail") for line in happening.details[:_DETAILS]]
    return [
        element("td", at, class_="number"),
        cell(str(happening.side), class_=str(happening.side)),
        cell(wrong, clip.line(happening.what), *details),
    ]
