"""The hooks in real Node servers: what they count is what the app really did, and the app does not notice."""

import json
import random
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e.harness import (
    Served,
    free_port,
    instrumented,
    loadtest,
    only_run,
    served,
    starting,
    summary_of,
)
from tests.e2e.hooking import Visitor
from tests.e2e.node_apps import LAUNCH, beside, running_node
from tests.e2e.test_hooks import all_left, counts_of, failed_of, gone_of
from tests.hooks.receiver import Receiver, receiving

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node on this machine")

KINDS = [
    pytest.param("3.1.2", "faulty_node.cjs", marks=pytest.mark.slow),
    pytest.param("4.5.1", "faulty_node.cjs", marks=pytest.mark.slow),
    pytest.param("4.5.1", "faulty_node.mjs", marks=pytest.mark.slow),
    pytest.param("4.8.1", "faulty_node.cjs", marks=pytest.mark.slow),
    ("4.8.1", "faulty_node.mjs"),
]
FAULTS = ["throw", "reject", "timer", "detached"]
SHAKE = '420["handshake",{"document":"d"}]'
FORGET = '420["handshake",{"document":"forgotten"}]'


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's apps and collectors meet."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def errors_of(snapshot: dict[str, Any]) -> dict[tuple[str, str | None, str | None, str], int]:
    """Return (channel, namespace, event, what) -> count."""
    return {
        (error["channel"], error["namespace"], error["event"], error["what"]): error["count"]
        for error in snapshot["errors"]
    }


def wait_for_line(app: Served, line: str, times: int = 1) -> None:
    """Wait until the app has printed a line so many times; the test's own asserts judge."""
    deadline_s = time.monotonic() + 20
    while app.log.read_text().splitlines().count(line) < times and time.monotonic() < deadline_s:
        time.sleep(0.002)


@pytest.mark.parametrize(("version", "app"), KINDS)
def test_every_planted_fault_is_counted_once_with_its_navigation(
    version: str, app: str, runtime: Path
) -> None:
    folder = beside(runtime / "app", f"socket.io@{version}")
    with receiving(runtime) as receiver, running_node(folder / app, "survive") as running:
        for number in range(60):
            visitor = Visitor(running, number).say("40", answers=1)
            turn = number % 6
            if turn < 4:
                acknowledges = turn > 0
                visitor.say(f'42{7 if acknowledges else ""}["{FAULTS[turn]}"]', answers=int(acknowledges))
                wait_for_line(running, f"survived {FAULTS[turn]}", number // 6 + 1)
            else:
                visitor.say(FORGET if turn == 4 else SHAKE, answers=1)
            visitor.leave()
        Visitor(running, None).say("40", answers=1).say('42["throw"]').leave()
        wait_for_line(running, "survived throw", 11)
        receiver.wait_for(all_left(60))
        snapshot = receiver.wait_for_newer()

    assert counts_of(snapshot) == {
        ("/", "connection"): (60, 0, 0, 60),
        ("/", "throw"): (10, 10, 0, 10),
        ("/", "reject"): (10, 10, 0, 10),
        ("/", "timer"): (10, 0, 0, 10),
        ("/", "detached"): (10, 0, 0, 10),
        ("/", "handshake"): (20, 0, 0, 20),
        ("/", "disconnect"): (60, 10, 0, 60),
    }
    assert errors_of(snapshot) == {
        ("handler", "/", "throw", "PlantedError in Socket.onThrow"): 10,
        ("rejection", "/", "reject", 'PlantedError in listener of "reject"'): 10,
        ("exception", "/", "timer", "PlantedError in Timeout._onTimeout"): 10,
        ("rejection", "/", "detached", 'PlantedError in listener of "detached"'): 10,
        ("handler", "/", "disconnect", 'PlantedError in listener of "disconnect"'): 10,
    }
    assert failed_of(receiver) == [number for number in range(60) if number % 6 != 5]
    assert {error["file"] for error in snapshot["errors"]} == {"faulty_node.cjs"}
    # the stranger's error is nobody's
    assert [(stray["what"], stray["count"]) for stray in snapshot["strays"]] == [
        ("PlantedError in Socket.onThrow", 1)
    ]
    assert (snapshot["hooks"]["problems"], snapshot["hooks"]["missing"]) == ([], [])
    assert snapshot["versions"]["socket.io"] == version
    acks = {row["event"]: row["ack"]["count"] for row in snapshot["handlers"]}
    assert {event: count for event, count in acks.items() if count} == {
        "reject": 10,
        "timer": 10,
        "detached": 10,
        "handshake": 20,
    }


@pytest.mark.parametrize(("version", "app"), KINDS)
def test_nothing_is_told_of_a_faultless_app_visited_in_all_manners(
    version: str, app: str, runtime: Path
) -> None:
    folder = beside(runtime / "app", f"socket.io@{version}")
    with receiving(runtime) as receiver, running_node(folder / app) as running:
        Visitor(running, 1).leave()
        Visitor(running, 2).say("40", answers=1).leave()
        Visitor(running, 3).say("40", answers=1).say(SHAKE, answers=1).leave()
        Visitor(running, 4).say("40", answers=1).say(SHAKE, answers=1).say("41").leave()
        Visitor(running, 5).say("40", answers=1).say(SHAKE, answers=1).say("1").leave()
        closing = Visitor(running, 6).say("40", answers=1)
        closing.socket.send_close(1001)
        closing.leave()
        silent = Visitor(running, 7).say("40", answers=1)
        Visitor(running, 8).say('40/side-2,{"refused":true}', answers=1).leave()
        Visitor(running, 9).say("40/side-2,", answers=1).say('42/side-2,1["echo",5]', answers=1).leave()
        Visitor(running, 10).say("40/nowhere,", answers=1).leave()
        Visitor(running, 11).say("40", answers=1).say('421["handled"]', answers=1).leave()
        receiver.wait_for(all_left(11))
        snapshot = receiver.wait_for_newer()
        silent.leave()

    assert (snapshot["errors"], snapshot["strays"]) == ([], [])
    assert {row["errors"] for row in snapshot["handlers"]} == {0}
    assert {row["in_flight"] for row in snapshot["handlers"]} == {0}
    assert snapshot["left_behind"] == {
        "sids": [],
        "eio_sockets": [],
        "rooms": [],
        "environs": [],
        "pending_disconnects": [],
    }
    # null is no data
    assert [snapshot["residue"][kind] for kind in ("sids", "rooms", "environs", "pending_disconnects")] == [
        0,
        0,
        None,
        None,
    ]
    assert {number: events for number, (_, events) in gone_of(receiver).items()} == {
        1: [],
        2: ["connection", "disconnect"],
        3: ["connection", "handshake", "disconnect"],
        4: ["connection", "handshake", "disconnect"],
        5: ["connection", "handshake", "disconnect"],
        6: ["connection", "disconnect"],
        7: ["connection", "disconnect"],
        8: [],
        9: ["connection", "echo", "disconnect"],
        10: [],
        11: ["connection", "handled", "disconnect"],
    }
    assert gone_of(receiver)[7][0] == "ping timeout"


@pytest.mark.parametrize(
    ("version", "is_fixed"),
    [
        pytest.param("3.1.2", False, marks=pytest.mark.slow),
        ("4.5.1", False),
        pytest.param("4.8.1", True, marks=pytest.mark.slow),
    ],
)
def test_rooms_that_were_joined_after_the_leaving_are_told_by_their_visits(
    version: str, is_fixed: bool, runtime: Path
) -> None:
    folder = beside(runtime / "app", f"socket.io@{version}")
    with receiving(runtime) as receiver, running_node(folder / "faulty_node.cjs") as running:
        for number in range(12):
            visitor = Visitor(running, number).say("40", answers=1).say(f'42["late_join","room-{number}"]')
            if number % 3 == 0:
                wait_for_line(running, f"joined room-{number}")
            visitor.leave()
        wait_for_line(running, "joined room-11")
        snapshot = receiver.wait_for_newer(4)

    late = [] if is_fixed else [number for number in range(12) if number % 3]
    assert snapshot["left_behind"]["rooms"] == late
    assert (snapshot["residue"]["rooms"], snapshot["residue"]["sids"]) == (len(late), 0)
    assert snapshot["errors"] == []
    assert counts_of(snapshot)["/", "late_join"] == (12, 0, 0, 12)


@pytest.mark.slow
def test_of_visits_that_stay_everything_is_seen_and_afterwards_nothing(runtime: Path) -> None:
    folder = beside(runtime / "app", "socket.io@4.8.1")
    with receiving(runtime) as receiver, running_node(folder / "faulty_node.cjs") as running:
        visitors = [Visitor(running, number).say("40", answers=1) for number in range(5)]
        stranger = Visitor(running, None).say("40", answers=1)
        during = receiver.wait_for_newer()["residue"]
        for visitor in visitors:
            visitor.leave()
        receiver.wait_for(all_left(5))
        after = receiver.wait_for_newer()["residue"]
        stranger.leave()

    assert [during[kind] for kind in ("sids", "eio_sockets", "rooms")] == [5, 5, 5]
    assert [after[kind] for kind in ("sids", "eio_sockets", "rooms")] == [0, 0, 0]


@pytest.mark.slow
def test_async_handlers_are_timed_until_what_they_return_is_settled(runtime: Path) -> None:
    folder = beside(runtime / "app", "socket.io@4.8.1")
    with receiving(runtime) as receiver, running_node(folder / "faulty_node.cjs") as running:
        visitor = Visitor(running, 1).say("40", answers=1)
        for _ in range(5):
            visitor.say('421["slow"]', answers=1)
        visitor.say(SHAKE, answers=1).leave()
        receiver.wait_for(all_left(1))
        snapshot = receiver.wait_for_newer()

    rows = {row["event"]: row for row in snapshot["handlers"]}
    assert rows["slow"]["latency"]["sum_us"] > 5 * 45_000
    assert rows["slow"]["ack"]["sum_us"] > 5 * 45_000
    assert rows["handshake"]["latency"]["sum_us"] < rows["slow"]["latency"]["sum_us"] / 10
    (gone,) = [entry for entry in receiver.journal() if entry["kind"] == "gone"]
    assert gone["events"] == ["connection", *["slow"] * 5, "handshake", "disconnect"]
    assert gone["begun_at_ms"] == sorted(gone["begun_at_ms"])
    assert all(took > 45 for took in gone["took_ms"][1:6])


def told(text: str) -> list[str]:
    """Return what a process printed, but for the frames of stacks."""
    return [line for line in text.splitlines() if not line.startswith("    at ")]


def end_of(folder: Path, packet: str, *, is_hooked: bool, options: str = "") -> tuple[int, list[str]]:
    """Start the app, visit it once with a packet that ends it; return its exit status and what it printed."""
    port, log = free_port(), folder / f"hooked-{is_hooked}.log"
    command = ["node", *options.split(), str(folder / "faulty_node.cjs"), str(port)]
    with starting([*LAUNCH, *command] if is_hooked else command, folder, log) as process:
        deadline_s = time.monotonic() + 30
        while time.monotonic() < deadline_s:
            try:
                visitor = Visitor(Served(f"http://127.0.0.1:{port}", log, process.pid), 7)
                break
            except OSError:
                time.sleep(0.02)
        visitor.say("40", answers=1).say(packet)
        status = process.wait(30)
        visitor.leave()
    return status, told(log.read_text())


@pytest.mark.parametrize(
    ("packet", "channel", "event"),
    [
        ('42["throw"]', "handler", "throw"),
        ('421["reject"]', "rejection", "reject"),
        ('421["timer"]', "exception", "timer"),
        ('421["detached"]', "rejection", "detached"),
    ],
)
def test_a_process_that_dies_of_an_error_tells_it_and_dies_as_without_hooks(
    packet: str, channel: str, event: str, runtime: Path
) -> None:
    folder = beside(runtime / "app", "socket.io@4.8.1")
    without = end_of(folder, packet, is_hooked=False)
    with receiving(runtime) as receiver:
        with_hooks = end_of(folder, packet, is_hooked=True)

    assert with_hooks == without
    assert with_hooks[0] == 1
    assert f"PlantedError: {event}" in with_hooks[1]
    last = receiver.last()
    assert last["is_last"]
    assert [(row["channel"], row["event"], row["navigations"]) for row in last["errors"]] == [
        (channel, event, [7])
    ]
    assert failed_of(receiver) == [7]
    assert [snapshot["is_last"] for snapshot in receiver.snapshots].count(True) == 1


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["strict", "warn", "none", "warn-with-error-code"])
def test_rejections_are_counted_once_in_every_mode_of_node(mode: str, runtime: Path) -> None:
    folder = beside(runtime / "app", "socket.io@4.8.1")
    with receiving(runtime) as receiver:
        port = free_port()
        node = ["node", f"--unhandled-rejections={mode}", str(folder / "faulty_node.cjs"), str(port)]
        with served([*LAUNCH, *node], port, folder / "app.log") as running:
            visitor = Visitor(running, 3).say("40", answers=1).say('421["reject"]', answers=1)
            snapshot = receiver.wait_for(lambda snapshot: snapshot["errors"])
            visitor.leave()

    assert errors_of(snapshot) == {("rejection", "/", "reject", 'PlantedError in listener of "reject"'): 1}
    assert failed_of(receiver) == [3]
    assert snapshot["is_last"] == (mode == "strict")


def dialogue(app: Served) -> list[str]:
    """Visit in every way, one after the other; return all that the server said."""
    heard = []
    for number in range(14):
        visitor = Visitor(app, number).say("40", answers=1)
        if number < 4:
            visitor.say(f'4{"2" if number == 0 else "27"}["{FAULTS[number]}"]', answers=int(number > 0))
            wait_for_line(app, f"survived {FAULTS[number]}")
        elif number < 7:
            visitor.say(SHAKE, answers=1).say('429["handled"]', answers=1).say('42["nosuchevent",{"a":[1]}]')
            visitor.say('421["slow"]', answers=1)
        elif number < 10:
            visitor.say('40/side-1,{"refused":1}' if number == 7 else "40/side-1,", answers=1)
            if number == 8:
                visitor.say('42/side-1,["used"]').say('42/side-1,["any"]')
            if number > 7:
                visitor.say('42/side-1,3["echo",{"b":null}]', answers=1)
        else:
            visitor.say(FORGET, answers=1)
        heard += visitor.heard
        lines = len(app.log.read_text().splitlines())
        visitor.leave()
        deadline_s = time.monotonic() + 10
        while len(app.log.read_text().splitlines()) == lines and time.monotonic() < deadline_s:
            time.sleep(0.005)
    return [re.sub(r'"sid":"[\w-]{20}"', '"sid":"…"', text) for text in heard]


@pytest.mark.parametrize(("version", "app"), [KINDS[0], KINDS[-1]])
def test_the_app_answers_and_prints_the_same_with_and_without_hooks(
    version: str, app: str, runtime: Path
) -> None:
    folder = beside(runtime / "app", f"socket.io@{version}")
    with running_node(folder / app, "survive", is_hooked=False, log="bare.log") as running:
        without = dialogue(running)
    log_without = running.log.read_text()
    with receiving(runtime) as receiver, running_node(folder / app, "survive") as running:
        with_hooks = dialogue(running)
        receiver.wait_for(all_left(14))
    log_with = running.log.read_text()

    assert with_hooks == without
    assert log_with == log_without
    assert log_with.count("survived") == 10


def random_dialogue(app: Served, count: int) -> list[str]:
    """Visit so many times, with packets drawn from a seed; return all that the server said."""
    rng = random.Random(11)
    asking = [SHAKE, FORGET, '421["reject"]', '422["timer"]', '423["detached"]', '424["handled"]']
    silent = ['42["throw"]', '42["nosuchevent"]', '42["late_join","room"]', '42["handshake"]']
    leaving = ["", "", "41", "1"]
    heard: list[str] = []
    joins = 0
    for number in range(count):
        visitor = Visitor(app, number).say("40", answers=1)
        lines = len(app.log.read_text().splitlines())
        for packet in rng.choices(asking, k=rng.randrange(3)):
            visitor.say(packet, answers=1)
        for packet in rng.choices(silent, k=rng.randrange(3)):
            visitor.say(packet)
            joins += "late_join" in packet
        visitor.say('429["handled"]', answers=1)
        goodbye = rng.choice(leaving)
        if goodbye:
            visitor.say(goodbye)
        visitor.leave()
        heard += visitor.heard
        deadline_s = time.monotonic() + 10
        while not is_gone(app, lines) and time.monotonic() < deadline_s:
            time.sleep(0.001)
    wait_for_line(app, "joined room", joins)
    return [re.sub(r'"sid":"[\w-]{20}"', '"sid":"…"', text) for text in heard]


def is_gone(app: Served, lines: int) -> bool:
    """Return whether the app has printed the end of a visit since it had printed so many lines."""
    return any(
        re.match("gone|survived disconnect", line) for line in app.log.read_text().splitlines()[lines:]
    )


@pytest.mark.slow
def test_a_thousand_random_visits_are_answered_and_printed_as_without_hooks(runtime: Path) -> None:
    folder = beside(runtime / "app", "socket.io@4.8.1")
    with running_node(folder / "faulty_node.cjs", "survive", is_hooked=False, log="bare.log") as running:
        without = random_dialogue(running, 1000)
    log_without = sorted(running.log.read_text().splitlines())
    with receiving(runtime) as receiver, running_node(folder / "faulty_node.cjs", "survive") as running:
        with_hooks = random_dialogue(running, 1000)
        snapshot = receiver.wait_for(all_left(1000))
    log_with = sorted(running.log.read_text().splitlines())

    assert with_hooks == without
    # timers of one visit end among those of the next: the order of these lines is nobody's
    assert log_with == log_without
    errors = sum(error["count"] for error in snapshot["errors"])
    assert errors == sum(line.startswith("survived") for line in log_with) > 1000
    assert (snapshot["strays"], snapshot["hooks"]["problems"]) == ([], [])


def test_what_an_app_can_ask_its_sockets_is_as_without_hooks(runtime: Path) -> None:
    folder = beside(runtime / "app", "socket.io@4.8.1", files=("asking_node.cjs",))
    answers = []
    for is_hooked in (False, True):
        with running_node(folder / "asking_node.cjs", is_hooked=is_hooked) as running:
            visitor = Visitor(running, 1).say("40", answers=1)
            for _ in range(3):
                visitor.say('421["ask"]', answers=1)
            answers.append(visitor.heard[2:])
            visitor.leave()

    assert answers[0] == answers[1]
    assert '"once":1' in answers[0][0]


@pytest.mark.parametrize("express", [pytest.param("express@4", marks=pytest.mark.slow), "express@5"])
def test_errors_that_express_hands_on_are_page_errors(express: str, runtime: Path) -> None:
    folder = beside(runtime / "app", "socket.io@4.8.1", express, files=("express_node.cjs",))
    with receiving(runtime) as receiver, running_node(folder / "express_node.cjs") as running:
        statuses = [
            curl(running, path, number)
            for number, path in enumerate(["/", "/throw", "/next", "/nested", "/missing", "/fine-after"])
        ]
        curl(running, "/throw", None)
        Visitor(running, 9).say("40", answers=1).leave()
        receiver.wait_for(all_left(1))
        snapshot = receiver.wait_for_newer()

    assert statuses == [200, 500, 500, 500, 404, 200]
    assert [
        (error["channel"], error["what"], error["count"], error["navigations"])
        for error in snapshot["errors"]
    ] == [
        ("page", "RangeError in throwing", 1, [1]),
        ("page", "TypeError in Timeout._onTimeout", 1, [2]),
        ("page", "RangeError in nested", 1, [3]),
    ]
    assert snapshot["hooks"]["problems"] == []
    assert "express.Layer" in snapshot["hooks"]["installed"]


def curl(app: Served, path: str, number: int | None) -> int:
    """Get a page as a visit's browser would, or a stranger's; return the status."""
    import http.client

    from tests.hooks.receiver import RUN

    connection = http.client.HTTPConnection(app.url.removeprefix("http://"), timeout=10)
    headers = {} if number is None else {"traceparent": f"00-{RUN}{number:016x}-00000000000000aa-00"}
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def test_both_workers_of_a_cluster_report(runtime: Path) -> None:
    folder = beside(runtime / "app", "socket.io@4.8.1", files=("cluster_node.cjs",))
    with receiving(runtime) as receiver, running_node(folder / "cluster_node.cjs") as running:
        deadline_s = time.monotonic() + 30
        while "all listen\n" not in running.log.read_text():
            assert time.monotonic() < deadline_s, running.log.read_text()
            time.sleep(0.02)
        for number in range(20):
            Visitor(running, number).say("40", answers=1).leave()
        deadline_s = time.monotonic() + 15
        while sum(visits_by_pid(receiver).values()) < 20 and time.monotonic() < deadline_s:
            time.sleep(0.02)

    visits = visits_by_pid(receiver)
    assert sum(visits.values()) == 20
    assert len(visits) == 2
    assert running.pid not in visits


def visits_by_pid(receiver: Receiver) -> dict[int, int]:
    """Return the last count of each process that has seen visits."""
    return {
        snapshot["pid"]: snapshot["visits"] for snapshot in list(receiver.snapshots) if snapshot["visits"]
    }


def test_a_script_of_npm_is_hooked_and_npm_is_left_alone(runtime: Path) -> None:
    folder = beside(runtime / "app", "socket.io@4.8.1")
    port = free_port()
    script = {"private": True, "scripts": {"start": f"node faulty_node.cjs {port}"}}
    (folder / "package.json").write_text(json.dumps(script))
    log = folder / "app.log"
    with (
        receiving(runtime) as receiver,
        served([*LAUNCH, "npm", "start", "--silent"], port, log, cwd=folder) as app,
    ):
        started = psutil.Process(app.pid).children(recursive=True)
        try:
            Visitor(app, 1).say("40", answers=1).leave()
            receiver.wait_for(all_left(1))
        finally:
            for process in started:
                process.kill()  # npm's shell hands no signal on

    assert {snapshot["command"] for snapshot in receiver.snapshots} == {"faulty_node.cjs"}


def test_an_app_that_exits_by_itself_tells_the_rest(runtime: Path) -> None:
    folder = beside(runtime / "app", "socket.io@4.8.1")
    with receiving(runtime) as receiver:
        status, printed = end_of(folder, '42["exit",5]', is_hooked=True)

    assert (status, printed) == (5, ["bye"])
    assert (receiver.last()["is_last"], receiver.last()["visits"]) == (True, 1)


def test_a_collector_elsewhere_is_found_by_its_address_even_at_the_end(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = beside(runtime / "app", "socket.io@4.8.1")
    receiver = Receiver()
    monkeypatch.setenv("LOADTEST_COLLECTOR", receiver.url)
    monkeypatch.setenv("LOADTEST_TOKEN", receiver.token)
    try:
        end_of(folder, '42["throw"]', is_hooked=True)
    finally:
        receiver.close()

    assert receiver.last()["is_last"]
    assert failed_of(receiver) == [7]


@pytest.mark.parametrize("collector", ["http://127.0.0.1:9/snapshot", "http://127.0.0.1:PORT/", "nonsense"])
def test_a_collector_that_cannot_be_spoken_to_is_not_noticed(
    collector: str, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = beside(runtime / "app", "socket.io@4.8.1")
    without = end_of(folder, '42["throw"]', is_hooked=False)
    monkeypatch.setenv("LOADTEST_TOKEN", "secret")
    with running_node(folder / "faulty_node.cjs", is_hooked=False, log="other.log") as other:
        # a web server of another kind
        monkeypatch.setenv("LOADTEST_COLLECTOR", collector.replace("PORT", other.url.rpartition(":")[2]))
        assert end_of(folder, '42["throw"]', is_hooked=True) == without


@pytest.mark.slow
def test_a_release_that_is_not_known_is_left_alone_and_told(runtime: Path) -> None:
    folder = beside(runtime / "app", "socket.io@2.5.0", "socket.io-client@2.5.0", files=("old_node.cjs",))
    with receiving(runtime) as receiver, running_node(folder / "old_node.cjs"):
        snapshot = receiver.wait_for(lambda _: True)

    assert snapshot["hooks"]["installed"] == []
    assert snapshot["hooks"]["missing"] == ["socket.io 2.5.0 is not hooked: hooks know releases 3 and 4"]


def test_a_script_that_has_no_server_ends_at_once_with_nothing_of_ours(runtime: Path) -> None:
    script = "console.log(process.listenerCount('exit'), Object.keys(require.cache).length)"
    bare = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True, cwd=runtime)
    with receiving(runtime) as receiver:
        done = subprocess.run(
            [*LAUNCH, "node", "-e", script], capture_output=True, text=True, check=True, cwd=runtime
        )

    assert (done.stderr, bare.stdout, receiver.snapshots) == ("", "0 0\n", [])
    assert done.stdout == "0 3\n"  # hook.cjs, finder.cjs and original.cjs


def test_an_app_that_is_done_is_not_kept_alive(runtime: Path) -> None:
    folder = beside(runtime / "app", "socket.io@4.8.1")
    script = "const { Server } = require('socket.io'); new Server(0).close(() => console.log('done'))"
    with receiving(runtime) as receiver:
        began_s = time.monotonic()
        done = subprocess.run(
            [*LAUNCH, "node", "-e", script],
            capture_output=True,
            text=True,
            check=True,
            cwd=folder,
            timeout=60,
        )
        took_s = time.monotonic() - began_s

    assert (done.stdout, done.stderr) == ("done\n", "")
    assert receiver.last()["is_last"]
    assert took_s < 30


def test_sigterm_ends_the_app_as_without_hooks(runtime: Path) -> None:
    folder = beside(runtime / "app", "socket.io@4.8.1")
    for is_hooked in (False, True):
        port = free_port()
        command = ["node", str(folder / "faulty_node.cjs"), str(port)]
        command = [*LAUNCH, *command] if is_hooked else command
        with starting(command, folder, folder / "app.log") as process:
            deadline_s = time.monotonic() + 30
            while not is_listening(port) and time.monotonic() < deadline_s:
                time.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == -signal.SIGTERM


def is_listening(port: int) -> bool:
    """Return whether a port accepts."""
    import socket

    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


DEATHS = """
dwell_s = { exponential = 1.0 }
[app]
pages = ["/"]
handshake = { event = "handshake", data = {}, ack = true }
[[departures]]
at = "P16"
weight = 2
[[departures]]
at = "P18"
weight = 8
[[departures]]
at = "stay"
weight = 4
[[stages]]
duration_s = 8
rate_per_s = 20
"""


@pytest.mark.slow
def test_a_death_is_a_finding_of_liveness_with_its_error_told(tmp_path: Path) -> None:
    (tmp_path / "deaths.toml").write_text(DEATHS)
    folder = beside(tmp_path / "app", "socket.io@4.8.1", files=("fragile.cjs",))
    port = free_port()
    command = instrumented("node", str(folder / "fragile.cjs"), str(port))

    with served(command, port, tmp_path / "app.log") as app:
        ended = loadtest("run", "deaths.toml", "--host", app.url, cwd=tmp_path)

    summary = summary_of(only_run(tmp_path / "results"))
    assert ended.status == 99, ended.output
    found = {finding["kind"]: finding for finding in summary["findings"]}
    assert found["liveness"]["what"] == "server process died"
    assert (
        'its last error was TypeError in listener of "disconnect" at app/fragile.cjs:'
        in (found["liveness"]["remark"])
    )
    assert found["server_error"]["what"] == 'TypeError in listener of "disconnect"'
    assert (found["server_error"]["count"], found["server_error"]["at"]) == (1, ["P16"])
