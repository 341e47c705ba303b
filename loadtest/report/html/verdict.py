"""The top of the page: the verdict in one sentence, and what else somebody must know before reading on."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, assert_never

from loadtest.report import finding_sentences, sentences
from loadtest.report.finding import FindingKind
from loadtest.report.html.figures import Figures, Form, Step, count, ms
from loadtest.report.html.markup import Markup, element
from loadtest.report.html.scale import clock
from loadtest.report.html.stranger import Clip
from loadtest.report.info import Ended, RunInfo
from loadtest.report.run import Run
from loadtest.report.server import JUDGED_RESIDUE
from loadtest.report.verdict import FINDING_REASON
from loadtest.report.wording import amount, out_of

__all__ = ["INSTRUMENT", "hero", "place_in_short", "sentence", "since", "title", "what"]

INSTRUMENT = "loadtest instrument -- python app.py"
_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "pass": ("✓", "Passed"),
        "fail": ("✕", "Failed"),
        "inconclusive": ("?", "Inconclusive"),
        "interrupted": ("■", "Interrupted"),
    }
)
"""A sign and a word: neither verdict is told by its colour alone."""
_UP_TO_THEN = "What follows is what was measured up to then."
_MOST_REASONS = 5
_NAMED_POINTS = 6


def title(summary: Mapping[str, Any]) -> str:
    """Return the document's title."""
    return f"{_WORDS[summary['verdict']][1]}: {summary['profile']} · loadtest"


def hero(figures: Figures, run: Run, clip: Clip) -> Markup:
    """Return the top of the page."""
    summary = figures.summary
    sign, word = _WORDS[summary["verdict"]]
    reasons = [reason for reason in summary["reasons"] if not reason.startswith(FINDING_REASON)]
    if not summary["findings"]:
        reasons = reasons[1:]  # the first is the sentence
    return element(
        "header",
        _cut_short(run, clip),
        element("p", element("span", sign, class_="sign", aria_hidden="true"), word, class_="state"),
        element("h1", sentence(summary, clip)),
        element("p", f"{_also(summary)}. ", _exit_code(figures), class_="also"),
        _reasons(reasons, clip),
        _where(summary, run.info, clip),
        *_warnings(figures),
        _keys(figures),
        class_=f"hero {summary['verdict']}",
    )


def sentence(summary: Mapping[str, Any], clip: Clip) -> str:
    """Return what somebody woken at night has to know: what broke, where, how often, and since when."""
    if summary["findings"]:
        first = summary["findings"][0]
        dated = f"; {since(first)}" if since(first) else ""
        return f"{what(first, clip)}: {place_in_short(first)}{dated}."
    if summary["verdict"] == "pass":
        return f"Nothing broke: {sentences.headline(summary)}."
    return f"{_upper(clip.line(next(iter(summary['reasons']), 'nobody knows why')))}."


def place_in_short(finding: Mapping[str, Any]) -> str:
    """Return which visits showed a finding, without the names of points where they are many."""
    points = len(finding["at"])
    if points <= _NAMED_POINTS or finding["kind"] == FindingKind.LIVENESS:
        return finding_sentences.place(finding)
    others = (
        f", {out_of(finding['elsewhere'], finding['elsewhere_of'])} others" if finding["elsewhere_of"] else ""
    )
    share = out_of(finding["count"], finding["of"])
    doubt = "" if finding["attributed"] else "; no departure is blamed"
    return f"{share} visits, at {points} points of departure{others}{doubt}"


def what(finding: Mapping[str, Any], clip: Clip) -> str:
    """Return what a finding is; where the words are ours, they begin as a sentence does."""
    text = clip.line(finding["what"])
    return _upper(text) if finding["kind"] in (FindingKind.LIVENESS, FindingKind.RESIDUE) else text


def since(finding: Mapping[str, Any]) -> str:
    """Return since when and until when a finding was seen, seconds of the run."""
    if finding["first_s"] is None:
        return ""
    if finding["first_s"] == finding["last_s"]:
        return f"seen {clock(finding['first_s'])} into the run"
    return f"first seen {clock(finding['first_s'])} into the run, last at {clock(finding['last_s'])}"


def _also(summary: Mapping[str, Any]) -> str:
    """Return what the sentence does not say: how much more there is."""
    if summary["verdict"] == "pass":
        return f"Thresholds: {sentences.thresholds(summary)}"
    return _upper(sentences.headline(summary))


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _exit_code(figures: Figures) -> Markup:
    return element("span", "Exit code ", figures.shown("exit_code"), ".", class_="soft")


def _cut_short(run: Run, clip: Clip) -> Markup | None:
    """Return why a run did not go to its end, if it did not: whoever reads on has to know it first."""
    why = _why_cut_short(run)
    if not why:
        return None
    left = run.info.under_way
    cut = f" {amount(left, 'visit was', 'visits were')} under way." if left else ""
    return element(
        "p", element("strong", f"{clip.line(why)}."), f" {_UP_TO_THEN}{cut}", class_="loud", role="note"
    )


def _why_cut_short(run: Run) -> str:
    info = run.info
    match info.ended:
        case Ended.FINISHED:
            return ""
        case Ended.ABORTED:
            return f"This run {info.aborted or 'was ended early by a threshold'}"
        case Ended.INTERRUPTED:
            return "This run was interrupted before its end"
        case Ended.RUNNING if info.broken_off:
            return f"This run was broken off: {info.broken_off}"
        case Ended.RUNNING:
            return "This run is still going" if run.is_on else "This run was interrupted (killed)"
        case _:
            assert_never(info.ended)


def _reasons(reasons: list[str], clip: Clip) -> Markup | None:
    if not reasons:
        return None
    told = [element("li", _upper(clip.line(reason)), ".") for reason in reasons[:_MOST_REASONS]]
    if len(reasons) > _MOST_REASONS:
        told.append(element("li", f"{amount(len(reasons) - _MOST_REASONS, 'more reason')}: see below."))
    return element("ul", *told, class_="reasons")


def _where(summary: Mapping[str, Any], info: RunInfo, clip: Clip) -> Markup:
    began = info.t0_at or info.started_at
    return element(
        "p",
        "Profile ",
        element("strong", clip.line(summary["profile"])),
        " against ",
        element("strong", clip.line(summary["host"])),
        f", {began:%Y-%m-%d %H:%M:%S} UTC, seed {summary['seed']}, run {summary['id']}",
        class_="where",
    )


def _warnings(figures: Figures) -> Iterator[Markup]:
    summary = figures.summary
    if summary["server"] is None:
        yield element(
            "p",
            element("strong", "The server was not watched."),
            " No process with hooks saw these visits: its errors, and what it keeps of those who left, are "
            "unknown. Start the app with the hooks in: ",
            element("code", INSTRUMENT),
            class_="loud",
            role="note",
        )
    if lag := sentences.generator_lag(summary):
        yield element(
            "p", f"{lag}.", class_="loud" if sentences.is_generator_full(summary) else "soft", role="note"
        )
    failures = sentences.failures(summary)
    if failures:
        yield element("p", f"{failures}.", class_="loud", role="note")


def _keys(figures: Figures) -> Markup:
    """Return the few figures that a run is known by."""
    told: list[tuple[str, tuple[Step, ...], Form]] = [
        ("visits", ("navigations", "started"), count),
        ("stayed to the end", ("navigations", "completed"), count),
        ("left as planned", ("navigations", "left"), count),
        ("errors on the server", ("server", "errors"), count),
        ("handshake p95, ms", ("phases", "handshake", "p95_ms"), ms),
        ("sids left on the server", ("server", "residue", JUDGED_RESIDUE[0]), count),
    ]
    return element(
        "dl",
        *(
            element("div", element("dt", name), element("dd", figures.shown(*path, form=form)))
            for name, path, form in told
        ),
        class_="keys",
    )
