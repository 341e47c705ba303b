"""Rows as messages."""

from loadtest.navigation.phase import Phase
from loadtest.report.live.telling import tell_rows
from loadtest.report.series.rows import Fresh, PhaseRow, ServerRow


def test_a_message_has_the_rows_with_their_times() -> None:
    row = PhaseRow(3, Phase.PAGE, 2, 4.031, 6.0, 6.5, None)
    assert tell_rows("phases", Fresh(2, True, (row,))) == {
        "type": "phases",
        "width_s": 2,
        "reset": True,
        "rows": [
            {
                "t": 3,
                "phase": "page",
                "count": 2,
                "p50_ms": 4.031,
                "p95_ms": 6.0,
                "p99_ms": 6.5,
                "from_due_p99_ms": None,
            }
        ],
    }


def test_a_row_of_the_server_has_what_was_held() -> None:
    row = ServerRow(0, 2.0, 0.0, 3.0, 4.0, None, 1, {"sids": 4}, None, 5, 1000, 1.5)
    (told,) = tell_rows("server", Fresh(1, False, (row,)))["rows"]
    assert told == {
        "t": 0,
        "calls_per_s": 2.0,
        "errors_per_s": 0.0,
        "p50_ms": 3.0,
        "p99_ms": 4.0,
        "in_flight": None,
        "processes": 1,
        "residue": {"sids": 4},
        "tasks": None,
        "threads": 5,
        "rss_bytes": 1000,
        "loop_lag_p99_ms": 1.5,
    }
