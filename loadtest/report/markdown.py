"""A run's report as GitHub-flavoured markdown: a step's summary, or a comment on a pull request."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Any

from loadtest.report import (
    finding_facts,
    finding_sentences,
    sentences,
    stage_sheet,
    tables,
    vital_sentences,
)
from loadtest.report.run import Run
from loadtest.report.verdict import FINDING_REASON
from loadtest.report.wording import amount, clipped_at_word, shown
from loadtest.report.workflow_log import neutral_markup

__all__ = ["markdown_report", "marked", "marked_code", "marked_table"]

_MARKS: Mapping[str, str] = MappingProxyType(
    {"pass": "✅", "fail": "❌", "inconclusive": "⚠️", "interrupted": "⚠️", "no_data": "⚠️"}
)
_COMMANDS: Mapping[str, str] = MappingProxyType({"replay": "See it again", "story": "Its story"})
_SPECIAL = re.compile(r"[&<>|\\`*_\[~#@$]|:(?=\S)|(?<=www)\.", re.IGNORECASE)
"""What HTML, markdown, its links without marks (``://``, ``www.``: GFM, 6.9) or an emoji begins with."""
_LOOKED_FOR_LATER = re.compile(r"&#(?:35|36|64);")
"""``#1``, ``@name`` and ``$x$`` are looked for in the text that markdown has made; not across an element."""
_LONGEST = 300
_MOST_BYTES = 900_000
"""Below the 1 MiB of a step's summary, with room for what other steps of a composite action write."""
_TOLD_IN_FULL = 20
_STORIES = 10
_ROWS = 100


def markdown_report(run: Run, summary: Mapping[str, Any]) -> str:
    """Return the report: verdict, findings, thresholds, phases, departures; less than 1 MiB.

    Nothing that an app wrote is markup in it: every character that could be is written by its number, and
    control characters and the like as ``shown`` writes them.
    """
    head, tail = list(_verdict(summary)), [*_tables(summary), *_rest(run, summary)]
    findings = list(_findings(run, summary["findings"], _MOST_BYTES - _size(head) - _size(tail)))
    return "\n".join([*head, *findings, *tail]).rstrip() + "\n"


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _findings(run: Run, findings: Sequence[Mapping[str, Any]], room: int) -> Iterator[str]:
    """Yield as many findings as there is room for, in bytes."""
    told_count = 0
    for number, finding in enumerate(findings[:_TOLD_IN_FULL], start=1):
        told = list(_finding(run, number, finding))
        room -= _size(told)
        if room < 0:
            break
        told_count += 1
        yield from told
    if more := len(findings) - told_count:
        yield from (f"And {amount(more, 'more finding')}: see `report.html` or `summary.json`.", "")


def _verdict(summary: Mapping[str, Any]) -> Iterator[str]:
    word = summary["verdict"]
    headline = marked(sentences.headline(summary))
    yield f"### {_MARKS[word]} loadtest: {word.upper()}: {headline}"
    yield ""
    profile, host = marked_code(summary["profile"]), marked_code(summary["host"])
    yield f"Exit code {summary['exit_code']}. Profile {profile}, seed {summary['seed']}, against {host}."
    yield ""
    reasons = [reason for reason in summary["reasons"] if not reason.startswith(FINDING_REASON)]
    told = [f"- {marked(reason)}" for reason in reasons[:_ROWS]]
    if not summary["server"]:
        told.append("- The server was not watched: start the app with `loadtest instrument`.")
    yield from [*told, ""] if told else []


def _finding(run: Run, number: int, finding: Mapping[str, Any]) -> Iterator[str]:
    yield f"#### Finding {number}: {marked(finding_facts.headline(finding))}"
    yield ""
    yield f"**{marked(finding_sentences.place(finding))}**"
    yield ""
    yield from (f"- {name}: {marked(text)}" for name, text in finding_facts.facts(finding).items())
    yield ""
    traceback = finding_facts.traceback(finding)
    if traceback:
        yield from _details("Traceback", traceback)
    story = finding_facts.story(run, finding) if number <= _STORIES else ()
    if story:
        yield from _details("One such visit", story)
    for name, command in finding_facts.commands(run.path, finding).items():
        yield from (f"{_COMMANDS[name]}:", "", _pre([command]), "")


def _tables(summary: Mapping[str, Any]) -> Iterator[str]:
    rows = summary["thresholds"]
    if rows:
        has_reasons = any(row["reason"] for row in rows[:_ROWS])
        cells = [
            [
                f"{_MARKS[row['verdict']]} {row['verdict'].replace('_', ' ')}",
                marked_code(f"{row['metric']} {row['expression']}"),
                *([marked(row["reason"] or "")] if has_reasons else []),
                marked(sentences.measured(row)),
            ]
            for row in rows[:_ROWS]
        ]
        head = ["verdict", "threshold", *(["why"] if has_reasons else []), "value"]
        yield from marked_table("Thresholds", head, cells, words=len(head) - 1)
        yield from [f"And {amount(len(rows) - _ROWS, 'more')}.", ""] if len(rows) > _ROWS else []
    sheets = [tables.phases(summary), tables.departures(summary, has_names=True)]
    sheets += [tables.handlers(summary["server"])] if summary["server"] else []
    for sheet in sheets:
        if sheet.rows:
            cells = [
                [marked_code(cell) if place < sheet.words else marked(cell) for place, cell in enumerate(row)]
                for row in sheet.rows
            ]
            yield from marked_table(sheet.title, sheet.columns, cells, sheet.words)
            yield from [marked(sheet.note), ""] if sheet.note else []


def _rest(run: Run, summary: Mapping[str, Any]) -> Iterator[str]:
    server = summary["server"]
    facts = {
        "Navigations": sentences.navigations(summary),
        "Failures": sentences.failures(summary),
        "Warm-up": stage_sheet.warm_up(summary),
        "Left on the server": sentences.left_on_server(server) + vital_sentences.growth(server)
        if server
        else "",
        "Event loop": vital_sentences.loop(server) if server else "",
        "Generator": sentences.generator(summary),
        "Files": str(run.path),
    }
    yield from (f"- {name}: {marked(text)}" for name, text in facts.items() if text)


def marked_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], words: int
) -> Iterator[str]:
    """Yield a table's lines; its cells are marked already, the first ``words`` columns are no numbers."""
    yield f"**{marked(title)}**"
    yield ""
    yield f"| {' | '.join(map(marked, columns))} |"
    yield f"|{'|'.join('---' if place < words else '---:' for place in range(len(columns)))}|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _details(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"<details><summary>{title}</summary>"
    yield ""
    yield _pre(lines)
    yield ""
    yield "</details>"
    yield ""


def _pre(lines: Iterable[str]) -> str:
    """Return lines as they are: what stands in an element of HTML is no markdown until its end."""
    escaped = (escape(shown(line), quote=False) for line in lines)
    return f"<pre>{neutral_markup(chr(10).join(line or ' ' for line in escaped))}</pre>"


def marked(text: str) -> str:
    """Return text in which nothing is markup."""
    numbered = _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", clipped_at_word(shown(text), _LONGEST))
    return _LOOKED_FOR_LATER.sub(r"<span>\g<0></span>", numbered)


def marked_code(text: str) -> str:
    """Return text as code; empty for an empty one."""
    return f"<code>{marked(text)}</code>" if text else ""
