"""What a run's figures were measured under: how its generator fared, and what quiet the server had."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loadtest.metrics.histogram import Histogram

__all__ = ["GeneratorInfo", "QuietInfo", "read_generator", "read_quiet"]


@dataclass(frozen=True, slots=True)
class GeneratorInfo:
    """How the generator itself fared."""

    processes: int
    cpu: float | None
    """The busiest process's share of a core, 0 to 1."""
    loop_lag: Histogram | None
    """How late its sleeps ended, all processes merged."""

    def to_json(self) -> dict[str, Any]:
        """Return the content of ``generator`` in ``run.json``."""
        return {
            "processes": self.processes,
            "cpu": self.cpu,
            "loop_lag": self.loop_lag and self.loop_lag.to_json(),
        }


@dataclass(frozen=True, slots=True)
class QuietInfo:
    """The quiet after the last visit, in which a server cleans up."""

    waited_s: float
    limit_s: float


def read_generator(data: Mapping[str, Any] | None) -> GeneratorInfo | None:
    """Read what ``GeneratorInfo.to_json`` returned, or None.

    Raises:
        KeyError, TypeError, ValueError: the data does not have that form.
    """
    if data is None:
        return None
    lag = data["loop_lag"]
    return GeneratorInfo(
        processes=data["processes"],
        cpu=data["cpu"],
        loop_lag=None if lag is None else Histogram.from_json(lag),
    )


def read_quiet(data: Mapping[str, Any] | None) -> QuietInfo | None:
    """Read what ``run.json`` has under ``quiet``, or None.

    Raises:
        KeyError, TypeError, ValueError: the data does not have that form.
    """
    return None if data is None else QuietInfo(waited_s=data["waited_s"], limit_s=data["limit_s"])
