"""What a real server sees of the stand-alone scripts: every way to leave, as of visits.

The server is ``apps/witness.py`` on uvicorn with wsproto; what is asserted is what IT wrote down.
"""

import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from loadtest.apps.generic import GenericApp
from loadtest.apps.preset import PRESETS
from loadtest.navigation.point import Manner, Transport
from loadtest.profile.load import parse_profile
from loadtest.replay.script.script import Showing, Turn, write_script
from loadtest.replay.script.way import Way
from tests.e2e.harness import starting
from tests.e2e.seen import CONNECTED, SHAKEN, misfits
from tests.e2e.seen_by_python import seen_by_python
from tests.e2e.witnessing import ALL_CELLS, Cell, Session, WitnessLog, sessions_in

WITNESS = [sys.executable, str(Path(__file__).parent / "apps" / "witness.py")]

PROFILE = """
[app]
namespaces = {namespaces}
handshake = {{ event = "handshake", data = {{ client_id = "$client_id" }}, ack = true }}
extract = {{ client_id = {{ css = "body", attr = "data-client" }} }}

[[stages]]
duration_s = 1
rate_per_s = 1
"""

pytestmark = pytest.mark.slow

Seen = Mapping[Cell, Sequence[Session]]


def script_of(cell: Cell, url: str, number: int) -> str:
    """Return the script of a cell, whose requests all carry a navigation id of their own."""
    way = Way("/", cell.at, cell.manner, cell.transport)
    return script_of_turns([Turn(0.0, 0, way)], url, number)


def script_of_turns(turns: Sequence[Turn], url: str, number: int) -> str:
    """Return the script of some visits, all with one navigation id."""
    namespaces = '["/", "/second"]' if any(turn.way.at == "P26" for turn in turns) else '["/"]'
    profile = parse_profile(
        PROFILE.format(namespaces=namespaces).replace("[app]", '[app]\npreset = "generic"'),
        name="witness",
        source="witness",
    )
    table = PRESETS["generic"].table.model_validate(tomllib.loads(profile.text)["app"])
    assert isinstance(profile.app, GenericApp)
    trace = {"traceparent": f"00-{number:032x}-{1:016x}-00"}
    access = replace(profile.app.access, headers=trace)
    named = replace(profile, app=replace(profile.app, access=access))
    showing = Showing(host=url, expect="nothing", name="script.py", turns=turns, row={})
    return write_script(named, table, showing)


RUN_ALL = """
import pathlib, sys, threading, traceback
free = threading.Semaphore(16)
def run(path):
    free.acquire()
    left = iter([free.release])
    def done():
        next(left, lambda: None)()
    text = path.read_text()
    for sleep in ("time.sleep(1)", "time.sleep(50)"):  # it has left: the next one may begin
        text = text.replace(sleep, f"done(); {sleep}")
    try:
        exec(compile(text, path.name, "exec"), {"done": done})
    except Exception:
        print(f"FAILED {path.name} {traceback.format_exc()}", flush=True)
    done()
paths, sys.argv = sorted(pathlib.Path(sys.argv[1]).iterdir()), ["script.py"]
threads = [threading.Thread(target=run, args=(path,)) for path in paths]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
"""Runs every script of a folder in a thread of its own: 280 interpreters would take minutes to start."""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp("witness")
    scripts = tmp_path_factory.mktemp("scripts")
    with starting([*WITNESS], folder, folder / "log"):
        log = WitnessLog(folder / "log")
        for number, cell in enumerate(ALL_CELLS, 1):
            (scripts / f"{number}.py").write_text(script_of(cell, log.url, number))
        said = folder / "said"
        with starting([sys.executable, "-c", RUN_ALL, str(scripts)], folder, said):
            log.wait_for_the_last(sum(len(seen_by_python(cell)) for cell in ALL_CELLS))
            lines = log.read()  # before the silent ones are ended, which the server would see
        assert "FAILED" not in said.read_text(), said.read_text()[-5000:]
    return {cell: sessions_in(lines.get(f"{number:032x}", ())) for number, cell in enumerate(ALL_CELLS, 1)}


@pytest.mark.parametrize("cell", ALL_CELLS, ids=str)
def test_the_server_sees_of_a_script_what_it_sees_of_a_visit(cell: Cell, seen: Seen) -> None:
    expected = seen_by_python(cell)
    assert len(seen[cell]) == len(expected)
    for one, session in zip(expected, seen[cell], strict=True):
        is_overtaken = session.events in one.overtaken  # by a handler that a busy machine let end first
        assert is_overtaken or misfits(one, [session]) == [], f"expected {one}"


def test_most_visits_that_are_to_leave_while_a_handler_runs_do(seen: Seen) -> None:
    running = [(seen_by_python(cell)[0], seen[cell][0]) for cell in ALL_CELLS if seen_by_python(cell)]
    fleeting = [session.events in one.overtaken for one, session in running if one.overtaken]
    assert sum(fleeting) * 2 < len(fleeting)


def test_visits_of_several_tabs_are_seen_as_planned(tmp_path: Path) -> None:
    stay = Way("/", "stay", Manner.WS_CLOSE, Transport.WEBSOCKET, 0.3)
    turns = [
        Turn(0.0, 1, Way("/", "P16", Manner.FIN, Transport.WEBSOCKET)),
        Turn(0.0, 2, stay),
        Turn(0.1, 1, stay),
        Turn(0.2, 3, stay),
    ]
    with starting([*WITNESS], tmp_path, tmp_path / "log"):
        log = WitnessLog(tmp_path / "log")
        script = tmp_path / "script.py"
        script.write_text(script_of_turns(turns, log.url, 1))
        done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
        log.wait_for_the_last(len(turns))
        lines = log.read()
    assert done.returncode == 0, done.stderr
    assert Counter(session.events for session in sessions_in(lines[f"{1:032x}"])) == {CONNECTED: 1, SHAKEN: 3}
    assert "look into the server's log for: nothing" in done.stdout
