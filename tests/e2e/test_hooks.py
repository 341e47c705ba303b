"""The hooks in real servers: what they count is what the app really did, and the app does not notice."""

import contextlib
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import Served, free_port, served, starting
from tests.e2e.hooking import LAUNCH, Visitor
from tests.hooks.receiver import Receiver, receiving

APPS = Path(__file__).parent / "apps"
PYTHON = [sys.executable, "-u"]


@contextlib.contextmanager
def hooked(app: str, folder: Path) -> Iterator[Served]:
    """Start an app with the hooks in."""
    port = free_port()
    command = [*LAUNCH, *PYTHON, str(APPS / app), str(port)]
    with served(command, port, folder / "app.log") as running:
        yield running


@contextlib.contextmanager
def bare(app: str, folder: Path) -> Iterator[Served]:
    """Start an app as it is."""
    port = free_port()
    with served([*PYTHON, str(APPS / app), str(port)], port, folder / "bare.log") as running:
        yield running


def shake(number: int) -> str:
    return f'420["handshake",{{"document":"d{number}"}}]'


def raised_by(app: Served, what: str) -> int:
    """Return how often the app itself says that it raised this.

    Another thread's traceback may stand before it on the same line.
    """
    return app.log.read_text().count(f"raised {what}\n")


def wait_until_raised(app: Served, what: str, times: int) -> None:
    """Wait until the app says that it raised this so many times; the test's own asserts judge the count."""
    deadline_s = time.monotonic() + 20
    while raised_by(app, what) < times and time.monotonic() < deadline_s:
        time.sleep(0.001)


def all_left(count: int) -> Any:
    """Return a condition: so many visits were here, and no connection is open."""

    def is_fulfilled(snapshot: dict[str, Any]) -> bool:
        return bool(snapshot["visits"] == count and snapshot["residue"]["eio_sockets"] == 0)

    return is_fulfilled


def counts_of(snapshot: dict[str, Any]) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """Return (namespace, event) -> calls, errors, in flight, latencies."""
    return {
        (row["namespace"], row["event"]): (
            row["calls"],
            row["errors"],
            row["in_flight"],
            row["latency"]["count"],
        )
        for row in snapshot["handlers"]
    }


def errors_of(snapshot: dict[str, Any]) -> dict[str, int]:
    return {error["what"]: error["count"] for error in snapshot["errors"]}


def gone_of(receiver: Receiver) -> dict[int, tuple[str | None, list[str]]]:
    """Return navigation -> reason, events."""
    return {
        entry["number"]: (entry["reason"], entry["events"])
        for entry in receiver.journal()
        if entry["kind"] == "gone"
    }


def failed_of(receiver: Receiver) -> list[int]:
    """Return the navigations with an error, once for each error."""
    return sorted(entry["number"] for entry in receiver.journal() if entry["kind"] == "error")


@pytest.mark.parametrize("app", ["faulty_async.py", "faulty_sync.py"])
def test_every_error_is_counted_once_with_its_navigation(app: str, runtime: Path) -> None:
    with receiving(runtime) as receiver, hooked(app, runtime) as running:
        for number in range(60):
            visitor = Visitor(running, number).say("40", answers=1)
            if number % 3:
                visitor.say(shake(number), answers=1)
            if number % 3 == 2:
                visitor.say('421["boom"]')
                # the sync server runs it in a thread of its own
                wait_until_raised(running, boom_of(app), number // 3 + 1)
            visitor.leave()
        Visitor(running, None).say("40", answers=1).leave()
        wait_until_raised(running, "KeyError", 21)  # one is the stranger's: no snapshot tells of it
        snapshot = receiver.wait_for(all_left(60))
        snapshot = receiver.wait_for_newer()

    assert counts_of(snapshot) == {
        ("/", "connect"): (60, 0, 0, 60),
        ("/", "handshake"): (40, 0, 0, 40),
        ("/", "boom"): (20, 20, 0, 20),
        ("/", "disconnect"): (60, 20, 0, 60),
    }
    assert errors_of(snapshot) == {"KeyError in disconnect": 20, f"{boom_of(app)} in boom": 20}
    assert raised_by(running, boom_of(app)) == 20
    assert raised_by(running, "KeyError") == 21
    assert failed_of(receiver) == sorted([*range(0, 60, 3), *range(2, 60, 3)])
    assert snapshot["hooks"]["problems"] == []


def boom_of(app: str) -> str:
    return {"faulty_async.py": "UnspeakableError", "faulty_sync.py": "ValueError"}[app]


def test_what_failed_visits_leave_behind_is_told_by_their_numbers(runtime: Path) -> None:
    with receiving(runtime) as receiver, hooked("faulty_async.py", runtime) as running:
        for number in range(30):
            visitor = Visitor(running, number).say("40", answers=1)
            if number % 3:
                visitor.say(shake(number), answers=1)
            visitor.leave()
        Visitor(running, 99).say("40", answers=1).say("41").leave()
        receiver.wait_for(all_left(31))
        snapshot = receiver.wait_for_newer(4)

    failed = list(range(0, 30, 3))
    residue = {key: snapshot["residue"][key] for key in snapshot["left_behind"]}
    # python-engineio ends the connection after 41 as well: then the environ goes
    assert residue == {
        "sids": 11,
        "eio_sockets": 0,
        "rooms": 11,
        "environs": 10,
        "pending_disconnects": 11,
    }
    assert snapshot["left_behind"] == {
        "sids": [*failed, 99],
        "eio_sockets": [],
        "rooms": [*failed, 99],
        "environs": failed,
        "pending_disconnects": [*failed, 99],
    }


def test_of_visits_that_stay_everything_is_seen_and_afterwards_nothing(runtime: Path) -> None:
    with receiving(runtime) as receiver, hooked("faulty_async.py", runtime) as running:
        visitors = [Visitor(running, n).say("40", answers=1).say(shake(n), answers=1) for n in range(5)]
        # before the server misses their pongs
        during = receiver.wait_for(lambda snapshot: snapshot["residue"]["rooms"] == 10)["residue"]
        for visitor in visitors:
            visitor.leave()
        receiver.wait_for(all_left(5))
        after = receiver.wait_for_newer()["residue"]

    keys = ("sids", "eio_sockets", "rooms", "environs", "pending_disconnects")
    assert [during[key] for key in keys] == [5, 5, 10, 5, 0]
    assert [after[key] for key in keys] == [0, 0, 0, 0, 0]


def test_each_departure_is_told_as_the_server_saw_it(runtime: Path) -> None:
    with receiving(runtime) as receiver, hooked("faulty_async.py", runtime) as running:
        Visitor(running, 1).leave()
        Visitor(running, 2).say("40", answers=1).leave()
        Visitor(running, 3).say("40", answers=1).say(shake(3), answers=1).leave()
        Visitor(running, 4).say("40", answers=1).say(shake(4), answers=1).say("1").leave()
        closing = Visitor(running, 5).say("40", answers=1).say(shake(5), answers=1)
        closing.socket.send_close(1001)
        closing.leave()
        silent = Visitor(running, 6).say("40", answers=1)
        Visitor(running, 7, query="&fault=refuse").say("40", answers=1).leave()
        Visitor(running, 8).say("40/legacy,", answers=1).leave()
        receiver.wait_for(all_left(8))
        receiver.wait_for_newer()
        silent.leave()

    gone = gone_of(receiver)
    reason, events = gone.pop(6)
    # python-engineio waits for the same time in two places; which is first is its own affair
    assert reason in ("ping timeout", "transport close")
    assert events == ["connect", "disconnect"]
    assert gone == {
        1: ("transport close", []),
        2: ("transport close", ["connect", "disconnect"]),
        3: ("transport close", ["connect", "handshake", "disconnect"]),
        4: ("client disconnect", ["connect", "handshake", "disconnect"]),
        5: ("transport close", ["connect", "handshake", "disconnect"]),
        7: ("transport close", ["connect"]),
        8: ("transport close", ["connect", "disconnect"]),
    }


def test_ways_to_refuse_are_no_errors_and_failures_of_connect_are(runtime: Path) -> None:
    faults = ["connect", "type", "refuse", "builtin"]
    with receiving(runtime) as receiver, hooked("faulty_async.py", runtime) as running:
        for number in range(20):
            fault = faults[number % 4]
            Visitor(running, number, query=f"&fault={fault}").say("40", answers=int(number % 4 > 1)).leave()
        receiver.wait_for(all_left(20))
        snapshot = receiver.wait_for_newer()

    # with a handler that raised, python-engineio ends the connection only when the client goes
    assert counts_of(snapshot)["/", "connect"] == (20, 10, 0, 20)
    assert errors_of(snapshot) == {"RuntimeError in connect": 5, "TypeError in connect": 5}
    assert (raised_by(running, "RuntimeError"), raised_by(running, "TypeError")) == (5, 5)
    assert failed_of(receiver) == sorted([*range(0, 20, 4), *range(1, 20, 4)])


def dialogue(app: Served) -> list[str]:
    """Visit in every way, one after the other; return all that the server said."""
    heard = []
    for number in range(12):
        fault = ["", "", "&fault=refuse", "&fault=builtin"][number % 4]
        visitor = Visitor(app, number, query=fault).say("40", answers=1)
        if not fault and number % 8:
            visitor.say(shake(number), answers=1)
        if number == 4:
            visitor.say('421["nosuchevent"]').say(shake(number), answers=1)
        if number == 5:
            visitor.say('421["bye"]', answers=1)
        heard += visitor.heard
        lines = len(app.log.read_text().splitlines())
        visitor.leave()
        deadline_s = time.monotonic() + 10
        while (
            number == 8 and len(app.log.read_text().splitlines()) == lines and time.monotonic() < deadline_s
        ):
            time.sleep(0.01)
    return [re.sub(r'"sid":"[\w-]{20}"', '"sid":"…"', text) for text in heard]


def log_of(app: Served) -> list[str]:
    """Return what the app printed, but for uvicorn's notes and frames of tracebacks, with ids made alike."""
    lines = [line for line in app.log.read_text().splitlines() if not line.startswith(("  ", "INFO: "))]
    return [re.sub(r"'[\w-]{20}'", "'…'", line) for line in lines]


def test_the_app_answers_and_logs_the_same_with_and_without_hooks(runtime: Path) -> None:
    app = "faulty_async.py"
    with bare(app, runtime) as running:
        without = dialogue(running)
    log_without = log_of(running)
    with receiving(runtime) as receiver, hooked(app, runtime) as running:
        with_hooks = dialogue(running)
        receiver.wait_for(lambda snapshot: snapshot["visits"] == 12)
    log_with = log_of(running)

    assert with_hooks == without
    assert log_with == log_without
    assert "raised KeyError" in log_with


def status_after(number: signal.Signals, command: list[str], folder: Path, visits: int = 0) -> int:
    """Start an app, visit it, send it a signal at once, and return its exit status."""
    port = free_port()
    with starting(
        [*command, *PYTHON, str(APPS / "faulty_async.py"), str(port)], folder, folder / "log"
    ) as process:
        app = Served(f"http://127.0.0.1:{port}", folder / "log", process.pid)
        deadline_s = time.monotonic() + 30
        while "Uvicorn running" not in app.log.read_text() and time.monotonic() < deadline_s:
            time.sleep(0.01)
        for visit in range(visits):
            Visitor(app, visit).say("40", answers=1).leave()
        process.send_signal(number)
        return process.wait(30)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_launcher_ends_the_app_as_it_would_without(
    runtime: Path, number: signal.Signals
) -> None:
    assert status_after(number, [*LAUNCH], runtime) == status_after(number, ["env"], runtime)


def test_what_was_counted_last_is_pushed_when_the_app_exits(runtime: Path) -> None:
    with receiving(runtime) as receiver:
        status_after(signal.SIGINT, [*LAUNCH], runtime, visits=10)

    assert receiver.last()["visits"] == 10
    assert failed_of(receiver) == list(range(10))


def test_a_collector_elsewhere_is_found_by_its_address(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver()
    monkeypatch.setenv("LOADTEST_COLLECTOR", receiver.url)
    monkeypatch.setenv("LOADTEST_TOKEN", receiver.token)
    try:
        with hooked("faulty_async.py", runtime) as running:
            Visitor(running, 1).say("40", answers=1).leave()
            snapshot = receiver.wait_for(all_left(1))
    finally:
        receiver.close()

    assert snapshot["command"] == "faulty_async.py"
    assert gone_of(receiver) == {1: ("transport close", ["connect", "disconnect"])}


def test_visits_from_before_a_run_could_be_found_are_told_too(runtime: Path) -> None:
    with hooked("faulty_async.py", runtime) as running:
        Visitor(running, 1).say("40", answers=1).leave()
        with receiving(runtime) as receiver:
            receiver.wait_for(all_left(1))

    assert failed_of(receiver) == [1]
