"""``[thresholds]``: expressions by metric, plain or as tables that say which may end the run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from loadtest.apps.mistake import Mistake, Table, mistaken, mistakes_of, near, show
from loadtest.metrics import catalogue
from loadtest.metrics.abort import Abort, why_never
from loadtest.metrics.threshold import Threshold

__all__ = ["Thresholds", "read_thresholds"]

_HANDLER = f"a handler is {catalogue.HANDLERS}<namespace>.<event>, such as {catalogue.HANDLERS}/.disconnect"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a profile's ``[thresholds]`` say."""

    expressions: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """All of them, by metric."""
    aborts: tuple[Abort, ...] = ()
    """Those that may end the run, in the order in which they are written."""


class _ThresholdTable(Table):
    """k6's long form; its ``abortOnFail`` and ``delayAbortEval`` in the spelling of a profile's keys."""

    threshold: str = Field(examples=["p(95)<200"])
    abort_on_fail: bool = False
    delay_s: float | None = Field(default=None, ge=0)

    @field_validator("delay_s")
    @classmethod
    def _delays_something(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and not info.data.get("abort_on_fail", True):
            raise mistaken("only what may end the run is waited for; write abort_on_fail = true, too")
        return value


@dataclass(frozen=True, slots=True)
class _Names:
    """What the profile itself gives names to."""

    gauges: Sequence[str]
    assertions: Sequence[str]


def read_thresholds(value: Any, info: ValidationInfo) -> Thresholds:
    """Read ``[thresholds]``; the validator of a table whose gauges and assertions come before it.

    Raises:
        ValidationError: with all mistakes.
    """
    if not isinstance(value, dict):
        raise mistaken(f'{show(value)} is not a table, such as {{ "server.errors" = ["count==0"] }}')
    names = _Names(
        gauges=_names(value, info, "gauges", "server.gauges.", (".value",)),
        assertions=_names(value, info, "assertions", "assertions.", (".held", ".broken", ".not_judged")),
    )
    mistakes: list[Mistake] = []
    expressions: dict[str, tuple[str, ...]] = {}
    aborts: list[Abort] = []
    for metric, rows in value.items():
        read = list(_read_metric(metric, rows, names, mistakes))
        expressions[metric] = tuple(row.threshold for row in read)
        aborts += [Abort(metric, row.threshold, row.delay_s or 0.0) for row in read if row.abort_on_fail]
    if mistakes:
        raise mistaken(mistakes)
    return Thresholds(MappingProxyType(expressions), tuple(aborts))


def _names(
    value: Mapping[str, Any], info: ValidationInfo, table: str, prefix: str, suffixes: Sequence[str]
) -> Sequence[str]:
    """Return the names that a table of the profile gives, or any when what is wrong with it has been told."""
    if table in info.data:
        return [row.name for row in info.data[table]]
    names = [metric.removeprefix(prefix) for metric in value]
    return [name.removesuffix(suffix) for name in names for suffix in suffixes]


def _read_metric(metric: str, rows: Any, names: _Names, mistakes: list[Mistake]) -> Iterator[_ThresholdTable]:
    if catalogue.find_aggregates(metric, names.gauges, names.assertions) is None:
        known = catalogue.known_metrics(names.gauges, names.assertions)
        right = _HANDLER if metric.startswith(catalogue.HANDLERS[:-2]) else near(metric, known)
        mistakes.append(Mistake((metric,), f"unknown metric; {right}"))
        return
    if not isinstance(rows, list) or not rows:
        wrong = f'{show(rows)} is not a list of expressions, such as ["count==0"]'
        mistakes.append(Mistake((metric,), wrong))
        return
    for index, row in enumerate(rows):
        try:
            yield _read_row(metric, row, names)
        except ValidationError as error:
            mistakes += [Mistake((metric, index, *wrong.path), wrong.text) for wrong in mistakes_of(error)]


def _read_row(metric: str, row: Any, names: _Names) -> _ThresholdTable:
    if isinstance(row, str):
        row = {"threshold": row}
        is_long = False
    elif isinstance(row, dict):
        is_long = True
    else:
        raise mistaken(f'{show(row)} is not a string, nor a table such as {{ threshold = "count==0" }}')
    mistakes: list[Mistake] = []
    table = None
    try:
        table = _ThresholdTable.model_validate(row)
    except ValidationError as error:
        mistakes += mistakes_of(error)
    if isinstance(row.get("threshold"), str):
        where = ("threshold",) if is_long else ()
        try:
            threshold = catalogue.check(metric, row["threshold"], names.gauges, names.assertions)
        except ValueError as error:
            mistakes.append(Mistake(where, str(error)))
        else:
            mistakes += _wrong_abort(metric, row, threshold)
    if mistakes or table is None:
        raise mistaken(mistakes)
    return table


def _wrong_abort(metric: str, row: Mapping[str, Any], threshold: Threshold) -> Iterator[Mistake]:
    reason = why_never(metric, threshold) if row.get("abort_on_fail") is True else None
    if reason:
        yield Mistake(("abort_on_fail",), f"{metric} cannot end a run: {reason}")
