"""A run as ``junit.xml``: a test for the run, for each finding and for each threshold."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from xml.etree import ElementTree

from loadtest.errors import ExitCode
from loadtest.report import finding_facts, finding_sentences, sentences
from loadtest.report.run import Run
from loadtest.report.verdict import FINDING_REASON
from loadtest.report.wording import clipped, shown
from loadtest.report.workflow_log import neutral_markup

__all__ = ["junit_xml"]

_NOT_IN_A_CLASS = re.compile(r"[^\w-]+", re.ASCII)
_HOW_OFTEN = re.compile(r"\b\d[\d,]* (?=server processes\b)|, \d[\d,]* times?$")
"""How often it happened: part of what a finding is called, and another in every run."""
_LONGEST_NAME = 200
_LONGEST = 1000
_STORIES = 20
"""So many findings are told with a navigation's story; the others name the command that tells it."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One test."""

    group: str
    """The last part of its class's name."""
    name: str
    state: str = ""
    """``failure`` or ``error``; empty: it passed."""
    message: str = ""
    body: str = ""


def junit_xml(run: Run, summary: Mapping[str, Any]) -> str:
    """Return the content of ``junit.xml``: what Jenkins, GitLab, Azure and others read as test results.

    Names stay the same from run to run as long as the profile and the fault do, so that a service can tell
    since when a test fails: a finding is called by what and where it is (not by its number, its count or its
    line), a threshold by its metric and expression. A threshold without data and a run that could not be
    judged are errors, never passes.

    The form is the one of Ant and Maven that Jenkins reads: ``junit-10.xsd`` of its xunit plug-in. A line
    that GitHub would take for a command (``loadtest.report.github``) is written with character references.
    """
    cases = _named_apart([*_findings(run, summary), *_thresholds(summary)])
    cases = [_the_run(summary, cases), *cases]
    lasted_s = _lasted_s(run)
    states = Counter(case.state for case in cases)
    counts = {
        "tests": str(len(cases)),
        "failures": str(states["failure"]),
        "errors": str(states["error"]),
        "skipped": "0",
        "time": f"{lasted_s:.3f}",
    }
    whole = ElementTree.Element("testsuites", {"name": "loadtest", **_without_skipped(counts)})
    suite = ElementTree.SubElement(
        whole,
        "testsuite",
        {
            "name": f"loadtest {_line(summary['profile'], _LONGEST_NAME)}",
            **counts,
            "timestamp": run.info.started_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        },
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in _properties(run, summary).items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": _line(value)})
    classes = f"loadtest.{_NOT_IN_A_CLASS.sub('_', summary['profile'])[:_LONGEST_NAME]}"
    for case in cases:
        _add(suite, case, classes, lasted_s)
    ElementTree.indent(whole)
    text = ElementTree.tostring(whole, encoding="unicode")
    return neutral_markup(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n')


def _without_skipped(counts: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in counts.items() if name != "skipped"}  # the schema has none there


def _properties(run: Run, summary: Mapping[str, Any]) -> Mapping[str, str]:
    return {
        "verdict": summary["verdict"],
        "exit_code": str(summary["exit_code"]),
        "seed": str(summary["seed"]),
        "host": summary["host"],
        "run": summary["id"],
        "folder": str(run.path),
        "loadtest": run.info.versions.get("loadtest", ""),
    }


def _add(suite: ElementTree.Element, case: _Case, classes: str, lasted_s: float) -> None:
    # The run's time is its own test's: a service that adds the tests' times up gets it once.
    time_s = lasted_s if case.group == "run" else 0.0
    attributes = {"classname": f"{classes}.{case.group}", "name": case.name, "time": f"{time_s:.3f}"}
    test = ElementTree.SubElement(suite, "testcase", attributes)
    if case.state:
        result = ElementTree.SubElement(test, case.state, {"type": case.group, "message": case.message})
        result.text = f"\n{case.body}\n"


def _the_run(summary: Mapping[str, Any], others: list[_Case]) -> _Case:
    """Return the test of the run itself: whether it came to its end and could be judged."""
    told = f"{summary['verdict'].upper()}: {sentences.headline(summary)}"
    reasons = [reason for reason in summary["reasons"] if not reason.startswith(FINDING_REASON)]
    body = "\n".join(_line(reason) for reason in [told, *reasons])
    exit_code = ExitCode(summary["exit_code"])
    if exit_code in (ExitCode.INCONCLUSIVE, ExitCode.INTERRUPTED):
        message = clipped("; ".join(_line(reason) for reason in reasons), _LONGEST)
        return _Case("run", "the run", "error", message or told, body)
    has_failed = exit_code is ExitCode.FAIL and not any(case.state == "failure" for case in others)
    return _Case("run", "the run", "failure" if has_failed else "", _line(told), body)


def _findings(run: Run, summary: Mapping[str, Any]) -> Iterator[_Case]:
    for number, finding in enumerate(summary["findings"], start=1):
        place = finding_sentences.place(finding)
        yield _Case(
            finding["kind"],
            _name(finding),
            "failure",
            clipped(f"{_line(finding['what'], _LONGEST_NAME)}: {_line(place)}", _LONGEST),
            "\n".join(_body(run, finding, number, place)),
        )


def _name(finding: Mapping[str, Any]) -> str:
    where = f" at {finding['file']}" if finding["file"] else ""
    return _line(_HOW_OFTEN.sub("", finding["what"]), _LONGEST_NAME) + _line(where, _LONGEST_NAME)


def _body(run: Run, finding: Mapping[str, Any], number: int, place: str) -> Iterator[str]:
    yield _line(f"Finding {number}, {finding_facts.headline(finding)}")
    yield _line(place)
    for name, text in finding_facts.facts(finding).items():
        yield _line(f"{name}: {text}")
    traceback = finding_facts.traceback(finding)
    if traceback:
        yield from ("", *traceback)
    story = finding_facts.story(run, finding) if number <= _STORIES else ()
    if story:
        yield from ("", "One such visit:", *story)
    for name, command in finding_facts.commands(run.path, finding).items():
        yield from ("", _line(f"{name.capitalize()}: {command}"))


def _thresholds(summary: Mapping[str, Any]) -> Iterator[_Case]:
    states = {"pass": "", "fail": "failure", "no_data": "error"}
    for row in summary["thresholds"]:
        name = f"{_line(row['metric'], _LONGEST_NAME)} {_line(row['expression'], _LONGEST_NAME)}"
        state = states[row["verdict"]]
        why = f"no data: {_line(row['reason'])}" if row["reason"] else f"it is {sentences.measured(row)}"
        yield _Case("thresholds", name, state, f"{name}: {why}" if state else "", f"{name}: {why}")


def _named_apart(cases: list[_Case]) -> list[_Case]:
    """Return the same with no two of one class and name."""
    seen: Counter[tuple[str, str]] = Counter()
    apart = []
    for case in cases:
        seen[case.group, case.name] += 1
        again = seen[case.group, case.name]
        name = case.name if again == 1 else f"{case.name} ({again})"
        apart.append(_Case(case.group, name, case.state, case.message, case.body))
    return apart


def _lasted_s(run: Run) -> float:
    """Return how long the run lasted, its quiet too; as planned where it did not tell its end."""
    if run.info.finished_at is None:
        return run.info.duration_s
    return max((run.info.finished_at - run.info.started_at).total_seconds(), 0.0)


def _line(text: str, longest: int = _LONGEST) -> str:
    """Return an app's text as one line that XML can hold."""
    return clipped(shown(clipped(text, longest)), longest)
