"""What one navigation costs the generator: our driver beside Locust's own SocketIOUser.

    python tests/bench/navigation_cost.py [--rounds 5] [--visits 600] [--users 20]

Both do the same: page, WebSocket, CONNECT, the app's handshake with its acknowledgement, leave; on the same
demo board, in turns, each in a process of its own on one core while the board has another. The figure is the
process's CPU time for one navigation, after a warm-up. Believe no ratio under 1.3 from one round (SPEED.md).

Our side is the bare driver on gevent; SocketIOUser runs with Locust's statistics, its page by FastHttpUser
(the cheaper of Locust's two clients).
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from typing import Any

TOOLS = ("ours", "SocketIOUser")
WARM_UP = 40


def measure(count: int, users: int, visit_many: Any) -> dict[str, float]:
    """Run the visits in greenlets; return CPU milliseconds for each, and how many failed."""
    import gevent

    def run(total: int) -> int:
        greenlets = [gevent.spawn(visit_many, total // users) for _ in range(users)]
        gevent.joinall(greenlets, raise_error=True)
        return sum(int(greenlet.get()) for greenlet in greenlets)

    run(max(WARM_UP, users))
    began = time.process_time()
    failed = run(count)
    visits = count // users * users
    return {"cpu_ms": (time.process_time() - began) * 1000 / visits, "visits": visits, "failed": failed}


def generate_ours(url: str, count: int, users: int) -> dict[str, float]:
    """Visit with our driver."""
    from loadtest.navigation.departure import Departure
    from loadtest.navigation.point import Manner
    from loadtest.profile.load import load_profile
    from loadtest.transport.driver import Assignment, Driver
    from loadtest.transport.keeper import Keeper
    from loadtest.transport.tab import Tab
    from loadtest.transport.target import Target

    app = load_profile("demo").app
    driver = Driver(Target.resolve(url), app, {}, Keeper(), "0123456789abcdef", time.monotonic())
    departure = Departure("P18", Manner.WS_CLOSE)
    numbers = iter(range(1_000_000))

    def visit_many(visits: int) -> int:
        tab = Tab()
        assignments = [Assignment(next(numbers), 0.0, "/", departure) for _ in range(visits)]
        failed = sum(driver.visit(tab, assignment).outcome.is_failure for assignment in assignments)
        tab.close()
        return failed

    return measure(count, users, visit_many)


def generate_socket_io_user(url: str, count: int, users: int) -> dict[str, float]:
    """Visit with Locust's SocketIOUser."""
    from locust import FastHttpUser, constant
    from locust.contrib.socketio import SocketIOUser
    from locust.env import Environment

    class Visitor(FastHttpUser, SocketIOUser):
        host = url.rstrip("/")
        wait_time = constant(0)

        def visit(self) -> bool:
            page = self.client.get("/")
            found = re.search(r'data-visitor="([^"]+)"', page.text or "")
            if found is None:
                return False
            self.sio.connect(url, transports=["websocket"])
            answer = self.sio.call("join", {"visitor": found[1]})
            self.sio.disconnect()
            return answer is not None

    environment = Environment(user_classes=[Visitor], host=url)
    environment.create_local_runner()

    def visit_many(visits: int) -> int:
        user = Visitor(environment)
        failed = sum(not user.visit() for _ in range(visits))
        user.sio_greenlet.kill()
        return failed

    return measure(count, users, visit_many)


GENERATORS = {"ours": generate_ours, "SocketIOUser": generate_socket_io_user}


def pin(core: int) -> None:
    """Keep this process, and those that it starts from now on, on one core, where the system allows it."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[core]})


def start(tool: str, url: str, arguments: argparse.Namespace) -> dict[str, float]:
    """Measure one tool in a fresh process."""
    command = [sys.executable, __file__, "--generate", tool, "--url", url]
    command += ["--visits", str(arguments.visits), "--users", str(arguments.users)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise SystemExit(f"{tool} failed:\n{done.stderr}")
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def compare(arguments: argparse.Namespace) -> None:
    """Let the tools take turns, and print the medians."""
    from loadtest.demo.server import DemoServer, Fault

    everything = getattr(os, "sched_getaffinity", lambda _: {0})(0)
    costs: dict[str, list[float]] = {tool: [] for tool in TOOLS}
    pin(-1)
    with DemoServer(Fault.NONE) as board:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, everything)
        for number in range(arguments.rounds):
            for tool in TOOLS:
                result = start(tool, board.url, arguments)
                costs[tool].append(result["cpu_ms"])
                print(
                    f"round {number + 1}  {tool:13}  {result['cpu_ms']:6.3f} ms  "
                    f"{result['visits']:.0f} visits, {result['failed']:.0f} failed",
                    flush=True,
                )
    ours = statistics.median(costs["ours"])
    print(f"\n{'CPU for one navigation':24}  {'median':>9}  {'least':>9}  {'most':>9}  {'ratio':>5}")
    for tool in TOOLS:
        median = statistics.median(costs[tool])
        print(
            f"{tool:24}  {median:6.3f} ms  {min(costs[tool]):6.3f} ms  {max(costs[tool]):6.3f} ms  "
            f"{median / ours:5.2f}"
        )


def main() -> None:
    """Compare the tools; or, as a child, be one of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--visits", type=int, default=600)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--generate", choices=TOOLS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.generate is None:
        compare(arguments)
        return
    pin(0)
    print(json.dumps(GENERATORS[arguments.generate](arguments.url, arguments.visits, arguments.users)))


if __name__ == "__main__":
    main()
