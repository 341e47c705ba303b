"""What is known of a run, as the table has it."""

from loadtest.exports.distribution import Distribution
from loadtest.exports.reading import IDLE
from loadtest.exports.table import METRICS
from tests.exports.snapshots import handler, newest
from tests.exports.standing import reading, values

SUMMARY = {
    "verdict": "fail",
    "exit_code": 99,
    "findings": [{"kind": "server_error"}, {"kind": "server_error"}, {"kind": "residue"}],
    "server": {
        "residue": {"sids": 17, "eio_sockets": 0, "rooms": 17, "environs": None, "pending_disconnects": 0}
    },
}


def test_a_run_under_load_without_hooks() -> None:
    found = values(reading())

    assert found["run.info"] == {("00c0ffee00c0ffee", "demo", "7", "http://127.0.0.1:80/x", "0.1.0"): 1}
    assert found["run.state"] == {
        ("idle",): 0,
        ("hooks",): 0,
        ("load",): 1,
        ("quiet",): 0,
        ("over",): 0,
    }
    assert found["run.start_time"] == {(): 1003.5}
    assert found["navigations.due"] == {(): 9}
    assert found["navigations.late"] == {(): 2}
    assert found["navigations.dropped"] == {(): 3}
    assert found["navigations.under_way"] == {(): 5}
    assert found["navigations.broken"] == {(): 1}
    assert found["navigations"] == {
        ("completed",): 0,
        ("left",): 1,
        ("refused",): 0,
        ("lost",): 0,
        ("timed_out",): 0,
        ("failed",): 0,
    }
    assert found["departures"] == {("P16",): 1}
    assert found["generator.processes"] == {(): 2}
    assert found["generator.cpu"] == {("0",): 1.5, ("1",): 2.5}
    lag = found["generator.loop_lag"][()]
    assert isinstance(lag, Distribution)
    assert (lag.count, lag.sum_s) == (1, 0.002)
    assert (found["phase.duration"]["open",].sum_s, found["phase.from_due"]["open",].sum_s) == (0.03, 0.533)


def test_what_nobody_knows_is_not_told() -> None:
    found = values(reading(t0_at=None, cpu_s={}))

    unknown = {"run.start_time", "run.verdict", "run.exit_code", "run.findings"}
    assert found.keys().isdisjoint(unknown | {"generator.cpu", "generator.processes"})
    assert not [name for name in found if name.startswith("server.")]


def test_with_a_verdict_it_is_told_and_what_stayed_is_the_summarys() -> None:
    found = values(reading(newest(), state="over", summary=SUMMARY))

    assert found["run.verdict"] == {
        ("pass",): 0,
        ("fail",): 1,
        ("inconclusive",): 0,
        ("interrupted",): 0,
    }
    assert found["run.exit_code"] == {(): 99}
    assert found["run.findings"] == {("server_error",): 2, ("residue",): 1, ("client",): 0, ("liveness",): 0}
    assert found["server.residue"] == {
        ("sids",): 17,
        ("eio_sockets",): 0,
        ("rooms",): 17,
        ("pending_disconnects",): 0,
    }


def test_a_server_is_told_by_handler() -> None:
    found = values(reading(newest(handlers=[handler("join", 3, 1)])))

    assert found["server.processes"] == {(): 1}
    assert found["server.handler.calls"] == {("/", "join"): 3}
    assert found["server.handler.errors"] == {("/", "join"): 1}
    assert found["server.handler.duration"]["/", "join"].count == 3
    assert found["server.resident_memory"] == {(): 4096}


def test_everything_that_is_read_is_in_the_table_and_all_of_the_table_can_be_read() -> None:
    found = values(reading(newest(handlers=[handler("join")]), state="over", summary=SUMMARY))

    assert found.keys() == METRICS.keys()


def test_a_hosts_address_that_is_none_is_left_out() -> None:
    (info,) = values(reading(host="http://[::1"))["run.info"]

    assert info[3] == ""


def test_before_the_first_run_there_is_its_state_alone() -> None:
    assert values(IDLE)["run.state"]["idle",] == 1
    assert (len(IDLE.families), IDLE.created_at) == (1, None)
