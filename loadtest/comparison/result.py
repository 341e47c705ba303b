"""What a comparison comes to, as every output tells it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from loadtest.comparison.estimate import Group, Judged, Unit
from loadtest.comparison.findings import ComparedFinding
from loadtest.comparison.likeness import Unlike
from loadtest.comparison.thresholds import ChangedThreshold
from loadtest.errors import ExitCode

__all__ = ["SCHEMA", "Comparison", "SideFacts", "Told", "Verdict"]

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """The one sentence, and what a script reads."""

    word: str
    """``worse``, ``no worse``, ``better``, or ``cannot be compared``."""
    sentence: str
    exit_code: ExitCode
    first: str = ""
    """The sentence's first clause, where it has several; a page's heading."""
    rest: str = ""
    """The others."""


@dataclass(frozen=True, slots=True)
class SideFacts:
    """One side as it is told."""

    name: str
    runs: Sequence[str]
    """Their folders."""
    verdicts: Sequence[str]
    """Their own."""
    profile: str
    host: str
    visits: int
    lag_p99_ms: float | None
    """The highest of its runs."""


@dataclass(frozen=True, slots=True)
class Told:
    """A figure that is told and not judged."""

    group: Group
    label: str
    unit: Unit
    before: float | None
    after: Sequence[float | None]
    """Of each candidate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A baseline and one or more candidates."""

    verdict: Verdict
    baseline: SideFacts
    candidates: Sequence[SideFacts]
    smallest: float
    least_ms: float
    family: float
    """The probability that any figure is called different though none is."""
    unlike: Sequence[Unlike]
    figures: Sequence[Judged] = ()
    told: Sequence[Told] = ()
    findings: Sequence[ComparedFinding] = ()
    thresholds: Sequence[ChangedThreshold] = ()
    warnings: Sequence[str] = ()

    def to_json(self) -> Mapping[str, Any]:
        """Return the content of ``compare --format json``: plain, null where there is no data."""
        return {
            "schema": SCHEMA,
            "verdict": self.verdict.word,
            "exit_code": int(self.verdict.exit_code),
            "sentence": self.verdict.sentence,
            "baseline": asdict(self.baseline),
            "candidates": [asdict(one) for one in self.candidates],
            "smallest": self.smallest,
            "least_ms": self.least_ms,
            "family": self.family,
            "unlike": [asdict(one) for one in self.unlike],
            "warnings": list(self.warnings),
            "findings": [asdict(one) for one in self.findings],
            "thresholds": [{**asdict(one), "is_worse": one.is_worse} for one in self.thresholds],
            "figures": [_figure_json(one) for one in self.figures],
            "told": [asdict(one) for one in self.told],
        }


def _figure_json(one: Judged) -> dict[str, Any]:
    data = asdict(one)
    figure = data.pop("figure")
    return {**figure, **data}
