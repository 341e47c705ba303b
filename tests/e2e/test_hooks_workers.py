"""Processes that end and begin while a run is on: killed workers, reloads, forks."""

import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.e2e.environments import python_with
from tests.e2e.harness import TOOL, Served, loadtest, only_run, starting, summary_of, wait_for_visits
from tests.e2e.hooking import SERVERS, Visitor, newest, under_hooks, wait_until_gone
from tests.hooks.receiver import receiving

APPS = Path(__file__).parent / "apps"
GUNICORN = ("-m", "gunicorn", "-b", "127.0.0.1:{port}", "-w", "2")
UVICORN_WORKERS = (*GUNICORN, "-k", "uvicorn_worker.UvicornWorker", "counted_asgi:app")

LOAD = """
dwell_s = { uniform = [0.1, 0.3] }
[app]
pages = ["/"]
transports = ["websocket"]
[[departures]]
at = "stay"
[[stages]]
duration_s = 8
rate_per_s = 20
"""


def visit(app: Served, numbers: Sequence[int]) -> Counter[object]:
    """Let so many visit and leave; return how many each process served."""
    visitors = [Visitor(app, number).say("40", answers=1) for number in numbers]
    pids = Counter(visitor.ask("pid") for visitor in visitors)
    for visitor in visitors:
        visitor.leave()
    return pids


def test_a_killed_worker_says_no_last_word_and_its_successor_is_another(runtime: Path) -> None:
    command = [str(python_with(*SERVERS)), *UVICORN_WORKERS]
    with receiving(runtime) as receiver, under_hooks(command, runtime, APPS) as app:
        first = visit(app, range(20))
        while len(first) < 2:
            first += visit(app, range(first.total(), first.total() + 5))
        wait_until_gone(receiver, first.total())
        before = {snapshot["pid"]: snapshot for snapshot in newest(receiver)}
        killed, kept = before
        os.kill(killed, signal.SIGKILL)
        killed_at = time.time()
        second = Counter[object]()
        deadline_s = time.monotonic() + 30
        while not second.keys() - first.keys() and time.monotonic() < deadline_s:
            second += visit(app, range(1000 + second.total(), 1005 + second.total()))
        wait_until_gone(receiver, (first + second).total())
        after = {snapshot["pid"]: snapshot for snapshot in newest(receiver)}

    (successor,) = second.keys() - first.keys()
    assert set(after) == {killed, kept, successor}
    assert len({snapshot["boot"] for snapshot in after.values()}) == 3
    assert (after[killed]["visits"], after[killed]["is_last"]) == (first[killed], False)
    assert after[killed]["sequence"] == before[killed]["sequence"]
    assert (after[kept]["boot"], after[kept]["began_at"]) == (before[kept]["boot"], before[kept]["began_at"])
    assert after[kept]["visits"] == first[kept] + second[kept]
    assert after[successor]["visits"] == second[successor]
    assert before[killed]["began_at"] < killed_at < after[successor]["began_at"]


@pytest.mark.slow
def test_a_reload_is_the_end_of_one_process_and_the_beginning_of_another(runtime: Path) -> None:
    folder = runtime / "app"
    folder.mkdir()
    file = folder / "counted_asgi.py"
    file.write_text((APPS / "counted_asgi.py").read_text())
    command = [
        str(python_with(*SERVERS)),
        "-m",
        "uvicorn",
        "counted_asgi:app",
        "--port",
        "{port}",
        "--reload",
    ]
    with receiving(runtime) as receiver, under_hooks(command, runtime, folder) as app:
        first = visit(app, range(5))
        wait_until_gone(receiver, 5)
        file.write_text(file.read_text() + "\n# changed\n")
        deadline_s = time.monotonic() + 30
        while app.log.read_text().count("startup complete") < 2 and time.monotonic() < deadline_s:
            time.sleep(0.01)
        second = visit(app, range(5, 10))
        wait_until_gone(receiver, 10)
        old, new = newest(receiver)

    assert ({old["pid"]: old["visits"]}, {new["pid"]: new["visits"]}) == (first, second)
    assert (old["is_last"], new["is_last"]) == (True, False)
    assert old["taken_at"] < new["taken_at"]


PLAIN = 'pages = ["/"]\ntransports = ["websocket"]'
NICEGUI = 'preset = "nicegui"'
STARTED = {
    "gunicorn": (SERVERS, UVICORN_WORKERS, PLAIN, 2),
    "Flask with its reloader": (SERVERS, ("counted_flask.py", "{port}", "reload"), PLAIN, 1),
    "NiceGUI with its reloader": (("nicegui==3.18.0",), ("counted_nicegui.py", "{port}"), NICEGUI, 1),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STARTED)
def test_a_run_hears_every_process_and_waits_for_no_other(name: str, tmp_path: Path) -> None:
    requirements, command, app_keys, processes = STARTED[name]
    (tmp_path / "load.toml").write_text(LOAD.replace(PLAIN, app_keys).replace("= 8", "= 3"))
    with under_hooks([str(python_with(*requirements)), *command], tmp_path, APPS) as app:
        ended = loadtest("run", "load.toml", "--host", app.url, "--require-hooks", cwd=tmp_path)

    assert ended.status == 0, ended.output + ended.errors
    summary = summary_of(only_run(tmp_path / "results"))
    assert (ended.status, summary["findings"]) == (0, []), ended.output
    assert summary["server"]["processes"] == processes
    assert summary["server"]["visits"] == summary["navigations"]["completed"]


@pytest.mark.slow
def test_a_worker_killed_in_a_run_is_a_finding_of_that_run(tmp_path: Path) -> None:
    (tmp_path / "load.toml").write_text(LOAD)
    results = tmp_path / "results"
    with under_hooks([str(python_with(*SERVERS)), *UVICORN_WORKERS], tmp_path, APPS) as app:
        command = [*TOOL, "run", "load.toml", "--host", app.url, "--require-hooks"]
        with starting(command, tmp_path, tmp_path / "run.log") as run:
            wait_for_visits(results)
            time.sleep(2)  # in the midst of the load
            pid = int(re.findall("Booting worker with pid: ([0-9]+)", app.log.read_text())[0])
            os.kill(pid, signal.SIGKILL)
            status = run.wait(90)

    summary = summary_of(only_run(results))
    (finding,) = [finding for finding in summary["findings"] if finding["kind"] == "liveness"]
    assert status == 99
    assert finding["what"].startswith("server process died")
    lines = (only_run(results) / "server.jsonl").read_text().splitlines()
    told = [line for line in map(json.loads, lines) if line["kind"] == "snapshot"]
    boots = {line["boot"]: line for line in told}
    (killed,) = [line for line in boots.values() if line["pid"] == pid]
    assert killed["is_last"] is False
    assert finding["boots"] == [killed["boot"]]
    assert len([line for line in boots.values() if line["visits"]]) == 3
    assert summary["server"]["processes"] == 3
