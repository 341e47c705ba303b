"""The JSON Schema of summary.json, which is in the package."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from loadtest.navigation.record import Outcome
from tests.gold.build import GOLD, RUNS, SCHEMA, schema
from tests.report.building import dropped, error, handler, histogram, hooked, info, snapshot, visit
from tests.report.test_summary import due, heard, summarized, warmed_up
from tests.report.tracebacks import GONE


def closed(part: Any) -> Any:
    """Return the schema in which an object has no keys but those that are told."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    told = {key: closed(value) for key, value in part.items()}
    return told | ({"additionalProperties": False} if isinstance(part.get("required"), list) else {})


def test_the_schema_is_that_of_the_classes() -> None:
    """If it is meant to be another: ``python -m tests.gold.build``."""
    assert SCHEMA.read_text() == schema()
    Draft202012Validator.check_schema(json.loads(SCHEMA.read_text()))


def mistakes(summary: Any) -> list[str]:
    validator = Draft202012Validator(closed(json.loads(SCHEMA.read_text())))
    return [f"{mistake.json_path}: {mistake.message}" for mistake in validator.iter_errors(summary)]


@pytest.mark.parametrize("which", RUNS)
def test_a_summary_is_as_its_schema_says(which: str) -> None:
    assert mistakes(json.loads((GOLD / f"summary_{which}.json").read_text())) == []


def test_what_is_not_known_is_null_in_the_schema_too() -> None:
    nobody = info(generator=None, quiet=None, t0_at=None)
    known = {**error([2], id=1), "traceback": GONE}
    server = hooked(
        snapshot([error([1]), known], handlers=[handler("draw", 1, 0, histogram())]),
        {"kind": "error", "boot": "0000000000000b00", **known},
    )
    failed = visit(5, outcome=Outcome.FAILED, error="x", detail=None, actual=None)

    assert mistakes(summarized([], run=nobody)) == []
    assert mistakes(summarized([visit(1), visit(2), dropped(3), failed], server)) == []
    assert mistakes(warmed_up([due(1, 1.0)], heard(10, 2, []))) == []


def test_what_is_none_is_told() -> None:
    summary = summarized([visit(1)])

    assert mistakes({key: value for key, value in summary.items() if key != "heat"}) == [
        "$: 'heat' is a required property"
    ]
    assert mistakes(summary | {"verdict": "fine"}) == [
        "$.verdict: 'fine' is not one of ['pass', 'fail', 'inconclusive', 'interrupted']"
    ]
    assert len(mistakes(summary | {"more": 1})) == 1
