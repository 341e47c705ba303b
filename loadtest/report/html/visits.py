"""What became of the visits: outcomes, stages, departures, client errors, assertions, thresholds."""

from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.navigation.phase import Phase
from loadtest.report.finding_sentences import point
from loadtest.report.html.facts import facts, section
from loadtest.report.html.figures import NO_DATA, Figures, decimal, ms
from loadtest.report.html.markup import NOTHING, Markup, element, joined
from loadtest.report.html.room import Room
from loadtest.report.html.stranger import Clip
from loadtest.report.html.table import Column, cell, head_cell, left_out, table
from loadtest.report.sentences import FAILURES
from loadtest.report.stage_sheet import turns, warm_up
from loadtest.report.wording import amount, listed

__all__ = ["outcomes", "phases", "thresholds"]

_OUTCOMES: Mapping[str, str] = {
    "due": "should have started",
    "started": "did",
    "late": "of them, over 10 ms after they were due",
    "dropped": "were due, and no user was free",
    "completed": "stayed to their end, as planned",
    "left": "left at the planned point",
    "refused": "the server said no",
    "lost": "the server dropped the connection",
    "timed_out": "waited in vain",
    "failed": "no connection, or a wrong answer",
    "broken": "saw an assertion broken, however they ended",
    "under_way": "had not ended when the run was cut off",
    "lost_numbers": "of a worker that died: nobody knows",
}
_VERDICTS: Mapping[str, tuple[str, str]] = {
    "pass": ("✓ holds", "good"),
    "fail": ("✕ does not hold", "bad"),
    "no_data": ("? no data", "warn"),
}
_UNFOLDED = 8
"""Rows of departures that are shown at once."""
_PHASE_KEYS = ("p50_ms", "p95_ms", "p99_ms", "max_ms", "from_due_p99_ms")


def thresholds(figures: Figures, room: Room) -> Markup:
    """Return each threshold with its value and verdict."""
    rows: Sequence[Mapping[str, Any]] = figures.summary["thresholds"]
    if not rows:
        told = element("p", "None: the profile has none, and there were no hooks for the default ones.")
        return section("thresholds", "Thresholds", told)
    clip = Clip(room)
    body = []
    for index, row in enumerate(rows[: room.rows]):
        words, look = _VERDICTS[row["verdict"]]
        reason = element("small", clip.line(row["reason"])) if row["reason"] else None
        verdict = element("td", element("b", words, class_=look), class_="verdict")
        name = head_cell(element("code", clip.line(row["metric"])), reason)
        value = figures.shown("thresholds", index, "value", form=decimal, tag="td")
        body.append([verdict, name, value, cell(element("code", clip.line(row["expression"])))])
    columns = [
        Column("verdict", False),
        Column("metric", False),
        Column("value"),
        Column("asked for", False),
    ]
    about = "The default ones: no server error, nothing left behind." if rows[0]["is_default"] else ""
    whole = table("Thresholds", columns, body)
    return section(
        "thresholds", "Thresholds", whole, left_out(len(rows) - room.rows, "threshold"), about=about
    )


def outcomes(figures: Figures, room: Room) -> Markup:
    """Return what became of the visits, stage by stage, departure by departure, error by error."""
    summary = figures.summary
    counts = summary["navigations"]
    zeros = [name for name in _OUTCOMES if counts.get(name) == 0]
    others = [name for name in _OUTCOMES if name in counts and name not in zeros]
    notes = facts({"warm-up": warm_up(summary), "turned": turns(summary)})
    return section(
        "visits",
        "Visits",
        _outcomes(figures, "Visits by outcome", others) if others else None,
        _folded(f"{amount(len(zeros), 'outcome')} that no visit had", _outcomes(figures, "No visit", zeros))
        if zeros
        else None,
        notes if warm_up(summary) or turns(summary) else None,
        _errors(figures, room),
        _assertions(figures, room),
        _stages(figures, room),
        _departures(figures, room),
    )


def _outcomes(figures: Figures, caption: str, names: Sequence[str]) -> Markup:
    columns = [Column("visits", False), Column("count"), Column("what that means", False)]
    rows = [
        [
            head_cell(name.replace("_", " ")),
            figures.shown("navigations", name, tag="td"),
            cell(_OUTCOMES[name]),
        ]
        for name in names
    ]
    return table(caption, columns, rows)


def _folded(told: str, inside: Markup) -> Markup:
    return element("details", element("summary", told), inside)


def _errors(figures: Figures, room: Room) -> Markup:
    rows, clip = figures.summary["client_errors"], Clip(room)
    if not rows:
        return joined(element("h3", "Client errors"), element("p", "None.", class_="none"))
    body = [
        [
            figures.shown("client_errors", index, "count", tag="td"),
            cell(row["outcome"].replace("_", " ")),
            cell(clip.line(row["error"] or "-"), _detail(row["detail"], clip)),
            cell(element("code", row["navigation"])),
        ]
        for index, row in enumerate(rows[: room.rows])
    ]
    columns = [Column("visits"), *(Column(name, False) for name in ("outcome", "error", "the first of them"))]
    more = left_out(len(rows) - room.rows, "kind")
    return joined(element("h3", "Client errors"), table("Client errors", columns, body, foot=more))


def _detail(text: str | None, clip: Clip) -> Markup | None:
    return element("small", clip.line(text)) if text else None


def _assertions(figures: Figures, room: Room) -> Markup:
    rows, clip = figures.summary["assertions"], Clip(room)
    if not rows:
        return NOTHING
    keys = ("held", "broken", "not_judged")
    body = [
        [
            head_cell(clip.line(row["name"])),
            *(figures.shown("assertions", index, key, tag="td") for key in keys),
        ]
        for index, row in enumerate(rows[: room.rows])
    ]
    columns = [Column("assertion", False), Column("held"), Column("broken"), Column("could not be told")]
    more = left_out(len(rows) - room.rows, "assertion")
    return joined(element("h3", "Assertions"), table("Assertions", columns, body, foot=more))


def _stages(figures: Figures, room: Room) -> Markup:
    rows, clip = figures.summary["stages"], Clip(room)
    if not rows:
        return NOTHING
    keys = ["due", "started"]
    zeros: list[str] = []
    for key in ("late", "dropped", *FAILURES):
        is_zero = all(row["navigations"][key] == 0 for row in rows)
        (zeros if is_zero else keys).append(key)
    body = [
        [
            head_cell(f"{row['index']}: {clip.line(row['text'])}"),
            *(figures.shown("stages", index, "navigations", key, tag="td") for key in keys),
            figures.shown("stages", index, "phases", Phase.HANDSHAKE, "p95_ms", form=ms, tag="td"),
            figures.shown("stages", index, "server_errors", tag="td"),
        ]
        for index, row in enumerate(rows[: room.rows])
    ]
    columns = [
        Column("stage", False),
        *(Column(key.replace("_", " ")) for key in keys),
        Column("handshake p95, ms"),
        Column("errors on the server"),
    ]
    more = left_out(len(rows) - room.rows, "stage")
    words = [key.replace("_", " ") for key in zeros]
    none = element("p", f"None in any stage: {listed(words, 'or')}.", class_="soft") if words else None
    return joined(element("h3", "Stages"), table("Stages", columns, body, foot=joined(more, none)))


def _departures(figures: Figures, room: Room) -> Markup:
    rows = figures.summary["departures"]
    if not rows:
        return joined(element("h3", "Departures"), element("p", "No data: no visit was due.", class_="none"))
    most = room.rows
    body = [
        [
            head_cell(_place(row["at"]), element("small", _way(row)) if _way(row) else None),
            *(figures.shown("departures", index, key, tag="td") for key in ("planned", "actual", "other")),
        ]
        for index, row in enumerate(rows[:most])
    ]
    columns = [
        Column("planned to leave at", False),
        *(Column(name) for name in ("visits", "left so", "otherwise")),
    ]
    more = left_out(len(rows) - most, "departure")
    whole = table("Departures as planned", columns, body, foot=more)
    folded = _folded(f"All {len(rows):,} kinds of departure", whole) if len(rows) > _UNFOLDED else whole
    return joined(element("h3", "Departures"), folded)


def _way(row: Mapping[str, Any]) -> str:
    return " over ".join(row[key] for key in ("manner", "transport") if row[key])


def _place(at: str) -> str:
    return {"stay": "stay: to the end", "clock": "clock: when its time was up"}.get(at, point(at))


def phases(figures: Figures) -> Markup:
    """Return how long each phase took in the whole run, as a table."""
    rows = figures.summary["phases"]
    body = [
        [
            head_cell(phase),
            figures.shown("phases", phase, "count", tag="td"),
            *(
                figures.shown("phases", phase, key, form=ms, tag="td")
                if (phase, key) != (Phase.LEAVING, "from_due_p99_ms")
                else element("td", "–", class_="number soft")
                for key in _PHASE_KEYS
            ),
        ]
        for phase, row in rows.items()
        if row["count"] and phase != Phase.ACTIVE
    ]
    if not body:
        return element("p", f"{NO_DATA.capitalize()}: no visit passed through a phase.", class_="none")
    names = ("visits", "p50", "p95", "p99", "max", "p99 from due")
    return table("Phases of a visit, ms", [Column("phase", False), *(Column(name) for name in names)], body)
