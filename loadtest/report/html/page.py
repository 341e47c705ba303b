"""``report.html``: the whole page, a pure function of a run's folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loadtest.report.html.about import generator, how_to_read, profile, versions
from loadtest.report.html.charts import Charts
from loadtest.report.html.figures import Figures
from loadtest.report.html.findings import findings
from loadtest.report.html.heat import heat
from loadtest.report.html.markup import Markup, element, stylesheet
from loadtest.report.html.room import MOST_BYTES, ROOMS, Room
from loadtest.report.html.serverside import serverside
from loadtest.report.html.stranger import Clip
from loadtest.report.html.verdict import hero, title
from loadtest.report.html.visits import outcomes, phases, thresholds
from loadtest.report.run import Run
from loadtest.report.series.series import Series

__all__ = ["html_report"]

_STYLE = Path(__file__).with_name("style.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Content Security Policy Level 3: no script, font or frame, and nothing is fetched."""
_CONTENTS: Mapping[str, str] = {
    "findings": "Findings",
    "thresholds": "Thresholds",
    "heat": "Errors by departure",
    "latencies": "Latencies",
    "rates": "Rates",
    "server": "Server",
    "server-time": "Server over time",
    "visits": "Visits",
    "generator": "Generator",
    "profile": "Profile",
    "reading": "How to read this",
}


def html_report(run: Run, summary: Mapping[str, Any], series: Series) -> str:
    """Return the content of ``report.html``: one file, without scripts, under ``MOST_BYTES``.

    Args:
        summary: of the same run; every figure carries its path in it.
        series: of the same run.
    """
    style = _STYLE.read_text(encoding="utf-8")
    page = ""
    for room in ROOMS:
        page = _page(run, summary, series, room, style)
        if len(page.encode()) < MOST_BYTES:
            break
    return page


def _page(run: Run, summary: Mapping[str, Any], series: Series, room: Room, style: str) -> str:
    figures, charts = Figures(summary), Charts(summary, series, room)
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title(summary)),
        stylesheet(style),
    )
    main = element(
        "main",
        findings(run, figures, room),
        thresholds(figures, room),
        heat(figures, room),
        charts.phases(phases(figures)),
        charts.rates(),
        serverside(figures, room),
        charts.server(),
        outcomes(figures, room),
        generator(figures),
        profile(run.info, room),
        versions(run, room),
        how_to_read(summary),
        id="main",
    )
    body = element(
        "body",
        hero(figures, run, Clip(room)),
        _contents(),
        main,
        element("footer", element("p", f"loadtest {_version(run)} · {run.path.name}")),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en').html}\n"


def _contents() -> Markup:
    items = [element("li", element("a", name, href=f"#{anchor}")) for anchor, name in _CONTENTS.items()]
    return element("nav", element("ul", *items), aria_label="Contents")


def _version(run: Run) -> str:
    return run.info.versions.get("loadtest", "")
