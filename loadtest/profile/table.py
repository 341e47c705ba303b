"""The tables of a profile, as TOML writes them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import Field, PlainValidator, ValidationError, ValidationInfo, field_validator

from loadtest.apps.auto import AUTO, AutoTable
from loadtest.apps.distribution import Seconds
from loadtest.apps.generic_table import GenericTable
from loadtest.apps.mistake import Mistake, Table, mistaken, mistakes_of, near, show, wrong_number
from loadtest.apps.preset import PRESETS
from loadtest.apps.table import AppTable
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.profile.assertions_table import AssertionTable
from loadtest.profile.departures_table import DepartureTable
from loadtest.profile.gauges_table import GaugeTable
from loadtest.profile.stages_table import StageTable
from loadtest.profile.stages_together import wrong_stages
from loadtest.profile.thresholds_table import Thresholds, read_thresholds
from loadtest.profile.turns_table import TurnTable
from loadtest.profile.visits_table import MOST_VISITS, VisitTable, wrong_list

__all__ = ["ProfileTable", "UsersTable"]

_DEADLINE_S = 10.0
_MOST_USERS = 1_000_000
_GENERIC_KEYS = GenericTable.model_fields.keys() - AppTable.model_fields.keys()


def _read_journey(value: Any) -> Mapping[Move, float]:
    if not isinstance(value, dict):
        raise mistaken(f"{show(value)} is not a table of weights, such as {{ navigate = 8, reload = 1 }}")
    mistakes = [
        Mistake((name,), f"unknown move; {near(name, Move)}") for name in value if name not in list(Move)
    ]
    mistakes += [
        Mistake((name,), wrong) for name in value if (wrong := wrong_number(value[name], at_least=0))
    ]
    if not mistakes and value and not any(value.values()):
        mistakes = [Mistake((), "all weights are 0; give a move more")]
    if mistakes:
        raise mistaken(mistakes)
    return MappingProxyType({Move(name): float(weight) for name, weight in value.items()})


class UsersTable(Table):
    """``[users]``."""

    max: int = Field(default=200, ge=1, le=_MOST_USERS)
    journey: Annotated[Mapping[Move, float], PlainValidator(_read_journey)] = Field(
        default_factory=lambda: _read_journey({})
    )
    wait_s: Seconds | None = None


def _read_app(value: Any) -> AppTable:
    if not isinstance(value, dict):
        raise mistaken(f"{show(value)} is not a table")
    name = value.get("preset", "generic" if _GENERIC_KEYS & value.keys() else AUTO)
    if isinstance(name, str) and name in PRESETS:
        return PRESETS[name].table.model_validate(value)
    mistakes = [Mistake(("preset",), f"{show(name)} is not a preset; known: {', '.join(PRESETS)}")]
    try:  # the other keys are judged all the same
        GenericTable.model_validate({key: value[key] for key in value if key != "preset"})
    except ValidationError as error:
        mistakes += mistakes_of(error)
    raise mistaken(mistakes)


def _read_deadlines(value: Any) -> Mapping[Phase, float]:
    if not isinstance(value, dict):
        if wrong := wrong_number(value, above=0):
            raise mistaken(f"{wrong}; write seconds, for all phases or {{ page = 20 }} for some")
        return MappingProxyType(dict.fromkeys(Phase, float(value)))
    mistakes = [
        Mistake((name,), f"unknown phase; {near(name, Phase)}") for name in value if name not in list(Phase)
    ]
    mistakes += [Mistake((name,), wrong) for name in value if (wrong := wrong_number(value[name], above=0))]
    if mistakes:
        raise mistaken(mistakes)
    return MappingProxyType({phase: float(value.get(phase, _DEADLINE_S)) for phase in Phase})


_Row = TypeVar("_Row", AssertionTable, GaugeTable)


class ProfileTable(Table):
    """A whole profile."""

    description: str = ""
    seed: int = Field(default=0, ge=0)
    app: Annotated[AppTable, PlainValidator(_read_app)] = Field(default_factory=AutoTable)
    visits: list[VisitTable] = Field(default_factory=list, max_length=MOST_VISITS)
    stages: list[StageTable] = Field(default_factory=list, validate_default=True)
    turns: list[TurnTable] = Field(default_factory=list, max_length=10_000)
    users: UsersTable = Field(default_factory=UsersTable)
    departures: list[DepartureTable] = Field(default_factory=list)
    dwell_s: Seconds = Distribution(Law.EXPONENTIAL, 2.0)
    assertions: list[AssertionTable] = Field(default_factory=list)
    deadline_s: Annotated[Mapping[Phase, float], PlainValidator(_read_deadlines)] = Field(
        default_factory=lambda: _read_deadlines(_DEADLINE_S)
    )
    gauges: list[GaugeTable] = Field(default_factory=list, max_length=50)
    thresholds: Annotated[Thresholds, PlainValidator(read_thresholds)] = Field(default_factory=Thresholds)
    max_visits: int | None = Field(default=None, ge=1)

    @property
    def has_rate(self) -> bool:
        """Whether its stages plan a rate."""
        return bool(self.stages) and self.stages[0].has_rate

    @field_validator("stages")
    @classmethod
    def _has_visits(cls, value: list[StageTable], info: ValidationInfo) -> list[StageTable]:
        is_listed = bool(info.data.get("visits", True))  # a wrong list has been told already
        if is_listed and value:
            raise mistaken(
                "there is [[visits]] already, which says when each comes; leave one of the two out"
            )
        if not is_listed and (mistakes := wrong_stages(value)):
            raise mistaken(mistakes)
        return value

    @field_validator("visits")
    @classmethod
    def _is_in_order(cls, value: list[VisitTable]) -> list[VisitTable]:
        if mistakes := wrong_list(value):
            raise mistaken(mistakes)
        return value

    @field_validator("assertions", "gauges")
    @classmethod
    def _has_names_of_their_own(cls, value: list[_Row]) -> list[_Row]:
        names = [row.name for row in value]
        mistakes = [
            Mistake((index, "name"), f"{show(name)} is the name of another one already")
            for index, name in enumerate(names)
            if name in names[:index]
        ]
        if mistakes:
            raise mistaken(mistakes)
        return value

    @field_validator("departures")
    @classmethod
    def _has_weight(cls, value: list[DepartureTable]) -> list[DepartureTable]:
        if value and not any(departure.weight for departure in value):
            raise mistaken("all weights are 0; give a departure more")
        return value
