"""What the run found: each finding with where, how often, since when, and the commands that show it again."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from loadtest.report import finding_sentences, raised, sentences
from loadtest.report.finding import FindingKind, LedBy
from loadtest.report.html.facts import facts, section
from loadtest.report.html.figures import Figures, ms, percent
from loadtest.report.html.markup import NOTHING, Child, Markup, block, element, joined
from loadtest.report.html.room import Room
from loadtest.report.html.story import story_of
from loadtest.report.html.stranger import Clip
from loadtest.report.html.table import Column, head_cell, left_out, table
from loadtest.report.html.verdict import place_in_short, since, what
from loadtest.report.info import RunInfo
from loadtest.report.run import Run
from loadtest.report.story.choice import story_command
from loadtest.report.story.story import tell_story
from loadtest.report.wording import amount, listed

__all__ = ["findings"]

_ASPECTS = (("by_manner", "manner"), ("by_transport", "transport"), ("by_move", "how the tab came"))
_EXAMPLES = 5


def findings(run: Run, figures: Figures, room: Room) -> Markup:
    """Return all findings, as many of them whole as there is room for."""
    rows = figures.summary["findings"]
    if not rows:
        told = element("p", "None. ", _why_none(figures.summary), class_="none")
        return section("findings", "Findings", told)
    cards = [_card(run, figures, room, index) for index in range(min(len(rows), room.findings))]
    about = "What should not have happened, and the departures that brought it about."
    return section("findings", "Findings", *cards, _named(rows, room), about=about)


def _why_none(summary: Mapping[str, Any]) -> str:
    if summary["server"] is None:
        return "The clients saw nothing wrong; what the server raised or kept nobody watched."
    return (
        "No error on the server, nothing left behind that can be told, no broken assertion, no dead server."
    )


def _named(rows: Sequence[Mapping[str, Any]], room: Room) -> Markup:
    """Return those that there is no room to tell: named, and in the end counted."""
    rest = rows[room.findings :]
    if not rest:
        return NOTHING
    clip = Clip(room)
    items = [
        element("li", f"{what(row, clip)}: {place_in_short(row)}", value=str(number))
        for number, row in enumerate(rest[: room.named], start=room.findings + 1)
    ]
    more = len(rest) - len(items)
    return joined(
        element("h3", f"And {amount(len(rest), 'more finding')}, by name"),
        element("ol", *items, class_="named"),
        element("p", f"And {more:,} more: see summary.json.") if more else None,
    )


def _card(run: Run, figures: Figures, room: Room, index: int) -> Markup:
    finding, clip = figures.value("findings", index), Clip(room)
    anchor = f"finding-{index + 1}"
    kind = str(finding["kind"]).replace("_", " ")
    return element(
        "article",
        element(
            "h3",
            element("span", f"Finding {index + 1} · {kind}", class_="kicker"),
            what(finding, clip),
            id=anchor,
        ),
        element("p", f"{_upper(finding_sentences.place(finding))}.", class_="place"),
        _bars(figures, index),
        facts(_facts(finding, run.info, clip)),
        _moments(figures, index, room),
        _aspects(figures, index),
        _traceback(finding, room, clip),
        _commands(run, finding),
        _story(run, finding, clip, index, room),
        class_="finding",
        aria_labelledby=anchor,
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bars(figures: Figures, index: int) -> Markup:
    """Return how often it showed here and elsewhere, as figures and as lengths."""
    finding = figures.value("findings", index)
    if not finding["at"] or (finding["kind"] == FindingKind.LIVENESS and not finding["attributed"]):
        return NOTHING  # who left last before something that happened once is no share of anything
    here, there = _WORDS[LedBy(finding["led_by"])]
    rows = [_bar(figures, index, here, "count", "of")]
    if finding["elsewhere_of"]:
        rows.append(_bar(figures, index, there, "elsewhere", "elsewhere_of"))
    return element("div", *rows, class_="bars")


_WORDS: Mapping[LedBy, tuple[str, str]] = {
    LedBy.OWN: ("visits that left there", "visits that left elsewhere"),
    LedBy.PREVIOUS: ("after one that left there", "all others"),
}


def _bar(figures: Figures, index: int, name: str, part: str, whole: str) -> Markup:
    count, of = ("findings", index, part), ("findings", index, whole)
    share = figures.value(*count) / figures.value(*of)
    bar = element("span", element("span", style=f"width:{share:.1%}"), class_="track", aria_hidden="true")
    return element(
        "div",
        element("span", name, class_="name"),
        bar,
        element(
            "span",
            figures.shown(*count),
            " of ",
            figures.shown(*of),
            " (",
            figures.share(count, of, percent),
            ")",
            class_="figure",
        ),
    )


def _facts(finding: Mapping[str, Any], info: RunInfo, clip: Clip) -> Mapping[str, Child]:
    left_behind = finding["left_behind"]
    points = listed([finding_sentences.point(at) for at in finding["at"]])
    texts = {
        "when": _when(finding, info),
        "moments": finding_sentences.moments(finding),
        "points": points,
        "manner of leaving": finding_sentences.manners(finding),
        "transport": finding_sentences.transports(finding),
        "how the tab came": finding_sentences.moves(finding),
        "raised": raised.source(finding),
        "also seen": finding_sentences.variants(finding),
        "left on the server by them": sentences.residue(left_behind) if left_behind else "",
        "note": finding["remark"] or "",
    }
    told: dict[str, Child] = {name: clip.line(text) for name, text in texts.items()}
    examples = [element("code", one, class_="id") for one in finding["examples"][:_EXAMPLES]]
    return told | {"examples, by trace id": joined(*examples)}


def _when(finding: Mapping[str, Any], info: RunInfo) -> str:
    """Return since when it was seen, by the run's time and by the clock on the wall."""
    told = _upper(since(finding))
    if not told or info.t0_at is None:
        return told
    times = dict.fromkeys(info.t0_at + timedelta(seconds=finding[key]) for key in ("first_s", "last_s"))
    return f"{told} ({' to '.join(f'{at:%H:%M:%S}' for at in times)} UTC)"


def _aspects(figures: Figures, index: int) -> Markup:
    """Return in how many of the visits there it showed, by manner, transport and move."""
    rows = []
    for key, name in _ASPECTS:
        tallies = figures.value("findings", index, key)
        if len(tallies) > 1:
            rows += [
                [
                    head_cell(f"{name}: {one.replace('_', ' ')}"),
                    figures.shown("findings", index, key, one, "count", tag="td"),
                    figures.shown("findings", index, key, one, "of", tag="td"),
                ]
                for one in tallies
            ]
    if not rows:
        return NOTHING
    columns = [Column("of the visits there", False), Column("showed it"), Column("of")]
    whole = table(f"Finding {index + 1} by manner, transport and move", columns, rows)
    return element("details", element("summary", "By manner, transport and how the tab came"), whole)


def _moments(figures: Figures, index: int, room: Room) -> Markup:
    """Return when a server died or stood still, whom it hit, and when it was back."""
    moments = figures.value("findings", index, "moments")
    if not moments:
        return NOTHING
    keys = ("under_way", "refused", "came_after")
    body = [
        [
            figures.shown(*here, "at_s", form=ms, tag="td"),
            figures.shown(*here, "back_s", form=ms, tag="td", no_data="not any more"),
            *(figures.shown(*here, key, tag="td") for key in keys),
        ]
        for here in (("findings", index, "moments", place) for place in range(min(len(moments), room.rows)))
    ]
    names = ["at, s", "answered again, s", "visits cut off", "connections refused", "visits began after it"]
    whole = table(f"Finding {index + 1}, moment by moment", [Column(name) for name in names], body)
    return joined(whole, left_out(len(moments) - room.rows, "moment"))


def _traceback(finding: Mapping[str, Any], room: Room, clip: Clip) -> Markup:
    if not finding["traceback"]:
        return NOTHING
    lines = clip.lines(finding["traceback"], room.traceback_lines)
    return joined(
        element("h4", "Traceback"),
        element("pre", block(lines), class_="traceback", tabindex="0"),
    )


def _commands(run: Run, finding: Mapping[str, Any]) -> Markup:
    told = _navigation(finding)
    commands = {"See it again": finding["replay"], "Read its story": told and story_command(run.path, told)}
    return facts(
        {name: element("code", command, class_="command") for name, command in commands.items() if command}
    )


def _navigation(finding: Mapping[str, Any]) -> str | None:
    """Return the visit to tell of; of a server that died, one that it died under."""
    hit = finding["under_way"] if finding["kind"] == FindingKind.LIVENESS else ()
    told: str | None = next(iter(hit), finding["navigation"])
    return told


def _story(run: Run, finding: Mapping[str, Any], clip: Clip, index: int, room: Room) -> Markup:
    told = _navigation(finding)
    if not told or index >= room.stories:
        return NOTHING
    return story_of(tell_story(run, int(told[16:], 16)), clip, is_open=not index)
