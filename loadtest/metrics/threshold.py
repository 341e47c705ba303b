"""Thresholds in k6's spelling: ``p(95)<200``, ``count==0``, and what they say."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from loadtest.metrics.histogram import Histogram

__all__ = ["LATENCY", "Aggregate", "Threshold", "parse", "spell"]


class Aggregate(StrEnum):
    """What a threshold looks at: one number made out of a metric."""

    COUNT = "count"
    VALUE = "value"
    RATE = "rate"
    """The share of all due navigations; of an assertion, of those visits in which it was judged."""
    AVG = "avg"
    MED = "med"
    MAX = "max"
    PERCENTILE = "p"
    """Written with its number: ``p(95)``."""


_OPERATORS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
        "==": operator.eq,
        "!=": operator.ne,
    }
)

_MEASURES: Mapping[Aggregate, Callable[[Histogram, float], float | None]] = MappingProxyType(
    {
        Aggregate.COUNT: lambda histogram, _: histogram.count,
        Aggregate.AVG: lambda histogram, _: histogram.mean_ms,
        Aggregate.MED: lambda histogram, _: histogram.percentile_ms(50),
        Aggregate.MAX: lambda histogram, _: histogram.max_ms,
        Aggregate.PERCENTILE: lambda histogram, percent: histogram.percentile_ms(percent),
    }
)
"""No minimum: histograms that merge from the hooks do not carry one."""
LATENCY = frozenset(_MEASURES)
"""What can be looked at in durations."""
_GRAMMAR = re.compile(
    r"(?P<aggregate>[A-Za-z_]\w*)\s*(?:\(\s*(?P<percent>[^()]*?)\s*\))?\s*"
    r"(?P<operator><=|>=|==|!=|<|>)\s*"
    r"(?P<limit>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)",
    re.ASCII,
)
_PERCENT = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Threshold:
    """One parsed expression, such as ``p(95)<200``."""

    expression: str
    """As it was written."""
    aggregate: Aggregate
    percent: float | None
    """Which percentile, 0 to 100; None for every other aggregate."""
    operator: str
    limit: float
    """Milliseconds for latencies, otherwise the metric's own unit."""

    def holds(self, value: float) -> bool:
        """Return whether a value satisfies the expression."""
        return _OPERATORS[self.operator](value, self.limit)

    def measure(self, histogram: Histogram) -> float | None:
        """Return what this threshold looks at in a histogram (ms, or a count), or None without samples.

        Raises:
            ValueError: a histogram has no such aggregate (``check`` says so beforehand).
        """
        measure = _MEASURES.get(self.aggregate)
        if measure is None:
            raise ValueError(f"a latency has no {self.aggregate}")
        return measure(histogram, self.percent or 0.0)


def parse(expression: str) -> Threshold:
    """Read one expression.

    Raises:
        ValueError: it is none; the message says what would be right.
    """
    found = _GRAMMAR.fullmatch(expression.strip())
    if found is None:
        raise ValueError(
            f"{expression!r} is not a threshold: write what to look at, an operator "
            f"({' '.join(_OPERATORS)}) and a number, such as 'p(95)<200' or 'count==0'"
        )
    name, percent = found["aggregate"], found["percent"]
    if name not in list(Aggregate):
        raise ValueError(
            f"{expression!r}: {name!r} cannot be looked at; there are {spell(frozenset(Aggregate))}"
        )
    aggregate = Aggregate(name)
    if (percent is not None) != (aggregate is Aggregate.PERCENTILE):
        right = "p(95), with the percentile's number" if aggregate is Aggregate.PERCENTILE else name
        raise ValueError(f"{expression!r}: write {right}")
    if percent is not None and not (_PERCENT.fullmatch(percent) and float(percent) <= 100):
        raise ValueError(f"{expression!r}: {percent!r} is not a percentile from 0 to 100")
    return Threshold(
        expression=expression,
        aggregate=aggregate,
        percent=None if percent is None else float(percent),
        operator=found["operator"],
        limit=float(found["limit"]),
    )


def spell(aggregates: frozenset[Aggregate]) -> str:
    """Return some aggregates as one writes them: ``count, avg, med, max and p(N)``."""
    words = [
        "p(N)" if aggregate is Aggregate.PERCENTILE else str(aggregate)
        for aggregate in Aggregate
        if aggregate in aggregates
    ]
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
