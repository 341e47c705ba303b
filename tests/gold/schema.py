"""The JSON Schema of ``summary.json``, drawn from the classes whose fields are its keys."""

import ast
import inspect
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from loadtest.errors import ExitCode
from loadtest.navigation.phase import Phase
from loadtest.report.client_figures import AssertionCounts, ClientErrors, DepartureCounts, NavigationCounts
from loadtest.report.course import Aborted, TurnInfo
from loadtest.report.exits import Exit
from loadtest.report.finding import Finding
from loadtest.report.heat import HeatCell
from loadtest.report.info import SCHEMA, Ended, QuietInfo, ReplayOf, RunVerdict
from loadtest.report.limits import ThresholdResult
from loadtest.report.missing import Missing
from loadtest.report.server_figures import ProcessResidue, Residue
from loadtest.report.vital_figures import GaugeFigures, LoopFigures

__all__ = ["summary_schema"]

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_COUNT_OR_NONE: Schema = {"type": ["integer", "null"], "minimum": 0}
_NUMBER_OR_NONE: Schema = {"type": ["number", "null"]}
_FLAG: Schema = {"type": "boolean"}
_PLAIN: Mapping[object, str] = {int: "integer", float: "number", str: "string", bool: "boolean"}


def summary_schema() -> Schema:
    """Return the schema; a key without data is null in what it describes, and never 0."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "summary.json",
        "description": "Every figure of one run of loadtest. All but findings leave the warm-up out.",
        **_object(
            {
                "schema": {"const": SCHEMA},
                "verdict": _enum(RunVerdict),
                "exit_code": {"enum": [int(code) for code in ExitCode]},
                "reasons": _list(_TEXT),
                "id": _TEXT,
                "profile": _TEXT,
                "seed": {"type": "integer"},
                "host": _TEXT,
                "ended": _enum(Ended),
                "aborted": _or_none(_aborted()),
                "replay_of": _or_none(_of(ReplayOf)),
                "skipped_lines": _COUNT,
                "users": _COUNT,
                "closed": _FLAG,
                "navigations": _object(
                    dict.fromkeys(_keys(NavigationCounts), _COUNT_OR_NONE)
                    | {"under_way": _COUNT, "lost_numbers": _COUNT}
                ),
                "stages": _list(_stage()),
                "turns": _list(_of(TurnInfo)),
                "points": _mapping(_COUNT),
                "departures": _list(_of(DepartureCounts)),
                "heat": _list(_of(HeatCell)),
                "phases": _phases(),
                "client_errors": _list(_of(ClientErrors)),
                "assertions": _list(_of(AssertionCounts)),
                "missing": _list(_of(Missing)),
                "server": _or_none(_server()),
                "generator": _or_none(_generator()),
                "quiet": _or_none(_of(QuietInfo)),
                "findings": _list(_finding()),
                "thresholds": _list(_of(ThresholdResult)),
            }
        ),
    }


def _aborted() -> Schema:
    described = _of(Aborted)
    return _object({"threshold": _TEXT, **described["properties"]}) | {
        "description": "The threshold that ended the run early; null: none did."
    }


def _stage() -> Schema:
    return _object(
        {
            "index": _COUNT,
            "start_s": {"type": "number"},
            "duration_s": {"type": "number"},
            "warm_up": _FLAG,
            "text": _TEXT,
            "ran_s": _NUMBER_OR_NONE | {"description": "Seconds of it in which visits could come."},
            "navigations": _of(NavigationCounts),
            "phases": _phases(),
            "server_errors": _COUNT_OR_NONE,
        }
    )


def _phases() -> Schema:
    times = ("p50_ms", "p95_ms", "p99_ms", "max_ms", "from_due_p99_ms")
    phase = _object({"count": _COUNT} | dict.fromkeys(times, _NUMBER_OR_NONE))
    return _object({str(name): phase for name in Phase})


def _server() -> Schema:
    times = dict.fromkeys(("p50_ms", "p99_ms", "max_ms"), _NUMBER_OR_NONE)
    counts = {"calls": _COUNT, "errors": _COUNT, "in_flight": _COUNT}
    names = {"namespace": _TEXT, "event": _TEXT}
    known = {"package": _TEXT, "what": _TEXT, "why": _TEXT, "source": _TEXT, "count": _COUNT}
    grown = _mapping({"type": "integer"})
    return _object(
        {
            "processes": _COUNT,
            "alive": _FLAG,
            "visits": _COUNT_OR_NONE,
            "handlers": _list(
                _object({**names, **counts, **times, "ack": _object({"count": _COUNT, **times})})
            ),
            "errors": _COUNT_OR_NONE,
            "strays": _COUNT_OR_NONE,
            "known_errors": _list(_object({**known, "at": _list(_TEXT)})),
            "loop": _of(LoopFigures),
            "residue": _of(Residue),
            "residue_by_process": _list(_of(ProcessResidue)),
            "inventory": _object({"tasks": grown, "threads": grown}),
            "gauges": _mapping(_of(GaugeFigures)),
            "problems": _list(_TEXT),
            "journal_lost": _COUNT,
            "exits": _list(_of(Exit)),
        }
    )


def _generator() -> Schema:
    return _object(
        {
            "processes": _COUNT,
            "cpu": _NUMBER_OR_NONE,
            "loop_lag_p99_ms": _NUMBER_OR_NONE,
            "saturated": {"type": ["boolean", "null"]},
        }
    )


def _finding() -> Schema:
    share = _mapping(_object({"count": _COUNT, "of": _COUNT}))
    schema = _of(Finding, without=("showed",))
    for aspect in ("by_manner", "by_transport", "by_move"):
        schema["properties"][aspect] = schema["properties"][aspect] | share
    return schema


def _of(kind: type, without: Sequence[str] = ()) -> Schema:
    """Return the schema of what ``asdict`` makes of a dataclass, with what its fields' docstrings say."""
    hints, says = get_type_hints(kind), _docstrings(kind)
    properties = {}
    for name in (name for name in _keys(kind) if name not in without):
        told = {"description": says[name]} if name in says else {}
        properties[name] = told | _typed(hints[name])
    return _object(properties)


def _keys(kind: type) -> list[str]:
    assert is_dataclass(kind), kind
    return [field.name for field in fields(kind)]


def _typed(hint: Any) -> Schema:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    if origin is UnionType:
        return {"anyOf": [_typed(one) for one in arguments]}
    if hint is NoneType:
        return {"type": "null"}
    if origin in (tuple, Sequence):
        return _list(_typed(arguments[0]))
    if origin is Mapping:
        return _mapping(_typed(arguments[1]))
    return _enum(hint) if issubclass(hint, Enum) else _of(hint)


def _docstrings(kind: type) -> Mapping[str, str]:
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(tree, ast.ClassDef)
    said = {}
    for field, after in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr):
            assert isinstance(field.target, ast.Name)
            assert isinstance(after.value, ast.Constant)
            said[field.target.id] = " ".join(str(after.value.value).split())
    return said


def _enum(kind: type[Enum]) -> Schema:
    return {"enum": [one.value for one in kind]}


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def _mapping(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_none(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}
