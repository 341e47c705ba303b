"""How a server fares, read through a real run: what it never forgets, and where it stood still."""

import sys
from pathlib import Path

import pytest

from tests.e2e.harness import (
    free_port,
    instrumented,
    loadtest,
    only_run,
    plain,
    records,
    served,
    summary_of,
)

LEAKY = Path(__file__).parent / "apps" / "leaky.py"
PROFILE = """
dwell_s = 0.2
[app]
pages = ["/"]
handshake = { event = "handshake", data = {}, ack = true }
[[gauges]]
name = "clients"
value = "__main__:clients"
[[gauges]]
name = "guests"
value = "len(__main__:guests)"
[[stages]]
duration_s = 3
rate_per_s = 20
arrivals = "constant"
[thresholds]
"server.gauges.clients" = ["value==0"]
"server.gauges.clients.value" = ["value>0"]
"server.residue.tasks" = ["value==0"]
"server.loop.longest_stall_ms" = ["value<100"]
"""


def test_what_a_server_forgets_not_and_where_it_stood_still_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "leaky.toml").write_text(PROFILE)
    port = free_port()
    command = instrumented(sys.executable, str(LEAKY), str(port))
    with served(command, port, tmp_path / "app.log") as app:
        ended = loadtest("run", "leaky.toml", "--host", app.url, cwd=tmp_path)
    run = only_run(tmp_path / "results")
    summary, visits = summary_of(run), len(records(run))
    server = summary["server"]
    assert visits == 60

    assert server["gauges"] == {
        "clients": {"value": visits, "growth": visits},
        "guests": {"value": None, "growth": None},
    }
    assert server["problems"] == ["gauge guests: __main__:guests is not there: no attribute guests"]
    # nothing of clients that have gone, such as their next ping, but what python-engineio keeps for good
    tasks = dict(server["inventory"]["tasks"])
    assert tasks.pop("Board.watch") == visits
    assert set(tasks) <= {"AsyncServer._service_task", "Event.wait"}
    assert server["residue"]["tasks"] == visits + sum(tasks.values())
    loop = server["loop"]
    assert loop["longest_stall_ms"] > 790
    assert "in recount\n    time.sleep(0.9)\n" in loop["stack"]
    assert loop["at_s"] > 0.2  # the tenth of 20 a second
    assert 0 < loop["lag_p99_ms"] <= loop["longest_stall_ms"]
    (handshake,) = [row for row in server["handlers"] if row["event"] == "handshake"]
    assert handshake["ack"]["count"] == handshake["calls"] == visits
    assert handshake["ack"]["max_ms"] >= handshake["max_ms"] >= 900
    assert [row["verdict"] for row in summary["thresholds"]] == ["fail", "pass", "fail", "fail"]
    assert ended.status == 99
    report = plain(ended.output)
    assert f"tasks +{server['residue']['tasks']} ({visits} Board.watch" in report
    assert f"Gauges: clients {visits} (+{visits} since the run began), guests not known" in report
    assert "Event loop: lag p99 " in report
