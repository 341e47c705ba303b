"""The record of a navigation, and its line in navigations.jsonl."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome, navigation_id

RECORD = NavigationRecord(
    number=3,
    navigation="00c0ffee00c0ffee0000000000000003",
    page="/",
    due_s=1.5,
    started_s=1.5001,
    left_s=1.75,
    planned_at="P16",
    planned_manner=Manner.WS_CLOSE,
    actual=ActualDeparture("P16", Manner.WS_CLOSE),
    outcome=Outcome.LEFT,
    transport=Transport.UPGRADE,
    move=Move.RECONNECT,
    planned_move=Move.BACK,
    previous=1,
    was_ahead=True,
    phases_ms={Phase.PAGE: 4.25},
    assertions={"welcome comes": None, "once": "came twice, not once"},
)
LINE = (
    '{"number":3,"navigation":"00c0ffee00c0ffee0000000000000003","page":"/","due_s":1.500000,'
    '"started_s":1.500100,"left_s":1.750000,"planned":{"at":"P16","manner":"ws_close","move":"back"},'
    '"actual":{"at":"P16","manner":"ws_close"},"transport":"upgrade","move":"reconnect","previous":1,'
    '"was_ahead":true,"outcome":"left","phases_ms":{"page":4.250},'
    '"assertions":{"welcome comes":null,"once":"came twice, not once"},"error":null,"detail":null}\n'
)

seconds = st.floats(0, 1e6).map(lambda value: round(value, 6))
texts = st.none() | st.text(st.characters(codec=None), max_size=50)
actuals = st.none() | st.builds(ActualDeparture, st.text(), st.none() | st.sampled_from(Manner))
records = st.builds(
    NavigationRecord,
    number=st.integers(0, 2**63),
    navigation=st.text(),
    page=st.text(),
    due_s=seconds,
    started_s=st.none() | seconds,
    left_s=st.none() | seconds,
    planned_at=st.text(),
    planned_manner=st.sampled_from(Manner),
    actual=actuals,
    outcome=st.sampled_from(Outcome),
    transport=st.sampled_from(Transport),
    move=st.sampled_from(Move),
    planned_move=st.sampled_from(Move),
    previous=st.none() | st.integers(0, 2**63),
    row=st.none() | st.integers(0, 2**63),
    was_ahead=st.booleans(),
    phases_ms=st.dictionaries(st.sampled_from(Phase), st.floats(0, 1e6).map(lambda value: round(value, 3))),
    assertions=st.dictionaries(st.text(), texts),
    error=texts,
    detail=texts,
)


def test_a_navigations_id_is_its_runs_half_and_its_number_in_hex() -> None:
    assert navigation_id("00c0ffee00c0ffee", 255) == "00c0ffee00c0ffee00000000000000ff"


def test_a_record_is_one_line_of_json() -> None:
    assert RECORD.to_line() == LINE


def test_a_line_is_read_as_the_record_that_it_was() -> None:
    assert NavigationRecord.from_line(LINE) == RECORD


def test_the_row_of_a_tabs_data_is_told_where_it_has_one() -> None:
    with_row = replace(RECORD, row=2)

    assert with_row.to_line() == LINE.replace('"was_ahead":true,', '"was_ahead":true,"row":2,')
    assert NavigationRecord.from_line(with_row.to_line()) == with_row


def test_a_breach_is_an_assertion_that_something_was_wrong_with() -> None:
    assert RECORD.breaches == {"once": "came twice, not once"}


@given(records)
def test_every_record_survives_its_line(record: NavigationRecord) -> None:
    line = record.to_line()

    assert line.count("\n") == 1
    assert NavigationRecord.from_line(line) == record


@given(st.integers(0, len(LINE) - 2))
def test_a_line_that_was_cut_anywhere_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="line 1 column"):
        NavigationRecord.from_line(LINE[:length])


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("outcome", "vanished", ValueError),
        ("actual", {"at": "P16", "manner": "waved"}, ValueError),
        ("planned", None, TypeError),
        ("transport", "pigeon", ValueError),
        ("move", "sideways", ValueError),
        ("assertions", 3, TypeError),
    ],
)
def test_a_line_with_a_word_of_no_table_is_refused(key: str, value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        NavigationRecord.from_line(json.dumps(json.loads(LINE) | {key: value}))


@pytest.mark.parametrize(
    ("outcome", "is_failure", "is_as_planned"),
    [
        (Outcome.COMPLETED, False, True),
        (Outcome.LEFT, False, True),
        (Outcome.REFUSED, True, False),
        (Outcome.LOST, True, False),
        (Outcome.TIMED_OUT, True, False),
        (Outcome.FAILED, True, False),
        (Outcome.DROPPED, False, False),
    ],
)
def test_an_outcome_is_a_failure_or_as_planned_or_never_was(
    outcome: Outcome, is_failure: bool, is_as_planned: bool
) -> None:
    record = NavigationRecord.from_line(json.dumps(json.loads(LINE) | {"outcome": outcome}))

    assert (outcome.is_failure, record.is_as_planned) == (is_failure, is_as_planned)
