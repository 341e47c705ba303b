"""A reading as one line of JSON, from the process that runs to the one that pushes."""

import json
from dataclasses import dataclass
from typing import Any

from loadtest.exports.distribution import Distribution
from loadtest.exports.metric import Family, Reading, Sample
from loadtest.exports.table import METRICS

__all__ = ["Push", "from_line", "to_line"]


@dataclass(frozen=True, slots=True)
class Push:
    """A reading, and when it was made."""

    reading: Reading
    at: float
    """Unix time, seconds."""


def to_line(push: Push) -> bytes:
    """Return it as a line, with its newline."""
    families = [
        [family.metric.name, [[sample.labels, _to_json(sample.value)] for sample in family.samples]]
        for family in push.reading.families
    ]
    data = {"at": push.at, "created_at": push.reading.created_at, "families": families}
    return json.dumps(data, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes) -> Push:
    """Read what ``to_line`` wrote.

    Raises:
        KeyError, TypeError, ValueError: it is none (cut short by a death, say).
    """
    data = json.loads(line)
    families = tuple(
        Family(METRICS[name], tuple(Sample(tuple(labels), _from_json(value)) for labels, value in samples))
        for name, samples in data["families"]
    )
    return Push(Reading(data["created_at"], families), data["at"])


def _to_json(value: float | Distribution) -> Any:
    return [value.counts, value.sum_s] if isinstance(value, Distribution) else value


def _from_json(value: Any) -> float | Distribution:
    return Distribution(tuple(value[0]), value[1]) if isinstance(value, list) else value
