"""The server at a glance: its processes, its handlers, what it kept, and how its event loop fared."""

from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.report import raised, sentences, vital_sentences
from loadtest.report.html.facts import facts, section
from loadtest.report.html.figures import Figures, Form, Nth, count, decimal, megabytes, ms, signed
from loadtest.report.html.markup import NOTHING, Markup, block, element, joined
from loadtest.report.html.room import Room
from loadtest.report.html.stranger import Clip
from loadtest.report.html.table import Column, cell, head_cell, left_out, table
from loadtest.report.html.verdict import INSTRUMENT
from loadtest.report.server import JUDGED_RESIDUE

__all__ = ["serverside"]

_GROWN: Mapping[str, Form] = {
    "tasks": signed,
    "threads": signed,
    "rss_bytes": megabytes,
    "open_files": signed,
}
_LONG_STALL_LINES = 12


def serverside(figures: Figures, room: Room) -> Markup:
    """Return the server's figures."""
    server = figures.summary["server"]
    if server is None:
        told = element(
            "p",
            "No data: no process with hooks saw these visits. Put them in with ",
            element("code", INSTRUMENT),
            ".",
        )
        return section("server", "Server", told)
    return section(
        "server",
        "Server",
        _facts(figures, room),
        _stall(server, room),
        element("h3", "Handlers"),
        _handlers(figures, room),
        element("h3", "Left behind when everybody had gone"),
        _residue(figures),
        element("h3", "Processes"),
        _processes(figures, room),
        _gauges(figures, room),
    )


def _facts(figures: Figures, room: Room) -> Markup:
    server, clip = figures.summary["server"], Clip(room)
    told = {
        "processes": figures.shown("server", "processes"),
        "visits seen": figures.shown("server", "visits"),
        "errors": figures.shown("server", "errors"),
        "errors of no visit": figures.shown("server", "strays"),
        "alive at the end": "yes" if server["alive"] else "not all: see the processes",
        "event loop's lag p99, ms": figures.shown("server", "loop", "lag_p99_ms", form=ms),
        "longest stall, ms": figures.shown("server", "loop", "longest_stall_ms", form=ms),
        "entries that the hooks' journal lost": figures.shown("server", "journal_lost"),
    }
    lists = [
        *(f"Hooks: {text}" for text in server["problems"]),
        *(f"{sentences.exit_of(row)}." for row in server["exits"]),
        *(f"Not counted: {raised.known(row)}" for row in server["known_errors"]),
    ]
    items = [element("li", clip.line(text)) for text in lists[: room.rows]]
    more = left_out(len(lists) - room.rows, "note")
    return joined(facts(told, is_wide=True), element("ul", *items) if items else None, more)


def _stall(server: Mapping[str, Any], room: Room) -> Markup:
    told = vital_sentences.stall(server)
    if not told:
        return NOTHING
    lines = Clip(room).lines(server["loop"]["stack"] or "", _LONG_STALL_LINES)
    stack = element("pre", block(lines), class_="traceback", tabindex="0") if any(lines) else None
    return joined(element("p", f"{told}{':' if stack else '.'}", class_="loud", role="note"), stack)


def _handlers(figures: Figures, room: Room) -> Markup:
    """Return the handlers, those with the most errors and calls first."""
    rows: Sequence[Mapping[str, Any]] = figures.summary["server"]["handlers"]
    if not rows:
        return element("p", "No data: no handler was called.", class_="none")
    order = sorted(range(len(rows)), key=lambda index: (-rows[index]["errors"], -rows[index]["calls"]))
    has_acks = any(row["ack"]["count"] for row in rows)
    body = [_handler(figures, index, room, has_acks=has_acks) for index in order[: room.rows]]
    names = ["calls", "errors", "under way", "p50, ms", "p99, ms", "max, ms"]
    names += ["ack p50, ms", "ack p99, ms"] if has_acks else []
    columns = [Column("event", False), *(Column(name) for name in names)]
    return table("Server handlers", columns, body, foot=left_out(len(rows) - room.rows, "handler"))


def _handler(figures: Figures, index: int, room: Room, *, has_acks: bool) -> list[Markup]:
    here = ("server", "handlers", index)
    row = figures.value(*here)
    name = row["event"] if row["namespace"] == "/" else f"{row['namespace']} {row['event']}"
    look = "bad" if row["errors"] else None
    cells = [
        head_cell(element("code", Clip(room).line(name))),
        figures.shown(*here, "calls", tag="td"),
        element(
            "td",
            element("b" if look else "span", figures.shown(*here, "errors"), class_=look),
            class_="number",
        ),
        figures.shown(*here, "in_flight", tag="td"),
        *(figures.shown(*here, key, form=ms, tag="td") for key in ("p50_ms", "p99_ms", "max_ms")),
    ]
    if has_acks:
        cells += [
            figures.shown(*here, "ack", key, form=ms, tag="td", no_data="–") for key in ("p50_ms", "p99_ms")
        ]
    return cells


def _residue(figures: Figures) -> Markup:
    server = figures.summary["server"]
    judged = dict.fromkeys(JUDGED_RESIDUE, count)
    body = [
        [
            head_cell(element("code", key)),
            figures.shown("server", "residue", key, form=form, tag="td"),
            _must(server["residue"][key]) if key in judged else cell("grown since the run began"),
        ]
        for key, form in {**judged, **_GROWN}.items()
    ]
    columns = [Column("what", False), Column("left"), Column("", False)]
    told = sentences.left_on_server(server) + vital_sentences.growth(server)
    whole = table("Left on the server after the quiet", columns, body)
    return joined(element("p", f"{told[:1].upper()}{told[1:]}."), whole)


def _must(left: int | None) -> Markup:
    """Return what is asked of a kind of residue, and by a sign and a colour whether it is so."""
    if not left:
        return cell("must be 0" if left is None else "✓ must be 0")
    return cell(element("b", "✕ must be 0", class_="bad"))


def _processes(figures: Figures, room: Room) -> Markup:
    rows = figures.summary["server"]["residue_by_process"]
    exits = {row["boot"]: row["at_s"] for row in figures.summary["server"]["exits"]}
    body = [
        [
            head_cell(f"{row['pid']} ({Clip(room).line(row['command'])})"),
            *(
                figures.shown("server", "residue_by_process", index, "left", key, tag="td")
                for key in JUDGED_RESIDUE
            ),
            cell(_end_of(row, exits)),
        ]
        for index, row in enumerate(rows[: room.rows])
    ]
    columns = [
        Column("process", False),
        *(Column(key) for key in JUDGED_RESIDUE),
        Column("", False),
    ]
    more = left_out(len(rows) - room.rows, "process", "processes")
    return table("Left behind in each process", columns, body, foot=more)


def _end_of(row: Mapping[str, Any], exits: Mapping[str, float | None]) -> str:
    if row["boot"] in exits:
        at_s = exits[row["boot"]]
        return "exited in order" + ("" if at_s is None else f", {at_s:,.1f} s into the run")
    return "" if row["is_known"] else "ended, or fell silent, before the quiet was over"


def _gauges(figures: Figures, room: Room) -> Markup:
    gauges = figures.summary["server"]["gauges"]
    if not gauges:
        return NOTHING
    body = [
        [
            head_cell(element("code", Clip(room).line(name))),
            figures.shown("server", "gauges", Nth(place), "value", form=decimal, tag="td"),
            figures.shown(
                "server", "gauges", Nth(place), "growth", form=lambda value: f"{value:+,.6g}", tag="td"
            ),
        ]
        for place, name in enumerate(list(gauges)[: room.rows])
    ]
    columns = [Column("gauge", False), Column("at the end"), Column("grown by")]
    return joined(element("h3", "Gauges"), table("Gauges", columns, body))
