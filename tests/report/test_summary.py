"""Every figure of a run, as summary.json holds it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loadtest.metrics.catalogue import known_metrics
from loadtest.metrics.threshold import Aggregate
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import NavigationRecord, Outcome, navigation_id
from loadtest.report.info import Ended, GeneratorInfo, RunInfo, StageInfo, TurnInfo
from loadtest.report.run import Run
from loadtest.report.server import ServerSide
from loadtest.report.server_lines import ServerLines
from loadtest.report.summary import summarize
from tests.gold.build import GOLD, RUNS
from tests.gold.build import summary as gold_summary
from tests.report.building import (
    BOOT,
    RUN,
    T0_AT,
    boots_of,
    dropped,
    error,
    handler,
    histogram,
    hooked,
    info,
    server_of,
    snapshot,
    visit,
    visits,
)
from tests.report.tracebacks import GONE


def summarized(
    records: list[NavigationRecord], server: ServerSide | None = None, run: RunInfo | None = None
) -> dict[str, Any]:
    return summarize(Run(Path("results/x"), run or info(), tuple(records), server))


def running(event: str, calls: int) -> dict[str, Any]:
    """Return a handler of which so many calls have not ended."""
    return {**handler(event, calls, 0, histogram()), "in_flight": calls}


def follow(path: str, summary: dict[str, Any]) -> Any:
    """Return what a metric's name points at in the summary."""
    at: Any = summary
    for key in path.split("."):
        at = at[key]
    return at


@pytest.mark.parametrize("which", RUNS)
def test_the_summary_of_a_run_is_what_it_was(which: str) -> None:
    """If it is meant to be another: ``python -m tests.gold.build``."""
    assert gold_summary(which) == (GOLD / f"summary_{which}.json").read_text()


def test_a_summary_has_every_key_of_the_contract() -> None:
    server = hooked(
        snapshot([error([1])], {"sids": [1]}, handlers=[handler("disconnect", 2, 1, histogram(0.1, 0.3))])
    )
    summary = summarized([visit(1), visit(2, "P18"), dropped(3)], server)

    assert (summary["schema"], summary["verdict"], summary["exit_code"]) == (1, "fail", 99)
    assert (summary["profile"], summary["seed"], summary["ended"]) == ("nicegui", 7, "finished")
    assert summary["navigations"] == {
        "due": 3,
        "started": 2,
        "completed": 0,
        "left": 2,
        "refused": 0,
        "lost": 0,
        "timed_out": 0,
        "failed": 0,
        "late": 0,
        "dropped": 1,
        "broken": 0,
        "under_way": 0,
        "lost_numbers": 0,
    }
    assert summary["departures"] == [
        {"at": at, "manner": "fin", "transport": "websocket", "planned": 1, "actual": 1, "other": 0}
        for at in ("P16", "P18")
    ]
    assert summary["points"] == {"P16": 1, "P18": 1}
    assert summary["heat"] == [
        {"at": "P16", "manner": "fin", "visits": 1, "server_errors": 1},
        {"at": "P18", "manner": "fin", "visits": 1, "server_errors": 0},
    ]
    assert (summary["stages"], summary["turns"]) == ([], [])
    assert (summary["users"], summary["closed"]) == (200, False)
    assert summary["phases"]["page"] == {
        "count": 2,
        "p50_ms": 4.0,
        "p95_ms": 4.0,
        "p99_ms": 4.0,
        "max_ms": 4.0,
        "from_due_p99_ms": 5.0,
    }
    assert summary["server"] == {
        "processes": 1,
        "alive": True,
        "visits": 100,
        "handlers": [
            {
                "namespace": "/",
                "event": "disconnect",
                "calls": 2,
                "errors": 1,
                "in_flight": 0,
                "p50_ms": 0.101,
                "p99_ms": 0.3,
                "max_ms": 0.3,
                "ack": {"count": 0, "p50_ms": None, "p99_ms": None, "max_ms": None},
            }
        ],
        "errors": 1,
        "strays": 0,
        "known_errors": [],
        "residue": {
            "sids": 1,
            "eio_sockets": 0,
            "rooms": 0,
            "environs": 0,
            "pending_disconnects": 0,
            "tasks": None,
            "threads": None,
            "rss_bytes": None,
            "open_files": None,
        },
        "residue_by_process": [
            {
                "boot": BOOT,
                "pid": 4711,
                "command": "app.py",
                "is_known": True,
                "left": {"sids": 1, "eio_sockets": 0, "rooms": 0, "environs": 0, "pending_disconnects": 0},
            }
        ],
        "loop": {"lag_p99_ms": None, "longest_stall_ms": None, "stack": None, "at_s": None},
        "inventory": {"tasks": {}, "threads": {}},
        "gauges": {},
        "problems": [],
        "journal_lost": 0,
        "exits": [],
    }
    assert summary["missing"] == []
    assert summary["generator"] == {
        "processes": 1,
        "cpu": 0.4,
        "loop_lag_p99_ms": 2.0,
        "saturated": False,
    }
    assert summary["quiet"] == {"waited_s": 9.1, "limit_s": 9.0}
    (finding,) = summary["findings"]
    assert finding == {
        "kind": "server_error",
        "what": "KeyError in handle_disconnect",
        "at": ["P16"],
        "led_by": "own",
        "manners": "any",
        "transports": "any",
        "moves": "any",
        "count": 1,
        "of": 1,
        "elsewhere": 0,
        "elsewhere_of": 1,
        "navigation": navigation_id(RUN, 1),
        "replay": "loadtest replay results/x --finding 1",
        "is_points_doing": False,
        "attributed": False,
        "by_manner": {"fin": {"count": 1, "of": 1}},
        "by_transport": {"websocket": {"count": 1, "of": 1}},
        "by_move": {"navigate": {"count": 1, "of": 1}},
        "unplaced": 0,
        "examples": [navigation_id(RUN, 1)],
        "left_behind": {"sids": 1},
        "exceptions": 1,
        "strays": 0,
        "channels": ["handler"],
        "event": "disconnect",
        "events": ["disconnect"],
        "namespace": "/",
        "file": "nicegui/nicegui.py",
        "line": 181,
        "traceback": None,
        "variants": {},
        "moments": [],
        "under_way": [],
        "boots": [],
        "first_s": 1.2,
        "last_s": 1.2,
        "remark": None,
    }
    assert summary["assertions"] == []
    assert summary["thresholds"][0] == {
        "metric": "server.errors",
        "expression": "count==0",
        "value": 1,
        "verdict": "fail",
        "reason": None,
        "is_default": True,
    }


def test_percentiles_are_those_that_their_names_say() -> None:
    times = [1.0] * 50 + [2.0] * 45 + [3.0] * 4 + [4.0]
    records = [visit(n, due_s=0.0, started_s=0.0, phases_ms={Phase.PAGE: ms}) for n, ms in enumerate(times)]
    server = hooked(snapshot(handlers=[handler("connect", 100, 0, histogram(*times))]))

    summary = summarized(records, server)

    assert summary["phases"]["page"] == {
        "count": 100,
        "p50_ms": 1.007,  # a bucket's top: at most 3 % above
        "p95_ms": 2.015,
        "p99_ms": 3.007,
        "max_ms": 4.0,
        "from_due_p99_ms": 3.007,
    }
    (connect,) = summary["server"]["handlers"]
    assert (connect["p50_ms"], connect["p99_ms"], connect["max_ms"]) == (1.007, 3.007, 4.0)


def test_hooks_that_are_required_must_have_been_seen() -> None:
    run = info(require_hooks=True)

    assert summarized([visit(1)], None, run)["exit_code"] == 98
    assert summarized([visit(1)], hooked(snapshot()), run)["exit_code"] == 0


def test_what_nobody_knows_is_null_and_never_nothing() -> None:
    summary = summarized([dropped(1)], None, info(generator=None, quiet=None))

    assert (summary["server"], summary["generator"], summary["quiet"]) == (None, None, None)
    assert summary["phases"]["handshake"] == {
        "count": 0,
        "p50_ms": None,
        "p95_ms": None,
        "p99_ms": None,
        "max_ms": None,
        "from_due_p99_ms": None,
    }


@pytest.mark.parametrize(("lag_ms", "saturated"), [(5.0, False), (5.2, True)])
def test_a_generator_whose_loop_lags_is_saturated(lag_ms: float, saturated: bool) -> None:
    generator = GeneratorInfo(1, 0.9, histogram(lag_ms))

    assert summarized([], None, info(generator=generator))["generator"]["saturated"] is saturated


def test_a_generator_that_did_not_measure_its_lag_is_not_judged() -> None:
    generator = summarized([], None, info(generator=GeneratorInfo(2, None, None)))["generator"]

    assert generator == {"processes": 2, "cpu": None, "loop_lag_p99_ms": None, "saturated": None}


def test_a_server_that_went_silent_is_not_alive() -> None:
    summary = summarized([visit(1)], hooked(snapshot()), info(silent_boots=("a",)))

    assert (summary["server"]["alive"], summary["verdict"]) == (False, "inconclusive")


def test_a_server_that_went_silent_under_load_left_nothing_that_anybody_knows() -> None:
    server = hooked(snapshot((), {"sids": [1]}, handlers=[running("connect", 2)]))

    summary = summarized([visit(1)], server, info(silent_boots=(BOOT,)))

    assert (summary["exit_code"], summary["findings"]) == (98, [])
    assert summary["server"]["residue"]["sids"] is None
    assert summary["reasons"] == [
        "5 thresholds have no data: a server process stopped reporting before the quiet",
        "1 server process stopped reporting before the run's end: look whether it died",
    ]


def test_the_errors_of_a_server_that_went_silent_count() -> None:
    server = hooked(snapshot([error([1])]))

    assert summarized([visit(1)], server, info(silent_boots=(BOOT,)))["exit_code"] == 99


def test_a_handler_that_outlasts_the_quiet_leaves_the_run_open() -> None:
    summary = summarized([visit(1)], hooked(snapshot(handlers=[running("connect", 2)])))

    assert (summary["exit_code"], summary["reasons"]) == (
        98,
        ["2 handler calls were still running when the quiet ended: give the app more time with quiet_s"],
    )


def test_the_profiles_thresholds_are_judged_on_these_figures() -> None:
    thresholds = {
        "phases.page": ("p(95)<5", "p(95)<3"),
        "navigations.dropped": ("rate<0.6",),
        "server.errors": ("count==0",),
    }
    summary = summarized([visit(1), dropped(2)], None, info(thresholds=thresholds))

    assert [(result["value"], result["verdict"]) for result in summary["thresholds"]] == [
        (4.0, "pass"),
        (4.0, "fail"),
        (0.5, "pass"),
        (None, "no_data"),
    ]
    assert (summary["verdict"], summary["exit_code"]) == ("fail", 99)


def test_a_run_that_was_cut_off_tells_its_visits_under_way_and_no_residue() -> None:
    run = info(ended=Ended.INTERRUPTED, under_way=3, quiet=None)

    summary = summarized([visit(1)], hooked(snapshot((), {"sids": [1]})), run)

    assert (summary["verdict"], summary["exit_code"], summary["findings"]) == ("interrupted", 105, [])
    assert summary["navigations"]["under_way"] == 3
    assert summary["server"]["residue"]["sids"] is None
    assert summary["thresholds"][1]["reason"] == "the run was over before the server had its quiet"


def test_failed_visits_are_told_with_their_texts() -> None:
    record = visit(1, outcome=Outcome.TIMED_OUT, error="no CONNECT reply in time", detail="10 s")

    assert summarized([record])["client_errors"] == [
        {
            "outcome": "timed_out",
            "error": "no CONNECT reply in time",
            "count": 1,
            "navigation": record.navigation,
            "detail": "10 s",
        }
    ]


def test_what_became_of_the_assertions_is_told_and_can_be_limited() -> None:
    records = [
        visit(1, assertions={"welcome": None}),
        visit(2, assertions={"welcome": "came twice, not once"}),
    ]
    run = info(assertions=("welcome",), thresholds={"navigations.broken": ("count<1", "rate<=0.5")})

    summary = summarized(records, None, run)

    assert summary["assertions"] == [{"name": "welcome", "held": 1, "broken": 1, "not_judged": 0}]
    assert [(result["value"], result["verdict"]) for result in summary["thresholds"]] == [
        (1, "fail"),
        (0.5, "pass"),
    ]
    (finding,) = summary["findings"]
    assert (finding["kind"], finding["variants"]) == ("client", {"came twice, not once": 1})
    assert summary["exit_code"] == 99


def test_vital_signs_are_told_and_can_be_limited() -> None:
    t0 = T0_AT.timestamp()
    loop = {"lag": histogram(7).to_json(), "longest_ms": 312, "longest_at": t0 + 2}
    tasks = {"tasks": {"Board.watch": 41}, "threads": {}}
    server = hooked(
        snapshot(gauges={"clients": 2}, inventory={"tasks": {}, "threads": {}}, residue={"open_files": 5}),
        {"kind": "stall", "boot": BOOT, "loop": {**loop, "stack": "in recount"}},
        snapshot(sequence=2, gauges={"clients": 9}, inventory=tasks, loop=loop, residue={"open_files": 7}),
    )
    limits = {
        "server.gauges.clients": ("value<5",),
        "server.gauges.clients.value": ("value<10",),
        "server.loop.longest_stall_ms": ("value<100",),
        "server.residue.open_files": ("value<=2",),
    }

    summary = summarized([visit(1)], server, info(gauges=("clients", "queue"), thresholds=limits))

    assert summary["server"]["gauges"] == {
        "clients": {"value": 9, "growth": 7},
        "queue": {"value": None, "growth": None},
    }
    assert summary["server"]["inventory"] == {"tasks": {"Board.watch": 41}, "threads": {}}
    assert summary["server"]["loop"] == {
        "lag_p99_ms": 7.0,
        "longest_stall_ms": 312,
        "stack": "in recount",
        "at_s": 2.0,
    }
    assert [(row["value"], row["verdict"]) for row in summary["thresholds"]] == [
        (7, "fail"),
        (9, "pass"),
        (312, "fail"),
        (2, "pass"),
    ]


def test_every_metric_that_a_threshold_may_name_is_a_path_of_the_summary() -> None:
    records = visits(0, 3, "P16", Manner.FIN)
    summary = summarized(records, hooked(snapshot()))

    for metric, aggregates in known_metrics().items():
        figure = follow(metric, summary)
        if figure is None or isinstance(figure, list):  # what is told one by one has a count
            assert aggregates & {Aggregate.COUNT, Aggregate.VALUE}, metric
        else:
            assert isinstance(figure, dict if Aggregate.MED in aggregates else int | float), metric


def test_every_metric_that_a_threshold_may_name_has_its_data() -> None:
    phases = ("page", "open", "upgrade", "connect", "handshake", "active", "leaving")
    record = json.loads(visit(1).to_line()) | {"phases_ms": dict.fromkeys(phases, 2.0)}
    thresholds = {
        metric: (f"{min(aggregates - {Aggregate.RATE})}>=-1e9",)
        for metric, aggregates in known_metrics().items()
    }
    loop = {"lag": histogram(1).to_json(), "longest_ms": 300, "longest_at": T0_AT.timestamp() + 1}
    counts = {"tasks": 1, "open_files": 5}
    snapshots = hooked(*(snapshot(sequence=n, residue=counts, loop=loop) for n in (1, 2)))

    summary = summarized(
        [NavigationRecord.from_line(json.dumps(record))], snapshots, info(thresholds=thresholds)
    )

    assert {result["metric"] for result in summary["thresholds"] if result["verdict"] != "pass"} == {
        "server.loop.lag_p99_ms"  # the lag of the first snapshot was before the run
    }


def of_boots(records: list[NavigationRecord], *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the summary of a run with all that its lines tell of its processes."""
    return summarize(
        Run(Path("results/x"), info(**changes), tuple(records), server_of(*lines), boots_of(*lines))
    )


def test_a_frameworks_own_errors_are_told_and_count_for_nothing() -> None:
    text = {"kind": "error", "boot": BOOT, **error([]), "traceback": GONE}

    summary = of_boots(visits(1, 2, "P06b"), text, snapshot([error([1, 2, 9], count=12)]))

    assert (summary["exit_code"], summary["findings"], summary["server"]["errors"]) == (0, [], 0)
    assert summary["server"]["known_errors"] == [
        {
            "package": "python-engineio",
            "what": "KeyError in handle_request",
            "why": "the client was gone before its request was read, and there is nothing to answer",
            "source": "engineio/async_drivers/asgi.py: translate_request returns {} for http.disconnect",
            "count": 12,
            "at": ["P06b"],
        }
    ]


def test_errors_that_no_visit_is_known_for_count_and_fail_the_run() -> None:
    stray = error([], count=3, channel="thread", namespace=None, event=None)

    summary = of_boots([visit(1)], snapshot(sequence=1), snapshot(strays=[stray], sequence=2))

    assert (summary["exit_code"], summary["server"]["errors"], summary["server"]["strays"]) == (99, 3, 3)
    assert summary["thresholds"][0]["verdict"] == "fail"
    assert [finding["count"] for finding in summary["findings"]] == [0]


UNHOOKED = {"installed": [], "problems": [], "missing": ["eventlet's hub"]}


def test_counts_that_are_not_whole_leave_the_run_open_and_are_no_silent_zero() -> None:
    summary = of_boots([visit(1)], snapshot(hooks=UNHOOKED))

    assert (summary["verdict"], summary["exit_code"]) == ("inconclusive", 98)
    assert summary["missing"] == [
        {"what": "eventlet's hub", "processes": ["4711 (app.py)"], "has_seen_run": True}
    ]
    assert {row["verdict"] for row in summary["thresholds"]} == {"no_data"}
    assert summary["reasons"] == [
        (
            "6 thresholds have no data: the hooks could not be put in everywhere: "
            "there may have been more than they counted"
        ),
        (
            "the hooks could not be put in everywhere: eventlet's hub, in process 4711 (app.py); "
            "the server's counts are not whole"
        ),
    ]


def test_a_server_that_could_not_be_hooked_at_all_is_no_pass_on_the_clients_word() -> None:
    summary = of_boots([visit(1)], snapshot(hooks=UNHOOKED, visits=0))

    assert (summary["exit_code"], summary["server"]) == (98, None)


def test_what_was_found_counts_though_something_could_not_be_hooked() -> None:
    assert of_boots([visit(1)], snapshot([error([1])], hooks=UNHOOKED))["exit_code"] == 99


def test_a_process_that_exited_with_nothing_in_its_hands_is_told_and_the_run_passes() -> None:
    gone = snapshot(boot="a", is_last=True)

    summary = of_boots([visit(1)], gone, snapshot(boot="b"), silent_boots=("a",))

    assert (summary["exit_code"], summary["server"]["residue"]["sids"]) == (0, 0)
    assert summary["server"]["exits"] == [
        {"boot": "a", "pid": 4711, "command": "app.py", "at_s": 20.0, "is_empty": True}
    ]


def test_what_a_process_that_exited_held_is_nobody_knows_what() -> None:
    gone = snapshot((), {"sids": [1]}, boot="a", is_last=True, handlers=[running("connect", 2)])

    summary = of_boots([visit(1)], gone, snapshot(boot="b"))

    assert (summary["exit_code"], summary["findings"]) == (98, [])
    assert summary["server"]["residue"]["sids"] is None
    assert summary["reasons"] == [
        "5 thresholds have no data: a server process stopped reporting before the quiet",
        (
            "server process 4711 (app.py) exited while the run was on, and still held something of its "
            "visits: nobody knows what would have stayed"
        ),
    ]


def test_a_summary_is_the_same_in_memory_and_in_its_file() -> None:
    summary = summarized([visit(1)], hooked(snapshot([error([1])])))

    assert json.loads(json.dumps(summary, allow_nan=False)) == summary


WARM = (StageInfo(0, 0.0, 12.0, True, "12 s"), StageInfo(1, 12.0, 30.0, False, "30 s"))
ALL = {"navigations.failed": ("count==0", "rate<0.1"), "phases.page": ("count>=0", "p(95)<200")}


def due(number: int, due_s: float, **changes: Any) -> NavigationRecord:
    return visit(number, due_s=due_s, started_s=due_s, **changes)


def warmed_up(records: list[NavigationRecord], *lines: Any, **changes: Any) -> dict[str, Any]:
    run = info(stages=WARM, **changes)
    collected = ServerLines(run.warm_up_ends_at)
    for line in lines:
        collected.add(line)
    return summarize(Run(Path("results/x"), run, tuple(records), collected.server_side(), collected.boots()))


def heard(after_s: float, calls: int, guilty: list[int], **changes: Any) -> dict[str, Any]:
    handlers = [handler("disconnect", calls, len(guilty), histogram(*[1.0] * calls))]
    errors = [error(guilty)] if guilty else []
    at = T0_AT.timestamp() + after_s
    return snapshot(errors, heard_at=at, visits=calls, handlers=handlers, **changes)


def test_the_warm_up_is_left_out_of_all_figures_but_findings() -> None:
    failed: dict[str, Any] = {"outcome": Outcome.FAILED, "error": "x"}
    records = [due(1, 1.0, **failed), due(2, 2.0), due(3, 13.0, manner=Manner.WS_CLOSE), due(4, 14.0)]
    left = {"sids": [1]}
    summary = warmed_up(
        records,
        heard(10, 2, [1]),
        heard(40, 4, [1, 2], sequence=2, left_behind=left),
        thresholds=ALL | {"server.errors": ("count==0",)},
    )
    server = summary["server"]

    assert {key: summary["navigations"][key] for key in ("due", "started", "left", "failed")} == {
        "due": 2,
        "started": 2,
        "left": 2,
        "failed": 0,
    }
    assert summary["points"] == {"P16": 2}
    assert [(row["manner"], row["planned"]) for row in summary["departures"]] == [("ws_close", 1), ("fin", 1)]
    assert [(cell["manner"], cell["visits"]) for cell in summary["heat"]] == [("ws_close", 1), ("fin", 1)]
    assert (summary["phases"]["page"]["count"], summary["client_errors"]) == (2, [])
    assert (server["visits"], server["errors"], server["handlers"][0]["calls"]) == (2, 0, 2)
    assert [row["verdict"] for row in summary["thresholds"]] == ["pass"] * 5
    assert [(row["navigations"]["due"], row["server_errors"]) for row in summary["stages"]] == [
        (2, 2),
        (2, 0),
    ]
    assert server["residue"]["sids"] == 1  # what stays stays
    (finding,) = summary["findings"]
    assert (finding["count"], finding["of"], summary["exit_code"]) == (2, 4, 99)


def test_of_nothing_but_warm_up_no_figure_is_known_and_it_is_no_pass() -> None:
    records = [due(1, 1.0), due(2, 2.0)]
    limits = ALL | {
        "server.errors": ("count==0",),
        "server.residue.sids": ("value==0",),
        "server.loop.lag_p99_ms": ("value<9",),
        "phases.page.from_due_p99_ms": ("value<9",),
    }
    loop = {"lag": histogram(1, 2).to_json(), "longest_ms": 3.0, "longest_at": T0_AT.timestamp() + 13}
    summary = warmed_up(records, heard(10, 2, []), heard(40, 2, [], sequence=2, loop=loop), thresholds=limits)
    server = summary["server"]

    assert summary["navigations"] == dict.fromkeys(summary["navigations"]) | {
        "under_way": 0,
        "lost_numbers": 0,
    }
    assert summary["phases"]["page"]["p95_ms"] is None
    assert (server["errors"], server["visits"], server["strays"], server["handlers"]) == (
        None,
        None,
        None,
        [],
    )
    assert server["loop"] == {"lag_p99_ms": None, "longest_stall_ms": None, "stack": None, "at_s": None}
    judged = {f"{row['metric']} {row['expression']}": row["verdict"] for row in summary["thresholds"]}
    assert judged.pop("server.residue.sids value==0") == "pass"
    assert set(judged.values()) == {"no_data"}
    assert {row["reason"] for row in summary["thresholds"] if row["reason"]} == {"nothing but warm-up ran"}
    assert (summary["verdict"], summary["exit_code"]) == ("inconclusive", 98)
    assert "nothing but warm-up ran: 2 visits, left out of the figures" in summary["reasons"]


def test_the_turns_of_the_knob_are_told() -> None:
    turns = (TurnInfo(4.5, "x2", None), TurnInfo(9.0, None, (3.0, 1.0)))

    assert summarized([visit(1)], run=info(turns=turns))["turns"] == [
        {"at_s": 4.5, "rate": "x2", "weights": None},
        {"at_s": 9.0, "rate": None, "weights": [3.0, 1.0]},
    ]


def test_a_closed_model_says_so() -> None:
    run = info(profile_text="[[stages]]\nduration_s = 3\nusers = 20\n", users=20)
    summary = summarized([visit(1)], run=run)

    assert (summary["closed"], summary["users"]) == (True, 20)


@pytest.mark.parametrize(
    ("lines", "changes", "exit_code", "reason"),
    [
        ([snapshot()], {}, 0, None),
        ([snapshot([error([1])])], {}, 99, "finding 1: KeyError in handle_disconnect"),
        (
            [snapshot(residue={"sids": 2})],
            {},
            99,
            "the threshold server.residue.sids value==0 does not hold: it is 2",
        ),
        (
            [snapshot()],
            {"silent_boots": (BOOT,), "dead_boots": (BOOT,)},
            99,
            "finding 1: server process died",
        ),
        ([snapshot()], {"silent_boots": (BOOT,)}, 98, "5 thresholds have no data: "),
        ([snapshot()], {"quiet": None}, 98, "5 thresholds have no data: "),
    ],
    ids=["clean", "error", "residue", "dead", "silent", "no quiet"],
)
def test_a_profile_without_thresholds_is_judged_by_those_that_everybody_wants(
    lines: list[dict[str, Any]], changes: dict[str, Any], exit_code: int, reason: str | None
) -> None:
    """And what nobody knows is no pass."""
    summary = of_boots(visits(0, 3, "P16"), *lines, **changes)

    assert summary["exit_code"] == exit_code, summary["reasons"]
    assert reason is None or any(told.startswith(reason) for told in summary["reasons"]), summary["reasons"]


def test_a_broken_assertion_fails_a_profile_without_thresholds() -> None:
    records = [replace(record, assertions={"a": "it came twice"}) for record in visits(0, 3, "P16")]

    summary = of_boots(records, snapshot(), assertions=("a",))

    assert (summary["exit_code"], summary["findings"][0]["kind"]) == (99, "client")
