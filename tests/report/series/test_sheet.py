"""The sheet of a series."""

import csv
import io
import re
from dataclasses import replace

import pytest

from loadtest.navigation.phase import Phase
from loadtest.report.series.rows import NavigationRow, PhaseRow, Series, ServerRow
from loadtest.report.series.sheet import COLUMNS, series_csv
from loadtest.report.server import JUDGED_RESIDUE
from tests.gold.build import GOLD, SERIES
from tests.gold.build import series as gold_series

BARE = Series(1, 2.0, (NavigationRow(0, 5, 4, 1, 1, 3, 2, 1), NavigationRow(1, 0, 0, 0, 0, 1, 0, 0)), (), ())
PHASE = PhaseRow(0, Phase.HANDSHAKE, 4, 1.5, 2.25, 3.031, 4.0)
HELD = ServerRow(
    1, 12.0, 1.0, 0.5, 0.75, 2, 1, dict(zip(JUDGED_RESIDUE, (6, 7, None, 8, 9), strict=True)), 3, 4, 500, None
)


def rows_of(text: str) -> list[dict[str, str]]:
    """Return the rows as a reader of sheets has them."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("which", SERIES)
def test_the_sheet_of_a_run_is_what_it_was(which: str) -> None:
    """If it is meant to be another: ``python -m tests.gold.build``."""
    assert gold_series(which).encode() == (GOLD / f"series_{which}.csv").read_bytes()


def test_the_columns_are_the_same_for_every_run() -> None:
    everything = replace(BARE, phases=(PHASE,), server=(HELD,), warm_up_s=0.5)
    nothing = replace(BARE, navigations=())
    headers = {series_csv(one).split("\r\n", 1)[0] for one in (everything, BARE, nothing)}
    assert headers == {",".join(COLUMNS)}
    assert len(set(COLUMNS)) == len(COLUMNS) == 59


def test_a_run_that_never_began_is_a_header_alone() -> None:
    assert series_csv(Series(1, 0.0, (), (), ())) == ",".join(COLUMNS) + "\r\n"


def test_counts_are_numbers_and_what_nobody_knows_is_empty() -> None:
    first, second = rows_of(series_csv(BARE))
    navigations = {key: value for key, value in first.items() if key.startswith("navigations_")}
    assert navigations == {
        "navigations_due": "5",
        "navigations_started": "4",
        "navigations_late": "1",
        "navigations_dropped": "1",
        "navigations_ended": "3",
        "navigations_failed": "2",
        "navigations_broken": "1",
    }
    assert (second["t_s"], second["page_count"], second["page_p95_ms"]) == ("1", "0", "")
    assert {value for key, value in first.items() if key.startswith("server_")} == {""}


def test_figures_stand_in_the_rows_of_their_seconds() -> None:
    first, second = rows_of(series_csv(replace(BARE, phases=(PHASE,), server=(HELD,))))
    names = ("count", "p50_ms", "p95_ms", "p99_ms", "from_due_p99_ms")
    assert [first[f"handshake_{name}"] for name in names] == ["4", "1.5", "2.25", "3.031", "4.0"]
    assert (second["handshake_count"], first["server_calls_per_s"]) == ("0", "")
    assert {key: value for key, value in second.items() if key.startswith("server_")} == {
        "server_processes": "1",
        "server_calls_per_s": "12.0",
        "server_errors_per_s": "1.0",
        "server_p50_ms": "0.5",
        "server_p99_ms": "0.75",
        "server_in_flight": "2",
        "server_sids": "6",
        "server_eio_sockets": "7",
        "server_rooms": "",
        "server_environs": "8",
        "server_pending_disconnects": "9",
        "server_tasks": "3",
        "server_threads": "4",
        "server_rss_bytes": "500",
        "server_loop_lag_p99_ms": "",
    }


def test_the_warm_up_is_marked() -> None:
    assert [row["is_warm_up"] for row in rows_of(series_csv(replace(BARE, warm_up_s=1.0)))] == ["1", "0"]
    assert [row["is_warm_up"] for row in rows_of(series_csv(BARE))] == ["0", "0"]


@pytest.mark.parametrize("which", SERIES)
def test_no_cell_can_be_taken_for_a_formula(which: str) -> None:
    header, *lines = gold_series(which).removesuffix("\r\n").split("\r\n")
    assert re.fullmatch(r"[a-z][a-z0-9_]*(,[a-z][a-z0-9_]*)*", header)
    for line in lines:
        assert re.fullmatch(r"(\d+(\.\d+)?)?(,(\d+(\.\d+)?)?)*", line), line
