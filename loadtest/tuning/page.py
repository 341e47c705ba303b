"""``tune.html``: what a search has found, in charts and a table; one file, no network."""

import html
from collections.abc import Iterator, Mapping
from typing import Any

from loadtest.tuning.chart import draw

__all__ = ["page"]

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --dim: #5d6b7a; --line: #d5dce4; --paper: #ffffff;
  --pass: #15803d; --fail: #c2410c; --unclear: #64748b; --band: #2563eb26; --knee: #2563eb; }
@media (prefers-color-scheme: dark) { :root { --ink: #e5eaf0; --dim: #9aa8b6; --line: #35414e;
  --paper: #12181f; --pass: #4ade80; --fail: #fb923c; --unclear: #94a3b8;
  --band: #60a5fa33; --knee: #60a5fa; } }
body { margin: 2rem auto; max-width: 58rem; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1rem; margin: 2rem 0 .25rem; }
p { margin: .25rem 0; } .dim { color: var(--dim); }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--dim); font-size: 12px; }
.grid { stroke: var(--line); } .band { fill: var(--band); } .knee { stroke: var(--knee); stroke-width: 2; }
.limit { stroke: var(--fail); stroke-dasharray: 5 4; }
.pass { fill: var(--pass); color: var(--pass); } .fail { fill: var(--fail); color: var(--fail); }
.unclear { fill: var(--unclear); color: var(--unclear); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td.number, th.number { text-align: right; }
"""
_LEGEND = (
    '<p class="dim"><span class="pass">●</span> the thresholds held, <span class="fail">▲</span> '
    'they did not, <span class="unclear">◆</span> nothing could be said; '
    "the band is where the knee lies.</p>"
)


def page(result: Mapping[str, Any]) -> str:
    """Return the page for what ``tune.json`` holds: one file, no network, both themes."""
    unit = "navigations a second" if result["vary"] == "rate" else result["vary"]
    phase = _phase(result)
    limit_ms = _limit_ms(result, phase)
    latencies = [(probe, probe["p99_ms"][phase]) for probe in result["probes"] if phase in probe["p99_ms"]]
    errors = [
        (probe, probe["error_share"] * 100) for probe in result["probes"] if probe["error_share"] is not None
    ]
    head = f"{result['profile']}: {result['vary']}"
    about = (
        f"Profile {result['profile']}, seed {result['seed']}, against {result['host']}, begun "
        f"{result['started_at']}. {_ending(result)} {_thresholds(result)}"
    )
    body = [
        f"<h1>{html.escape(_headline(result))}</h1>",
        f'<p class="dim">{html.escape(about)}</p>',
        f"<h2>p99 of the phase {html.escape(phase)} (ms)</h2>",
        draw(latencies, result["knee"], unit, "ms", limit_ms),
        "<h2>Visits that failed (%)</h2>",
        draw(errors, result["knee"], unit, "%", None),
        _LEGEND,
        "<h2>Probes</h2>",
        *_table(result),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>tune {html.escape(head)}</title><style>{_STYLE}</style></head>\n"
        f"<body>{''.join(body)}</body></html>\n"
    )


def _phase(result: Mapping[str, Any]) -> str:
    """Return the phase to be shown: that of the first threshold on one, or the last that visits reached."""
    named = [metric.split(".")[1] for metric in result["thresholds"] if metric.startswith("phases.")]
    seen = {phase for probe in result["probes"] for phase in probe["p99_ms"]}
    order = [*named, "handshake", "connect", "open", "page"]
    return next((phase for phase in order if phase in seen), "page")


def _limit_ms(result: Mapping[str, Any], phase: str) -> float | None:
    """Return the limit of a threshold on just this figure, to be drawn; other percentiles have none here."""
    for expression in result["thresholds"].get(f"phases.{phase}", []):
        name, _, limit = expression.replace("<=", "<").partition("<")
        if name.strip().replace(" ", "") == "p(99)" and limit:
            return float(limit)
    return None


def _headline(result: Mapping[str, Any]) -> str:
    knee, unit = result["knee"], "/s" if result["vary"] == "rate" else ""
    what = "navigation rate" if result["vary"] == "rate" else result["vary"]
    if result["outcome"] == "found" and knee:
        way = "down" if result["lower_is_worse"] else "up"
        sure = f"{result['bounds']['confidence']:.0%}"
        return (
            f"The thresholds hold {way} to a {what} of {knee['value']:.4g}{unit} "
            f"({sure} sure: {knee['low']:.4g} to {knee['high']:.4g}{unit})"
        )
    return f"No knee of the {what} found: {result['why']}"


def _ending(result: Mapping[str, Any]) -> str:
    spent_s = sum(probe["took_s"] for probe in result["probes"])
    return f"{len(result['probes'])} probes in {spent_s / 60:.1f} min; {result['why'] or 'still going'}."


def _thresholds(result: Mapping[str, Any]) -> str:
    rows = [f"{metric} {text}" for metric, texts in result["thresholds"].items() for text in texts]
    return f"Thresholds: {', '.join(rows) or 'those on the server that hold by default'}."


def _table(result: Mapping[str, Any]) -> Iterator[str]:
    phase = _phase(result)
    yield '<div class="scroll"><table><thead><tr><th class="number">probe</th><th class="number">value</th>'
    yield '<th>verdict</th><th class="number">visits</th>'
    yield f'<th class="number">{html.escape(phase)} p99, ms</th>'
    yield '<th class="number">failed</th><th>why</th></tr></thead><tbody>'
    for probe in result["probes"]:
        p99 = probe["p99_ms"].get(phase)
        share = probe["error_share"]
        cells = [
            str(probe["number"]),
            f"{probe['value']:.4g}",
            probe["verdict"],
            f"{probe['started']:,}",
            "-" if p99 is None else f"{p99:,.4g}",
            "-" if share is None else f"{share:.1%}",
            probe["reason"],
        ]
        numbers = {0, 1, 3, 4, 5}
        yield (
            "<tr>"
            + "".join(
                f"<td{' class=number' if index in numbers else ''}>{html.escape(cell)}</td>"
                for index, cell in enumerate(cells)
            )
            + "</tr>"
        )
    yield "</tbody></table></div>"
